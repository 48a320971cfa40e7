"""Do what a batch waits for, and let nobody wait for what will not come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.intake.actions.check_batch import check_batch, refuse
from sangyu.intake.actions.common import passed
from sangyu.intake.actions.undoing import undo
from sangyu.intake.actions.writing import write
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow

FAULT = "核对中途出错，详情见任务日志。请再交一次；仍然出错请告诉维护人员。"


def go_on(*, batch_id: UUID, at: datetime) -> Batch:
    """Do whatever a batch waits for: check its file, write its lines or take them back, or nothing.

    If that fails in a way nobody foresaw, the batch goes back to where a person can act: what is written stays written.
    """
    batch = Batch.objects.get(pk=batch_id)
    try:
        if batch.stage == Stage.RECEIVED:
            return check_batch(batch_id=batch_id, at=at)
        if batch.stage == Stage.WRITING:
            return write(batch_id=batch_id, at=at)
        if batch.stage == Stage.UNDOING:
            return undo(batch_id=batch_id, at=at)
    except Exception:
        _go_back(batch_id, at)
        raise
    return batch


@transaction.atomic
def _go_back(batch_id: UUID, at: datetime) -> None:
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if batch.stage == Stage.RECEIVED:
        refuse(batch, FAULT, at)
    elif batch.stage in (Stage.WRITING, Stage.UNDOING):
        some = StagedRow.objects.filter(batch=batch, outcome=Outcome.WRITTEN).exists()
        passed(batch, Stage.WRITTEN if some else Stage.CHECKED, written_at=batch.written_at or (at if some else None))
