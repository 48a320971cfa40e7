"""Which roles fit which body; pure."""

from __future__ import annotations

from collections.abc import Iterable

from sangyu.kit.errors import Refusal

# By kind of organisation. The clock's role is nobody's to give.
ROLES_OF = {
    "BUREAU": frozenset({"BUREAU", "DEPUTY", "HEAD", "AUDITOR"}),
    "OPERATOR": frozenset({"AGENT", "SUPERVISOR", "DISPATCHER", "QUALITY", "FINANCE", "APPROVER"}),
    "COMMUNITY": frozenset({"COMMUNITY"}),
    "ENTERPRISE": frozenset({"ENTERPRISE", "WORKER", "TILL"}),
    "ASSESSOR": frozenset({"ASSESSOR"}),
}
# Who does the work of a step may not sign it: the two are kept by two people from the start.
APART = (frozenset({"FINANCE", "APPROVER"}),)


class RoleDoesNotFit(Refusal):
    """A role that this body does not have, or that does not go with another."""

    code = "ROLE_DOES_NOT_FIT"


def ensure_fit(*, kind: str, roles: Iterable[str], labels: dict[str, str]) -> None:
    """Refuse roles that a person of this kind of organisation cannot hold, or not together.

    Shape: `labels` are the Chinese names of roles. Raises: RoleDoesNotFit.
    """
    held = set(roles)
    strange = sorted(held - ROLES_OF.get(kind, frozenset()))
    if strange:
        names = "、".join(labels.get(role, role) for role in strange)
        raise RoleDoesNotFit(f"这类单位没有“{names}”这个岗位，请另选岗位或单位。")
    for pair in APART:
        if pair <= held:
            names = "、".join(labels.get(role, role) for role in sorted(pair))
            raise RoleDoesNotFit(f"{names}不能由同一个人担任，请由两个人分担。")
