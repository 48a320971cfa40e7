"""The process that is killed in the middle of a verb. Run by `test_kill.py`, never imported by it.

It reads one wish a line (JSON: verb, crash) and does each in a fork of its own, so that a `kill -9` costs no second
start of Python. The crash is brought about from outside the verbs: by counting the statements that go to the database
and by standing before and behind its COMMIT.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import django

django.setup()

from django.db import DatabaseError, connection  # noqa: E402

from sangyu.access.models import User  # noqa: E402
from sangyu.dispatch import actions as dispatch  # noqa: E402
from sangyu.dispatch.models import Dispatch  # noqa: E402
from sangyu.hotline import actions as hotline  # noqa: E402
from sangyu.hotline.models import Call  # noqa: E402
from sangyu.kit.errors import Refusal  # noqa: E402
from sangyu.kit.month import Month  # noqa: E402
from sangyu.ledger.verify import verify  # noqa: E402
from sangyu.orders import actions as orders  # noqa: E402
from sangyu.orders.models import Order  # noqa: E402
from sangyu.providers.models import ServiceItem, Worker  # noqa: E402
from sangyu.quality import actions as quality  # noqa: E402
from sangyu.quality.models import FollowUpTask  # noqa: E402
from sangyu.registry.models import Elder  # noqa: E402
from sangyu.settlement import actions as settlement  # noqa: E402
from sangyu.settlement.models import PaymentFile, Run  # noqa: E402
from sangyu.visits import actions as visits  # noqa: E402
from sangyu.visits.models import Visit  # noqa: E402
from tests.cast import BEIJING, HOME, Cast  # noqa: E402
from tests.month_end import bank_answers  # noqa: E402

AT = datetime(2026, 11, 9, 9, tzinfo=BEIJING)
WANTED = AT + timedelta(days=1, hours=1)
PAID_AT = datetime(2026, 12, 6, 9, tzinfo=BEIJING)


class _Rehearsed(DatabaseError):
    """A rehearsal is over; of this kind, because Django rolls back behind it."""


def _by(username: str) -> User:
    return User.objects.select_related("organisation", "programme").get(username=username)


def _place() -> Callable[[], Any]:
    return partial(
        hotline.place_order,
        call_id=Call.objects.get().pk,
        elder_id=Elder.objects.get(name="李秀兰").pk,
        item=ServiceItem.objects.get(code="SH001"),
        wanted_from=WANTED,
        by=_by("agent"),
        at=AT,
        key="the call of Grandmother Li",
    )


def _order_of(day: int) -> Callable[[], Any]:
    return partial(
        orders.place,
        elder_id=Elder.objects.get(name="李秀兰").pk,
        item=ServiceItem.objects.get(code="SH001"),
        wanted_from=WANTED + timedelta(days=day),
        by=_by("agent"),
        at=AT,
        key=f"day {day}",
    )


def _check_in() -> Callable[[], Any]:
    order = Order.objects.select_related("elder").get()
    return partial(
        visits.check_in, order_id=order.pk, by=_by("zhao"), at=WANTED, place=HOME, door_code=order.elder.door_code
    )


def _follow_up() -> Callable[[], Any]:
    return partial(
        quality.follow_up,
        task_id=FollowUpTask.objects.get().pk,
        by=_by("quality"),
        at=WANTED + timedelta(days=1),
        reached=True,
        happened=True,
        paid_as_told=True,
        satisfaction=2,
    )


VERBS: dict[str, Callable[[], Callable[[], Any]]] = {
    "place": _place,
    "send": lambda: partial(dispatch.send, order_id=Order.objects.get().pk, by=_by("dispatcher"), at=AT),
    "accept": lambda: partial(dispatch.accept, dispatch_id=Dispatch.objects.get().pk, by=_by("kangan"), at=AT),
    "assign": lambda: partial(
        dispatch.assign,
        dispatch_id=Dispatch.objects.get().pk,
        worker_id=Worker.objects.get(name="赵勤").pk,
        by=_by("kangan"),
        at=AT,
    ),
    "check_in": _check_in,
    "check_out": lambda: partial(
        visits.check_out,
        visit_id=Visit.objects.get().pk,
        by=_by("zhao"),
        at=WANTED + timedelta(hours=2),
        place=HOME,
        tasks_done=["地面"],
    ),
    "follow_up": _follow_up,
    "draw_up": lambda: partial(settlement.draw_up, month=Month.of(date(2026, 11, 1)), by=_by("finance"), at=PAID_AT),
    "pay": lambda: partial(settlement.pay, run_id=Run.objects.get().pk, by=_by("finance"), at=PAID_AT),
    "take_return": lambda: partial(
        settlement.take_return,
        run_id=Run.objects.get().pk,
        content=bank_answers(PaymentFile.objects.get()),
        by=_by("finance"),
        at=PAID_AT,
    ),
    "found": lambda: Cast,
    "order_1": lambda: _order_of(1),
    "order_2": lambda: _order_of(2),
    "verify": lambda: lambda: verify() == [] or sys.exit("the books are not sound"),
}


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _statements(act: Callable[[], Any]) -> int:
    """Count what a verb asks of the database, by doing all of it but its COMMIT."""
    asked = 0

    def count(execute: Any, *words: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*words)

    def stop() -> None:
        raise _Rehearsed

    commit, connection._commit = connection._commit, stop
    try:
        with connection.execute_wrapper(count), suppress(_Rehearsed):
            act()
    finally:
        connection._commit = commit
    return asked


def _do(verb: str, crash: str) -> None:
    if crash.endswith("%"):
        fatal = max(1, _statements(VERBS[verb]()) * int(crash[:-1]) // 100)
    act = VERBS[verb]()
    commit = connection._commit
    asked = 0

    def count(execute: Any, *words: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == fatal:
            _die()
        return execute(*words)

    def fatal_commit() -> None:
        if crash == "before COMMIT":
            _die()
        if crash == "wait before COMMIT":
            print("waiting", flush=True)
            time.sleep(3)
        commit()
        if crash == "after COMMIT":
            _die()

    connection._commit = fatal_commit
    if crash.endswith("%"):
        with connection.execute_wrapper(count):
            act()
    else:
        act()


def _obey(wish: dict[str, str]) -> None:
    try:
        _do(wish["verb"], wish.get("crash", ""))
    except Refusal as refusal:
        print(f"refused: {refusal}", flush=True)
    except Exception:
        print("failed: " + traceback.format_exc().replace("\n", " | "), flush=True)
    else:
        print("done", flush=True)
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _obey(json.loads(line))
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print(f"killed by {os.WTERMSIG(status)}", flush=True)


if __name__ == "__main__":
    main()
