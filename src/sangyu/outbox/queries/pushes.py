"""Who has subscribed, where pushes stand, and what subscribers answered; the desk says who may read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sangyu.kit.errors import NotFound
from sangyu.outbox.models import (
    PushAgain,
    PushAttempt,
    PushStanding,
    PushState,
    SigningSecret,
    Subscription,
    SubscriptionSwitch,
    SwitchKind,
)
from sangyu.outbox.rules.pushes import OVERLAP, Course, Standing, Try, standing
from sangyu.outbox.rules.signatures import Secret
from sangyu.outbox.seals import opened


def subscriptions(programme_id: UUID, *, organisation_id: UUID | None = None) -> QuerySet[Subscription]:
    """The subscriptions of a programme, or of one organisation in it, newest first; each says whether it is on.

    Shape: `switched` is ON or OFF.
    """
    rows = _with_switch(Subscription.objects.filter(programme_id=programme_id))
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return rows.order_by("-at", "-id")


def get_subscription(programme_id: UUID, subscription_id: UUID, *, organisation_id: UUID | None = None) -> Subscription:
    """Return one subscription.

    Raises: NotFound.
    """
    found = subscriptions(programme_id, organisation_id=organisation_id).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound("没有找到这个订阅。")
    return found


def active_subscriptions() -> list[Subscription]:
    """Return every subscription that is on, of all programmes; for the machine that writes pushes."""
    return list(_with_switch(Subscription.objects.all()).filter(switched=SwitchKind.ON).order_by("id"))


def switches_of(subscription_id: UUID) -> list[SubscriptionSwitch]:
    """Return how a subscription was switched off and on, first time first."""
    return list(SubscriptionSwitch.objects.filter(subscription_id=subscription_id).order_by("n"))


def secrets_of(subscription_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, list[Secret]]:
    """Return the secrets that sign for each of some subscriptions at a moment, newest first.

    One that has a successor signs along for a day after that was made. A secret that was sealed with another
    key of this installation cannot be opened and is left out; the list may be empty.
    """
    rows: dict[UUID, list[SigningSecret]] = defaultdict(list)
    for row in (
        SigningSecret.objects.filter(subscription__in=list(subscription_ids))
        .select_related("subscription")
        .order_by("-n")
    ):
        rows[row.subscription_id].append(row)
    found: dict[UUID, list[Secret]] = {}
    for pk, known in rows.items():
        valid = known[:1] + [row for newer, row in pairwise(known) if at < newer.at + OVERLAP]
        plain = [(row, opened(row.sealed)) for row in valid]
        found[pk] = [Secret(row.subscription.scheme, raw) for row, raw in plain if raw is not None]
    return found


def pushes(
    programme_id: UUID,
    *,
    organisation_id: UUID | None = None,
    subscription_id: UUID | None = None,
    states: Collection[str] = (),
    kind: str = "",
    after: tuple[datetime, UUID] | None = None,
) -> QuerySet[PushStanding]:
    """The pushes of a programme with where they stand, newest first, behind the key (at, id) of the last one read."""
    rows = PushStanding.objects.filter(programme_id=programme_id).select_related("push", "subscription")
    if organisation_id is not None:
        rows = rows.filter(subscription__organisation_id=organisation_id)
    if subscription_id is not None:
        rows = rows.filter(push__subscription=subscription_id)
    if states:
        rows = rows.filter(state__in=states)
    if kind:
        rows = rows.filter(push__kind=kind)
    if after is not None:
        rows = rows.extra(where=["(outbox_push.at, outbox_push.id) < (%s, %s)"], params=list(after))
    return rows.order_by("-push__at", "-push_id")


def get_push(programme_id: UUID, push_id: UUID, *, organisation_id: UUID | None = None) -> PushStanding:
    """Return one push with where it stands.

    Raises: NotFound.
    """
    found = pushes(programme_id, organisation_id=organisation_id).filter(pk=push_id).first()
    if found is None:
        raise NotFound("没有找到这次推送。")
    return found


def count_pushes(programme_id: UUID, subscription_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Count the pushes of some subscriptions by where they stand; every state of every one is named."""
    rows = PushStanding.objects.filter(programme_id=programme_id, subscription__in=subscription_ids)
    counted = {pk: dict.fromkeys(PushState.values, 0) for pk in subscription_ids}
    for pk, state, n in rows.values_list("subscription", "state").annotate(n=Count("pk")):
        counted[pk][state] = n
    return counted


def answers_of(subscription_ids: Collection[UUID]) -> dict[UUID, PushAttempt]:
    """Return the last answer of each of some subscribers; who was never pushed to is left out."""
    last = PushAttempt.objects.filter(subscription=OuterRef("pk")).order_by("-at", "-id").values("pk")[:1]
    ids = (
        Subscription.objects.filter(pk__in=subscription_ids)
        .annotate(last=Subquery(last))
        .values_list("last", flat=True)
    )
    return {row.subscription_id: row for row in PushAttempt.objects.filter(pk__in=[pk for pk in ids if pk])}


def tries_of_push(push_ids: Iterable[UUID]) -> dict[UUID, list[PushAttempt]]:
    """Return the attempts of each of some pushes, first attempt first."""
    found: dict[UUID, list[PushAttempt]] = defaultdict(list)
    for row in PushAttempt.objects.filter(push__in=list(push_ids)).order_by("n"):
        found[row.push_id].append(row)
    return found


def repeats_of(push_ids: Iterable[UUID]) -> dict[UUID, list[PushAgain]]:
    """Return how often each of some pushes was asked for again, first time first."""
    found: dict[UUID, list[PushAgain]] = defaultdict(list)
    for row in PushAgain.objects.filter(push__in=list(push_ids)).order_by("n"):
        found[row.push_id].append(row)
    return found


def standings_of(rows: Iterable[PushStanding]) -> dict[UUID, Standing]:
    """Recompute where pushes stand from the rows about them, in two queries."""
    by_id = {row.pk: row.push for row in rows}
    tries, repeats = tries_of_push(by_id), repeats_of(by_id)
    found = {}
    for pk, push in by_id.items():
        asked = repeats[pk]
        since = [Try(row.result, row.reason, row.at) for row in tries[pk] if row.round == len(asked)]
        found[pk] = standing(Course(pk, asked[-1].at if asked else push.at, since))
    return found


def misplaced_pushes(programme_id: UUID) -> list[UUID]:
    """Return the pushes whose stored state is not what their rows say; empty when all is well."""
    rows = list(PushStanding.objects.filter(programme_id=programme_id).select_related("push"))
    true = standings_of(rows)
    return [row.pk for row in rows if (row.state, row.because) != (true[row.pk].state, true[row.pk].because)]


def _with_switch(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    last = SubscriptionSwitch.objects.filter(subscription=OuterRef("pk")).order_by("-n").values("kind")[:1]
    return rows.annotate(switched=Coalesce(Subquery(last), Value(SwitchKind.ON.value)))
