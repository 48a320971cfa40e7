"""What a worker earns by a visit: said by the enterprise, from a day on, and never changed backwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.neighbour import Neighbour

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers import rules
from sangyu.providers.actions import Incomplete, PayBackdated
from sangyu.providers.models import PayRate

TODAY = date(2026, 11, 9)


def rate(cast, pay_fen, valid_from=TODAY, **more):
    given = {"enterprise": cast.kangan, "item_id": cast.cleaning.pk, "by": cast.kangan_user, "at": cast.at, **more}
    return providers.set_pay_rate(pay_fen=pay_fen, valid_from=valid_from, **given)


def earned(cast, on, item=None):
    return providers_read.pay_fen(cast.kangan.pk, (item or cast.cleaning).pk, on)


def test_a_rate_holds_until_the_next_one_and_nothing_is_said_before_the_first(cast):
    rate(cast, 4500, date(2026, 11, 1))
    rate(cast, 5000, date(2026, 12, 1))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [earned(cast, day) for day in days] == [None, 4500, 4500, 5000]
    assert earned(cast, TODAY, cast.bathing) is None


def test_a_whole_month_is_read_at_once(cast, django_assert_num_queries):
    rate(cast, 4500)
    visits = [(cast.cleaning.pk, TODAY + timedelta(days=n)) for n in range(20)] + [(cast.bathing.pk, TODAY)]
    with django_assert_num_queries(1):
        found = providers_read.pay_fens(cast.kangan.pk, visits)
    assert found[cast.bathing.pk, TODAY] is None
    assert {found[visit] for visit in visits[:20]} == {4500}


def test_the_first_rate_may_begin_in_the_past_and_no_later_one(cast):
    rate(cast, 4500, date(2026, 1, 1))
    with pytest.raises(PayBackdated, match=r"“室内保洁”已有报酬标准.*2026-11-08倒算.*最早从2026-11-09起"):
        rate(cast, 3000, date(2026, 11, 8))
    assert earned(cast, date(2026, 11, 8)) == 4500


def test_of_two_rates_for_one_day_the_last_counts_and_a_repeat_adds_nothing(cast):
    rate(cast, 4500)
    rate(cast, 5400, at=cast.at + timedelta(minutes=1))
    rate(cast, 5400, at=cast.at + timedelta(minutes=2))
    assert earned(cast, TODAY) == 5400
    assert PayRate.objects.count() == 2


def test_only_the_enterprise_itself_says_what_it_pays(cast):
    for by in (cast.head, cast.wang, cast.zhao_user):
        with pytest.raises(NotAllowed, match="企业管理员"):
            rate(cast, 4500, by=by)
    with pytest.raises(NotFound, match="没有找到这家企业"):
        rate(cast, 4500, by=cast.letter_user)
    with pytest.raises(NotFound, match="目录里没有"):
        rate(cast, 4500, item_id=Neighbour(cast.at).item.pk)


def test_a_rate_below_zero_is_refused(cast):
    with pytest.raises(Incomplete, match="不能是负数"):
        rate(cast, -1)


def test_the_page_of_rates_lists_what_is_contracted_with_the_next_rate(cast):
    rate(cast, 4500)
    later = rate(cast, 5000, date(2026, 12, 1))
    found = {row.item: row for row in providers_read.pay_rates(cast.kangan_user, cast.kangan, TODAY)}
    assert set(found) == {cast.cleaning, cast.bathing}
    cleaning, bathing = found[cast.cleaning], found[cast.bathing]
    assert (cleaning.pay_fen, cleaning.following) == (4500, later)
    assert (bathing.pay_fen, bathing.valid_from, bathing.following) == (None, None, None)
    with pytest.raises(NotFound):
        providers_read.pay_rates(cast.letter_user, cast.kangan, TODAY)


@settings(deadline=None, max_examples=60)
@given(since=st.dates(date(2025, 1, 1), date(2027, 12, 31)), on=st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_what_was_told_is_never_changed_backwards(since, on):
    if since < on:
        with pytest.raises(PayBackdated):
            rules.ensure_pay(item="保洁", pay_fen=1, valid_from=since, on=on, has_rate=True)
    else:
        rules.ensure_pay(item="保洁", pay_fen=1, valid_from=since, on=on, has_rate=True)
    rules.ensure_pay(item="保洁", pay_fen=1, valid_from=since, on=on, has_rate=False)
