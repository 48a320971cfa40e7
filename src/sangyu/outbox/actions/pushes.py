"""Write pushes down, hand them out to a sender, note what came of them, and ask for one again.

Locks: the standing of a push, by push id, and then its subscription. A verb here takes a whole batch and costs the
same number of statements whatever its size.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.outbox.actions.subscriptions import switch
from sangyu.outbox.models import (
    Push,
    PushAgain,
    PushAttempt,
    PushResult,
    PushStanding,
    PushState,
    Subscription,
    SwitchKind,
)
from sangyu.outbox.queries.pushes import get_subscription, repeats_of, secrets_of, standings_of, tries_of_push
from sangyu.outbox.rules import pushes as rules
from sangyu.outbox.rules.signatures import Secret

REASON_LENGTH_MAX = 200
# In hand at once for one subscriber, and for one whose last answer was no good: it is only probed.
AT_ONCE_FOR_ONE = 4
AT_ONCE_FOR_ONE_FAILING = 1


@dataclass(frozen=True)
class Event:
    """Something to be pushed to one subscription, body ready; `id` is what the subscriber knows repeats by."""

    id: UUID
    subscription: Subscription
    kind: str
    body: str

    @property
    def push_id(self) -> UUID:
        """The push's id follows from event and subscription, so writing it down again finds it there."""
        return derived_id("push", self.subscription.pk, self.id)


@dataclass(frozen=True)
class OutgoingPush:
    """A push handed out to be sent now: attempt `n`, in the round of asking it belongs to, with what signs it."""

    push: Push
    n: int
    round: int
    failing: bool
    secrets: Sequence[Secret]


@dataclass(frozen=True)
class Pushed:
    """What came of a push; without a `status` nobody answered."""

    outgoing: OutgoingPush
    status: int | None
    reason: str
    took_ms: int
    at: datetime


@transaction.atomic
def queue_pushes(*, events: Collection[Event], at: datetime) -> int:
    """Write events down to be pushed at once; return how many were new.

    What was written down before is left as it is, so a repeat has no second effect.
    """
    wanted = {event.push_id: event for event in events}
    known = set(Push.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    rows = [
        Push(
            id=pk,
            programme_id=event.subscription.programme_id,
            subscription=event.subscription,
            event_id=event.id,
            kind=event.kind,
            body=event.body,
            at=at,
        )
        for pk, event in wanted.items()
        if pk not in known
    ]
    Push.objects.bulk_create(rows)
    PushStanding.objects.bulk_create(
        [
            PushStanding(
                push=row,
                programme_id=row.programme_id,
                subscription=row.subscription,
                state=PushState.WAITING,
                since_at=at,
                due_at=at,
            )
            for row in rows
        ]
    )
    return len(rows)


@transaction.atomic
def claim_pushes(
    *, at: datetime, limit: int, without: Collection[UUID] = (), failing_max: int | None = None
) -> list[OutgoingPush]:
    """Hand out pushes that are due, for a minute; whoever takes them pushes them and notes each attempt.

    Fair to every subscriber: a few each, one only for a subscriber whose last answer was no good, and those come last,
    at most `failing_max` of them; subscriptions in `without` are passed over. Two senders never get the same
    push within the minute. If a sender dies before it notes, the next one pushes again under the same event id.
    """
    found = _due(at=at, limit=limit, without=without, failing_max=limit if failing_max is None else failing_max)
    failing = dict(found)
    rows = list(
        PushStanding.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=failing, state=PushState.WAITING, due_at__lte=at)
        .select_related("push", "push__subscription")
        .order_by("push_id")
    )
    ids = [row.pk for row in rows]
    PushStanding.objects.filter(pk__in=ids).update(due_at=at + rules.LEASE)
    tried = dict(PushAttempt.objects.filter(push__in=ids).values_list("push").annotate(n=Count("id")))
    repeats = repeats_of(ids)
    signing = secrets_of({row.push.subscription_id for row in rows}, at=at)
    order = {pk: place for place, (pk, _) in enumerate(found)}
    return [
        OutgoingPush(
            row.push,
            tried.get(row.pk, 0) + 1,
            len(repeats[row.pk]),
            failing[row.pk],
            signing.get(row.push.subscription_id, ()),
        )
        for row in sorted(rows, key=lambda row: order[row.pk])
    ]


@transaction.atomic
def note_pushes(*, pushed: Sequence[Pushed], at: datetime) -> None:
    """Note what came of pushes; an attempt that is noted already stays as it is.

    A subscriber that answered 410 wants nothing more: its subscription is switched off.
    """
    rows = [
        PushAttempt(
            id=derived_id("push-attempt", one.outgoing.push.pk, one.outgoing.n),
            push=one.outgoing.push,
            subscription_id=one.outgoing.push.subscription_id,
            n=one.outgoing.n,
            round=one.outgoing.round,
            result=rules.result_of(one.status) if one.status else PushResult.FAILED,
            status=one.status,
            reason=one.reason[:REASON_LENGTH_MAX],
            took_ms=one.took_ms,
            at=one.at,
        )
        for one in pushed
    ]
    PushAttempt.objects.bulk_create(rows, ignore_conflicts=True)
    _move([row.push_id for row in rows], at)
    for subscription_id in sorted({row.subscription_id for row in rows if row.result == PushResult.GONE}):
        switch(subscription_id=subscription_id, on=False, reason="对方应答410，表示不再接收", by_id=None, at=at)


