"""Turn what happened into texts: read on in the outbox, look up what is true now, write down what is news."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db import transaction

from sangyu.access import queries as access_read
from sangyu.access.models import Programme
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Assignment, Dispatch
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Draft
from sangyu.outbox.models import Text
from sangyu.outbox.queries import Told
from sangyu.portals.texting import household, results, rules
from sangyu.portals.texting.rules import Facts, Number, Template

READER = "texting"
BATCH = 200
CAUSE = "order"
CONCLUDED = "assessment.concluded"
HAS_ENTERPRISE = frozenset({"ACCEPTED", "ASSIGNED", "IN_SERVICE", "SERVED"})
HAS_WORKER = frozenset({"ASSIGNED", "IN_SERVICE", "SERVED"})


@cache
def templates() -> dict[tuple[str, str], Template]:
    """Return the templates of the house, read once."""
    return rules.read_templates((Path(__file__).parent / "texts.csv").read_text(encoding="utf-8"))


@transaction.atomic
def compose(*, at: datetime, limit: int = BATCH) -> int:
    """Write the texts that the next messages call for; return how many messages were read, zero at the end.

    A message only says which order may have moved, or which assessment was concluded (results.py). What is texted
    follows from the rows as they are now and from what the household heard last, so a message that is read late or
    twice leads to no wrong text.
    """
    told = outbox.read_on(reader=READER, limit=limit)
    moved, concluded = _named(told, "order"), _named((one for one in told if one.kind == CONCLUDED), "assessment")
    drafts: list[Draft] = []
    for programme in access_read.programmes():
        if moved[programme.pk]:
            drafts += _drafts(programme, moved[programme.pk], at)
        if concluded[programme.pk]:
            drafts += results.drafts(programme, concluded[programme.pk], at)
    if drafts:
        outbox.queue_texts(drafts=drafts, at=at)
    return len(told)


def _named(told: Iterable[Told], what: str) -> dict[UUID, set[UUID]]:
    """The orders, or the assessments, that messages speak of, by programme."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for message in told:
        named = json.loads(message.body).get(what)
        if named is not None:
            found[message.programme_id].add(UUID(named))
    return found


def _drafts(programme: Programme, order_ids: set[UUID], at: datetime) -> list[Draft]:
    clock = access_read.clock(programme)
    orders = list(orders_read.orders(clock).filter(pk__in=order_ids))
    facts = _facts(orders, dispatch_read.whereabouts(clock, orders))
    last = outbox_read.last_told(CAUSE, order_ids)
    numbers = household.numbers({order.elder_id for order in orders}, at)
    on = at.astimezone(rules.BEIJING).date()
    drafts: list[Draft] = []
    for order in orders:
        if rules.may_hear(died_on=order.elder.died_on, on=on):
            drafts += _news_of(programme, order, facts[order.pk], last.get(order.pk), numbers[order.elder_id], at)
    return drafts


def _news_of(
    programme: Programme, order: Order, now: Facts, last: Text | None, numbers: list[Number], at: datetime
) -> list[Draft]:
    code = rules.news(last.told if last else None, now)
    if code is None:
        return []
    until = rules.send_until(code=code, at=at, now=now)
    not_before = rules.not_before(code=code, at=at, wanted_from=now.wanted_from)
    if until <= not_before:
        return []
    return [
        Draft(
            programme_id=programme.pk,
            cause_kind=CAUSE,
            cause_id=order.pk,
            n=last.n + 1 if last else 1,
            to=to,
            elder_id=order.elder_id,
            phone=phone,
            template=code,
            body=rules.words(
                template=templates()[code, to],
                now=now,
                elder=order.elder.name,
                programme=programme.name,
                hotline=programme.hotline_number,
            ),
            told=rules.told_of(code, now),
            not_before=not_before,
            send_until=until,
        )
        for to, phone in rules.addressees(code, rules.recipients(numbers), templates()).items()
    ]


def _facts(orders: list[Order], where: dict[UUID, tuple[Dispatch, Assignment | None]]) -> dict[UUID, Facts]:
    found = {}
    for order in orders:
        dispatch, goes = where.get(order.pk, (None, None))
        named = goes if order.stage in HAS_WORKER else None
        found[order.pk] = Facts(
            stage=order.stage,
            item=order.item.name,
            wanted_from=order.wanted_from,
            wanted_until=order.wanted_until,
            price_fen=order.price_fen,
            elder_fen=order.elder_fen,
            enterprise=dispatch.enterprise.short_name if dispatch and order.stage in HAS_ENTERPRISE else "",
            worker=named.worker.name if named else "",
            worker_id=str(named.worker_id) if named else "",
        )
    return found
