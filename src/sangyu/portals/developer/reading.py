"""Subscriptions and pushes as people and programs read them: the bureau all of them, an enterprise its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import Organisation, OrganisationKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import (
    Push,
    PushAttempt,
    PushResult,
    PushStanding,
    PushState,
    Subscription,
    SubscriptionSwitch,
    SwitchKind,
)
from sangyu.outbox.rules.signatures import Secret

STATES: dict[str, tuple[str | Promise, str]] = {
    PushState.WAITING: (_("待推送"), "waiting"),
    PushState.DELIVERED: (_("已送达"), "good"),
    PushState.DEAD: (_("未送达"), "bad"),
}


@dataclass(frozen=True)
class Line:
    """A subscription with whose it is, what its subscriber answered last and how its pushes stand."""

    subscription: Subscription
    organisation: str
    answer: PushAttempt | None
    counts: dict[str, int]

    @property
    def is_on(self) -> bool:
        return is_on(self.subscription)

    @property
    def is_failing(self) -> bool:
        """Its last answer was no good."""
        return self.answer is not None and self.answer.result != PushResult.DELIVERED

    @property
    def dead(self) -> int:
        return self.counts[PushState.DEAD]

    @property
    def waiting(self) -> int:
        return self.counts[PushState.WAITING]


@dataclass(frozen=True)
class PushLine:
    """A push with its attempts."""

    standing: PushStanding
    tries: tuple[PushAttempt, ...]

    @property
    def state(self) -> str | Promise:
        return STATES[self.standing.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.standing.state][1]


def is_on(row: Subscription) -> bool:
    """Tell whether a subscription that was read here is on."""
    return bool(row.switched == SwitchKind.ON)  # type: ignore[attr-defined]


def ensure_reach(viewer: User) -> UUID | None:
    """Return the organisation whose subscriptions the viewer manages; None for all of the programme.

    Raises: NotAllowed.
    """
    ensure_role(viewer, Role.BUREAU, Role.ENTERPRISE)
    return None if Role.BUREAU in viewer.roles else viewer.organisation_id


def organisations(viewer: User) -> list[Organisation]:
    """Return the organisations for which the viewer may subscribe, the bureau and the operator first.

    Raises: NotAllowed.
    """
    within = ensure_reach(viewer)
    rows = Organisation.objects.filter(programme_id=viewer.programme_id).exclude(kind=OrganisationKind.COMMUNITY)
    if within is not None:
        rows = rows.filter(pk=within)
    return sorted(rows, key=lambda row: (row.kind == OrganisationKind.ENTERPRISE, row.name))


def get_subscription(viewer: User, subscription_id: UUID) -> Subscription:
    """Return one subscription.

    Raises: NotAllowed; NotFound, also for another organisation's.
    """
    return outbox_read.get_subscription(viewer.programme_id, subscription_id, organisation_id=ensure_reach(viewer))


def lines(viewer: User, rows: Collection[Subscription] | None = None) -> list[Line]:
    """Lay beside subscriptions (all that the viewer manages, unless some are named) what is known of them.

    A fixed number of queries. Raises: NotAllowed.
    """
    within = ensure_reach(viewer)
    if rows is None:
        rows = list(outbox_read.subscriptions(viewer.programme_id, organisation_id=within))
    ids = [row.pk for row in rows]
    names = dict(Organisation.objects.filter(programme_id=viewer.programme_id).values_list("pk", "name"))
    answers, counts = outbox_read.answers_of(ids), outbox_read.count_pushes(viewer.programme_id, ids)
    return [Line(row, names[row.organisation_id], answers.get(row.pk), counts[row.pk]) for row in rows]


def switches(viewer: User, subscription: Subscription) -> list[tuple[SubscriptionSwitch, str]]:
    """Return how a subscription was switched off and on, last time first, and by whom."""
    rows = outbox_read.switches_of(subscription.pk)
    people = User.objects.filter(programme_id=viewer.programme_id, pk__in=[row.by_id for row in rows if row.by_id])
    names = {row.pk: row.display_name for row in people}
    return [(row, names.get(row.by_id, "")) for row in reversed(rows)]


def signing(subscription: Subscription, *, at: datetime) -> list[Secret]:
    """Return what signs for a subscription at a moment, newest first."""
    return outbox_read.secrets_of([subscription.pk], at=at).get(subscription.pk, [])


def push_lines(
    viewer: User,
    *,
    subscription_id: UUID | None = None,
    state: str = "",
    kind: str = "",
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[PushLine]:
    """Return pushes newest first, with their attempts; two queries, however many rows.

    Raises: NotAllowed.
    """
    rows = outbox_read.pushes(
        viewer.programme_id,
        organisation_id=ensure_reach(viewer),
        subscription_id=subscription_id,
        states=[state] if state else [],
        kind=kind,
        after=after,
    )[:limit]
    found = list(rows)
    tries = outbox_read.tries_of_push(row.pk for row in found)
    return [PushLine(row, tuple(tries[row.pk])) for row in found]


def pushes(viewer: User, subscription_id: UUID, *, state: str = "") -> QuerySet[Push]:
    """The pushes of a subscription, those that stand somewhere if asked for.

    Raises: NotAllowed; NotFound, also for another organisation's.
    """
    rows = Push.objects.filter(subscription=get_subscription(viewer, subscription_id))
    return rows.filter(pk__in=PushStanding.objects.filter(state=state).values("pk")) if state else rows


def beside(viewer: User, rows: Collection[Push]) -> list[PushLine]:
    """Lay beside pushes where they stand and how they were tried; two queries, however many rows.

    Raises: NotAllowed.
    """
    known = outbox_read.pushes(viewer.programme_id, organisation_id=ensure_reach(viewer))
    standing = {row.pk: row for row in known.filter(pk__in=[row.pk for row in rows])}
    tries = outbox_read.tries_of_push(standing)
    return [PushLine(standing[row.pk], tuple(tries[row.pk])) for row in rows if row.pk in standing]


def get_push(viewer: User, push_id: UUID) -> PushLine:
    """Return one push with its attempts.

    Raises: NotAllowed; NotFound, also for another organisation's.
    """
    row = outbox_read.get_push(viewer.programme_id, push_id, organisation_id=ensure_reach(viewer))
    return PushLine(row, tuple(outbox_read.tries_of_push([row.pk])[row.pk]))
