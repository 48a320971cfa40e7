"""Where texts stand, which reached nobody, and what was told last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from sangyu.outbox.models import (
    TO_RING,
    AttemptResult,
    Text,
    TextAttempt,
    TextClosing,
    TextReceipt,
    TextStanding,
    TextState,
)
from sangyu.outbox.rules import Course, Standing, standing


def texts(programme_id: UUID) -> QuerySet[TextStanding]:
    """The texts of a programme with where they stand, newest first; the desk says who may read them."""
    return (
        TextStanding.objects.filter(programme_id=programme_id)
        .select_related("text")
        .order_by("-text__at", "-text__n", "-text_id")
    )


def texts_page(
    programme_id: UUID,
    *,
    states: Collection[str] = (),
    elder_ids: Collection[UUID] | None = None,
    cause_ids: Collection[UUID] | None = None,
    after: tuple[datetime, int, UUID] | None = None,
    limit: int = 50,
) -> list[TextStanding]:
    """Return texts newest first, `limit` at a time behind the key (at, n, id) of the last; None filters nothing."""
    rows = texts(programme_id).filter(text__programme_id=programme_id)
    if states:
        rows = rows.filter(state__in=states)
    if elder_ids is not None:
        rows = rows.filter(text__elder_id__in=elder_ids)
    if cause_ids is not None:
        rows = rows.filter(text__cause_id__in=cause_ids)
    if after is not None:
        rows = rows.extra(where=["(outbox_text.at, outbox_text.n, outbox_text.id) < (%s, %s, %s)"], params=list(after))
    return list(rows[:limit])


def texts_about(programme_id: UUID, cause_kind: str, cause_id: UUID) -> list[TextStanding]:
    """Return what was texted about one thing, oldest first."""
    rows = texts(programme_id).filter(text__cause_kind=cause_kind, text__cause_id=cause_id)
    return list(rows.order_by("text__n", "text__to"))


def texts_to_ring(programme_id: UUID, at: datetime) -> QuerySet[TextStanding]:
    """The texts that reached nobody and are still worth a call, the most urgent first."""
    rows = TextStanding.objects.filter(programme_id=programme_id, state__in=TO_RING, ring_by__gt=at)
    return rows.select_related("text").order_by("ring_by", "text_id")


def count_texts(programme_id: UUID, since: datetime, until: datetime) -> dict[str, int]:
    """Count the texts written in a half-open stretch of time by where they stand; every state is named."""
    rows = TextStanding.objects.filter(programme_id=programme_id, text__at__gte=since, text__at__lt=until)
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {str(state): found.get(state, 0) for state in TextState}


def last_told(cause_kind: str, cause_ids: Iterable[UUID]) -> dict[UUID, Text]:
    """Return the last piece of news about each of some things; what was never told of is left out."""
    rows = Text.objects.filter(cause_kind=cause_kind, cause_id__in=list(cause_ids))
    return {row.cause_id: row for row in rows.order_by("cause_id", "-n", "to").distinct("cause_id")}


def tries_of(text_ids: Iterable[UUID]) -> dict[UUID, list[TextAttempt]]:
    """Return the attempts to send each of some texts, first attempt first."""
    found: dict[UUID, list[TextAttempt]] = defaultdict(list)
    for row in TextAttempt.objects.filter(text_id__in=list(text_ids)).order_by("n"):
        found[row.text_id].append(row)
    return found


def standings(rows: Iterable[Text]) -> dict[UUID, Standing]:
    """Recompute where texts stand from the rows about them, in three queries."""
    by_id = {row.pk: row for row in rows}
    attempts = tries_of(by_id)
    receipts: dict[UUID, dict[str, str]] = defaultdict(dict)
    for receipt in TextReceipt.objects.filter(text_id__in=by_id):
        receipts[receipt.text_id][receipt.outcome] = receipt.reason
    closings: dict[UUID, dict[str, str]] = defaultdict(dict)
    for closing in TextClosing.objects.filter(text_id__in=by_id):
        closings[closing.text_id][closing.kind] = closing.reason
    return {pk: standing(_course(row, attempts[pk], receipts[pk], closings[pk])) for pk, row in by_id.items()}


def misplaced(programme_id: UUID) -> list[UUID]:
    """Return the texts whose stored state is not what their rows say; empty when all is well."""
    rows = list(TextStanding.objects.filter(programme_id=programme_id).select_related("text"))
    true = standings(row.text for row in rows)
    return [row.pk for row in rows if (row.state, row.because) != (true[row.pk].state, true[row.pk].because)]


def _course(text: Text, attempts: list[TextAttempt], receipts: dict[str, str], closings: dict[str, str]) -> Course:
    failed = [row for row in attempts if row.result == AttemptResult.FAILED]
    return Course(
        has_mobile=bool(text.phone),
        not_before=text.not_before,
        sent=any(row.result == AttemptResult.SENT for row in attempts),
        refused=any(row.result == AttemptResult.REFUSED for row in attempts),
        failures=len(failed),
        failed_at=failed[-1].at if failed else None,
        reason=attempts[-1].reason if attempts else "",
        receipts=receipts,
        closings=closings,
    )
