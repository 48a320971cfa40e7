"""Write texts down, hand them out to a sender, and note what became of them. Locks: standings by text id.

A verb here takes a whole batch and costs the same number of statements whatever its size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.outbox import queries as outbox_read
from sangyu.outbox import rules
from sangyu.outbox.models import (
    TO_RING,
    ClosingKind,
    ReceiptOutcome,
    Text,
    TextAttempt,
    TextClosing,
    TextReceipt,
    TextStanding,
    TextState,
)

REASON_LENGTH_MAX = 200
# Newer news makes these needless: not sent yet, or never to be sent.
OVERTAKEN = (TextState.WAITING, *TO_RING)


@dataclass(frozen=True)
class Draft:
    """A text to be written down: the n-th piece of news about its cause, to one person.

    An empty `phone` says that this person has no mobile number and has to be rung.
    """

    programme_id: UUID
    cause_kind: str
    cause_id: UUID
    n: int
    to: str
    phone: str
    template: str
    body: str
    not_before: datetime
    send_until: datetime
    elder_id: UUID | None = None
    told: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The text's id follows from what it is about, so writing it down again finds it there."""
        return derived_id("text", self.cause_kind, self.cause_id, self.n, self.to)


@dataclass(frozen=True)
class Outgoing:
    """A text handed out to be sent now; `n` numbers the attempt."""

    text: Text
    n: int


@dataclass(frozen=True)
class Attempted:
    """What came of handing a text to a gateway; `delivered` when the gateway says at once that it has arrived."""

    text_id: UUID
    n: int
    gateway: str
    result: str
    reference: str = ""
    reason: str = ""
    delivered: bool = False


@transaction.atomic
def queue_texts(*, drafts: Collection[Draft], at: datetime) -> int:
    """Write texts down to be sent when they are due, in place of older ones about the same thing; return how many.

    What was written down before is left as it is, so a repeat has no second effect.
    """
    known = set(Text.objects.filter(pk__in=[draft.id for draft in drafts]).values_list("pk", flat=True))
    fresh = {draft.id: draft for draft in drafts if draft.id not in known}
    rows = [
        Text(
            id=pk,
            programme_id=draft.programme_id,
            cause_kind=draft.cause_kind,
            cause_id=draft.cause_id,
            n=draft.n,
            to=draft.to,
            elder_id=draft.elder_id,
            phone=draft.phone,
            template=draft.template,
            body=draft.body,
            told=dict(draft.told),
            at=at,
            not_before=draft.not_before,
            send_until=draft.send_until,
        )
        for pk, draft in fresh.items()
    ]
    Text.objects.bulk_create(rows)
    new = {row.pk: rules.standing(rules.Course(has_mobile=bool(row.phone), not_before=row.not_before)) for row in rows}
    TextStanding.objects.bulk_create(
        [
            TextStanding(
                text=row,
                programme_id=row.programme_id,
                state=new[row.pk].state,
                because=new[row.pk].because,
                since_at=at,
                due_at=new[row.pk].due_at,
                ring_by=row.send_until if new[row.pk].state in TO_RING else None,
            )
            for row in rows
        ]
    )
    _overtake(rows, at)
    return len(rows)


@transaction.atomic
def claim_texts(*, at: datetime, limit: int) -> list[Outgoing]:
    """Hand out texts that are due, for a few minutes; whoever takes them sends them and notes each attempt.

    Two senders never get the same text within that time. If a sender dies before it notes, the next one sends again
    under the same reference: a gateway that knows references sends once, one that does not may send twice. Texts
    whose moment is over are not handed out any more.
    """
    due = list(
        TextStanding.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=TextState.WAITING, due_at__lte=at)
        .select_related("text")
        .order_by("due_at", "text_id")[:limit]
    )
    late = [row.pk for row in due if row.text.send_until <= at]
    _close(late, ClosingKind.STOPPED, "已过了这条短信的时候", at)
    ours = [row for row in due if row.text.send_until > at]
    TextStanding.objects.filter(pk__in=[row.pk for row in ours]).update(
        due_at=at + timedelta(minutes=rules.LEASE_MINUTES)
    )
    tried = dict(
        TextAttempt.objects.filter(text__in=[row.pk for row in ours]).values_list("text_id").annotate(n=Count("id"))
    )
    return [Outgoing(row.text, tried.get(row.pk, 0) + 1) for row in ours]


