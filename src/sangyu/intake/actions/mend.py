"""Mend a line in its place, and set a batch aside that nobody wants any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.intake.actions.check_batch import mark_doubles
from sangyu.intake.actions.common import counted, ensure_kept, known_to, lock
from sangyu.intake.actions.examine import examine
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow
from sangyu.intake.rules import NotNow, template_called
from sangyu.intake.staged import cells_of, encrypted, told
from sangyu.kit.errors import NotFound


@transaction.atomic
def mend(*, batch_id: UUID, line: int, cells: Mapping[str, str], by: User, at: datetime) -> StagedRow:
    """Put other texts into cells of a line and check it again, with every line that bears the same document.

    Shape: `cells` column -> text; cells that are not named stay, faults of the file included.
    Raises: NotAllowed; NotFound; NotNow, for a line that is in the register already or was emptied.
    """
    batch = lock(batch_id, by, Stage.CHECKED, Stage.WRITTEN)
    ensure_kept(batch)
    row = StagedRow.objects.select_for_update().filter(batch=batch, line=line).first()
    if row is None:
        raise NotFound(f"这一批里没有第{line}行。请刷新后再看。")
    if row.outcome not in (Outcome.WAITING, Outcome.REFUSED):
        raise NotNow(f"第{line}行已经入库，不能在这里改。请打开这位老人的档案办理。")
    template = template_called(batch.template)
    before = row.number_index
    row.outcome, row.said = Outcome.WAITING, ""
    texts = {key: text.strip() for key, text in cells.items() if key in template.keys}
    _check_again(batch, [row], by, at, {**cells_of(row), **texts})
    touched = [index for index in {before, row.number_index} if index]
    others = list(
        StagedRow.objects.filter(batch=batch, number_index=before, outcome=Outcome.WAITING).exclude(pk=row.pk)
    )
    if before and before != row.number_index and others:
        _check_again(batch, others, by, at)
    mark_doubles(batch, touched)
    Batch.objects.filter(pk=batch.pk).update(counts=counted(batch.pk))
    row.refresh_from_db()
    return row


@transaction.atomic
def set_aside(*, batch_id: UUID, by: User, at: datetime) -> Batch:
    """Set a batch aside of which nothing has been written; its lines are forgotten at once.

    Raises: NotAllowed; NotFound; NotNow.
    """
    batch = lock(batch_id, by, Stage.CHECKED, Stage.REFUSED)
    StagedRow.objects.filter(batch=batch).delete()
    batch.stage, batch.emptied_at = Stage.SET_ASIDE, at
    batch.save(update_fields=["stage", "emptied_at"])
    access.record(by=by, at=at, verb="intake.set_aside", object_kind="batch", object_id=batch.pk)
    return batch


def _check_again(
    batch: Batch, rows: list[StagedRow], by: User, at: datetime, cells: Mapping[str, object] | None = None
) -> None:
    chunk = [cells if cells is not None else cells_of(row) for row in rows]
    found = examine(template_called(batch.template), chunk, known_to(by, at), by)  # type: ignore[arg-type]
    for row, one, was in zip(rows, found, chunk, strict=True):
        staged = one.line(row.line, was)  # type: ignore[arg-type]
        row.cells_cipher = encrypted(batch.pk, row.line, staged.cells)
        row.number_index, row.standing, row.elder_id = staged.number_index, staged.standing, staged.elder_id
        row.faults, row.differences, row.double_of = told(staged.faults), told(staged.differences), None
        row.save()
