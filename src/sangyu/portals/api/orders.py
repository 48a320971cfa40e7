"""What may be ordered, what it costs, and the work orders themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from sangyu.access.queries import NotAllowed
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Charge
from sangyu.benefits.rules import NoOffer, Quote, Undecided
from sangyu.budget.actions import BudgetGone
from sangyu.hotline import actions as hotline
from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.orders import rules
from sangyu.orders.models import Order, Stage
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.shapes import Day, Id, Moment, Said, Told, Versioned, written
from sangyu.portals.clock import now
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem
from sangyu.providers.queries import PriceMissing
from sangyu.registry import queries as registry_read

router = Router()
TAG = "工单 orders"
MONEY = (PriceMissing, NoOffer, Undecided, BudgetGone)
SLOT = (rules.SlotOver, rules.SlotTaken, rules.ElderDied)


class ItemTold(Told):
    """An item of the catalogue (服务项目)."""

    id: UUID
    code: str
    name: str
    unit: str
    minutes: int
    standard: str = Field(description="服务标准，读给老人听的那句话")


class QuoteTold(Told):
    """What a service costs an elder on a day, who pays which part of it, and why."""

    price_fen: int
    elder_fen: int
    public_fen: int
    shares_fen: dict[str, int]
    fund: str
    sentence: str = Field(description="读给老人听的话")
    because: list[str] = Field(description="按政策得出的理由，依次")


class OrderTold(Versioned):
    """A work order (工单): for whom, what, when, at which price, and how far it has come."""

    id: UUID
    number: str
    elder_id: UUID
    item_id: UUID
    item_name: str
    community_code: str
    source: str = Field(description="从哪个平台转来，例如96980；本平台受理的为空")
    wanted_from: datetime
    wanted_until: datetime
    price_fen: int
    elder_fen: int
    public_fen: int
    because: list[str]
    stage: str = Field(description="PLACED、SENT、ACCEPTED、ASSIGNED、IN_SERVICE、SERVED、CANCELLED")
    stage_at: datetime
    placed_at: datetime


class ChargeTold(Told):
    """What a delivered service cost (费用), and who owes which part."""

    id: UUID
    elder_id: UUID
    enterprise_id: UUID
    item_id: UUID
    service_on: str
    price_fen: int
    elder_fen: int
    public_fen: int
    fund: str
    cause_kind: str
    cause_id: UUID


class Wish(Said):
    """A service for an elder at a time; with the call in which it was asked for, that call ends as this order.

    `source` names the platform outside that hands the wish over, such as 96980; of an order in a call it is not kept.
    """

    elder_id: Id
    item_id: Id
    wanted_from: Moment
    call_id: Id | None = None
    note: written(200) = ""  # type: ignore[valid-type]
    source: written(40) = ""  # type: ignore[valid-type]


class Ask(Said):
    """What a price is asked for."""

    elder_id: Id
    item_id: Id
    on: Day


class Cancelling(Said):
    """Why an order is called off."""

    reason: written(200, shortest=1)  # type: ignore[valid-type]


class Move(Said):
    """Another time for an order, and why."""

    wanted_from: Moment
    reason: written(200, shortest=1)  # type: ignore[valid-type]


class Which(Where):
    """Which orders of the list."""

    stage: Annotated[Stage | None, Field(default=None, description="只列这一步的工单")]


def told(order: Order) -> OrderTold:
    """Show an order as this interface does: ids, times and money, nobody's name."""
    return OrderTold(
        id=order.pk,
        number=order.number,
        elder_id=order.elder_id,
        item_id=order.item_id,
        item_name=order.item.name,
        community_code=order.community_id,
        source=order.source,
        wanted_from=order.wanted_from,
        wanted_until=order.wanted_until,
        price_fen=order.price_fen,
        elder_fen=order.elder_fen,
        public_fen=order.public_fen,
        because=list(Quote.from_json(order.quote).because),
        stage=order.stage,
        stage_at=order.stage_at,
        placed_at=order.placed_at,
    )


def item_told(item: ServiceItem) -> ItemTold:
    """Show an item of the catalogue."""
    return ItemTold(
        id=item.pk, code=item.code, name=item.name, unit=item.unit, minutes=item.minutes, standard=item.standard
    )


def charge_told(charge: Charge) -> ChargeTold:
    """Show a charge."""
    return ChargeTold(
        id=charge.pk,
        elder_id=charge.elder_id,
        enterprise_id=charge.enterprise_id,
        item_id=charge.item_id,
        service_on=charge.service_on.isoformat(),
        price_fen=charge.price_fen,
        elder_fen=charge.elder_fen,
        public_fen=charge.public_fen,
        fund=charge.fund,
        cause_kind=charge.cause_kind,
        cause_id=charge.cause_id,
    )


ORDER = State(
    seen=lambda viewer, order_id: told(orders_read.get_order(viewer, order_id)),
    lock=lambda viewer, order_id: orders.lock(order_id=order_id, by=viewer, elder_too=True),
)


@reads(router, "/items", scope="orders:read", name="listItems", answer=Page[ItemTold], tag=TAG)
def list_items(request: HttpRequest, where: Query[Where]) -> Page[ItemTold]:
    """List the catalogue by code."""
    rows = providers_read.items(viewer_of(request))
    return page(request, rows, where, by="code", show=lambda found: [item_told(row) for row in found])


