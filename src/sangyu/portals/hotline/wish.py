"""The wish in the middle of the screen while it is being spoken: which item, when, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from sangyu.access.models import User
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.rules import Quote
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import Refusal
from sangyu.orders import queries as orders_read
from sangyu.orders import rules as orders_rules
from sangyu.orders.models import Order
from sangyu.portals.hotline.forms import BEIJING, HOURS, ITEMS_SHOWN, days, find_items
from sangyu.portals.hotline.picture import today
from sangyu.providers.models import ServiceItem
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Offer:
    """A quote with what stands behind it: the clauses, the elder's credit, the year's money."""

    quote: Quote
    clauses: list[str]
    credit_left_fen: int | None
    credit_left_minutes: int | None
    budget_left_fen: int

    @property
    def budget_reaches(self) -> bool:
        return self.quote.public_fen <= self.budget_left_fen


@dataclass
class Wish:
    """What has been said so far; everything may still be missing."""

    q: str = ""
    item: ServiceItem | None = None
    items: list[ServiceItem] = field(default_factory=list)
    usual: bool = False
    day: str = ""
    other_day: str = ""
    hour: str = ""
    note: str = ""
    days: list[dict[str, Any]] = field(default_factory=list)
    hours: list[dict[str, Any]] = field(default_factory=list)
    offer: Offer | None = None
    refusal: str = ""
    warning: str = ""

    @property
    def on(self) -> date | None:
        """The wanted day in Beijing; another day wins over the chips."""
        return _day(self.other_day) or _day(self.day)


def understand(
    viewer: User, elder: Elder, said: Mapping[str, str], at: datetime, *, usual: tuple[ServiceItem, ...] = ()
) -> Wish:
    """Make sense of what the agent has typed so far: items that fit, the price if there is one, what stands against it.

    Shape: `usual` are the items offered before anything is typed. Nothing is refused here, only said.
    """
    on = today(at)
    wish = Wish(
        q=said.get("q", "").strip(),
        day=said.get("day") or (on + timedelta(days=1)).isoformat(),
        other_day=said.get("other_day", ""),
        hour=said.get("hour") or "9",
        note=said.get("note", ""),
        days=days(on),
        hours=[{"value": str(hour), "label": f"{hour}:00"} for hour in HOURS],
    )
    wish.items = find_items(viewer, wish.q, wish.on or on) if wish.q else list(usual[:ITEMS_SHOWN])
    wish.usual = not wish.q
    named = [item for item in wish.items if str(item.pk) == said.get("item")]
    if named or wish.q:
        wish.item = next(iter(named or wish.items), None)
    if wish.item is not None and wish.on is not None:
        _price(viewer, elder, wish, at)
    return wish


def again(order: Order) -> dict[str, str]:
    """Say the wish of an earlier order once more; the day is left to the default."""
    return {
        "q": f"{order.item.code} {order.item.name}",
        "item": str(order.item_id),
        "hour": str(order.wanted_from.astimezone(BEIJING).hour),
        "note": order.note,
    }


def _price(viewer: User, elder: Elder, wish: Wish, at: datetime) -> None:
    try:
        orders_rules.ensure_alive(name=elder.name, died_on=elder.died_on, on=wish.on)
        quote = benefits.quote(elder=elder, item=wish.item, on=wish.on)
    except Refusal as refusal:
        wish.refusal = str(refusal)
        return
    wish.offer = Offer(
        quote=quote,
        clauses=list(dict.fromkeys(_clauses(quote))),
        **_credit_left(elder, quote, wish.on),
        budget_left_fen=budget_read.position(viewer, quote.fund, wish.on).available_fen,
    )
    wish.warning = _against(viewer, elder, wish, at)


def _credit_left(elder: Elder, quote: Quote, on: date) -> dict[str, int | None]:
    """Return the credit of the period before this order, in fen or in minutes; None for an elder who has none."""
    left: dict[str, int | None] = {"credit_left_fen": None, "credit_left_minutes": None}
    if quote.draws:
        left["credit_left_fen"] = sum(draw.before_fen for draw in quote.draws)
    elif quote.credit_granted:
        # The credit comes onto the books with its first use; before that all of it is left.
        credit = benefits_read.credit(
            elder.programme_id, quote.fund, elder.pk, on, unit=quote.credit_unit, period=quote.credit_period
        )
        left[f"credit_left_{quote.credit_unit}"] = quote.credit_granted + quote.credit_carried - credit.used_fen
    return left


def _against(viewer: User, elder: Elder, wish: Wish, at: datetime) -> str:
    """Say before the order is saved what would refuse it: its time, or the elder's other orders."""
    if not wish.hour.isdigit() or not 0 <= int(wish.hour) <= 23:
        return _("请选择上门时间")
    begins_at = datetime.combine(wish.on, time(int(wish.hour)), BEIJING)
    ends_at = begins_at + timedelta(minutes=wish.item.minutes)
    taken = [
        orders_rules.Slot(
            order.number,
            order.item.name,
            order.wanted_from.astimezone(BEIJING),
            order.wanted_until.astimezone(BEIJING),
        )
        for order in orders_read.open_for(viewer, elder)
    ]
    try:
        orders_rules.ensure_ahead(wanted_from=begins_at, at=at)
        orders_rules.ensure_free(wanted=(begins_at, ends_at), taken=taken, clock="%m月%d日 %H:%M")
    except Refusal as refusal:
        return str(refusal)
    return ""


def _clauses(quote: Quote) -> list[str]:
    sources = [decision.get("source") for decision in quote.decisions]
    return [f"{source['number']}：“{source['locator']}”" for source in sources if source]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