@transaction.atomic
def note_attempts(*, attempts: Sequence[Attempted], at: datetime) -> None:
    """Note what came of each attempt; an attempt that is noted already stays as it is."""
    TextAttempt.objects.bulk_create(
        [
            TextAttempt(
                id=derived_id("text-attempt", one.text_id, one.n),
                text_id=one.text_id,
                n=one.n,
                gateway=one.gateway,
                reference=one.reference[:80],
                result=one.result,
                reason=one.reason[:REASON_LENGTH_MAX],
                at=at,
            )
            for one in attempts
        ],
        ignore_conflicts=True,
    )
    _note_receipts([one.text_id for one in attempts if one.delivered], ReceiptOutcome.DELIVERED, "", at)
    _move([one.text_id for one in attempts], at)


@transaction.atomic
def note_receipt(*, text_id: UUID, outcome: str, at: datetime, reason: str = "") -> TextStanding:
    """Note what the gateway says became of a text; said again, or after it arrived, it changes nothing.

    Raises: NotFound, for a reference that is none of ours.
    """
    if not Text.objects.filter(pk=text_id).exists():
        raise NotFound("没有这个编号的短信。请核对 reference。")
    _note_receipts([text_id], ReceiptOutcome(outcome), reason, at)
    _move([text_id], at)
    return TextStanding.objects.select_related("text").get(pk=text_id)


@transaction.atomic
def stop_texts(*, text_ids: Collection[UUID], reason: str, at: datetime) -> None:
    """Keep texts from being sent, saying why; what has been sent stays sent."""
    _close(text_ids, ClosingKind.STOPPED, reason, at)


@transaction.atomic
def ring_instead(*, programme_id: UUID, text_id: UUID, by_id: UUID, at: datetime, note: str = "") -> TextStanding:
    """Note that somebody rang because a text reached nobody; noted again it changes nothing.

    Raises: NotFound; NothingToRing, when the text has arrived or is still under way.
    """
    row = (
        TextStanding.objects.select_for_update(of=("self",))
        .select_related("text")
        .filter(pk=text_id, programme_id=programme_id)
        .first()
    )
    if row is None:
        raise NotFound("没有找到这条短信。")
    if row.state == TextState.RUNG:
        return row
    if row.state not in TO_RING:
        label = TextState(row.state).label
        raise rules.NothingToRing(f"这条短信现在是“{label}”，不需要再打电话。请刷新后再看。")
    _close([row.pk], ClosingKind.RUNG, note.strip(), at, by_id=by_id)
    row.refresh_from_db()
    return row


def _overtake(rows: Iterable[Text], at: datetime) -> None:
    newest: dict[tuple[str, UUID], int] = {}
    for row in rows:
        cause = (row.cause_kind, row.cause_id)
        newest[cause] = max(row.n, newest.get(cause, 0))
    if not newest:
        return
    same = Q(text__cause_kind__in={kind for kind, _ in newest}, text__cause_id__in=[cause for _, cause in newest])
    older = TextStanding.objects.filter(same, state__in=OVERTAKEN).select_related("text")
    overtaken = [row.pk for row in older if row.text.n < newest.get((row.text.cause_kind, row.text.cause_id), 0)]
    _close(overtaken, ClosingKind.REPLACED, "有了更新的消息", at)


def _close(
    text_ids: Collection[UUID], kind: ClosingKind, reason: str, at: datetime, *, by_id: UUID | None = None
) -> None:
    if not text_ids:
        return
    TextClosing.objects.bulk_create(
        [
            TextClosing(
                id=derived_id("text-closing", pk, kind),
                text_id=pk,
                kind=kind,
                reason=reason[:REASON_LENGTH_MAX],
                by_id=by_id,
                at=at,
            )
            for pk in text_ids
        ],
        ignore_conflicts=True,
    )
    _move(text_ids, at)


def _note_receipts(text_ids: Collection[UUID], outcome: ReceiptOutcome, reason: str, at: datetime) -> None:
    if not text_ids:
        return
    TextReceipt.objects.bulk_create(
        [
            TextReceipt(
                id=derived_id("text-receipt", pk, outcome),
                text_id=pk,
                outcome=outcome,
                reason=reason[:REASON_LENGTH_MAX],
                at=at,
            )
            for pk in text_ids
        ],
        ignore_conflicts=True,
    )


def _move(text_ids: Collection[UUID], at: datetime) -> None:
    """Bring the stored states of some texts to what their rows now say."""
    rows = list(
        TextStanding.objects.select_for_update(of=("self",))
        .filter(pk__in=text_ids)
        .select_related("text")
        .order_by("text_id")
    )
    true = outbox_read.standings(row.text for row in rows)
    for row in rows:
        now = true[row.pk]
        row.since_at = at if now.state != row.state else row.since_at
        row.state, row.because, row.due_at = now.state, now.because, now.due_at
        row.ring_by = row.text.send_until if now.state in TO_RING else None
    TextStanding.objects.bulk_update(rows, ["state", "because", "since_at", "due_at", "ring_by"])