@writes(router, "/quotes", scope="orders:read", name="quote", answer=QuoteTold, tag=TAG, keep=False,
        refuses=(NotFound, *MONEY))  # fmt: skip
def quote(request: HttpRequest, body: Ask) -> QuoteTold:
    """Price a service for an elder on a day, with the sentence to read out and the reasons.

    Nothing is written; it is a POST because it names an elder.
    """
    viewer = viewer_of(request)
    elder = registry_read.get_elder(viewer, body.elder_id)
    priced = benefits.quote(elder=elder, item=providers_read.get_item(viewer, body.item_id), on=body.on)
    return QuoteTold(
        price_fen=priced.price_fen,
        elder_fen=priced.elder_fen,
        public_fen=priced.public_fen,
        shares_fen=dict(priced.shares_fen),
        fund=priced.fund,
        sentence=priced.sentence,
        because=list(priced.because),
    )


@reads(router, "/orders", scope="orders:read", name="listOrders", answer=Page[OrderTold], tag=TAG)
def list_orders(request: HttpRequest, where: Query[Which]) -> Page[OrderTold]:
    """List orders by the time they were wanted for."""
    rows = orders_read.orders(viewer_of(request))
    if where.stage is not None:
        rows = rows.filter(stage=where.stage)
    return page(request, rows, where, by="wanted_from", show=lambda found: [told(row) for row in found])


@reads(router, "/orders/{uuid:order_id}", scope="orders:read", name="getOrder", answer=OrderTold, tag=TAG,
       refuses=(NotFound,))  # fmt: skip
def get_order(request: HttpRequest, order_id: UUID) -> OrderTold:
    """Read one order."""
    return told(orders_read.get_order(viewer_of(request), order_id))


@writes(router, "/orders", scope="orders:write", name="placeOrder", answer=OrderTold, tag=TAG, status=201,
        refuses=(NotAllowed, NotFound, rules.ItemRetired, *SLOT, *MONEY, hotline.NotAnswered,
                 hotline.TakenByAnother, hotline.AlreadyEnded))  # fmt: skip
def place_order(request: HttpRequest, body: Wish) -> OrderTold:
    """Take an order: priced by the policy of its day, the public part held, all or nothing.

    The idempotency key is the order's own key: sent again after days it is still this order.
    """
    viewer, at = viewer_of(request), now()
    item = providers_read.get_item(viewer, body.item_id)
    key = f"api:{viewer.pk}:{request.headers['Idempotency-Key']}"
    if body.call_id is not None:
        placed = hotline.place_order(
            call_id=body.call_id, elder_id=body.elder_id, item=item, wanted_from=body.wanted_from, by=viewer, at=at,
            key=key, note=body.note,
        )  # fmt: skip
    else:
        placed = orders.place(
            elder_id=body.elder_id, item=item, wanted_from=body.wanted_from, by=viewer, at=at, key=key, note=body.note,
            source=body.source,
        )  # fmt: skip
    return told(placed)


@writes(router, "/orders/{uuid:order_id}/cancellation", scope="orders:write", name="cancelOrder", answer=OrderTold,
        tag=TAG, of=ORDER, refuses=(NotAllowed, NotFound, orders.ReasonMissing, rules.WrongStage))  # fmt: skip
def cancel_order(request: HttpRequest, order_id: UUID, body: Cancelling) -> OrderTold:
    """Call off an order and give back what was held."""
    return told(orders.cancel(order_id=order_id, reason=body.reason, by=viewer_of(request), at=now()))


@writes(router, "/orders/{uuid:order_id}/rescheduling", scope="orders:write", name="rescheduleOrder", answer=OrderTold,
        tag=TAG, of=ORDER, refuses=(NotAllowed, NotFound, orders.ReasonMissing, rules.TimeFixed, *SLOT))  # fmt: skip
def reschedule_order(request: HttpRequest, order_id: UUID, body: Move) -> OrderTold:
    """Move an order to another time, with the price that was read out."""
    moved = orders.reschedule(
        order_id=order_id, wanted_from=body.wanted_from, by=viewer_of(request), at=now(), reason=body.reason
    )
    return told(moved)


@reads(router, "/charges", scope="orders:read", name="listCharges", answer=Page[ChargeTold], tag=TAG)
def list_charges(request: HttpRequest, where: Query[Where]) -> Page[ChargeTold]:
    """List charges, all for the operator, one's own for an enterprise."""
    rows = benefits_read.charges(viewer_of(request))
    return page(request, rows, where, by="id", show=lambda found: [charge_told(row) for row in found])


@reads(router, "/charges/{uuid:charge_id}", scope="orders:read", name="getCharge", answer=ChargeTold, tag=TAG,
       refuses=(NotFound,))  # fmt: skip
def get_charge(request: HttpRequest, charge_id: UUID) -> ChargeTold:
    """Read one charge."""
    found = benefits_read.charges(viewer_of(request)).filter(pk=charge_id).first()
    if found is None:
        raise NotFound("没有找到这笔费用。")
    return charge_told(found)
