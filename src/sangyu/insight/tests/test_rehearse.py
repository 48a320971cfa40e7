"""A rehearsal on the own registry and charges: who gains, what it costs, who is at the edge; nothing is booked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import InternalError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import PARAMETERS, Cast

from sangyu import policy
from sangyu.access.queries import NotAllowed
from sangyu.benefits import actions as benefits
from sangyu.benefits.models import Charge
from sangyu.insight.queries import rehearsal
from sangyu.insight.queries.rehearsal.thresholds import Born, crossing
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger.rules import Reference
from sangyu.policy import ir
from sangyu.policy.dates import age_on
from sangyu.policy.read import Reader
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder, Identity

ON, TODAY = date(2027, 1, 1), date(2026, 12, 20)
PACK = "lanzhou-chengguan"
CREDIT, LUNCH, ENTRY = "tables/class-b-credit.csv", "tables/lunch-subsidy.csv", "tables/meal-entry.csv"
Change = Callable[..., ir.Pack]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """Copy the pack and change one text of one of its files, or the whole of it."""

    def change(file: str, was: str, now: str) -> ir.Pack:
        folder = tmp_path / str(len(list(tmp_path.iterdir()))) / PACK
        shutil.copytree(policy.packs_folder() / PACK, folder)
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert was in text
        path.write_text(text.replace(was, now) if was else now, encoding="utf-8")
        pack = Reader(folder).pack
        assert pack is not None
        return pack

    return change


@pytest.fixture
def served(cast: Cast) -> Cast:
    """Li (class B) has three cleanings of 64.00 in November, Wang (class C, 70) one and a lunch of 15.00."""
    for day in (1, 2, 3):
        cast.visited(cast.order(days=day))
    cast.visited(cast.order(elder=cast.grandpa))
    cast.lunch = cast.item("CY001", "老年午餐", minutes=30, market_price_fen=1500, offer="lunch")
    lunch(cast, cast.grandpa, date(2026, 11, 9))
    return cast


def lunch(cast: Cast, elder: Elder, on: date) -> Charge:
    """Charge an elder a lunch, as a till does."""
    about = {"meal": "lunch", "nth_of_day": 1, "place": "contracted_canteen", "mode": "dine_in"}
    quote = benefits.quote(elder=elder, item=cast.lunch, on=on, price_fen=1500, about=about)
    cause = Reference("MEAL", derived_id("lunch", elder.pk, on))
    with transaction.atomic():
        return benefits.charge_at_once(
            cause=cause,
            elder=elder,
            enterprise=cast.kangan,
            item=cast.lunch,
            quote=quote,
            service_on=on,
            by=cast.qian,
            at=cast.at,
        )


def rehearsed(cast: Cast, after: ir.Pack, **more) -> rehearsal.Rehearsal:
    given = {"parameters": PARAMETERS, "parameters_after": PARAMETERS, "on": ON, "today": TODAY} | more
    return rehearsal.rehearse(cast.head, policy.load(PACK), after, **given)


def _booked() -> int:
    """Add up the public money of all charges, by a query of our own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(public_fen), 0) FROM benefits_charge")
        return int(cursor.fetchone()[0])


def test_a_higher_monthly_credit_reaches_exactly_those_who_used_theirs_up(served: Cast, changed: Change) -> None:
    found = rehearsed(served, changed(CREDIT, ",5000,", ",8000,"))
    money = found.money
    assert money is not None
    assert (found.since, found.until) == (date(2025, 12, 1), date(2026, 12, 1))
    # Li asked for 192.00 and had 50.00; Wang's lunch of 9.00 counts as it was booked.
    assert (money.whole.before_fen, money.whole.after_fen) == (5900, 8900)
    assert money.whole.before_fen == _booked()
    assert money.differs_fen == 0
    assert [(one.name, one.before_fen, one.after_fen) for one in money.months] == [("2026-11", 5900, 8900)]
    assert [(one.name, one.more_fen) for one in money.streets] == [("酒泉路街道", 3000)]
    assert {one.name: one.more_fen for one in money.by_offer} == {"家政服务": 3000, "午餐": 0}
    assert (money.people.gainers, money.people.gained_fen, money.people.losers) == (1, 3000, 0)
    assert [one.elder_id for one in found.lists[rehearsal.GAINERS]] == [served.li.pk]
    gainers = [one for one in money.by_identity if one.gainers]
    assert [(one.name, one.gained_fen) for one in gainers] == [("重点优抚、独居", 3000)]
    assert {one.rule_after for one in money.rows} == {"B类月补贴50元"}
    assert sum(one.more_fen for one in money.rows) == 3000
    assert money.missing == ()


def test_an_age_in_a_table_moves_lunches_and_people(served: Cast, changed: Change) -> None:
    lunch(served, served.li, date(2026, 11, 9))
    found = rehearsed(served, changed(LUNCH, ">=75,,,,,,,rest", ">=70,,,,,,,rest"))
    assert found.money is not None
    assert found.money.offers == ("午餐",)
    assert [one.elder_id for one in found.lists[rehearsal.GAINERS]] == [served.grandpa.pk]
    assert found.money.whole.more_fen == 100
    ages = {edge.age: (edge.before, edge.after) for edge in found.edges}
    assert ages[75] == (True, True)  # the row below still ends at 74
    assert ages[70] == (False, True)


