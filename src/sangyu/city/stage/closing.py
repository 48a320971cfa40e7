"""Close the present month of the demo: finish, ring, appraise, draw up, sign and pay; then put the clock on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sangyu.access.models import User
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.close import check_books, close
from sangyu.city.players import Players
from sangyu.city.stage.progress import read as progress_read
from sangyu.city.today import leave_work
from sangyu.dispatch import queries as dispatch_read
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.orders.models import OPEN_STAGES, Order, Stage
from sangyu.portals.clock import move_to, now
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import PaymentReturn
from sangyu.visits import actions as visits

MORNING, EVENING = time(9), time(20)
CALLED_OFF = "演示时钟拨到了月末，这张单还没有派人，按老人改期取消"


class LastMonth(Refusal):
    """The demo city has money and contracts for the year of its month and the next."""

    code = "LAST_MONTH"


def month_to_close(plan: Blueprint) -> Month:
    """Return the month the city lives in now, or the one whose closing was broken off.

    Raises: LastMonth, when closing it would leave the years that the city was built for.
    """
    told = progress_read()
    if told is not None and not told.done:
        return Month.parse(told.month)
    month = Month.of(now().astimezone(BEIJING).date())
    last_year = plan.month.year + 1
    if month.next().year > last_year:
        raise LastMonth(f"演示城的预算和合同只到{last_year}年底，{month}不能再往后拨。请在命令行重新建一座演示城。")
    return month


def close_the_month(plan: Blueprint, players: Players, month: Month, *, progress: Callable[[str], None]) -> datetime:
    """Bring the present month to the bank's answer and return the moment at which the city stands afterwards.

    Raises: BooksDoNotHold.
    """
    at = now()
    served, called_off = _finish(players, month, at)
    progress(f"月末之前：{served}次上门做完，{called_off}张没有派人的工单与老人商定取消。")
    move_to(_moment(month.next().first_day, MORNING))
    rung = _ring_everybody(players, month)
    progress(f"抽查回访补齐到月末，本月余下的{rung}个回访电话打完。")
    close(replace(plan, month=month), players, progress=progress)
    answered = PaymentReturn.objects.filter(payment__statement__run__month=str(month)).order_by("-at").first()
    stands_at = answered.at if answered else _moment(month.next().first_day + timedelta(days=14), MORNING)
    move_to(stands_at + timedelta(minutes=5))
    check_books(players)
    totals = settlement_read.get_run(players.users["finance"], str(month))
    progress(f"账簿与审计链核验无误，结算总根 {totals.root[:16] if totals else ''}…")
    leave_work(plan, players, at=now(), progress=progress)
    return now()


def _finish(players: Players, month: Month, at: datetime) -> tuple[int, int]:
    """Let every visit that has somebody to go take place, call off the rest, and let no telephone ring on."""
    viewer, last = players.clock, _moment(month.next().first_day, time(0))
    for call in hotline_read.waiting(viewer):
        hotline.hang_up(programme=players.programme, line_reference=call.line_reference, at=at)
    served = called_off = 0
    rows = orders_read.orders(viewer).filter(stage__in=OPEN_STAGES, wanted_from__lt=last).order_by("wanted_from", "pk")
    for order in list(rows):
        if order.stage in (Stage.ASSIGNED, Stage.IN_SERVICE):
            _serve(players, order, at)
            served += 1
        else:
            orders.cancel(order_id=order.pk, reason=CALLED_OFF, by=players.agent(str(order.pk)), at=at)
            called_off += 1
    return served, called_off


def _serve(players: Players, order: Order, at: datetime) -> None:
    goes = dispatch_read.assignment_of(order)
    assert goes is not None  # the order's stage says so
    worker: User = players.workers[goes.worker_id].user
    began_at = max(order.wanted_from, at) if order.stage == Stage.IN_SERVICE else order.wanted_from
    visit = visits.check_in(order_id=order.pk, by=worker, at=began_at, door_code=order.elder.door_code)
    left_at = max(visit.arrived_at, began_at) + timedelta(minutes=order.item.minutes)
    visits.check_out(visit_id=visit.pk, by=worker, at=left_at, tasks_done=list(order.item.tasks))


def _ring_everybody(players: Players, month: Month) -> int:
    """Draw the samples that are missing up to the month's end, and ring about every visit that is due."""
    day, last = _first_undrawn(players, month), month.next().first_day - timedelta(days=1)
    while day <= last:
        quality.draw_sample(day=day, by=players.clock, at=_moment(day, EVENING))
        day += timedelta(days=1)
    officer, ring_at = players.users["quality"], _moment(month.next().first_day, MORNING)
    due = quality_read.tasks_due(officer, limit=100_000)
    for n, task in enumerate(due):
        quality.follow_up(
            task_id=task.pk,
            by=officer,
            at=ring_at + timedelta(minutes=2 * n),
            reached=True,
            happened=True,
            paid_as_told=True,
            satisfaction=4 + (n % 3 > 0),
        )
    return len(due)


def _first_undrawn(players: Players, month: Month) -> date:
    drawn = [row.day for row in quality_read.samples(players.clock) if row.day >= month.first_day]
    return max(drawn) + timedelta(days=1) if drawn else month.first_day


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BEIJING)
