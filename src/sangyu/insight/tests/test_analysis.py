"""Orders of a period cut four ways: each cut is what SQL counts, and each bar opens as many rows as it says."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING, Cast
from tests.standing import standing

from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.kit.age import age_on

SINCE, ON = date(2026, 11, 9), date(2026, 11, 12)
AT = datetime(2026, 12, 10, 9, tzinfo=BEIJING)
GROUPS = {
    "item_class": "SELECT i.item_class, count(*) FROM orders_order o JOIN providers_serviceitem i ON i.id = o.item_id",
    "street": "SELECT a.parent_id, count(*) FROM orders_order o JOIN access_area a ON a.code = o.community_id",
    "enterprise": "SELECT (SELECT d.enterprise_id::text FROM dispatch_dispatch d WHERE d.order_id = o.id"
    " ORDER BY d.n DESC LIMIT 1), count(*) FROM orders_order o",
    "time": "SELECT (o.placed_at AT TIME ZONE 'Asia/Shanghai')::date::text, count(*) FROM orders_order o",
}


@standing
def placed(cast: Cast) -> Cast:
    """Four orders on two days, one of them sent, one of another item."""
    cast.sent(cast.order())
    cast.order(item=cast.bathing, days=2)
    cast.at = datetime(2026, 11, 11, 9, tzinfo=BEIJING)
    cast.order(elder=cast.grandpa)
    cast.order(elder=cast.grandpa, days=2)
    cast.at = datetime(2026, 11, 20, 9, tzinfo=BEIJING)
    cast.order(elder=cast.grandpa, days=3)
    return cast


@pytest.mark.proves("LZ-27")
def test_each_cut_is_what_sql_counts(placed: Cast) -> None:
    found = insight_read.analysis(placed.head, SINCE, ON)
    assert found.orders.value == 4
    assert {chart.code for chart in found.charts} == GROUPS.keys()
    for chart in found.charts:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{GROUPS[chart.code]} WHERE o.placed_at >= %s AND o.placed_at < %s GROUP BY 1",
                [rules.begin_of(SINCE), rules.end_of(ON)],
            )
            counted = {str(key) if key else "-": n for key, n in cursor.fetchall()}
        dim = "day" if chart.code == "time" else chart.code
        assert {bar.number.lens[dim]: bar.number.value for bar in chart.bars if bar.number.value} == counted
        assert chart.n == 4


def test_each_bar_opens_as_many_rows_as_it_says(placed: Cast) -> None:
    for since in (SINCE, date(2026, 1, 1)):
        found = insight_read.analysis(placed.head, since, ON)
        for number in [found.orders, *(bar.number for chart in found.charts for bar in chart.bars)]:
            lens = insight_read.read_lens({**number.lens, "on": ON.isoformat()}, at=AT)
            assert len(list(insight_read.open_rows(placed.head, "orders", lens))) == number.value, number


def test_a_long_period_is_cut_by_month(placed: Cast) -> None:
    chart = insight_read.analysis(placed.head, date(2026, 1, 1), ON).charts[-1]
    assert [bar.number.label for bar in chart.bars][-1] == "2026-11"
    assert len(chart.bars) == 11


@given(values=st.lists(st.integers(0, 10_000), max_size=20))
@settings(deadline=None, max_examples=60)
def test_a_bar_is_never_longer_than_the_widest_and_never_vanishes(values: list[int]) -> None:
    lengths = rules.bars(values, width=1000)
    assert all((length == 0) == (value == 0) and length <= 1000 for value, length in zip(values, lengths, strict=True))


@given(
    birth_on=st.dates(date(1905, 1, 1), date(2026, 1, 1)),
    on=st.dates(date(2026, 1, 2), date(2032, 12, 31)),
)
@settings(deadline=None, max_examples=150)
def test_an_age_band_holds_exactly_those_of_its_age(birth_on: date, on: date) -> None:
    bands = [band for band in rules.AGE_BANDS if _holds(rules.born_between(*band, on), birth_on)]
    assert [low <= age_on(birth_on, on) < high for low, high in bands] == [True]


def _holds(born: tuple[date, date], birth_on: date) -> bool:
    return born[0] <= birth_on < born[1]
