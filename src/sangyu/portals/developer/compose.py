"""Turn what happened into pushes: read on in the outbox, look up whose it is, write one push for each subscription.

Settlement leaves no messages: what became of statements and payments is looked up, and an id that follows from the
fact keeps it from being told twice.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.ids import derived_id
from sangyu.orders import queries as orders_read
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Event
from sangyu.outbox.models import Subscription
from sangyu.outbox.queries import Told
from sangyu.outbox.rules.pushes import BodyTooLong, body_of
from sangyu.portals.developer.catalogue import EventKind, kinds, thin
from sangyu.settlement import queries as settlement_read

log = logging.getLogger(__name__)

READER = "webhooks"
BATCH = 200
# What became of statements is looked for in the newest months; older ones are paid and closed.
RUNS_LOOKED_AT = 3
ENTERPRISE = "enterprise:"


@transaction.atomic
def compose(*, at: datetime, limit: int = BATCH) -> int:
    """Write the pushes that the next messages call for; return how many messages were read, zero at the end."""
    told = outbox.read_on(reader=READER, limit=limit)
    subscriptions = outbox_read.active_subscriptions()
    if subscriptions and told:
        outbox.queue_pushes(events=list(_events(told, subscriptions)), at=at)
    return len(told)


@transaction.atomic
def compose_settlement(*, at: datetime) -> int:
    """Write the pushes about statements and payments that are not written yet; return how many."""
    wanted: dict[UUID, list[Subscription]] = defaultdict(list)
    of_settlement = {row.kind for row in kinds().values() if row.programme == "settlement"}
    for one in outbox_read.active_subscriptions():
        if of_settlement & set(one.kinds):
            wanted[one.programme_id].append(one)
    written = 0
    for programme in access_read.programmes():
        if wanted[programme.pk]:
            facts = list(_settled(access_read.clock(programme)))
            events = [
                Event(fact.id, one, fact.kind, body_of(kind=fact.kind, at=fact.at, data=fact.data))
                for fact in facts
                for one in wanted[programme.pk]
                if fact.kind in one.kinds
                and fact.at >= one.at
                and (one.sees_all or fact.organisation_id == one.organisation_id)
            ]
            written += outbox.queue_pushes(events=events, at=at)
    return written


def _events(told: list[Told], subscriptions: list[Subscription]) -> Iterator[Event]:
    having = _having(told, subscriptions)
    for message in told:
        row = kinds().get(message.kind)
        if row is None:
            continue
        said = _said(message)
        wanting = [
            one
            for one in subscriptions
            if one.programme_id == message.programme_id
            and row.kind in one.kinds
            and _is_for(one, row, message, having.get(_order(said)))
        ]
        try:
            body = body_of(kind=row.kind, at=message.at, data=thin(row, said)) if wanting else ""
        except BodyTooLong:
            # One message that cannot be told must not keep all that comes after it from being told.
            log.exception("message %s is not pushed", message.cursor.message)
            continue
        yield from (Event(message.cursor.message, one, row.kind, body) for one in wanting)


def _is_for(one: Subscription, row: EventKind, message: Told, in_hand_of: UUID | None) -> bool:
    topic = "enterprise" if message.topic.startswith(ENTERPRISE) else message.topic
    if one.sees_all:
        return topic == row.programme
    if row.enterprise == "addressed":
        return message.topic == f"{ENTERPRISE}{one.organisation_id}"
    return row.enterprise == "order" and topic == row.programme and in_hand_of == one.organisation_id


def _said(message: Told) -> dict[str, object]:
    said = json.loads(message.body)
    return said if isinstance(said, dict) else {}


def _order(said: dict[str, object]) -> UUID | None:
    """Return the order that a message names; None if it names none that could be one."""
    try:
        return UUID(str(said.get("order")))
    except ValueError:
        return None


def _having(told: Iterable[Told], subscriptions: list[Subscription]) -> dict[UUID | None, UUID]:
    """Return which organisation has each order in hand; what nobody has, or has given back, is left out."""
    asked: dict[UUID, set[UUID]] = defaultdict(set)
    of_enterprises = {one.programme_id for one in subscriptions if not one.sees_all}
    for message in told:
        row = kinds().get(message.kind)
        if row is not None and row.enterprise == "order" and message.programme_id in of_enterprises:
            order_id = _order(_said(message))
            if order_id is not None:
                asked[message.programme_id].add(order_id)
    found: dict[UUID | None, UUID] = {}
    for programme in access_read.programmes():
        if asked[programme.pk]:
            clock = access_read.clock(programme)
            orders = list(orders_read.orders(clock).filter(pk__in=asked[programme.pk]))
            for order_id, attempts in dispatch_read.attempts(clock, orders).items():
                if attempts[-1].refusal is None:
                    found[order_id] = attempts[-1].dispatch.enterprise.organisation_id
    return found


class _Fact:
    """Something that became of a statement."""

    def __init__(self, kind: str, pk: UUID, at: datetime, organisation_id: UUID, **said: object) -> None:
        self.kind, self.at, self.organisation_id = kind, at, organisation_id
        self.id = derived_id("event", kind, pk)
        self.data = thin(kinds()[kind], said)


def _settled(clock: User) -> Iterator[_Fact]:
    months = [run.pk for run in settlement_read.runs(clock)[:RUNS_LOOKED_AT]]
    rows = list(settlement_read.statements(clock).filter(run__in=months))
    for standing in settlement_read.standings(clock, rows):
        row = standing.statement
        whose = row.enterprise.organisation_id
        said = {
            "statement": str(row.pk),
            "run": str(row.run_id),
            "month": row.run.month,
            "revision": row.revision,
            "net_fen": row.net_fen,
        }
        yield _Fact("statement.drawn_up", row.pk, row.run.drawn_at, whose, **said)
        if standing.objection:
            yield _Fact("statement.objected", standing.objection.pk, standing.objection.at, whose, **said)
        if standing.confirmation:
            yield _Fact("statement.confirmed", standing.confirmation.pk, standing.confirmation.at, whose, **said)
        if standing.payment:
            payment = standing.payment
            paid = {"payment": str(payment.pk), "statement": str(row.pk), "amount_fen": payment.amount_fen}
            yield _Fact("payment.requested", payment.pk, payment.file.at, whose, **paid)
            if standing.returned:
                came = standing.returned
                yield _Fact("payment.returned", came.pk, came.at, whose, **paid, paid=came.paid)
