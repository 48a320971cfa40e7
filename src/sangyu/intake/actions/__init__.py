"""Verbs of intake: hand in, check, mend, set aside, write, undo, hand out, forget."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sangyu.intake.actions.check_batch import check_batch
from sangyu.intake.actions.common import known_to
from sangyu.intake.actions.forget import forget_lines
from sangyu.intake.actions.hand_in import hand_in
from sangyu.intake.actions.hand_out import empty_sheet, hand_out, said_of, wrong_lines
from sangyu.intake.actions.mend import mend, set_aside
from sangyu.intake.actions.undoing import begin_undoing, undo, until
from sangyu.intake.actions.writing import begin_writing, write
from sangyu.intake.models import Batch, Stage


def go_on(*, batch_id: UUID, at: datetime) -> Batch:
    """Do whatever a batch waits for: check its file, write its lines or take them back, or nothing."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.stage == Stage.RECEIVED:
        return check_batch(batch_id=batch_id, at=at)
    if batch.stage == Stage.WRITING:
        return write(batch_id=batch_id, at=at)
    if batch.stage == Stage.UNDOING:
        return undo(batch_id=batch_id, at=at)
    return batch


__all__ = [
    "begin_undoing",
    "begin_writing",
    "check_batch",
    "empty_sheet",
    "forget_lines",
    "go_on",
    "hand_in",
    "hand_out",
    "known_to",
    "mend",
    "said_of",
    "set_aside",
    "undo",
    "until",
    "write",
    "wrong_lines",
]
