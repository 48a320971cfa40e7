"""Reads of access: who is the viewer, what may they see, and is the audit book whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import OuterRef, QuerySet, Subquery

from sangyu.access.models import (
    Area,
    AreaKind,
    AuditEntry,
    AuditHead,
    AuditLink,
    Programme,
    Role,
    RoleAssignment,
    User,
)
from sangyu.access.rules import entry_hash, link_hash
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


def subdistricts(viewer: User) -> QuerySet[Area]:
    """The subdistricts of the viewer's area, by code."""
    return Area.objects.filter(kind=AreaKind.SUBDISTRICT, code__startswith=viewer.area_code[:6]).order_by("code")


def audit_of(viewer: User, object_id: UUID) -> QuerySet[AuditEntry]:
    """What was done to one object, oldest first; for those who see the whole programme."""
    return audit_of_all(viewer, [object_id])


def audit_of_all(viewer: User, object_ids: Iterable[UUID]) -> QuerySet[AuditEntry]:
    """What was done to several objects, oldest first, each with its place `n` in the chain (None before the seal)."""
    if not sees_whole_programme(viewer):
        return AuditEntry.objects.none()
    place = AuditLink.objects.filter(entry=OuterRef("pk")).values("n")
    return (
        AuditEntry.objects.filter(programme_id=viewer.programme_id, object_id__in=list(object_ids))
        .annotate(n=Subquery(place))
        .select_related("by")
        .order_by("at", "id")
    )


def clock(programme: Programme) -> User:
    """The user in whose name the rounds act."""
    return User.objects.get(programme=programme, username=f"clock.{programme.slug}")


@dataclass(frozen=True)
class ChainFault:
    """Where the audit book does not hold, and how."""

    n: int
    what: str


def verify_chain(programme_id: UUID) -> list[ChainFault]:
    """Recompute every hash of the audit book; an empty list means that it is whole."""
    faults: list[ChainFault] = []
    previous, expected = "0" * 64, 0
    links = AuditLink.objects.filter(programme_id=programme_id).select_related("entry").order_by("n")
    for link in links.iterator(chunk_size=2000):
        expected += 1
        entry = link.entry
        if link.n != expected:
            faults.append(ChainFault(expected, f"缺少第{expected}环，接着的是第{link.n}环"))
            expected = link.n
        body = entry_hash(
            entry_id=entry.pk,
            at=entry.at,
            by_id=entry.by_id,
            verb=entry.verb,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            facts=entry.facts,
        )
        if body != entry.body_hash:
            faults.append(ChainFault(link.n, "记录内容与当时的摘要不符"))
        if link.previous_hash != previous or link.hash != link_hash(previous_hash=previous, n=link.n, entry_hash=body):
            faults.append(ChainFault(link.n, "与前一环不衔接"))
        previous = link.hash
    head = AuditHead.objects.get(programme_id=programme_id)
    if (head.n, head.hash) != (expected, previous):
        faults.append(ChainFault(expected, f"链尾被截断：应有{head.n}环"))
    return faults


@dataclass(frozen=True)
class LogIn:
    """A log-in as the demo's sign-in page lists it."""

    role: str
    username: str
    name: str


def log_ins_by_role() -> list[LogIn]:
    """Return the first log-in of every role in the order of the walk; for demonstrations only."""
    first: dict[str, LogIn] = {}
    rows = (
        RoleAssignment.objects.filter(ended_on=None, user__is_active=True)
        .exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .select_related("user")
        .order_by("user__username")
    )
    for row in rows:
        first.setdefault(row.role, LogIn(str(Role(row.role).label), row.user.username, row.user.display_name))
    return [first[role] for role in Role.values if role in first]


def programme_called(number: str) -> Programme | None:
    """Return the programme whose hotline has this number; None when nobody answers there."""
    return Programme.objects.filter(hotline_number=number).first()


def programmes() -> list[Programme]:
    """Return every programme of this installation, for the rounds."""
    return list(Programme.objects.order_by("slug"))
