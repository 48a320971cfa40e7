"""Machines at the interface over the same bad line: every write with its Idempotency-Key, repeated until it is heard.

Here a repeat has to read the very answer of the first time: a refusal after silence is a fault, not a sign that it was
done. Now and then a machine repeats what it has heard, and tries its key on another body, which must be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from sangyu.access import actions as access
from sangyu.config.drills.load import HOURS, Book, Line
from sangyu.config.drills.town import BEIJING, Town
from sangyu.config.drills.visitor import Answer, GivenUp, Visitor

API = "/api/v1"
DAYS = range(14, 27)  # behind the days that the callers of the same town ask for
SCOPES = ("calls:read", "calls:write", "orders:read", "orders:write", "dispatch:read", "dispatch:write")
REPEATS_EVERY = 3
REUSES_EVERY = 5
REUSED = "api.KEY_REUSED"
# By step: what makes it another request.
OTHER = {
    "ring": {"line_reference": "another line"},
    "answer": {"note": "另一个请求"},
    "order": {"note": "另一个请求"},
    "dispatch": {"enterprise_id": "00000000-0000-7000-8000-000000000000"},
}


@dataclass(frozen=True)
class Keys:
    """A key for who answers and one for who dispatches, and what their orders are about."""

    agent: str
    dispatcher: str
    item: UUID

    @classmethod
    def issued(cls, town: Town) -> Keys:
        """Issue both keys in the database in use; they are good in a demo alone, as the ground of a drill is one."""
        from django.conf import settings

        agent, dispatcher = (
            access.issue_sandbox_token(
                user=town.user(name), name=f"演练·{name}", scopes=SCOPES, seed=settings.SECRET_KEY, at=datetime.now(UTC)
            ).secret
            for name in ("agent", "dispatcher")
        )
        return cls(agent, dispatcher, town.item.pk)


class Machine(Line):
    """A telephone system and a dispatching program in one: rings, answers, orders and sends, errand by errand.

    `replayed` counts repeats that read the first answer, `refused` other bodies under a used key that were refused.
    """

    def __init__(self, n: int, port: int, book: Book, elders: Sequence[UUID], keys: Keys, *, many: int) -> None:
        super().__init__(f"machine-{n}", book)
        self.n, self.elders, self.keys, self.many = n, elders, keys, many
        self.acknowledged = self.replayed = self.refused = 0
        self.otherwise: list[str] = []
        self._agent, self._dispatcher = _visitor(port, keys.agent), _visitor(port, keys.dispatcher)

    def run(self) -> None:
        try:
            for errand in range(self.many):
                if self.stop.is_set():
                    break
                self._errand(errand)
        except GivenUp as given_up:
            self.book.trouble(str(given_up))
        finally:
            for visitor in (self._agent, self._dispatcher):
                self.book.count(visitor)

    def _errand(self, errand: int) -> None:
        reference = f"machine-{self.n}-{errand}"
        rung = self._say("ring", reference, self._agent, "/calls", {"line_reference": reference})
        if rung is None:
            return
        call = rung.json["id"]
        if self._say("answer", reference, self._agent, f"/calls/{call}/answer", {}, match=rung.etag) is None:
            return
        slot, elder = divmod(errand, len(self.elders))
        wish = _wish(
            self.keys, self.elders[elder], call, day=DAYS[slot // len(HOURS) % len(DAYS)], hour=HOURS[slot % len(HOURS)]
        )
        placed = self._say("order", reference, self._agent, "/orders", wish)
        if placed is None:
            return
        path = f"/orders/{placed.json['id']}/dispatches"
        self._say("dispatch", reference, self._dispatcher, path, {}, match=placed.etag)

    def _say(
        self, step: str, reference: str, visitor: Visitor, path: str, body: Any, *, match: str = ""
    ) -> Answer | None:
        """Insist on one step and write the yes down; None if the answer was a no, which is a fault by itself."""
        self.book.wish(step, reference)
        headers = {"Idempotency-Key": f"{reference}-{step}"} | ({"If-Match": match} if match else {})
        answer = visitor.insist("POST", API + path, body=body, headers=headers)
        if answer.status >= 400:
            self.otherwise.append(f"{step} {reference}: {answer.status} {answer.body[:200]}")
            return None
        self.book.heard(step, reference)
        self.acknowledged += 1
        if self.acknowledged % REPEATS_EVERY == 0:
            self._repeat(visitor, path, body, headers, answer)
        if self.acknowledged % REUSES_EVERY == 0:
            self._reuse(visitor, path, body | OTHER[step], headers)
        return answer

    def _repeat(self, visitor: Visitor, path: str, body: Any, headers: dict[str, str], first: Answer) -> None:
        """Send what was heard once more: the same bytes must come back, and say that they are a repeat."""
        again = visitor.insist("POST", API + path, body=body, headers=headers)
        if (again.status, again.body, again.replayed) == (first.status, first.body, True):
            self.replayed += 1
        else:
            self.otherwise.append(f"{headers['Idempotency-Key']} was answered otherwise the second time")

    def _reuse(self, visitor: Visitor, path: str, other: Any, headers: dict[str, str]) -> None:
        """Send something else under a used key: nothing must be done, and the code must say why."""
        answer = visitor.insist("POST", API + path, body=other, headers=headers)
        if answer.status == 422 and answer.json.get("code") == REUSED:
            self.refused += 1
        else:
            self.otherwise.append(f"{headers['Idempotency-Key']} was taken for another body: {answer.status}")


def machines(port: int, book: Book, town: Town, keys: Keys, *, lines: int, many: int) -> list[Machine]:
    """Make machines who share nobody with one another; their orders are for other days than those of the callers."""
    elders = [elder.pk for elder in town.elders()]
    share = max(1, len(elders) // lines)
    return [Machine(n, port, book, elders[n * share : (n + 1) * share], keys, many=many) for n in range(lines)]


def press_key(town: Town, keys: Keys, port: int, width: int) -> dict[str, Any]:
    """Send the same order `width` times at one moment, with one Idempotency-Key; count what came of it.

    Shape: as of the button on the page; all but one must say that they are repeats.
    """
    from sangyu.orders.models import Order

    agent = _visitor(port, keys.agent)
    ring = {"Idempotency-Key": f"together-ring-{width}"}
    rung = agent.insist("POST", f"{API}/calls", body={"line_reference": f"together-api-{width}"}, headers=ring)
    call = rung.json["id"]
    taken = {"Idempotency-Key": f"together-answer-{width}", "If-Match": rung.etag}
    agent.insist("POST", f"{API}/calls/{call}/answer", body={}, headers=taken)
    wish = _wish(keys, town.elders()[-1].pk, call, day=27, hour=6 + width % 13)
    before = Order.objects.count()
    barrier = Barrier(width)

    def press(_: int) -> Answer:
        barrier.wait(60)
        return agent.insist("POST", f"{API}/orders", body=wish, headers={"Idempotency-Key": f"together-{width}"})

    with ThreadPoolExecutor(width) as fingers:
        answers = list(fingers.map(press, range(width)))
    made = Order.objects.count() - before
    first = sum(not answer.replayed for answer in answers)
    return {
        "at": "api",
        "width": width,
        "orders": made,
        "told": len({(answer.status, answer.body) for answer in answers}),
        "twice": max(made, first) - 1,
    }


def _visitor(port: int, key: str) -> Visitor:
    return Visitor(port, headers={"Authorization": f"Bearer {key}"})


def _wish(keys: Keys, elder: UUID, call: str, *, day: int, hour: int) -> dict[str, Any]:
    wanted = datetime.now(BEIJING).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=day)
    return {
        "elder_id": str(elder),
        "item_id": str(keys.item),
        "wanted_from": wanted.isoformat(),
        "call_id": call,
    }
