"""The walk of one order, from the ring of the telephone to the bank's answer, as steps that can be repeated.

Every step reads what it needs from the database and returns one verb, ready to be done: so a process that is killed
needs to remember nothing, and a step done again is the same wish again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sangyu.config.drills.town import HOME, HOTLINE, TASKS, Town
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Dispatch
from sangyu.hotline import actions as hotline
from sangyu.hotline.models import Call
from sangyu.orders.models import Order
from sangyu.portals.finance import bank
from sangyu.quality import actions as quality
from sangyu.quality.models import Appraisal, AppraisalItem, FollowUpTask, HandScore, How, Release
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import PaymentFile, Run, Statement
from sangyu.visits import actions as visits
from sangyu.visits.models import Visit

Verb = Callable[[], Any]
SIGNERS = ("approver", "deputy", "bureau")


def steps() -> dict[str, Callable[[Town], Verb]]:
    """Name every step of the walk in its order. Shape: step -> what makes its verb from the present state."""
    return {
        "ring": _ring,
        "answer": lambda town: partial(hotline.answer, call_id=_call().pk, by=town.user("agent"), at=town.at),
        "order": _order,
        "dispatch": _dispatch,
        "accept": lambda town: partial(
            dispatch.accept, dispatch_id=Dispatch.objects.get().pk, by=town.user("firm0"), at=town.at
        ),
        "assign": _assign,
        "check-in": _check_in,
        "check-out": _check_out,
        "sample": lambda town: partial(quality.draw_sample, day=_came(town).date(), by=town.clock, at=_evening(town)),
        "follow-up": _follow_up,
        "appraise": lambda town: partial(quality.appraise, month=town.month, by=town.user("quality"), at=_close(town)),
        "score": _score,
        "release": lambda town: partial(
            quality.release_month, month=town.month, by=town.user("quality"), at=_close(town)
        ),
        "finalise": _finalise,
        "draw up": lambda town: partial(settlement.draw_up, month=town.month, by=town.user("finance"), at=_drawn(town)),
        "confirm": _confirm,
        **{f"approve {n + 1}": partial(_approve, n) for n in range(len(SIGNERS))},
        "pay": lambda town: partial(settlement.pay, run_id=_run().pk, by=town.user("finance"), at=_drawn(town, 4)),
        "return file": _return_file,
    }


def _ring(town: Town) -> Verb:
    return partial(
        hotline.ring,
        programme=town.programme,
        line_reference="walk-1",
        caller_number="13700000000",
        called_number=HOTLINE,
        at=town.at,
    )


def _order(town: Town) -> Verb:
    return partial(
        hotline.place_order,
        call_id=_call().pk,
        elder_id=town.elders()[0].pk,
        item=town.item,
        wanted_from=town.later(),
        by=town.user("agent"),
        at=town.at,
        key="walk-1",
    )


def _dispatch(town: Town) -> Verb:
    return partial(
        dispatch.send,
        order_id=Order.objects.get().pk,
        by=town.user("dispatcher"),
        at=town.at,
        enterprise_id=town.enterprise().pk,
    )


def _assign(town: Town) -> Verb:
    return partial(
        dispatch.assign,
        dispatch_id=Dispatch.objects.get().pk,
        worker_id=town.workers()[0].pk,
        by=town.user("firm0"),
        at=town.at,
    )


def _check_in(town: Town) -> Verb:
    order = Order.objects.select_related("elder").get()
    return partial(
        visits.check_in,
        order_id=order.pk,
        by=town.user("worker00"),
        at=_came(town),
        place=HOME,
        door_code=order.elder.door_code,
    )


def _check_out(town: Town) -> Verb:
    return partial(
        visits.check_out,
        visit_id=Visit.objects.get().pk,
        by=town.user("worker00"),
        at=_came(town) + timedelta(hours=1),
        place=HOME,
        tasks_done=TASKS,
    )


def _follow_up(town: Town) -> Verb:
    return partial(
        quality.follow_up,
        task_id=FollowUpTask.objects.get().pk,
        by=town.user("quality"),
        at=_came(town) + timedelta(days=1),
        reached=True,
        happened=True,
        paid_as_told=True,
        satisfaction=2,
    )


def _score(town: Town) -> Verb:
    """Give full marks for everything that is scored by hand; each mark is a verb of its own."""
    officer, at = town.user("quality"), _close(town)
    done = set(HandScore.objects.values_list("item_id", flat=True))
    empty = [item for item in AppraisalItem.objects.filter(how=How.HAND).order_by("pk") if item.pk not in done]

    def score_all() -> None:
        for item in empty:
            quality.score_by_hand(
                item_id=item.pk, score_tenths=item.full_tenths, evidence="到场查看", by=officer, at=at
            )

    return score_all


def _finalise(town: Town) -> Verb:
    """Make every released sheet final when the days for objections are over; each is a verb of its own."""
    officer = town.user("quality")
    released = {row.appraisal_id: row.object_until for row in Release.objects.all()}
    sheets = list(Appraisal.objects.order_by("pk").values_list("pk", flat=True))

    def finalise_all() -> None:
        for sheet in sheets:
            quality.finalise(appraisal_id=sheet, by=officer, at=released[sheet])

    return finalise_all


def _confirm(town: Town) -> Verb:
    statement = Statement.objects.get()
    return partial(
        settlement.confirm,
        statement_id=statement.pk,
        invoice_number="04412026",
        by=town.user("firm0"),
        at=_drawn(town, 1),
    )


def _approve(n: int, town: Town) -> Verb:
    at = _drawn(town, 2) + timedelta(minutes=n)
    return partial(settlement.approve, run_id=_run().pk, by=town.user(SIGNERS[n]), at=at)


def _return_file(town: Town) -> Verb:
    file = PaymentFile.objects.get()
    return partial(
        settlement.take_return,
        run_id=_run().pk,
        content=bank.answer(bytes(file.content), encoding=file.encoding),
        by=town.user("finance"),
        at=_drawn(town, 30),
        encoding=file.encoding,
    )


def _call() -> Call:
    return Call.objects.get()


def _run() -> Run:
    return Run.objects.get()


def _came(town: Town) -> datetime:
    return town.later()


def _evening(town: Town) -> datetime:
    return town.later(hour=20)


def _close(town: Town) -> datetime:
    """Return a morning of the next month, when the follow-up calls of the last days are over."""
    first = town.month.next().first_day
    return town.at.replace(year=first.year, month=first.month, day=1) + timedelta(days=5)


def _drawn(town: Town, hours: int = 0) -> datetime:
    return _close(town) + timedelta(days=15, hours=hours)
