"""A trace as eleven facts on one thread, each with when, who and how far it has come; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sangyu.settlement.trace import Trace


@dataclass(frozen=True)
class Fact:
    """One bead of the thread.

    Shape: `state` is done, now (under way), wait (still to come), none (will not come) or failed; `name` names the
    template of the card.
    """

    n: int
    name: str
    title: str
    state: str
    at: datetime | None = None
    who: str = ""

    @property
    def template(self) -> str:
        """Where the card of this fact is written."""
        return f"audit/facts/{self.name}.html"


def facts(trace: Trace) -> list[Fact]:
    """Return the eleven facts in the order in which they happen; a meal has only five of them."""
    if trace.sale is not None:
        return [_sold(trace.sale), *(fact for fact in _facts(trace) if fact.n in (7, 9, 10, 11))]
    return _facts(trace)


def _sold(sale: Any) -> Fact:
    return Fact(1, "sale", _("用餐"), "done", sale.sold_at, sale.by.display_name)


def _facts(trace: Trace) -> list[Fact]:
    attempt = trace.attempts[-1] if trace.attempts else None
    sent = attempt.why.dispatch if attempt else None
    answer = (attempt.acceptance or attempt.refusal) if attempt else None
    refused = attempt is not None and attempt.refusal is not None
    visit = trace.facts.visit if trace.facts else None
    departure = trace.facts.departure if trace.facts else None
    call, order, assignment = trace.call, trace.order, trace.assignment
    follow_up = trace.follow_ups[-1] if trace.follow_ups else None
    final = trace.sheet.final if trace.sheet else None
    statement, approval, returned = trace.statement, trace.approval, trace.returned
    dead = trace.cancellation is not None
    unpaid = not trace.public_fen or (departure is not None and bool(departure.not_charged))

    def state(there: object, *, skip: bool = False, failed: bool = False, begun: object = None) -> str:
        if failed:
            return "failed"
        if begun and not there:
            return "now"
        if there:
            return "done"
        return "none" if skip else "wait"

    return [
        Fact(
            1,
            "call",
            _("来电"),
            state(call, skip=True),
            call.rang_at if call else None,
            call.agent.display_name if call and call.agent else "",
        ),
        Fact(
            2,
            "order",
            _("下单"),
            state(order, failed=dead),
            order.placed_at if order else None,
            order.placed_by.display_name if order else "",
        ),
        Fact(
            3,
            "dispatch",
            _("派单"),
            state(sent, skip=dead),
            sent.sent_at if sent else None,
            sent.sent_by.display_name if sent else "",
        ),
        Fact(
            4,
            "acceptance",
            _("接单"),
            state(answer, skip=dead, failed=refused),
            answer.at if answer else None,
            answer.by.display_name if answer else "",
        ),
        Fact(
            5,
            "assignment",
            _("派工"),
            state(assignment, skip=dead),
            assignment.at if assignment else None,
            assignment.by.display_name if assignment else "",
        ),
        Fact(
            6,
            "visit",
            _("上门"),
            state(visit, skip=dead),
            visit.arrived_at if visit else None,
            visit.worker.name if visit else "",
        ),
        Fact(
            7,
            "charge",
            _("离开与计费"),
            state(trace.charge, begun=visit, skip=dead, failed=departure is not None and bool(departure.not_charged)),
            departure.left_at if departure else trace.charge.at if trace.charge else None,
            visit.worker.name if visit and departure else "",
        ),
        Fact(
            8,
            "follow_up",
            _("回访"),
            state(follow_up, begun=trace.follow_up_task, skip=dead or trace.follow_up_task is None),
            follow_up.at if follow_up else None,
            follow_up.by.display_name if follow_up else "",
        ),
        Fact(
            9,
            "appraisal",
            _("考核"),
            state(final, begun=trace.sheet, skip=dead),
            final.at if final else None,
            final.by.display_name if final else "",
        ),
        Fact(
            10,
            "statement",
            _("结算与审批"),
            state(approval, begun=statement, skip=dead or unpaid, failed=statement is None and bool(trace.withheld)),
            (approval.at if approval else statement.run.drawn_at) if statement else None,
            approval.by.display_name if approval else statement.run.drawn_by.display_name if statement else "",
        ),
        Fact(
            11,
            "payment",
            _("拨付与到账"),
            state(
                returned,
                begun=trace.payment,
                skip=dead or unpaid or (statement is not None and not statement.net_fen),
                failed=returned is not None and not returned.paid,
            ),
            (returned.at if returned else trace.file.at if trace.file else None) if trace.payment else None,
            (returned.by if returned else trace.file.by).display_name if trace.payment and trace.file else "",
        ),
    ]
