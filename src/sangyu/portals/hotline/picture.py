"""What an agent sees at one moment: who is on the line, who waits, and how the day goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sangyu import policy
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Assignment, Dispatch
from sangyu.hotline import queries as hotline_read
from sangyu.hotline import rules as hotline_rules
from sangyu.hotline.models import Call
from sangyu.kit.errors import Refusal
from sangyu.orders.models import Order, Stage
from sangyu.providers.models import Worker
from sangyu.registry import queries as registry_read
from sangyu.registry.models import CardEventKind, Contact, Elder, ElderCard

BEIJING = ZoneInfo("Asia/Shanghai")
QUICK_S = 15
WORKERS_SHOWN = 5
NOWHERE = (None, None)
Where = Mapping[UUID, tuple[Dispatch | None, Assignment | None]]
CLASS_LABEL = {"A": "A 类", "B": "B 类", "C": "C 类", "D": "D 类"}


def today(at: datetime) -> date:
    """Return the day in Beijing."""
    return at.astimezone(BEIJING).date()


def day_of(on: date) -> tuple[datetime, datetime]:
    """Return a day in Beijing as a half-open stretch of time."""
    begins_at = datetime.combine(on, datetime.min.time(), BEIJING)
    return begins_at, begins_at + timedelta(days=1)


@dataclass(frozen=True)
class Ringing:
    """A call that waits: for how many seconds, and who it may be."""

    call: Call
    seconds: int
    elders: list[Elder]

    @property
    def late(self) -> bool:
        return self.seconds > QUICK_S


@dataclass(frozen=True)
class Missed:
    """A caller to ring back, and who it may be."""

    row: hotline_read.ToReturn
    elders: list[Elder]

    @property
    def call(self) -> Call:
        return self.row.call


def telephone(viewer: User, at: datetime) -> dict[str, Any]:
    """Return what the call bar, the list of missed calls and the figures of the day show."""
    return {**callbar(viewer, at), **day(viewer, at), "silent_since": silent_since(viewer, at)}


def callbar(viewer: User, at: datetime) -> dict[str, Any]:
    """Return what the call bar shows: asked for at every ring, so nothing else is read here."""
    own = hotline_read.own_open(viewer)
    return {
        "own": own,
        "own_seconds": max(0, int((at - own.answered_at).total_seconds())) if own else 0,
        "return_call": bool(own and own.hung_up_at and own.answered_at > own.hung_up_at),
        "waiting": [
            Ringing(call, max(0, int((at - call.rang_at).total_seconds())), elders)
            for call, elders in hotline_read.ringing(viewer, hotline_read.waiting(viewer))
        ],
    }


def day(viewer: User, at: datetime) -> dict[str, Any]:
    """Return what may come a few seconds later: who is to be rung back, and the figures of the day."""
    missed = hotline_read.to_return(viewer, at)
    named = dict(hotline_read.ringing(viewer, [row.call for row in missed]))
    return {
        "missed": [Missed(row, named[row.call]) for row in missed],
        "figures": hotline_read.figures(viewer, *day_of(today(at))),
        "own": hotline_read.own_open(viewer),
    }


def silent_since(viewer: User, at: datetime) -> datetime | None:
    """Return when the telephone system was last heard of, if that is too long ago; None while all is well."""
    heard_at = hotline_read.heard_at(viewer)
    return heard_at if hotline_rules.silent(heard_at, at) else None


@dataclass(frozen=True)
class OpenOrder:
    """An order that an elder waits for, with the words that answer "where is my order?"."""

    order: Order
    answer: str
    phone: str


@dataclass(frozen=True)
class Known:
    """A worker whom the elder has met or spoken of, with the elder's last word about them."""

    worker: Worker
    wish: str
    order: Order | None


