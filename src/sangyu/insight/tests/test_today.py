"""The bureau's morning: what is late and by which rule, what waits for whom, and which rules fired."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.cast import BEIJING, Cast
from tests.month_end import bank_answers

from sangyu.access.queries import NotAllowed
from sangyu.hotline import actions as hotline
from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement

TENTH = datetime(2026, 11, 10, 10, 30, tzinfo=BEIJING)


def fired(cast: Cast, at: datetime, viewer=None) -> dict[str, int]:
    found = insight_read.today(viewer or cast.head, at)
    return {rule.figure.code: rule.n for rule in (*found.todo, *found.exceptions)}


def late(cast: Cast, at: datetime) -> dict[str, int | None]:
    return {number.lens["late"]: number.value for number in insight_read.today(cast.head, at).late}


def test_nobody_is_late_before_the_minutes_are_over(cast: Cast) -> None:
    cast.assigned(cast.order(hour=10))
    begins = datetime(2026, 11, 10, 10, 0, tzinfo=BEIJING)
    grace = timedelta(minutes=rules.ARRIVAL_LATE_MINUTES)
    assert late(cast, begins + grace - timedelta(seconds=1))["NOT_ARRIVED"] == 0
    assert late(cast, begins + grace)["NOT_ARRIVED"] == 1


def test_an_order_is_late_by_one_rule_only(cast: Cast) -> None:
    sent = cast.sent(cast.order(hour=10))
    waiting = cast.order(elder=cast.grandpa, days=3, hour=9)
    soon = cast.at + timedelta(minutes=rules.UNSENT_MINUTES_MAX, seconds=1)
    assert late(cast, soon) == {"NOT_ARRIVED": 0, "UNANSWERED": 0, "UNSENT": 1}
    assert late(cast, sent.answer_by + timedelta(seconds=1)) == {"NOT_ARRIVED": 0, "UNANSWERED": 1, "UNSENT": 1}
    assert late(cast, TENTH) == {"NOT_ARRIVED": 1, "UNANSWERED": 0, "UNSENT": 1}
    assert waiting.wanted_from.date() == date(2026, 11, 12)


def test_the_day_counts_its_orders_by_stage(cast: Cast) -> None:
    cast.visited(cast.order(hour=8))
    cast.assigned(cast.order(elder=cast.grandpa, hour=14))
    cast.order(days=2)
    found = insight_read.today(cast.head, TENTH)
    assert {n.lens["stage"]: n.value for n in found.stages if n.value} == {"SERVED": 1, "ASSIGNED": 1}
    assert found.orders == 2


@pytest.mark.proves("LZ-52")
def test_the_four_figures_of_the_budget_are_those_of_the_ledger(cast: Cast) -> None:
    cast.visited(cast.order(hour=8))
    fund = insight_read.today(cast.head, TENTH).funds[0]
    position = fund.position
    assert position.appropriated_fen - position.held_fen - position.paid_fen == position.available_fen
    assert position.held_fen == 5000

    cast.paid(cast.drawn_up())
    settled = insight_read.today(cast.head, datetime(2026, 12, 7, 9, tzinfo=BEIJING)).funds[0].position
    assert (settled.held_fen, settled.paid_fen) == (0, 4750)
    assert settled.available_fen == position.appropriated_fen - 4750


def test_an_open_emergency_is_on_the_home_until_somebody_closes_it(cast: Cast) -> None:
    call = cast.call()
    hotline.end(call_id=call.pk, kind="EMERGENCY", note="摔倒了", by=cast.ma, at=cast.at, elder_id=cast.li.pk)
    found = insight_read.today(cast.head, TENTH)
    assert [case.alarm.elder.name for case in found.alarms] == ["李秀兰"]


def test_every_rule_that_should_fire_fires(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    cast.visited(cast.order(hour=8), place=None, door_code="")
    waiting = cast.order(elder=cast.grandpa, days=5)
    kitchen.sell(cast.li)
    kitchen.sell(cast.li, at=NOON + timedelta(minutes=9), full_price_agreed=True)
    registry.record_death(elder_id=cast.grandpa.pk, died_on=date(2026, 11, 9), by=cast.clerk, at=cast.at)
    quality.draw_sample(day=date(2026, 11, 10), by=cast.clock, at=datetime(2026, 11, 10, 20, tzinfo=BEIJING))
    later = datetime(2026, 11, 15, 9, tzinfo=BEIJING)
    found = fired(cast, later)
    assert {code: found[code] for code in ("dead-orders", "unproven", "second-lunches", "overdue-calls")} == {
        "dead-orders": 1,
        "unproven": 1,
        "second-lunches": 1,
        "overdue-calls": 1,
    }
    assert waiting.elder_id == cast.grandpa.pk
    for task in quality_read.tasks_due(cast.sun, limit=10):
        quality.follow_up(
            task_id=task.pk, by=cast.sun, at=later, reached=True, happened=False, paid_as_told=True, satisfaction=1
        )
    found = fired(cast, later + timedelta(minutes=1))
    assert (found["denied"], found["overdue-calls"]) == (1, 0)


def test_a_run_waits_for_whoever_signs_next_and_for_nobody_else(cast: Cast) -> None:
    cast.visited(cast.order())
    run = cast.drawn_up()
    at = run.drawn_at + timedelta(hours=2)
    assert fired(cast, at)["unconfirmed"] == 1
    cast.confirmed(run)
    assert "to-sign" not in fired(cast, at)
    settlement.approve(run_id=run.pk, by=cast.feng, at=at)
    assert fired(cast, at, cast.deputy)["to-sign"] == 1
    assert "to-sign" not in fired(cast, at, cast.head)
    settlement.approve(run_id=run.pk, by=cast.deputy, at=at)
    assert "to-sign" not in fired(cast, at, cast.deputy)
    assert fired(cast, at, cast.head)["to-sign"] == 1


def test_a_refused_payment_is_shown_until_it_is_paid_again(cast: Cast) -> None:
    cast.visited(cast.order())
    run = cast.approved(cast.drawn_up())
    at = run.drawn_at + timedelta(hours=3)
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=at, form="BANK_FILE")
    failed = insight_read.open_rows(cast.head, "paid", insight_read.lens_of_now(at))
    number = bytes(file.content).decode(file.encoding).splitlines()[2].split(",")[1]
    assert failed.count() == 1
    settlement.take_return(
        run_id=run.pk, content=bank_answers(file, failed=(number,)), by=cast.qian, at=at + timedelta(hours=1)
    )
    after = at + timedelta(hours=2)
    assert fired(cast, after)["refused-payments"] == 1
    assert insight_read.total(cast.head, "paid", insight_read.lens_of_now(after))["n"] == 0
    assert insight_read.total(cast.head, "paid", insight_read.lens_of_now(at))["n"] == 1


def test_the_home_is_for_the_bureau(cast: Cast) -> None:
    for stranger in (cast.ma, cast.kangan_user, cast.clerk, cast.qian):
        with pytest.raises(NotAllowed):
            insight_read.today(stranger, TENTH)
