"""Take a batch back within a day: what it wrote goes, unless something has happened to it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.intake.actions.common import lock, passed, spans
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow, Standing
from sangyu.intake.rules import TooLate
from sangyu.registry.actions.many import Told
from sangyu.registry.actions.take_back_many import take_back_additions, take_back_many

HOURS = 24
REASON_MIN = 2


def until(batch: Batch) -> datetime | None:
    """Return until when a batch can be taken back; None if it was not written."""
    return batch.written_at + timedelta(hours=HOURS) if batch.written_at and batch.stage == Stage.WRITTEN else None


@transaction.atomic
def begin_undoing(*, batch_id: UUID, reason: str, by: User, at: datetime) -> Batch:
    """Decide that a batch be taken back; `undo` does it.

    Raises: NotAllowed; NotFound; NotNow; ReasonMissing; TooLate.
    """
    batch = lock(batch_id, by, Stage.WRITTEN)
    said = " ".join(reason.split())[:200]
    if len(said) < REASON_MIN:
        raise access.ReasonMissing("撤销一批登记必须写明原因，请补充。")
    last = until(batch)
    if last is None or at >= last:
        raise TooLate(f"入库已超过{HOURS}小时，不能整批撤销。个别登记有误的，请在老人档案里逐个办理。")
    batch.stage, batch.way, batch.undone_by, batch.reason = Stage.UNDOING, 0, by, said
    batch.save(update_fields=["stage", "way", "undone_by", "reason"])
    access.record(by=by, at=at, verb="intake.undo", object_kind="batch", object_id=batch.pk, facts={"reason": said})
    return batch


def undo(*, batch_id: UUID, at: datetime) -> Batch:
    """Take back what was decided, chunk by chunk; a line that cannot be taken back says why and stays."""
    batch = Batch.objects.select_related("undone_by__organisation", "undone_by__programme").get(pk=batch_id)
    if batch.stage == Stage.UNDOING and batch.undone_by is not None:
        for lines in spans(batch.pk):
            _undo_span(batch, batch.undone_by, at, lines)
        _finish(batch, at)
        batch.refresh_from_db()
    return batch


def _undo_span(batch: Batch, by: User, at: datetime, lines: tuple[int, int]) -> None:
    """Take back what was written between two lines, in a transaction of its own."""
    with transaction.atomic():
        held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        rows = list(_written(held, lines)) if held.stage == Stage.UNDOING else []
        if rows:
            _keep(rows, _taken_back(held, rows, by, at))
            Batch.objects.filter(pk=held.pk).update(way=held.way + len(rows))


def _finish(batch: Batch, at: datetime) -> None:
    with transaction.atomic():
        held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if held.stage == Stage.UNDOING:
            passed(held, Stage.UNDONE, undone_at=at)


def _written(batch: Batch, lines: tuple[int, int]) -> QuerySet[StagedRow]:
    rows = StagedRow.objects.filter(batch=batch, line__range=lines, outcome=Outcome.WRITTEN)
    return rows.only("batch_id", "line", "standing", "elder_id", "written").order_by("line")


def _keep(rows: Sequence[StagedRow], why: Mapping[UUID, str]) -> None:
    """Note of every line what became of it, in one statement."""
    said = [why.get(row.elder_id, "") if row.elder_id else "" for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_stagedrow AS row SET outcome = n.outcome, said = n.said"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n (id, outcome, said) WHERE row.id = n.id",
            [
                [row.pk for row in rows],
                [Outcome.KEPT.value if one else Outcome.TAKEN_BACK.value for one in said],
                said,
            ],
        )


def _taken_back(batch: Batch, rows: Sequence[StagedRow], by: User, at: datetime) -> dict[UUID, str]:
    new = [row.elder_id for row in rows if row.standing == Standing.NEW and row.elder_id]
    more = [
        Told(
            elder_id=row.elder_id,
            contact_ids=tuple(UUID(pk) for pk in row.written.get("contacts", [])),
            identity_ids=tuple(UUID(pk) for pk in row.written.get("identities", [])),
        )
        for row in rows
        if row.standing == Standing.MORE and row.elder_id
    ]
    why = take_back_many(elder_ids=new, batch_id=batch.pk, by=by, at=at) if new else {}
    return why | (take_back_additions(told=more, by=by, at=at) if more else {})
