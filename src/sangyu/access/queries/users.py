"""The programmes of this installation, and who acts or signs in there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from sangyu.access.models import Programme, Role, RoleAssignment, User


def clock(programme: Programme) -> User:
    """The user in whose name the rounds act."""
    return User.objects.get(programme=programme, username=f"clock.{programme.slug}")


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
    """Return the programme whose hotline has this number; None when nobody answers there, or no number is given."""
    return Programme.objects.filter(hotline_number=number).first() if number else None


def programmes() -> list[Programme]:
    """Return every programme of this installation, for the rounds."""
    return list(Programme.objects.order_by("slug"))


def names(viewer: User, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of people of the viewer's programme by id; who is not one of them is left out."""
    rows = User.objects.filter(programme_id=viewer.programme_id, pk__in=set(ids))
    return dict(rows.values_list("pk", "display_name"))