def test_who_becomes_eligible_is_counted_on_the_registry(served: Cast, changed: Change) -> None:
    found = rehearsed(served, changed(ENTRY, ">=65", ">=72"))
    (entry,) = found.standings
    assert (entry.title, entry.people, entry.before, entry.after) == ("就餐补贴准入年龄", 2, 2, 1)
    (move,) = entry.moves
    assert (move.before, move.after, move.people) == ("符合", "不符合", 1)
    assert [one.elder_id for one in found.lists[entry.key(move)]] == [served.grandpa.pk]
    assert found.money is None


def test_a_reading_that_is_set_otherwise_moves_people_between_classes(served: Cast) -> None:
    registry.recognise(
        elder=served.grandpa,
        code="dibao",
        evidence="低保证 7号",
        valid_from=date(2026, 1, 1),
        by=served.clerk,
        at=served.at,
    )
    wider = PARAMETERS | {"class_b_identities": ["entitled_group", "dibao"]}
    found = rehearsed(served, policy.load(PACK), parameters_after=wider)
    (classes,) = found.standings
    assert [(move.before, move.after, move.people) for move in classes.moves] == [("C", "B", 1)]
    assert [(move.group, move.people) for move in classes.by_identity] == [("低保", 1)]
    # The decision of his cleaning kept that he had no recognition on that day: what was told then decides.
    assert found.money is not None
    stored = Charge.objects.get(elder=served.grandpa, item=served.cleaning).decisions[0]["facts_used"]["identities"]
    assert stored == []
    assert found.money.whole.more_fen == 0


def test_a_district_that_has_the_figure_already_counts_with_its_books_and_its_registry(served: Cast) -> None:
    pack, wider = policy.load(PACK), PARAMETERS | {"class_b_identities": ["entitled_group", "dibao"]}
    own = rehearsed(served, pack, parameters_after=wider)
    there = rehearsal.Figures(served.head, wider, wider)
    both = rehearsed(served, pack, parameters_after=wider, districts=[there])
    assert own.money is not None
    assert both.money is not None
    assert both.money.whole.before_fen == both.money.booked_fen == 2 * _booked()
    assert both.money.whole.more_fen == own.money.whole.more_fen
    assert len(both.programmes) == 2
    assert own.standings
    for one, whole in zip(own.standings, both.standings, strict=True):
        assert (whole.people, whole.changed) == (2 * one.people, one.changed)


@pytest.mark.parametrize("to", ["9" * 5000, "9" * 41, "9" * 30], ids=len)
def test_a_number_beyond_counting_is_refused_whatever_it_counts(to: str) -> None:
    for name in ("lanzhou-chengguan", "weifang-xiashan"):
        pack = policy.load(name)
        for one in rehearsal.figures(pack, PARAMETERS, ON):
            said = "只能选" if one.choices else "最大可以试"
            with pytest.raises(rehearsal.NoFigure, match=said):
                rehearsal.tried(pack, PARAMETERS, ON, one.key, to)


def test_what_nobody_knows_is_counted_and_never_guessed(served: Cast, changed: Change) -> None:
    asks = """service_class,has_pension,granted,because
not B,,none,不属于B类，自付{elder}
,no,5000,没有退休金，补贴{government}
,,none,有退休金，自付{elder}
"""
    money = rehearsed(served, changed(CREDIT, "", asks)).money
    assert money is not None
    assert money.missing == (("有退休金", 3, 1),)
    assert (money.whole.unknown, money.whole.charges) == (3, 5)
    assert (money.whole.before_fen, money.whole.low_fen, money.whole.high_fen) == (900, 900, 900 + 3 * 6400)


def test_nothing_is_booked_and_nothing_could_be(served: Cast, changed: Change) -> None:
    before = rows_of_all_tables()
    rehearsed(served, changed(CREDIT, ",5000,", ",8000,"))
    assert rows_of_all_tables() == before
    with pytest.raises(InternalError, match="read-only"), rehearsal.reading():
        Identity.objects.filter(elder=served.li).update(evidence="改过")
    with pytest.raises(NotAllowed):
        rehearsal.rehearse(
            served.ma,
            policy.load(PACK),
            policy.load(PACK),
            on=ON,
            today=TODAY,
            parameters={},
            parameters_after={},
        )


def rows_of_all_tables() -> dict[str, int]:
    """Count the rows of every table."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in sorted(tables)))
        return dict(cursor.fetchall())


def test_columns_and_one_by_one_tell_the_same(served: Cast, changed: Change) -> None:
    after = changed(CREDIT, ",5000,", ",2000,")
    slow = rehearsed(served, after)
    assert rehearsed(served, after, columns_from=0) == slow
    assert slow.money is not None
    assert (slow.money.people.losers, slow.money.people.lost_fen) == (1, 3000)


def test_another_wording_touches_nothing(cast: Cast, changed: Change) -> None:
    found = rehearsed(cast, changed(CREDIT, "不属于B类，没有月补贴", "不是B类"))
    assert (found.touched, found.money, found.standings) == ((), None, ())


@given(st.dates(date(1930, 1, 1), date(1972, 12, 31)), st.integers(60, 90), st.sampled_from(["03-01", "02-28"]))
@settings(deadline=None, max_examples=150)
def test_an_edge_counts_who_completes_the_age_in_that_month(birth: date, age: int, leap: str) -> None:
    born = Born(birth.year, birth.month, (birth.month, birth.day) == (2, 29), 1)
    for month, people in crossing(age, [born], TODAY, leap):
        first = Month.parse(month).first_day
        last = Month.parse(month).next().first_day - timedelta(days=1)
        crossed = age_on(birth, first - timedelta(days=1), leap) < age <= age_on(birth, last, leap)
        assert people == crossed
