"""People at work while something breaks: calls come in, orders are taken and dispatched, and every yes is written down.

Whoever hears nothing says the same again with the same key. What was acknowledged is compared with the tables at the
end: an acknowledgement without its row is lost, a wish with two rows was done twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sangyu.config.drills.town import BEIJING, HOTLINE, ITEM, PASSWORD
from sangyu.config.drills.visitor import GivenUp, Visitor, refusal_of

HOURS = range(8, 18)
DAYS = range(3, 30)  # far enough for news to reach an elder before the visit, whatever the hour of the drill
ERRAND_S_MAX = 300.0  # a machine may be busy with something else: one that is slow is not one that has lost anything
REFUSED = frozenset({403, 404, 409, 422})
SAVED = "/hotline/orders/"  # where the desk leads who has saved an order


@dataclass(frozen=True)
class Ack:
    """One yes that was heard: which step, of which call, and when."""

    step: str
    reference: str
    at: datetime


@dataclass
class Book:
    """The acknowledgement log of all callers together, kept outside the house."""

    acks: list[Ack] = field(default_factory=list)
    wishes: set[tuple[str, str]] = field(default_factory=set)
    doubtful: set[tuple[str, str]] = field(default_factory=set)  # refused on a repeat: the tables must show them done
    troubles: list[str] = field(default_factory=list)
    asked: int = 0
    silent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wish(self, step: str, reference: str) -> None:
        with self._lock:
            self.wishes.add((step, reference))

    def heard(self, step: str, reference: str) -> None:
        with self._lock:
            self.acks.append(Ack(step, reference, datetime.now(UTC)))

    def doubt(self, step: str, reference: str) -> None:
        with self._lock:
            self.doubtful.add((step, reference))

    def count(self, visitor: Visitor) -> None:
        """Add up what somebody who goes home has asked and not heard."""
        with self._lock:
            self.asked += visitor.asked
            self.silent += visitor.silent

    def trouble(self, what: str) -> None:
        with self._lock:
            self.troubles.append(what)

    def of(self, step: str, until: datetime | None = None) -> list[str]:
        """List the references whose step was acknowledged, by a moment or at all."""
        with self._lock:
            return [ack.reference for ack in self.acks if ack.step == step and (until is None or ack.at <= until)]


class Line(threading.Thread):
    """Somebody with a book to write every yes down, who stops after the errand in hand."""

    def __init__(self, name: str, book: Book) -> None:
        super().__init__(name=name, daemon=True)
        self.book = book
        self.stop = threading.Event()


class Caller(Line):
    """One telephone line with the agent who answers it and the dispatcher who sends its orders, errand by errand."""

    def __init__(self, n: int, port: int, book: Book, elders: Sequence[UUID], firm: UUID, *, many: int) -> None:
        super().__init__(f"caller-{n}", book)
        self.n, self.elders, self.firm, self.many = n, elders, firm, many
        from django.conf import settings

        self._machine = Visitor(port, headers={"X-Cti-Key": settings.CTI_KEY})
        self._agent = Visitor(port)
        self._dispatcher = Visitor(port)

    def run(self) -> None:
        try:
            self._agent.sign_in("agent", PASSWORD)
            self._dispatcher.sign_in("dispatcher", PASSWORD)
            for errand in range(self.many):
                if self.stop.is_set():
                    break
                self._errand(errand)
        except GivenUp as given_up:
            self.book.trouble(str(given_up))
        finally:
            for visitor in (self._machine, self._agent, self._dispatcher):
                self.book.count(visitor)

    def _errand(self, errand: int) -> None:
        reference = f"line-{self.n}-{errand}"
        ring = {
            "event": "ring",
            "line_reference": reference,
            "caller_number": "13700000000",
            "called_number": HOTLINE,
        }
        rung = self._say("ring", reference, self._machine, "/exchange/cti/events", body=ring)
        if rung is None:
            return
        call = rung.json["call"]
        if self._say("answer", reference, self._agent, f"/hotline/calls/{call}/answer/") is None:
            return
        slot, elder = divmod(errand, len(self.elders))
        day, hour = divmod(slot, len(HOURS))
        wanted_on = datetime.now(BEIJING).date() + timedelta(days=DAYS[day % len(DAYS)])
        order = {
            "elder": self.elders[elder],
            "q": ITEM,
            "day": wanted_on.isoformat(),
            "hour": HOURS[hour],
            "key": reference,
        }
        taken = self._say("order", reference, self._agent, f"/hotline/calls/{call}/order/", order)
        if taken is None:
            return
        if not taken.location.startswith(SAVED):
            self.book.trouble(f"order {reference}: {refusal_of(taken)} {taken.location or 'leads nowhere'}")
            return
        number = taken.location.rstrip("/").rpartition("/")[2]
        sent = {"enterprise": self.firm}
        self._say("dispatch", reference, self._dispatcher, f"/dispatching/orders/{number}/send/", sent)

    def _say(
        self, step: str, reference: str, visitor: Visitor, path: str, fields: Any = None, *, body: Any = None
    ) -> Any:
        """Insist on one step and write the yes down; None if the answer was a no.

        A no after silence or after a server in trouble means that it was done before; the tables must show it.
        """
        self.book.wish(step, reference)
        unsure = visitor.silent + visitor.busy
        answer = visitor.insist("POST", path, fields, body=body)
        if answer.status in REFUSED:
            if visitor.silent + visitor.busy == unsure:
                self.book.trouble(f"{step} {reference}: {refusal_of(answer)}")
            else:
                self.book.doubt(step, reference)
            return None
        self.book.heard(step, reference)
        return answer


def callers(port: int, book: Book, town: Any, *, lines: int, many: int) -> list[Caller]:
    """Make callers who share nobody: every line has elders of its own."""
    elders = [elder.pk for elder in town.elders()]
    share = max(1, len(elders) // lines)
    firm = town.enterprise().pk
    return [Caller(n, port, book, elders[n * share : (n + 1) * share], firm, many=many) for n in range(lines)]


def compare(book: Book, *, until: datetime | None = None) -> dict[str, int]:
    """Compare what was acknowledged with the tables of the database in use.

    Shape: how much was acknowledged; how much of it is not there; how many wishes have more than one effect.
    """
    from django.db import connection

    queries = {
        "ring": "SELECT line_reference FROM hotline_call",
        "answer": "SELECT line_reference FROM hotline_call WHERE agent_id IS NOT NULL",
        "order": "SELECT c.line_reference FROM hotline_callorder l JOIN hotline_call c ON c.id = l.call_id"
        " JOIN orders_order o ON o.id = l.order_id",
        "dispatch": "SELECT c.line_reference FROM hotline_callorder l JOIN hotline_call c ON c.id = l.call_id"
        " JOIN dispatch_dispatch d ON d.order_id = l.order_id",
    }
    found = {"acknowledged": 0, "lost": 0, "twice": 0}
    with connection.cursor() as cursor:
        for step, query in queries.items():
            cursor.execute(query)
            there = [row[0] for row in cursor.fetchall()]
            said = book.of(step, until)
            found["acknowledged"] += len(said)
            found["lost"] += len(set(said) - set(there))
            found["twice"] += len(there) - len(set(there))
            if until is None:
                undone = {reference for doubted, reference in book.doubtful if doubted == step} - set(there)
                book.troubles += [
                    f"{step} {reference}: refused on a repeat, and not done" for reference in sorted(undone)
                ]
        # An order that no call leads to, or a hold that no order stands behind, would be a wish done twice or by half.
        cursor.execute(
            "SELECT (SELECT count(*) FROM orders_order) - (SELECT count(*) FROM hotline_callorder),"
            " (SELECT coalesce(sum(public_fen), 0) FROM orders_order)"
            " - (SELECT coalesce(sum(held_fen), 0) FROM ledger_account WHERE kind = 'APPROPRIATION')"
        )
        orphans, unheld_fen = cursor.fetchone()
    found["twice"] += abs(int(orphans))
    found["fen_off"] = int(unheld_fen)
    return found


def settle(threads: Sequence[Line], *, within_s: float = ERRAND_S_MAX) -> None:
    """Let every caller finish the errand in hand; one who does not is a trouble, since the log is still growing."""
    for thread in threads:
        thread.stop.set()
    deadline = time.monotonic() + within_s
    for thread in threads:
        thread.join(max(0.1, deadline - time.monotonic()))
        if thread.is_alive():
            thread.book.trouble(f"{thread.name} is still at it after {within_s:.0f} s")
