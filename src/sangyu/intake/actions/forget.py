"""Forget what stood in the lines of batches that are over: the register has it, or nobody wants it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sangyu.intake.models import Batch, Stage, StagedRow

KEPT_DAYS = 30


def forget_lines(*, at: datetime) -> int:
    """Empty the cells of batches whose last act is thirty days ago, and set aside those that wait to be written.

    Return how many batches were emptied. What became of each line stays, so that the counts can be explained.
    """
    before = at - timedelta(days=KEPT_DAYS)
    over = Batch.objects.filter(emptied_at=None, at__lt=before).exclude(
        stage__in=(Stage.RECEIVED, Stage.WRITING, Stage.UNDOING)
    )
    done = 0
    for batch in over.order_by("at"):
        if max(moment for moment in (batch.at, batch.written_at, batch.undone_at) if moment) >= before:
            continue
        with transaction.atomic():
            StagedRow.objects.filter(batch=batch).update(cells_cipher="", number_index="")
            stage = Stage.SET_ASIDE if batch.stage == Stage.CHECKED else batch.stage
            Batch.objects.filter(pk=batch.pk).update(emptied_at=at, stage=stage)
        done += 1
    return done
