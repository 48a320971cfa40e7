"""Where pushes may go: never into our own network by way of a stranger's address; pure.

The address of a subscription is a stranger's word. Without these rules it could make the house knock at its own
database, at the metadata service of its cloud, or at a machine of the intranet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from sangyu.kit.errors import Refusal

ADDRESS_LENGTH_MAX = 300
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
# These carry an IPv4 address inside: it decides.
_NAT64 = IPv6Network("64:ff9b::/96")
Network = IPv4Network | IPv6Network
Ip = IPv4Address | IPv6Address


class AddressRefused(Refusal):
    """An address to which nothing is pushed."""

    code = "ADDRESS_REFUSED"


def ensure_address(address: str, *, plain_http: bool, networks: Sequence[Network]) -> str:
    """Return the address of a subscriber as it is kept.

    Shape: `plain_http` allows http (a demo only); `networks` are those of ours that the operator has opened.
    Raises: AddressRefused, saying what is wrong with it.
    """
    address = address.strip()
    if len(address) > ADDRESS_LENGTH_MAX or not address.isascii() or any(ord(sign) <= 32 for sign in address):
        raise AddressRefused(f"推送地址应是不超过{ADDRESS_LENGTH_MAX}个字符、不含空格和中文的网址。")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("推送地址不是网址，应形如 https://example.cn/sangyu/events。") from error
    if parts.scheme != "https" and not (plain_http and parts.scheme == "http"):
        raise AddressRefused("推送地址应以 https:// 开头：不加密的连接会在路上泄露和被改。")
    host = parts.netloc.rpartition("@")[2]
    if "@" in parts.netloc or parts.fragment:
        raise AddressRefused("推送地址中不要带用户名、密码或 # 片段；身份由签名证明。")
    if _HOST.fullmatch(host.removesuffix(f":{port}")) is None or not parts.hostname or port == 0:
        raise AddressRefused("推送地址中没有可用的主机名，应形如 https://example.cn/sangyu/events。")
    literal = _literal(parts.hostname)
    if literal is not None:
        ensure_may_connect([literal], networks=networks)
    return address


def ensure_may_connect(addresses: Iterable[Ip], *, networks: Sequence[Network]) -> None:
    """Refuse a host if any of its addresses is not public and lies in no network that the operator has opened.

    Raises: AddressRefused.
    """
    for one in addresses:
        if not is_public(one) and not any(one in network for network in networks):
            raise AddressRefused(
                f"推送地址指向内部网络（{one}），不能推送。若确为可信的内网系统，请系统管理员在"
                "SANGYU_WEBHOOK_NETWORKS 中放行它所在的网段。"
            )


def is_public(address: Ip) -> bool:
    """Tell whether an address belongs to the public internet, looking through the ways of writing IPv4 as IPv6."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and address in _NAT64:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _literal(host: str) -> Ip | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
