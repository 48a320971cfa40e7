"""`./sangyu drill race`: two people do the last possible thing at one moment, over real connections, many times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import connection

from sangyu.budget import queries as budget_read
from sangyu.config.drills.ground import Ground, faults
from sangyu.config.drills.town import BEIJING, FUND, HOME, Town
from sangyu.config.drills.walk import steps
from sangyu.config.setup.report import tell
from sangyu.dispatch import actions as dispatch
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import Reference
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Run
from sangyu.visits import actions as visits

Verb = Callable[[], Any]
CREDIT_FEN = 5000  # what the policy of the drills gives an elder of class B in a month
BARRIER_S = 60
MONTHS_A_COPY = 12  # as far as the appropriations reach; after that every credit of the town is used up


@dataclass(frozen=True)
class Outcome:
    """What became of one person's act: done, refused with a sentence, or broken."""

    done: bool
    what: str


class Ring:
    """As many people as meet, each with a thread and a connection that stay theirs."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._threads = ThreadPoolExecutor(width)

    def meet(self, *verbs: Verb) -> list[Outcome]:
        """Let everybody act at the same moment; return what became of each, in order."""
        barrier = Barrier(len(verbs))

        def act(verb: Verb) -> Outcome:
            connection.ensure_connection()
            barrier.wait(BARRIER_S)
            try:
                return Outcome(True, str(verb()))
            except Refusal as refusal:
                return Outcome(False, f"refused: {refusal}")
            except Exception as error:
                return Outcome(False, f"broken: {type(error).__name__}: {error}")

        return list(self._threads.map(act, verbs))

    def close(self) -> None:
        barrier = Barrier(self.width)

        def leave(_: int) -> None:
            barrier.wait(BARRIER_S)
            connection.close()

        list(self._threads.map(leave, range(self.width)))
        self._threads.shutdown()


@contextmanager
def ring(width: int = 2) -> Iterator[Ring]:
    """Bring people together for the length of a block; their connections are closed behind it."""
    opened = Ring(width)
    try:
        yield opened
    finally:
        opened.close()


def run(ground: Ground, *, times: int) -> dict[str, Any]:
    """Run every race `times` times (a settlement a tenth as often) and count what should have been impossible.

    Shape: the figures of the drill; `races` has a row a case: how often both, one or nobody won, and what broke. That
    nobody won is a fault as well: one of two could always have been served.
    """
    began = time.monotonic()
    rows: list[dict[str, Any]] = []
    found: list[str] = []
    for name, case in CASES.items():
        ground.fresh("race")
        with ring() as people:
            row = case(ground.town, people, times)
        found += faults()
        rows.append({"race": name, **row})
        tell(f"  {name:<12} {row}")
    months, off = _settlements(ground, max(1, times // 10))
    rows += months
    found += off + [f"{row['race']}: nobody won, {row['nobody']} times" for row in rows if row["nobody"]]
    return {
        "n": sum(row["n"] for row in rows),
        "lost": sum(row["lost"] for row in rows),
        "twice": sum(row["twice"] for row in rows),
        "broken": sum(row["broken"] for row in rows),  # an error instead of a refusal: a deadlock, say
        "races": rows,
        "faults": found,
        "seconds": round(time.monotonic() - began, 1),
    }


def _credit(town: Town, people: Ring, times: int) -> dict[str, int]:
    """The last of an elder's monthly credit, and two orders for it on two days."""
    elders, row = town.elders(), _row()
    for n in range(min(times, len(elders) * MONTHS_A_COPY)):
        elder, first = elders[n % len(elders)], town.month.next()
        for _ in range(n // len(elders)):
            first = first.next()
        at = datetime(first.year, first.month, 1, 8, tzinfo=BEIJING)
        wanted = [at.replace(day=day, hour=9) for day in (5, 12)]
        outcomes = people.meet(*(_place(town, elder.pk, slot, at, f"credit-{n}-{slot.day}") for slot in wanted))
        public_fen = sum(Order.objects.filter(elder=elder, wanted_from__in=wanted).values_list("public_fen", flat=True))
        _count(row, outcomes, overdrawn=public_fen > CREDIT_FEN, nobody=public_fen == 0)
    return row


def _budget(town: Town, people: Ring, times: int) -> dict[str, int]:
    """The last of the year's money, and two elders' orders for it; the winner's is given back for the next pair."""
    elders, row, on = town.elders(), _row(), town.at.date()
    key = budget_read.account_key(town.programme.pk, FUND, on.year)
    left_fen = budget_read.position_of(town.programme.pk, FUND, on.year).available_fen
    kept, clock = new_id(), town.clock
    ledger.hold(
        id=kept,
        account=key,
        amount_fen=left_fen - CREDIT_FEN,
        cause=Reference("DRILL", kept),
        at=town.at,
        by_id=clock.pk,
    )
    for n in range(times):
        pair = [elders[2 * n % len(elders)], elders[(2 * n + 1) % len(elders)]]
        slot = _slot(town, n)
        outcomes = people.meet(*(_place(town, elder.pk, slot, town.at, f"budget-{n}-{elder.pk}") for elder in pair))
        won = list(Order.objects.filter(wanted_from=slot, elder__in=pair).exclude(stage="CANCELLED"))
        held_fen = sum(order.public_fen for order in won)
        _count(row, outcomes, overdrawn=held_fen > CREDIT_FEN, nobody=held_fen == 0)
        for order in won:
            orders.cancel(order_id=order.pk, reason="演练", by=town.user("dispatcher"), at=town.at)
    return row


def _dispatchers(town: Town, people: Ring, times: int) -> dict[str, int]:
    """One order, two dispatchers, two enterprises."""
    row = _row()
    firms = [town.enterprise(0).pk, town.enterprise(1).pk]
    for n in range(times):
        order = _placed(town, n)
        outcomes = people.meet(
            *(
                partial(dispatch.send, order_id=order.pk, by=town.user(who), at=town.at, enterprise_id=firm)
                for who, firm in zip(("dispatcher", "dispatcher2"), firms, strict=True)
            )
        )
        _count(row, outcomes, overdrawn=_number("dispatch_dispatch", "order_id", order.pk) > 1)
    return row


def _worker(town: Town, people: Ring, times: int) -> dict[str, int]:
    """One worker, two orders at the same hour: nobody can be in two homes (two rows, so only a lock on hers helps)."""
    row, worker = _row(), town.workers()[0]
    boss = town.user("firm0")
    for n in range(times):
        slot = _slot(town, n)
        sent = []
        for which in (0, 1):
            order = _placed(town, 2 * n + which, slot=slot)
            sent.append(
                dispatch.send(
                    order_id=order.pk, by=town.user("dispatcher"), at=town.at, enterprise_id=town.enterprise().pk
                )
            )
            dispatch.accept(dispatch_id=sent[-1].pk, by=boss, at=town.at)
        outcomes = people.meet(
            *(
                partial(dispatch.assign, dispatch_id=given.pk, worker_id=worker.pk, by=boss, at=town.at)
                for given in sent
            )
        )
        _count(row, outcomes, overdrawn=sum(outcome.done for outcome in outcomes) > 1)
    return row


def _hour(town: Town, people: Ring, times: int) -> dict[str, int]:
    """One elder, one hour, two agents with two wishes."""
    elders, row = town.elders(), _row()
    for n in range(times):
        elder, slot = elders[n % len(elders)], _slot(town, n // len(elders))
        outcomes = people.meet(*(_place(town, elder.pk, slot, town.at, f"hour-{n}-{who}") for who in (1, 2)))
        made = Order.objects.filter(elder=elder, wanted_from=slot).count()
        _count(row, outcomes, overdrawn=made > 1, nobody=made == 0)
    return row


def _door(town: Town, people: Ring, times: int) -> dict[str, int]:
    """The worker rings at the door while the centre calls the order off: she was there, or it was off, never both."""
    row, boss = _row(), town.user("firm0")
    for n in range(times):
        order = _placed(town, n)
        sent = dispatch.send(
            order_id=order.pk, by=town.user("dispatcher"), at=town.at, enterprise_id=town.enterprise().pk
        )
        dispatch.accept(dispatch_id=sent.pk, by=boss, at=town.at)
        dispatch.assign(dispatch_id=sent.pk, worker_id=town.workers()[0].pk, by=boss, at=town.at)
        outcomes = people.meet(
            partial(visits.check_in, order_id=order.pk, by=town.user("worker00"), at=order.wanted_from, place=HOME),
            partial(
                orders.cancel,
                order_id=order.pk,
                reason="老人来电取消",
                by=town.user("dispatcher"),
                at=order.wanted_from,
            ),
        )
        came = _number("visits_visit", "order_id", order.pk)
        off = _number("orders_cancellation", "order_id", order.pk)
        _count(row, outcomes, overdrawn=came + off > 1, nobody=came + off == 0)
    return row


CASES: dict[str, Callable[[Town, Ring, int], dict[str, int]]] = {
    "credit": _credit,
    "budget": _budget,
    "dispatchers": _dispatchers,
    "worker": _worker,
    "hour": _hour,
    "door": _door,
}


def _settlements(ground: Ground, times: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Two finance officers draw up the same month, and later two of them pay it."""
    rows = {name: _row() for name in ("draw up", "pay")}
    town = ground.town
    ground.fresh("month")
    names = list(steps())
    for name in names[: names.index("draw up")]:
        steps()[name](town)()
    payers = ("finance", "finance2")
    for _ in range(times):
        ground.fresh("race", of="month")
        drawn_at = _drawn_at(town)
        with ring() as people:
            outcomes = people.meet(
                *(partial(settlement.draw_up, month=town.month, by=town.user(who), at=drawn_at) for who in payers)
            )
            twice = Run.objects.count() > 1 or _doubled("settlement_line", "charge_id")
            _count(rows["draw up"], outcomes, overdrawn=twice, nobody=not Run.objects.exists())
            for name in names[names.index("draw up") + 1 : names.index("pay")]:
                steps()[name](town)()
            run_id = Run.objects.get().pk
            outcomes = people.meet(
                *(partial(settlement.pay, run_id=run_id, by=town.user(who), at=drawn_at) for who in payers)
            )
            twice = _number("settlement_paymentfile", "run_id", run_id) > 1 or _doubled(
                "settlement_payment", "statement_id"
            )
            _count(rows["pay"], outcomes, overdrawn=twice)
    found = faults()
    for name, row in rows.items():
        tell(f"  {name:<12} {row}")
    return [{"race": name, **row} for name, row in rows.items()], found


def _place(town: Town, elder_id: UUID, wanted_from: datetime, at: datetime, key: str) -> Verb:
    return partial(
        orders.place, elder_id=elder_id, item=town.item, wanted_from=wanted_from, by=town.user("agent"), at=at, key=key
    )


def _placed(town: Town, n: int, *, slot: datetime | None = None) -> Order:
    """Take the n-th order of a race; no two of them ask for the same elder at the same hour."""
    elders = town.elders()
    elder = elders[n % len(elders)]
    placed: Order = _place(town, elder.pk, slot or _slot(town, n), town.at, f"race-{n}")()
    return placed


def _slot(town: Town, n: int) -> datetime:
    day, hour = divmod(n, 14)
    return town.later(days=1 + day % 28, hour=7 + hour)


def _drawn_at(town: Town) -> datetime:
    verb = steps()["draw up"](town)
    assert isinstance(verb, partial)
    moment: datetime = verb.keywords["at"]
    return moment


def _row() -> dict[str, int]:
    return {"n": 0, "both": 0, "one": 0, "nobody": 0, "lost": 0, "twice": 0, "broken": 0}


def _count(row: dict[str, int], outcomes: Sequence[Outcome], *, overdrawn: bool, nobody: bool = False) -> None:
    done = sum(outcome.done for outcome in outcomes)
    row["n"] += 1
    row[("nobody", "one", "both")[min(done, 2)]] += 1
    row["twice"] += overdrawn
    row["lost"] += nobody and done > 0  # somebody was told yes and nothing is there
    row["broken"] += sum(outcome.what.startswith("broken") for outcome in outcomes)


def _number(table: str, column: str, value: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [value])
        return int(cursor.fetchone()[0])


def _doubled(table: str, column: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} GROUP BY {column} HAVING count(*) > 1)")
        return bool(cursor.fetchone()[0])
