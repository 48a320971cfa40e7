"""Four attempts that must be refused: by the real verbs, as the real people, and taken back whatever came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import User
from sangyu.benefits.models import Charge
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.city import players as cast
from sangyu.city.blueprint import BEIJING, LAPSING
from sangyu.city.build import FUND
from sangyu.city.players import Players
from sangyu.city.stage.tour import Story
from sangyu.dispatch import actions as dispatch
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.ledger.rules import Reference
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.providers import queries as providers_read
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Line, Payment
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read


@dataclass(frozen=True)
class Answer:
    """What the house said: whether it refused, its sentence word for word, and what the books show."""

    refused: bool
    said: str
    books: str


@dataclass(frozen=True)
class Attempt:
    """One attempt: what is tried, and how."""

    title: str | Promise
    tries: str | Promise
    run: Callable[[Players, Story, datetime], Answer]

    def make(self, players: Players, tale: Story, *, at: datetime) -> Answer:
        """Make the attempt in a transaction that is always taken back, and return the answer."""
        with transaction.atomic():
            answer = self.run(players, tale, at)
            transaction.set_rollback(True)
        return answer


def _paid_twice(players: Players, tale: Story, at: datetime) -> Answer:
    order_id = tale.line.charge.cause_id
    visit = visits_read.visits(players.clock).select_related("by").get(order_id=order_id)
    before = _counts(tale)
    visits.check_out(visit_id=visit.pk, by=visit.by, at=at)
    month = Month.parse(tale.line.statement.run.month)
    settlement.draw_up(month=month, by=players.users["finance"], at=at)
    file = settlement.pay(run_id=tale.line.statement.run_id, by=players.users["finance"], at=at)
    after = _counts(tale)
    return Answer(
        refused=before == after,
        said="签退再报一遍、同一个月再出一遍单、同一次结算再付一遍：系统都认出是重复，什么也没有增加。",
        books=f"这次上门：费用{after[0]}笔、结算明细{after[1]}行、付款{after[2]}笔，与之前一样；"
        f"付款文件还是那一份，合计{yuan(file.total_fen)}元。",
    )


def _counts(tale: Story) -> tuple[int, int, int]:
    charge = tale.line.charge
    return (
        Charge.objects.filter(cause_kind=charge.cause_kind, cause_id=charge.cause_id).count(),
        Line.objects.filter(charge=charge, withdrawn=False).count(),
        Payment.objects.filter(statement=tale.line.statement_id).count(),
    )


def _dead_elder(players: Players, tale: Story, at: datetime) -> Answer:
    died_on = (at - timedelta(days=1)).astimezone(BEIJING).date()
    registry.record_death(elder_id=tale.elder.pk, died_on=died_on, by=_clerk(players, tale), at=at)
    before = _orders(players)
    return _refused(lambda: _order(players, tale, at), lambda: _no_more_orders(players, before))


def _clerk(players: Players, tale: Story) -> User:
    return players.users[cast.clerk_name(tale.elder.community_id)]


def _expired_licence(players: Players, tale: Story, at: datetime) -> Answer:
    order = _order(players, tale, at)
    # The papers of this enterprise ran out in the middle of the month that was played.
    manager = players.users[cast.manager_name(LAPSING)]
    firm = providers_read.own_enterprise(manager)
    return _refused(
        lambda: dispatch.send(order_id=order.pk, enterprise_id=firm.pk, by=players.users["dispatcher1"], at=at),
        lambda: f"工单{order.number}没有派给{firm.short_name}，它的收件箱里没有多出一张。",
    )


def _budget_gone(players: Players, tale: Story, at: datetime) -> Answer:
    today = at.astimezone(BEIJING).date()
    left = budget_read.position_of(players.programme.pk, FUND, today.year).available_fen
    budget.reserve(
        hold_id=new_id(),
        programme_id=players.programme.pk,
        fund=FUND,
        on=today,
        amount_fen=left,
        cause=Reference("DEMO", new_id()),
        by_id=players.clock.pk,
        at=at,
    )
    before = _orders(players)
    return _refused(
        lambda: _order(players, tale, at),
        lambda: f"先把余下的{yuan(left)}元全部占用，再下单；{_no_more_orders(players, before)}",
    )


def _refused(attempt: Callable[[], object], books: Callable[[], str]) -> Answer:
    try:
        with transaction.atomic():
            attempt()
    except Refusal as refusal:
        return Answer(refused=True, said=str(refusal), books=books())
    return Answer(refused=False, said="这一次没有被拒绝，请把这一页交给开发人员。", books=books())


def _order(players: Players, tale: Story, at: datetime) -> Order:
    wanted_from = (at.astimezone(BEIJING) + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    return orders.place(
        elder_id=tale.elder.pk,
        item=tale.line.charge.item,
        wanted_from=wanted_from,
        by=players.users["agent1"],
        at=at,
        key=f"REFUSAL-{new_id()}",
    )


def _orders(players: Players) -> int:
    return Order.objects.filter(programme=players.programme).count()


def _no_more_orders(players: Players, before: int) -> str:
    return f"工单数前后都是{before}张，没有多出一张。" if _orders(players) == before else "工单数变了。"


ATTEMPTS = {
    "paid-twice": Attempt(
        _("同一次上门付两遍"), _("服务人员的手机把签退再报一次，财务把同一个月再出一遍单、再付一遍。"), _paid_twice
    ),
    "dead-elder": Attempt(_("给已故老人下单"), _("社区登记老人昨天去世，话务员接着下单。"), _dead_elder),
    "expired-licence": Attempt(
        _("派给证照过期的企业"), _("调度员点名派给一家营业证照已经到期的企业。"), _expired_licence
    ),
    "budget-gone": Attempt(_("预算用完了还下单"), _("先把今年余下的补贴预算全部占用，再接一张新单。"), _budget_gone),
}
