"""A day that is over is counted once: no number changes by it, whatever was written before or is written later."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING, Cast
from tests.month_end import bank_answers
from tests.standing import standing

from sangyu.benefits import actions as benefits
from sangyu.benefits.models import Charge
from sangyu.dispatch import actions as dispatch
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.insight.models import Span, Tallied, Tally
from sangyu.insight.queries import Lens, figure_of, open_rows, tallies, total
from sangyu.insight.queries.facts import FACTS
from sangyu.insight.verify import verify
from sangyu.meals import actions as meals
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.orders import actions as orders
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Payment

FIRST, LAST = date(2026, 11, 8), date(2026, 12, 13)
DAYS = [date(2026, 11, 9), date(2026, 11, 11), date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 6)]
DAYS += [date(2026, 12, 9), date(2026, 12, 11), date(2026, 12, 12)]


def night(day: date) -> datetime:
    """The moment at which the clock counts the day before."""
    return rules.begin_of(day) + timedelta(minutes=20)


@standing
def story(cast: Cast) -> Cast:
    """Five weeks in which everything happens that takes a number back.

    Orders go to a second enterprise on another day or are called off, a meal is given back, a payment is refused and
    made again, a charge is reversed in a later month, a death is recorded by mistake, a card is lost and replaced.
    """
    kitchen = Kitchen(cast)
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    cast.visited(cast.order(days=9, item=cast.bathing))
    kitchen.sell(cast.li)
    wrong = kitchen.sell(cast.grandpa, at=NOON + timedelta(minutes=2))
    meals.refund(sale_id=wrong.pk, reason="打错", by=kitchen.he, at=NOON + timedelta(minutes=5))
    _newcomer(cast, kitchen)
    late = cast.order(days=12)
    cast.sent(late)
    for _ in range(2):
        dispatch.let_lapse(programme_id=cast.programme.pk, by=cast.clock, at=cast.at + timedelta(days=2))
    dispatch.send(order_id=late.pk, by=cast.wang, at=cast.at + timedelta(days=2, hours=1), enterprise_id=cast.letter.pk)
    off = cast.order(days=13)
    orders.cancel(order_id=off.pk, reason="住院", by=cast.ma, at=cast.at + timedelta(days=1))
    run = cast.approved(cast.drawn_up())
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    refused = Payment.objects.get(statement__enterprise=cast.kangan)
    settlement.take_return(
        run_id=run.pk,
        content=bank_answers(file, failed=(refused.number,)),
        by=cast.qian,
        at=run.drawn_at + timedelta(hours=30),
    )
    kitchen.sell(cast.li, at=datetime(2026, 12, 8, 11, 50, tzinfo=BEIJING))
    again_at = datetime(2026, 12, 9, 9, tzinfo=BEIJING)
    settlement.release(payment_id=refused.pk, by=cast.feng, at=again_at)
    settlement.pay_again(payment_ids=[refused.pk], by=cast.qian, at=again_at + timedelta(hours=1))
    meal = Charge.objects.filter(cause_kind="MEAL").order_by("at").last()
    benefits.reverse(charge_id=meal.pk, reason="重复计费", by=cast.qian, at=datetime(2026, 12, 11, 9, tzinfo=BEIJING))
    cast.at = datetime(2026, 12, 12, 9, tzinfo=BEIJING)
    cast.sent(cast.order(elder=cast.grandpa))
    return cast


def _newcomer(cast: Cast, kitchen: Kitchen) -> None:
    card, begun = kitchen.card(cast.li), cast.at
    cast.at = begun + timedelta(days=10)
    elder = cast.elder("张桂英", date(1950, 1, 1), 77, ["13900000077"])
    kitchen.card(elder, number="6201000012340077")
    cast.at = begun
    died_at, december = datetime(2026, 12, 2, 9, tzinfo=BEIJING), datetime(2026, 12, 4, 9, tzinfo=BEIJING)
    for at in (died_at, died_at + timedelta(hours=1)):
        registry.record_death(elder_id=elder.pk, died_on=date(2026, 12, 1), by=cast.clerk, at=at)
    registry.withdraw_death(elder_id=elder.pk, reason="同名", by=cast.clerk, at=december)
    registry.report_lost(card_id=card.pk, by=cast.clerk, at=died_at)
    registry.report_found(card_id=card.pk, by=cast.clerk, at=december)
    registry.replace_card(card_id=card.pk, number="6201000012340099", by=cast.clerk, at=december + timedelta(days=5))


def test_a_report_is_the_same_whether_its_days_are_tallied_or_not(story: Cast) -> None:
    counted = {on: insight_read.report(story.head, on).plain for on in DAYS}
    added = []
    for day in (date(2026, 11, 20), date(2026, 12, 7), LAST):
        added.append(insight.tally(programme_id=story.programme.pk, at=night(day)))
        assert {on: insight_read.report(story.head, on).plain for on in DAYS} == counted
    assert added == [11, 17, 6]
    assert Tally.objects.filter(span=Span.MONTH).exists()


def test_an_analysis_is_the_same_whether_its_days_are_tallied_or_not(story: Cast) -> None:
    periods = [(FIRST, LAST), (date(2026, 11, 9), date(2026, 11, 10)), (date(2026, 11, 9), date(2026, 11, 11))]
    counted = [insight_read.analysis(story.head, *period) for period in periods]
    insight.tally(programme_id=story.programme.pk, at=night(LAST))
    assert [insight_read.analysis(story.head, *period) for period in periods] == counted
    by_enterprise = [[bar.number.label for bar in found.charts[2].bars] for found in counted[1:]]
    assert "乐泰" not in str(by_enterprise[0]), "on the tenth the second enterprise had nothing yet"
    assert "乐泰" in str(by_enterprise[1])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_tallied_number_is_the_number_of_its_rows(story: Cast, data: st.DataObject) -> None:
    if not Tallied.objects.exists():
        insight.tally(programme_id=story.programme.pk, at=night(date(2026, 12, 10)))
    day = st.dates(FIRST, LAST)
    on, code = data.draw(day), data.draw(st.sampled_from(sorted(FACTS)))
    since = data.draw(st.none() | day.filter(lambda one: one <= on))
    lens = Lens(rules.end_of(on), rules.begin_of(since) if since else None)
    cut = data.draw(st.sampled_from([cut for facts in FACTS[code] for cut in facts.cuts]))
    found = tallies.counted(story.head, code, lens, cut)[cut]
    whole = list(open_rows(story.head, code, lens))
    assert sum(sums["n"] for sums in found.values()) == len(whole)
    for key, sums in found.items():
        narrow = Lens(lens.until, lens.since, {cut: key} if cut else {})
        rows = list(open_rows(story.head, code, narrow))
        told = total(story.head, code, narrow)
        assert told["n"] == sums["n"] == len(rows)
        for name, column in figure_of(code).sums.items():
            assert told[name] == sums[name] == sum(getattr(row, column) for row in rows), name


def test_a_repeat_adds_nothing(story: Cast) -> None:
    assert insight.tally(programme_id=story.programme.pk, at=night(LAST)) > 0
    before = list(Tally.objects.order_by("pk").values())
    assert insight.tally(programme_id=story.programme.pk, at=night(LAST)) == 0
    insight.tally(programme_id=story.programme.pk, at=night(LAST), again=True)
    assert list(Tally.objects.order_by("pk").values()) == before


def test_a_release_that_counts_otherwise_counts_every_day_again(story: Cast) -> None:
    insight.tally(programme_id=story.programme.pk, at=night(LAST))
    counted = insight_read.report(story.head, DAYS[-1]).plain
    Tally.objects.update(n=1)
    assert insight_read.report(story.head, DAYS[-1]).plain != counted, "the tallies are read at all"
    Tallied.objects.update(facts="of an earlier release")
    assert insight_read.report(story.head, DAYS[-1]).plain == counted
    assert insight.tally(programme_id=story.programme.pk, at=night(LAST)) > 20
    assert wrong() == []


def test_the_day_that_just_ended_waits_for_what_is_still_being_written(story: Cast) -> None:
    insight.tally(programme_id=story.programme.pk, at=rules.begin_of(LAST) + timedelta(minutes=5))
    assert Tallied.objects.get().until_on == LAST - timedelta(days=1)
    insight.tally(programme_id=story.programme.pk, at=night(LAST))
    assert Tallied.objects.get().until_on == LAST


def test_where_nothing_has_happened_yet_nothing_is_tallied(cast: Cast) -> None:
    assert insight.tally(programme_id=cast.programme.pk, at=night(date(2026, 1, 2))) == 0
    assert not Tallied.objects.exists()


def wrong() -> list[str]:
    (outcome,) = (outcome for outcome in verify() if outcome.check == "tallies")
    return [fault.subject for fault in outcome.faults]


def test_what_came_in_with_an_earlier_date_is_found_and_counted_again(story: Cast) -> None:
    insight.tally(programme_id=story.programme.pk, at=night(LAST))
    assert wrong() == []
    story.at = datetime(2026, 11, 16, 9, tzinfo=BEIJING)
    story.order(elder=story.grandpa, days=20)
    on = date(2026, 12, 1)
    assert insight_read.total(story.head, "orders", Lens(rules.end_of(on)))["n"] == 5
    assert {subject.partition(" ")[2] for subject in wrong()} == {"orders 2026-11-16"}
    insight.tally(programme_id=story.programme.pk, at=night(LAST), again=True)
    assert wrong() == []
    assert insight_read.total(story.head, "orders", Lens(rules.end_of(on)))["n"] == 6


def test_what_was_written_late_in_the_last_days_is_counted_by_the_next_night(story: Cast) -> None:
    insight.tally(programme_id=story.programme.pk, at=night(date(2026, 12, 2)))
    story.at = datetime(2026, 11, 30, 23, 59, tzinfo=BEIJING)
    story.order(elder=story.grandpa, days=20)
    assert wrong() != []
    insight.tally(programme_id=story.programme.pk, at=night(date(2026, 12, 3)))
    assert wrong() == []


def test_a_month_that_is_not_the_sum_of_its_days_is_found(story: Cast) -> None:
    insight.tally(programme_id=story.programme.pk, at=night(LAST))
    Tally.objects.filter(span=Span.MONTH, figure="charges", dim="").update(public_fen=1)
    assert [subject.partition(" ")[2] for subject in wrong()] == ["charges 2026-11"]


def test_of_tallied_days_a_report_reads_no_row_again(story: Cast) -> None:
    insight.tally(programme_id=story.programme.pk, at=night(LAST))
    with CaptureQueriesContext(connection) as asked:
        insight_read.report(story.head, date(2026, 12, 5))
        insight_read.analysis(story.head, FIRST, date(2026, 12, 5))
    read = set(re.findall(r"\b[a-z]+_[a-z]+\b", " ".join(query["sql"] for query in asked.captured_queries)))
    assert "insight_tally" in read
    assert not read & {"orders_order", "orders_served", "dispatch_dispatch", "meals_sale", "settlement_line"}
