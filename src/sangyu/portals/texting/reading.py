"""Texts as people read them: to whom, about what, where each stands, and whom to ring instead."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import User
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import TO_RING, Text, TextStanding, TextState
from sangyu.portals.texting.compose import CAUSE
from sangyu.portals.texting.rules import BEIJING
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Elder

NEWS: dict[str, str | Promise] = {
    "taken": _("已登记"),
    "accepted": _("企业已承接"),
    "assigned": _("已派人"),
    "worker_changed": _("换人"),
    "rearranging": _("另行安排"),
    "rescheduled": _("改期"),
    "arrived": _("已到家"),
    "served": _("已完成"),
    "cancelled": _("已取消"),
    "concluded": _("评估结论"),
    "concluded_open": _("评估结论"),
    "reviewed": _("复评结论"),
    "reviewed_open": _("复评结论"),
}
STATES: dict[str, tuple[str | Promise, str]] = {
    TextState.WAITING: (_("待发送"), "waiting"),
    TextState.SENT: (_("已发出"), "moving"),
    TextState.DELIVERED: (_("已送达"), "good"),
    TextState.FAILED: (_("发送失败"), "bad"),
    TextState.NO_MOBILE: (_("没有手机号"), "bad"),
    TextState.RUNG: (_("已电话告知"), "good"),
    TextState.REPLACED: (_("由后一条代替"), "off"),
    TextState.STOPPED: (_("不再发送"), "off"),
}
PHONES_SHOWN = 8
BUBBLES_SHOWN = 6


@dataclass(frozen=True)
class Line:
    """A text with everything a row of a list shows."""

    standing: TextStanding
    elder: Elder | None
    order: Order | None
    ring: str
    tries: int

    @property
    def text(self) -> Text:
        return self.standing.text

    @property
    def news(self) -> str | Promise:
        return NEWS.get(self.standing.text.template, self.standing.text.template)

    @property
    def state(self) -> str | Promise:
        return STATES[self.standing.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.standing.state][1]

    @property
    def to_family(self) -> bool:
        return self.standing.text.to == "FAMILY"

    @property
    def unheard(self) -> bool:
        """It reached nobody and nobody has rung instead."""
        return self.standing.state in TO_RING


@dataclass(frozen=True)
class Phone:
    """A telephone of the demo with what it has received, newest first."""

    number: str
    owner: Elder | None
    to_family: bool
    bubbles: tuple[Line, ...]


def texts_of_order(viewer: User, order_id: UUID) -> list[Line]:
    """Return what elder and family were texted about an order, oldest first; for any desk that shows the order.

    Raises: NotFound, also for an order that the viewer may not see.
    """
    order = orders_read.get_order(viewer, order_id)
    return lines(viewer, outbox_read.texts_about(viewer.programme_id, CAUSE, order.pk))


def found(viewer: User, *, text: str, state: str, after: tuple[datetime, int, UUID] | None, limit: int) -> list[Line]:
    """Return texts newest first, of an order by its number or of elders by name, initials or tail, at a state."""
    order = orders_read.orders(viewer).filter(number=text).first() if text else None
    elders = registry_read.search(viewer, text, limit=50) if text and order is None else []
    rows = outbox_read.texts_page(
        viewer.programme_id,
        states=[state] if state else [],
        cause_ids=[order.pk] if order else None,
        elder_ids=[elder.pk for elder in elders] if text and order is None else None,
        after=after,
        limit=limit,
    )
    return lines(viewer, rows)


def to_ring(viewer: User, *, at: datetime, limit: int) -> list[Line]:
    """Return the texts about which somebody still has to ring, the most urgent first."""
    return lines(viewer, list(outbox_read.texts_to_ring(viewer.programme_id, at)[:limit]))


def counts(viewer: User, *, at: datetime) -> dict[str, int]:
    """Count the texts of the Beijing day of `at` by where they stand."""
    begins_at = at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return outbox_read.count_texts(viewer.programme_id, begins_at, begins_at + timedelta(days=1))


def phones(viewer: User, *, text: str) -> list[Phone]:
    """Return the telephones that received something last, the latest first, with their last texts."""
    elders = [elder.pk for elder in registry_read.search(viewer, text, limit=20)] if text else None
    rows = outbox_read.texts_page(
        viewer.programme_id,
        states=[TextState.WAITING, TextState.SENT, TextState.DELIVERED, TextState.FAILED],
        elder_ids=elders,
        limit=PHONES_SHOWN * BUBBLES_SHOWN * 2,
    )
    by_number: dict[str, list[Line]] = defaultdict(list)
    for line in lines(viewer, rows):
        by_number[line.standing.text.phone].append(line)
    return [
        Phone(number, found[0].elder, found[0].to_family, tuple(found[:BUBBLES_SHOWN]))
        for number, found in list(by_number.items())[:PHONES_SHOWN]
    ]


def lines(viewer: User, rows: list[TextStanding]) -> list[Line]:
    """Lay beside texts the elders, orders and numbers that the viewer may see; five queries, however many rows."""
    elder_ids = {row.text.elder_id for row in rows if row.text.elder_id}
    elders = {elder.pk: elder for elder in registry_read.elders(viewer).filter(pk__in=elder_ids)}
    order_ids = {row.text.cause_id for row in rows if row.text.cause_kind == CAUSE}
    orders = {order.pk: order for order in orders_read.orders(viewer).filter(pk__in=order_ids)}
    tries = outbox_read.tries_of(row.pk for row in rows)
    numbers = registry_read.contacts_of_all(elders)
    return [
        Line(
            row,
            elders.get(row.text.elder_id) if row.text.elder_id else None,
            orders.get(row.text.cause_id),
            row.text.phone or _first(numbers.get(row.text.elder_id, []) if row.text.elder_id else []),
            len(tries[row.pk]),
        )
        for row in rows
    ]


def _first(numbers: list[Contact]) -> str:
    return numbers[0].phone if numbers else ""
