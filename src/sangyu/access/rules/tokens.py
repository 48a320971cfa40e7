"""What a token of the interface looks like, what it may be good for, and who may carry which; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sangyu.kit.errors import Refusal

# The word says what a token may be used for; what its user sees and does is decided by roles, as at any desk.
SCOPES: Mapping[str, str] = {
    "calls:read": "查看来电",
    "calls:write": "接听和办结来电",
    "elders:read": "查找老人（姓名、电话、证件号遮盖）",
    "elders:reveal": "写明理由后查看老人的完整信息",
    "orders:read": "报价、查看工单和费用",
    "orders:write": "下单、改期、取消",
    "dispatch:read": "查看派单和候选企业",
    "dispatch:write": "派单、接单、拒单、派人",
    "visits:read": "查看上门记录",
    "visits:write": "签到、签退",
    "quality:read": "查看回访和考核",
    "quality:write": "回访、考核、异议",
    "settlement:read": "查看结算单和付款",
    "settlement:write": "出单、对账、拨付",
    "settlement:sign": "在结算上签字",
    "webhooks:read": "查看订阅和投递",
    "webhooks:write": "订阅、停用、重发",
}
# A signature is a person's: no token of a machine carries these roles.
SIGNING_ROLES = frozenset({"APPROVER", "DEPUTY", "HEAD"})
ROLES_OF_KIND: Mapping[str, frozenset[str]] = {
    "BUREAU": frozenset({"BUREAU", "AUDITOR"}),
    "OPERATOR": frozenset({"AGENT", "SUPERVISOR", "DISPATCHER", "QUALITY", "FINANCE"}),
    "COMMUNITY": frozenset({"COMMUNITY"}),
    "ENTERPRISE": frozenset({"ENTERPRISE"}),
}
PREFIX_LENGTH = 8
_FORM = re.compile(r"sgy_(?P<prefix>[a-z0-9]{8})_(?P<secret>[A-Za-z0-9_-]{43})")


class ScopeUnknown(Refusal):
    """A scope that nothing asks for."""


class RoleNotForTokens(Refusal):
    """A role that no token of such an organisation carries."""


class TokenNameMissing(Refusal):
    """A token that nobody could tell from another."""


class ExpiryWrong(Refusal):
    """A token that would end before it begins, or outlive its owner's attention."""


@dataclass(frozen=True)
class Secret:
    """A token as its owner writes it, and what is kept of it."""

    text: str
    prefix: str
    hash: str


def secret_of(*, prefix: str, secret: str) -> Secret:
    """Put a token together from its visible beginning and its secret part."""
    text = f"sgy_{prefix}_{secret}"
    if _FORM.fullmatch(text) is None:
        raise ValueError("a token is 8 visible characters and 43 secret ones")
    return Secret(text, prefix, hash_of(text))


def looks_like_a_token(text: str) -> bool:
    """Tell whether a text has the form of a token, so that nothing else is looked up."""
    return _FORM.fullmatch(text) is not None


def hash_of(text: str) -> str:
    """Hash a token for keeping: 256 random bits need no slow hash, and the row is found by this alone."""
    return hashlib.sha256(text.encode()).hexdigest()


def ensure_scopes(scopes: Iterable[str]) -> list[str]:
    """Return scopes in order, each once.

    Raises: ScopeUnknown, naming the words there are.
    """
    wanted = set(scopes)
    if not wanted or wanted - set(SCOPES):
        unknown = "、".join(sorted(wanted - set(SCOPES))) or "（空）"
        raise ScopeUnknown(f"没有这样的接口权限：{unknown}。可选：{'、'.join(SCOPES)}。")
    return sorted(wanted)


def ensure_roles(roles: Iterable[str], *, kind: str) -> list[str]:
    """Return the roles of a machine of such an organisation, in order.

    Raises: RoleNotForTokens.
    """
    wanted, allowed = set(roles), ROLES_OF_KIND[kind]
    if not wanted or wanted - allowed:
        raise RoleNotForTokens(
            f"这类机构的接口密钥可用的岗位：{'、'.join(sorted(allowed))}。签字的岗位只能由本人为自己开通。"
        )
    return sorted(wanted)
