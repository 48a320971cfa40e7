"""Who is the viewer, and what may they see."""

from __future__ import annotations

from django.db.models import QuerySet

from sangyu.access.models import Area, AreaKind, Role, User
from sangyu.kit.errors import Refusal


class NotAllowed(Refusal):
    """The viewer's roles do not include what this page or verb needs."""


OPERATOR_ROLES = frozenset({Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER, Role.QUALITY, Role.FINANCE, Role.APPROVER})
OVERSIGHT_ROLES = frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR, Role.CLOCK})


def sees_whole_programme(viewer: User) -> bool:
    """Tell whether the viewer reads every row of the programme (operator, bureau, auditor)."""
    return bool(viewer.roles & (OPERATOR_ROLES | OVERSIGHT_ROLES))


def ensure_role(viewer: User, *roles: str) -> None:
    """Refuse a viewer who holds none of `roles`.

    Raises: NotAllowed, naming who may.
    """
    if not viewer.roles & set(roles):
        names = "、".join(str(Role(role).label) for role in roles)
        raise NotAllowed(f"{viewer.display_name}没有这项权限。可办理的岗位：{names}。")


def communities(viewer: User) -> QuerySet[Area]:
    """The communities of the viewer's area, by code."""
    return Area.objects.filter(kind=AreaKind.COMMUNITY, code__startswith=viewer.area_code).order_by("code")


def programme_communities(viewer: User) -> QuerySet[Area]:
    """The communities of the whole programme, by code: where an elder may move to."""
    return Area.objects.filter(kind=AreaKind.COMMUNITY, code__startswith=viewer.programme.area_id).order_by("code")


def subdistricts(viewer: User) -> QuerySet[Area]:
    """The subdistricts of the viewer's area, by code."""
    return Area.objects.filter(kind=AreaKind.SUBDISTRICT, code__startswith=viewer.area_code[:6]).order_by("code")
