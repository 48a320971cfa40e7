"""The way out to a subscriber: one POST to the address that was looked at, and not a byte more than needed comes back.

The host is resolved once, every address it has is looked at, and the connection goes to one of those; a name that
answers otherwise a moment later leads nowhere. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from sangyu.outbox.rules.addresses import AddressRefused, Network, ensure_address, ensure_may_connect
from sangyu.outbox.rules.pushes import GONE, OK

TIMEOUT_S = 10.0
ANSWER_BYTES_MAX = 16_384


@dataclass(frozen=True)
class Answer:
    """What came of a POST; without a status nobody answered. `reason` is Chinese, empty if all is well."""

    status: int | None
    reason: str
    took_ms: int


@dataclass(frozen=True)
class Door:
    """What this installation allows: plain http (a demo), networks of its own, and how long it waits."""

    plain_http: bool
    networks: Sequence[Network]
    timeout_s: float = TIMEOUT_S


def post(address: str, *, body: bytes, headers: Mapping[str, str], door: Door) -> Answer:
    """Post a body and say what came of it; nothing that a subscriber does raises anything here."""
    begun = time.monotonic()
    status, reason = _post(address, body, headers, door)
    return Answer(status, reason, int((time.monotonic() - begun) * 1000))


def _post(address: str, body: bytes, headers: Mapping[str, str], door: Door) -> tuple[int | None, str]:
    try:
        parts = urlsplit(ensure_address(address, plain_http=door.plain_http, networks=door.networks))
        line = _Line(parts, door)
    except AddressRefused as refusal:
        return None, str(refusal)
    except (OSError, UnicodeError):  # a label that is too long cannot even be asked for
        return None, "域名解析不到，请核对推送地址"
    # A subscriber that sends a byte now and then would hold us for ever: the line is cut when the time is over.
    timer = threading.Timer(door.timeout_s, line.cut)
    timer.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("POST", path, body, dict(headers))
        with line.getresponse() as answer:
            answer.read(ANSWER_BYTES_MAX)
        if line.late.is_set():  # what was cut in the middle of its headers still looks like an answer
            return None, _late(door)
        return answer.status, _reason(answer.status)
    except ssl.SSLError:
        return None, _late(door) if line.late.is_set() else "对方的证书或加密连接不对"
    except TimeoutError:
        return None, _late(door)
    except HTTPException:
        return None, _late(door) if line.late.is_set() else "对方的应答看不懂，或中途断开"
    except OSError:
        return None, _late(door) if line.late.is_set() else "连不上对方，或中途断开"
    finally:
        timer.cancel()
        line.close()


class _Line(HTTPConnection):
    """A connection to an address that was looked at, under the name of its host."""

    def __init__(self, parts: SplitResult, door: Door) -> None:
        """Resolve the host. Raises: AddressRefused, OSError."""
        assert parts.hostname is not None  # the rules have looked at it
        self.secure = parts.scheme == "https"
        self.default_port = 443 if self.secure else 80
        port = parts.port or self.default_port
        super().__init__(parts.hostname, port, timeout=door.timeout_s)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        ensure_may_connect(addresses, networks=door.networks)
        self.where = (str(addresses[0]), port)
        self.late = threading.Event()
        # Kept besides `sock`, which the connection forgets once an answer has begun that ends with the line.
        self.wire: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the address that was looked at, and ask for the certificate of the host."""
        self.sock = self.wire = socket.create_connection(self.where, self.timeout)
        if self.secure:
            self.sock = self.wire = ssl.create_default_context().wrap_socket(
                self.wire, server_hostname=self.host, do_handshake_on_connect=False
            )
        # A cut that came before there was anything to cut must not be lost: the line would stay open for ever.
        if self.late.is_set():
            raise TimeoutError
        if isinstance(self.wire, ssl.SSLSocket):
            self.wire.do_handshake()

    def cut(self) -> None:
        """Cut the line in the middle, whatever it is doing."""
        self.late.set()
        if self.wire is not None:
            try:
                # Below the encryption, whose state belongs to the thread that is reading.
                socket.socket.shutdown(self.wire, socket.SHUT_RDWR)
            except OSError:
                return  # it is down already


def _reason(status: int) -> str:
    if status in OK:
        return ""
    if status == GONE:
        return "对方应答410，表示不再接收"
    if 300 <= status < 400:
        return f"对方应答{status}要求跳转；推送不跟随跳转，请填写最终地址"
    return f"对方应答{status}"


def _late(door: Door) -> str:
    return f"{door.timeout_s:g}秒内没有应答"
