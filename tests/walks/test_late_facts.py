"""What is learnt after a month is paid: the next month takes it back, a refused payment goes again, all books hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sangyu.access import actions as access
from sangyu.insight.verify import verify
from sangyu.kit.month import Month
from sangyu.providers.models import Enterprise
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Line, Payment
from tests.cast import BEIJING, Cast
from tests.month_end import bank_answers
from tests.owner import past_the_guards

END = datetime(2027, 1, 4, 9, tzinfo=BEIJING)


def faulty(cast: Cast) -> set[str]:
    access.seal(programme_id=cast.programme.pk)
    return {outcome.check for outcome in verify() if outcome.faults}


def december_with_a_difference(cast: Cast):
    """November paid and one line of it corrected; December drawn up, signed, paid, refused and paid again."""
    cast.visited(cast.order(days=1))
    cast.paid(cast.drawn_up())
    settlement.take_back(line_id=Line.objects.get().pk, amount_fen=900, reason="少做", by=cast.qian, at=END)
    cast.visited(cast.order(days=24))
    cast.appraised(at=END, month=Month(2026, 12))
    at = END + timedelta(days=20)
    run = cast.approved(settlement.draw_up(month=Month(2026, 12), by=cast.qian, at=at))
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=at + timedelta(hours=3))
    refused = Payment.objects.get(file=file)
    answer = bank_answers(file, failed=(refused.number,))
    settlement.take_return(run_id=run.pk, content=answer, by=cast.qian, at=at + timedelta(days=1))
    Enterprise.objects.filter(pk=cast.kangan.pk).update(bank_account="6200000000000009999")
    settlement.release(payment_id=refused.pk, by=cast.feng, at=at + timedelta(days=2))
    again = settlement.pay_again(payment_ids=[refused.pk], by=cast.qian, at=at + timedelta(days=2))
    settlement.take_return(run_id=run.pk, content=bank_answers(again), by=cast.qian, at=at + timedelta(days=3))
    return run


def test_every_book_holds_after_a_difference_and_a_second_payment(cast: Cast) -> None:
    december_with_a_difference(cast)
    assert faulty(cast) == set()


@pytest.mark.django_db(transaction=True)
def test_a_difference_changed_behind_the_verbs_is_found(cast: Cast) -> None:
    december_with_a_difference(cast)
    with past_the_guards() as owner:
        assert owner.execute("UPDATE settlement_difference SET amount_fen = amount_fen + 1").rowcount
        assert faulty(cast) >= {"differences", "roots"}
