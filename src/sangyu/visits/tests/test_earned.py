"""What a visit earned: the rate of the item on the day, and plainly nothing known where nobody set one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.cast import BEIJING
from tests.standing import standing

from sangyu.providers import actions as providers
from sangyu.visits import queries as visits_read
from sangyu.visits.rules import Earning

NOVEMBER = datetime(2026, 11, 1, tzinfo=BEIJING), datetime(2026, 12, 1, tzinfo=BEIJING)


@standing
def paid(cast):
    """Kang'an pays 48 yuan for a cleaning, and 52 from the 12th; nothing was said of bathing."""
    for pay_fen, valid_from in ((4800, date(2026, 11, 1)), (5200, date(2026, 11, 12))):
        providers.set_pay_rate(
            enterprise=cast.kangan,
            item_id=cast.cleaning.pk,
            pay_fen=pay_fen,
            valid_from=valid_from,
            by=cast.kangan_user,
            at=cast.at,
        )
    return cast


def test_a_visit_earns_the_rate_of_its_day(paid):
    early, late = paid.visited(paid.order(days=1)), paid.visited(paid.order(days=5))
    assert visits_read.earned_by(paid.zhao_user, early).pay_fen == 4800
    assert visits_read.earned_by(paid.zhao_user, late).pay_fen == 5200


def test_what_has_no_rate_is_not_zero_and_is_counted(paid):
    paid.visited(paid.order(days=1))
    bath = paid.visited(paid.order(days=2, item=paid.bathing))
    assert visits_read.earned_by(paid.zhao_user, bath).pay_fen is None
    month = visits_read.earned_between(paid.zhao_user, *NOVEMBER)
    assert month.sum == Earning(visits=2, total_fen=4800, without_rate=1)


def test_a_visit_earns_only_when_it_is_over(paid):
    visit = paid.arrived()
    assert visits_read.earned_by(paid.zhao_user, visit) is None
    assert visits_read.earned_between(paid.zhao_user, *NOVEMBER).sum.visits == 0


def test_today_is_a_part_of_the_month(paid):
    paid.visited(paid.order(days=1))
    today = paid.visited(paid.order(days=2))
    month = visits_read.earned_between(paid.zhao_user, *NOVEMBER)
    assert month.rows[0].visit == today
    morning = today.arrived_at.replace(hour=0, minute=0)
    assert month.since(morning) == Earning(visits=1, total_fen=4800, without_rate=0)
    assert visits_read.earned_between(paid.zhao_user, morning, morning + timedelta(days=1)).sum == month.since(morning)


def test_nobody_reads_what_another_earned(paid):
    visit = paid.visited()
    for other in (paid.other_user, paid.kangan_user, paid.ma):
        assert visits_read.earned_by(other, visit) is None
        assert visits_read.earned_between(other, *NOVEMBER).rows == ()


def test_a_month_costs_the_same_whatever_its_length(paid, django_assert_num_queries):
    for days in (1, 2, 3):
        paid.visited(paid.order(days=days))
    with django_assert_num_queries(2):
        assert visits_read.earned_between(paid.zhao_user, *NOVEMBER).sum.visits == 3
