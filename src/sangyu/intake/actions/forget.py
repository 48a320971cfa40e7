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
    over = over.exclude(written_at__gte=before).exclude(undone_at__gte=before)
    done = 0
    for batch_id in over.order_by("at").values_list("pk", flat=True):
        with transaction.atomic():
            batch = over.select_for_update(no_key=True).filter(pk=batch_id).first()
            if batch is None:
                continue  # somebody has begun to write it meanwhile
            StagedRow.objects.filter(batch=batch).update(cells_cipher="", number_index="")
            batch.emptied_at = at
            batch.stage = Stage.SET_ASIDE if batch.stage == Stage.CHECKED else batch.stage
            batch.save(update_fields=["emptied_at", "stage"])
        done += 1
    return done