@dataclass(frozen=True)
class Person:
    """Everything the left and the right column say about one elder."""

    card: registry_read.Card
    service_class: str
    class_because: str
    contacts: list[Contact]
    elder_cards: list[ElderCard]
    open_orders: list[OpenOrder]
    recent_orders: tuple[Order, ...]
    workers: list[Known]

    @property
    def elder(self) -> Elder:
        return self.card.elder

    @property
    def warnings(self) -> list[str]:
        """What must not be overlooked, one tag each."""
        return [part for part in self.elder.warnings.replace("，", "、").split("、") if part]


def person(viewer: User, caller: hotline_read.Caller, at: datetime) -> Person | None:
    """Return the elder on the line, or None while nobody is known or chosen."""
    if caller.card is None:
        return None
    elder = caller.card.elder
    label, because = _service_class(elder, today(at))
    where = dispatch_read.whereabouts(viewer, (*caller.open_orders, *caller.recent_orders))
    return Person(
        card=caller.card,
        service_class=label,
        class_because=because,
        contacts=registry_read.contacts(viewer, elder),
        elder_cards=[card for card in registry_read.cards_of(viewer, elder) if card.state != CardEventKind.REPLACED],
        open_orders=open_orders(where, caller.open_orders),
        recent_orders=caller.recent_orders,
        workers=_workers(viewer, elder, where, (*caller.open_orders, *caller.recent_orders)),
    )


def _workers(viewer: User, elder: Elder, where: Where, orders: tuple[Order, ...]) -> list[Known]:
    """Return whom the elder spoke of, then whom the last orders brought, each once."""
    said = {wish.worker_id: wish for wish in dispatch_read.wishes(viewer, elder)}
    met = {
        assigned.worker_id: (assigned.worker, order)
        for order in orders
        if (assigned := where.get(order.pk, NOWHERE)[1])
    }
    known = {pk: Known(wish.worker, wish.kind, met.get(pk, (None, None))[1]) for pk, wish in said.items()}
    rest = {pk: Known(worker, "", order) for pk, (worker, order) in met.items() if pk not in known}
    return [*known.values(), *rest.values()][:WORKERS_SHOWN]


def open_orders(where: Where, orders: tuple[Order, ...]) -> list[OpenOrder]:
    """Say of each order who has it in hand and who comes."""
    shown = []
    for order in orders:
        sent, assigned = where.get(order.pk, NOWHERE)
        if sent is None or order.stage == Stage.PLACED:
            answer, phone = _("还没有派给企业，正在安排。"), ""
        elif order.stage == Stage.SENT:
            answer = _("已派给{enterprise}，等它接单。").format(enterprise=sent.enterprise.name)
            phone = sent.enterprise.phone
        elif assigned is None or order.stage == Stage.ACCEPTED:
            answer = _("{enterprise}已接单，正在安排人员。").format(enterprise=sent.enterprise.name)
            phone = sent.enterprise.phone
        elif order.stage == Stage.IN_SERVICE:
            answer = _("{enterprise}的{worker}正在家里服务。").format(
                enterprise=sent.enterprise.short_name, worker=assigned.worker.name
            )
            phone = assigned.worker.phone
        else:
            answer = _("{enterprise}的{worker}会按时上门。").format(
                enterprise=sent.enterprise.short_name, worker=assigned.worker.name
            )
            phone = assigned.worker.phone
        shown.append(OpenOrder(order, answer, phone))
    return shown


def who(viewer: User, call: Call | None, chosen: UUID | None, at: datetime) -> hotline_read.Caller:
    """Return who is on the line, or the elder that was looked up without a call."""
    on = today(at)
    if call is not None:
        return hotline_read.caller(viewer, call, on, chosen=chosen)
    if chosen is not None:
        return hotline_read.known(viewer, registry_read.get_elder(viewer, chosen), on)
    return hotline_read.Caller((), None, (), ())


def _service_class(elder: Elder, on: date) -> tuple[str, str]:
    # Not every city sorts its elders into classes; where the pack does not, the card shows none.
    try:
        decision = adoption_read.decide(elder.programme_id, "service-class", registry_read.facts(elder, on), on)
    except (policy.UnknownRule, Refusal):
        return "", ""
    return CLASS_LABEL.get(decision.ground or "", ""), decision.because
