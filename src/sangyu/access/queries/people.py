"""Who works in the programme, as the bureau's list of people shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sangyu.access.models import Factor, FactorKind, Organisation, OrganisationKind, Role, RoleAssignment, User
from sangyu.access.queries.sign_in import locked_users, open_sessions
from sangyu.access.queries.viewer import ensure_role
from sangyu.access.rules.people import ROLES_OF
from sangyu.kit.errors import NotFound

PEOPLE_READERS = (Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR)
ORGANISATION_KINDS = OrganisationKind.choices


@dataclass(frozen=True)
class Person:
    """Somebody of the programme. Shape: `roles` are pairs of code and label; `factors` are labels."""

    user: User
    roles: tuple[tuple[str, str], ...]
    factors: tuple[str, ...]
    sessions: int
    locked_until: datetime | None

    @property
    def can_sign_in(self) -> bool:
        """Tell whether there is a password at all; machines and the like only act."""
        return self.user.has_usable_password()


def people(
    viewer: User, *, text: str = "", role: str = "", after: str = "", at: datetime, real_at: datetime, limit: int = 50
) -> list[Person]:
    """Who works in the programme, by log-in name behind `after`; those whose name or log-in holds `text`.

    A fixed number of queries. Raises: NotAllowed.
    """
    rows = _users(viewer).filter(username__gt=after).order_by("username")
    for word in text.split():
        rows = rows.filter(
            Q(username__icontains=word) | Q(display_name__contains=word) | Q(organisation__name__contains=word)
        )
    if role:
        held = RoleAssignment.objects.filter(user=OuterRef("pk"), role=role, ended_on=None)
        rows = rows.filter(Exists(held))
    return _persons(list(rows[:limit]), at=at, real_at=real_at)


def get_person(viewer: User, user_id: UUID, *, at: datetime, real_at: datetime) -> Person:
    """Return one of the people of the programme.

    Raises: NotAllowed, NotFound.
    """
    user = _users(viewer).filter(pk=user_id).first()
    if user is None:
        raise NotFound("没有找到这位用户。")
    return _persons([user], at=at, real_at=real_at)[0]


def organisations(viewer: User) -> list[Organisation]:
    """The bodies of the programme to which somebody can be invited, the bureau and the operator first.

    Raises: NotAllowed.
    """
    ensure_role(viewer, *PEOPLE_READERS)
    order = {kind: n for n, kind in enumerate(OrganisationKind.values)}
    rows = Organisation.objects.filter(programme_id=viewer.programme_id).order_by("name")
    return sorted(rows, key=lambda row: order[row.kind])


def roles_for(kind: str) -> list[tuple[str, str]]:
    """The roles that people of such a body can hold, with their labels, in the order of the walk."""
    return [(str(role), str(role.label)) for role in Role if role in ROLES_OF.get(kind, ())]


def _users(viewer: User) -> QuerySet[User]:
    ensure_role(viewer, *PEOPLE_READERS)
    rounds = RoleAssignment.objects.filter(user=OuterRef("pk"), role=Role.CLOCK)
    return User.objects.filter(~Exists(rounds), programme_id=viewer.programme_id).select_related("organisation")


def _persons(users: list[User], *, at: datetime, real_at: datetime) -> list[Person]:
    ids = [user.pk for user in users]
    roles = _by_user(RoleAssignment.objects.filter(user__in=ids, ended_on=None).values_list("user", "role"))
    factors = _by_user(
        Factor.objects.filter(user__in=ids, removed_at=None).order_by("added_at").values_list("user", "kind")
    )
    sessions = dict(
        open_sessions(ids, real_at=real_at).order_by().values("user").annotate(n=Count("pk")).values_list("user", "n")
    )
    locked = locked_users(users, at=at)
    return [
        Person(
            user=user,
            roles=tuple((str(role), str(role.label)) for role in Role if role in roles.get(user.pk, ())),
            factors=tuple(str(FactorKind(kind).label) for kind in dict.fromkeys(factors.get(user.pk, ()))),
            sessions=sessions.get(user.pk, 0),
            locked_until=locked.get(user.pk),
        )
        for user in users
    ]


def _by_user(pairs: Iterable[tuple[UUID, str]]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for user_id, word in pairs:
        found.setdefault(user_id, []).append(word)
    return found
