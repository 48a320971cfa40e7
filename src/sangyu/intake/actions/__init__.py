"""Verbs of intake: hand in, check, mend, set aside, write, undo, hand out, forget."""

from __future__ import annotations

from sangyu.intake.actions.check_batch import check_batch
from sangyu.intake.actions.common import known_to
from sangyu.intake.actions.forget import forget_lines
from sangyu.intake.actions.go_on import go_on
from sangyu.intake.actions.hand_in import hand_in
from sangyu.intake.actions.hand_out import empty_sheet, hand_out, wrong_lines
from sangyu.intake.actions.mend import mend, set_aside
from sangyu.intake.actions.undoing import begin_undoing, undo, until
from sangyu.intake.actions.writing import begin_writing, write

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
    "set_aside",
    "undo",
    "until",
    "write",
    "wrong_lines",
]
