"""What can no longer change is added up once: the ledger's sums behind paid statements."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from sangyu.settlement.models import LedgerSum, Payment, Statement
from sangyu.settlement.queries.months import holds_of

CHUNK = 200


def keep_ledger_sums(*, programme_id: UUID, at: datetime) -> int:
    """Keep what the ledger says of every paid statement whose holds have all ended; return how many were added.

    Holds, their ends and the lines of a paid statement are written once, so the sums are final. The clock calls this
    every hour; a repeat adds nothing.
    """
    paid = Statement.objects.filter(
        Exists(Payment.objects.filter(statement=OuterRef("pk"))),
        ~Exists(LedgerSum.objects.filter(statement=OuterRef("pk"))),
        run__programme_id=programme_id,
    )
    waiting = list(paid.order_by("run__month", "pk").values_list("pk", flat=True))
    kept = 0
    for begin in range(0, len(waiting), CHUNK):
        with transaction.atomic():
            final = [row for row in holds_of(waiting[begin : begin + CHUNK]) if not row.open]
            LedgerSum.objects.bulk_create(
                [
                    LedgerSum(
                        statement_id=row.statement_id,
                        held_fen=row.sums.held_fen,
                        posted_fen=row.sums.posted_fen,
                        voided_fen=row.sums.voided_fen,
                        at=at,
                    )
                    for row in final
                ],
                ignore_conflicts=True,
            )
        kept += len(final)
    return kept
