"""What has happened before somebody sits down: mornings and months on the shared cast, made by the rooms' own verbs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sangyu.dispatch import actions as dispatch
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.orders.models import Order
from sangyu.providers.models import Worker
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Run
from sangyu.visits import actions as visits
from tests.cast import BEIJING, HOME, Cast

FIRST_OF_DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=BEIJING)
ALL_FINAL = datetime(2026, 12, 5, 9, 0, tzinfo=BEIJING)


def came_in_october(cast: Cast) -> None:
    """Let Zhao have cleaned at Grandmother Li's once, four weeks ago."""
    today, cast.at = cast.at, cast.at - timedelta(weeks=4)
    cast.visited(cast.order())
    cast.at = today


def inbox_of_kangan(cast: Cast) -> Worker:
    """Fill the three columns of Kang'an: one order late, two to answer, one to give to somebody, one given.

    Returns the worker whose certificate ran out the week before.
    """
    lapsed = cast.worker(cast.kangan, "何兰", "13900000021", certificate_until=date(2026, 11, 2))
    cast.worker(cast.kangan, "周敏", "13900000022", certificate_until=date(2026, 11, 25))
    came_in_october(cast)
    cast.sent(cast.order(hour=14))
    cast.sent(cast.order(elder=cast.grandpa, hour=16))
    cast.assigned(cast.order(elder=cast.grandpa, hour=9))
    cast.accepted(cast.order(item=cast.bathing, days=2, hour=10))
    forgotten = cast.order(days=3, hour=9)
    dispatch.send(order_id=forgotten.pk, by=cast.wang, at=cast.at - timedelta(hours=1), enterprise_id=cast.kangan.pk)
    return lapsed


def worked_in_november(cast: Cast) -> None:
    """Two visits of Kang'an, one of them in a call, and one of Letai; everybody is rung and of the same opinion."""
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    visited_by_letai(cast, cast.order(days=2, hour=15))


def visited_by_letai(cast: Cast, order: Order) -> None:
    """Let Letai's worker Song go to an order and leave as she should."""
    held = cast.sent(order, enterprise=cast.letter)
    dispatch.accept(dispatch_id=held.pk, by=cast.letter_user, at=cast.at + timedelta(minutes=5))
    dispatch.assign(
        dispatch_id=held.pk, worker_id=cast.other_worker.pk, by=cast.letter_user, at=cast.at + timedelta(minutes=9)
    )
    visit = visits.check_in(
        order_id=order.pk, by=cast.other_user, at=order.wanted_from, place=HOME, door_code=order.elder.door_code
    )
    visits.check_out(
        visit_id=visit.pk,
        by=cast.other_user,
        at=visit.arrived_at + timedelta(minutes=order.item.minutes),
        place=HOME,
        tasks_done=["地面"],
    )


def published(cast: Cast) -> list:
    """Ring everybody who was visited, and publish November's appraisals on the first of December."""
    for day in (10, 11):
        evening = datetime(2026, 11, day, 20, tzinfo=BEIJING)
        quality.draw_sample(day=evening.date(), by=cast.clock, at=evening)
    for task in quality_read.tasks_due(cast.sun, limit=100):
        quality.follow_up(
            task_id=task.pk,
            by=cast.sun,
            at=FIRST_OF_DECEMBER,
            reached=True,
            happened=True,
            paid_as_told=True,
            satisfaction=2,
        )
    return cast.published(at=FIRST_OF_DECEMBER)


def month_before_the_head(cast: Cast) -> Run:
    """November agreed and signed up to the deputy; in December three orders for the tenth, each late in its way."""
    kitchen = Kitchen(cast)
    worked_in_november(cast)
    kitchen.card(cast.li)
    kitchen.sell(cast.li)
    kitchen.sell(cast.li, at=NOON + timedelta(minutes=20), full_price_agreed=True)
    run = cast.confirmed(cast.drawn_up())
    for minutes, signer in enumerate((cast.feng, cast.deputy)):
        settlement.approve(run_id=run.pk, by=signer, at=run.drawn_at + timedelta(hours=2, minutes=minutes))
    cast.at = datetime(2026, 12, 9, 9, 0, tzinfo=BEIJING)
    cast.assigned(cast.order(hour=8))
    cast.sent(cast.order(elder=cast.grandpa, hour=14))
    cast.order(elder=cast.grandpa, hour=18)
    return run