@transaction.atomic
def push_again(
    *, programme_id: UUID, push_ids: Collection[UUID], by_id: UUID, at: datetime, organisation_id: UUID | None = None
) -> int:
    """Push some events once more, delivered or not, under the same event ids; return how many were not under way.

    What waits for its first try anyway is left as it is, so a double click asks once.
    Raises: NotFound, also for another organisation's; NothingToPush, if the subscription is switched off.
    """
    standing = PushStanding.objects.select_for_update(of=("self",)).filter(pk__in=push_ids, programme_id=programme_id)
    if organisation_id is not None:
        standing = standing.filter(subscription__organisation_id=organisation_id)
    rows = list(standing.order_by("push_id"))
    if len(rows) != len(set(push_ids)):
        raise NotFound("没有找到这次推送。")
    for subscription_id in {row.subscription_id for row in rows}:
        if get_subscription(programme_id, subscription_id).switched == SwitchKind.OFF:  # type: ignore[attr-defined]
            raise rules.NothingToPush("这个订阅已停用，不再推送。请先启用，再重新推送。")
    tries, repeats = tries_of_push(row.pk for row in rows), repeats_of(row.pk for row in rows)
    going = [
        row.pk
        for row in rows
        if row.state != PushState.WAITING or any(one.round == len(repeats[row.pk]) for one in tries[row.pk])
    ]
    PushAgain.objects.bulk_create(
        [
            PushAgain(
                id=derived_id("push-again", pk, len(repeats[pk]) + 1), push_id=pk, n=len(repeats[pk]) + 1,
                by_id=by_id, at=at,
            )
            for pk in going
        ]
    )  # fmt: skip
    _move(going, at)
    return len(going)


def _due(*, at: datetime, limit: int, without: Collection[UUID], failing_max: int) -> list[tuple[UUID, bool]]:
    """Choose what is due, a few of each subscription, the healthy ones first. Shape: push id, and whether it fails."""
    with connection.cursor() as db:
        db.execute(
            """
            SELECT due.push_id, each.failing
            FROM (
                SELECT *, row_number() OVER (PARTITION BY failing ORDER BY first_due_at, subscription_id) AS place
                FROM (
                    SELECT waiting.subscription_id, waiting.first_due_at,
                           coalesce((SELECT one.result <> 'DELIVERED' FROM outbox_pushattempt one
                                     WHERE one.subscription_id = waiting.subscription_id
                                     ORDER BY one.at DESC, one.id DESC LIMIT 1), false) AS failing
                    FROM (SELECT subscription_id, min(due_at) AS first_due_at FROM outbox_pushstanding
                          WHERE state = 'WAITING' AND due_at <= %(at)s AND NOT subscription_id = ANY(%(without)s)
                          GROUP BY subscription_id) waiting
                    WHERE coalesce((SELECT turn.kind FROM outbox_subscriptionswitch turn
                                    WHERE turn.subscription_id = waiting.subscription_id
                                    ORDER BY turn.n DESC LIMIT 1), 'ON') = 'ON'
                ) judged
            ) each
            CROSS JOIN LATERAL (
                SELECT push_id, due_at FROM outbox_pushstanding
                WHERE subscription_id = each.subscription_id AND state = 'WAITING' AND due_at <= %(at)s
                ORDER BY due_at, push_id LIMIT CASE WHEN each.failing THEN %(one)s ELSE %(few)s END
            ) due
            WHERE NOT each.failing OR each.place <= %(failing_max)s
            ORDER BY each.failing, due.due_at, due.push_id LIMIT %(limit)s
            """,
            {
                "at": at,
                "without": list(without),
                "one": AT_ONCE_FOR_ONE_FAILING,
                "few": AT_ONCE_FOR_ONE,
                "failing_max": failing_max,
                "limit": limit,
            },
        )
        return [(row[0], row[1]) for row in db.fetchall()]


def _move(push_ids: Collection[UUID], at: datetime) -> None:
    """Bring the stored states of some pushes to what their rows now say."""
    rows = list(
        PushStanding.objects.select_for_update(of=("self",))
        .filter(pk__in=push_ids)
        .select_related("push")
        .order_by("push_id")
    )
    true = standings_of(rows)
    for row in rows:
        now = true[row.pk]
        row.since_at = at if now.state != row.state else row.since_at
        row.state, row.because, row.due_at = now.state, now.because, now.due_at
    PushStanding.objects.bulk_update(rows, ["state", "because", "since_at", "due_at"])
