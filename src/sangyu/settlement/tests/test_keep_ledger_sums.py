"""What the ledger says of a paid statement is added up once, and says the same as its holds."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.standing import standing

from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import LedgerSum, Statement


@standing
def run(cast: Cast):
    """November with two visits, not good enough for the full sum, signed and not paid."""
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    return cast.approved(cast.drawn_up(satisfaction=1))


def keep(cast: Cast) -> int:
    return settlement.keep_ledger_sums(programme_id=cast.programme.pk, at=cast.at)


def test_the_sums_are_the_same_before_and_after_they_are_kept(cast: Cast, run) -> None:
    settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    counted = settlement_read.ledger_sums(cast.auditor, run)
    assert counted.open_fen == 0 < counted.voided_fen < counted.posted_fen
    assert keep(cast) == Statement.objects.count()
    with CaptureQueriesContext(connection) as asked:
        assert settlement_read.ledger_sums(cast.auditor, run) == counted
    assert "ledger_hold" not in " ".join(query["sql"] for query in asked.captured_queries)


def test_a_repeat_adds_nothing(cast: Cast, run) -> None:
    settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    assert keep(cast) > 0
    before = list(LedgerSum.objects.values())
    assert keep(cast) == 0
    assert list(LedgerSum.objects.values()) == before


def test_what_is_not_paid_is_not_kept(cast: Cast, run) -> None:
    open_fen = settlement_read.ledger_sums(cast.auditor, run).open_fen
    assert open_fen > 0
    assert keep(cast) == 0
    assert settlement_read.ledger_sums(cast.auditor, run).open_fen == open_fen
