"""The facts of one order so far, from the call to the payment, as a timeline."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sangyu.access.models import User
from sangyu.dispatch.queries import Attempt
from sangyu.hotline import queries as hotline_read
from sangyu.kit.money import yuan
from sangyu.orders import queries as orders_read
from sangyu.orders.queries import Order
from sangyu.quality import queries as quality_read
from sangyu.settlement import queries as settlement_read
from sangyu.visits import queries as visits_read


def facts_of(viewer: User, order: Order, attempts: list[Attempt]) -> list[dict[str, Any]]:
    """Lay out what happened to an order, in the order in which it happened, and the next step that is still open."""
    facts: list[dict[str, Any]] = []

    def tell(label: str, at: Any, who: str = "", note: str = "", state: str = "done") -> None:
        facts.append({"label": label, "at": at, "who": who, "note": note, "state": state})

    call = hotline_read.call_of(viewer, order)
    if call is not None:
        tell(_("来电"), call.rang_at, call.agent.display_name if call.agent else "", _("接线台"))
    tell(
        _("下单"),
        order.placed_at,
        order.placed_by.display_name,
        _("%(price)s元，补贴%(public)s元，老人付%(elder)s元")
        % {"price": yuan(order.price_fen), "public": yuan(order.public_fen), "elder": yuan(order.elder_fen)},
    )
    for attempt in attempts:
        sent = attempt.dispatch
        tell(_("派单"), sent.sent_at, sent.sent_by.display_name, sent.enterprise.name)
        if attempt.acceptance:
            tell(_("接单"), attempt.acceptance.at, attempt.acceptance.by.display_name, sent.enterprise.name)
        for named in attempt.assignments:
            tell(_("派人"), named.at, named.by.display_name, named.worker.name)
        if attempt.refusal:
            back = attempt.refusal
            tell(
                _("退回"),
                back.at,
                back.by.display_name,
                "，".join(filter(None, (str(back.get_reason_display()), back.note))),
                "failed",
            )
    cancelled = orders_read.cancellation_of(viewer, order)
    if cancelled is not None:
        tell(_("取消"), cancelled.at, cancelled.by.display_name, cancelled.reason, "failed")
    visit = visits_read.visit_of(viewer, order)
    if visit is not None:
        proof = visits_read.six_facts(viewer, visit)
        tell(_("到达"), visit.arrived_at, visit.worker.name)
        if proof.departure:
            left = proof.departure
            note = _("%(n)s分钟，证明%(grade)s级：%(because)s") % {
                "n": left.minutes,
                "grade": left.grade,
                "because": left.because,
            }
            tell(_("离开"), left.left_at, visit.worker.name, note)
            tell(
                _("计费"),
                left.left_at,
                "",
                left.not_charged or _("补贴%(public)s元待结算") % {"public": yuan(order.public_fen)},
                "failed" if left.not_charged else "done",
            )
        for said in quality_read.follow_ups(viewer, order):
            answer = _("未接通") if not said.reached else _("满意度%(n)s分") % {"n": said.satisfaction}
            tell(_("回访"), said.at, said.by.display_name, answer, "done" if said.reached else "wait")
        line = settlement_read.line_of_charge(viewer, proof.charge_id) if proof.charge_id else None
        if line is not None:
            held = settlement_read.get_line(viewer, line.pk).statement
            standing = settlement_read.standings(viewer, [held])[0]
            tell(_("结算"), held.run.drawn_at, "", _("%(month)s 第%(n)s行") % {"month": held.run.month, "n": line.n})
            if standing.payment:
                tell(_("拨付"), standing.payment.file.at, "", standing.payment.number)
    following = _next(order.stage)
    if following:
        tell(following, None, state="now")
    return facts


def _next(stage: str) -> str:
    return {
        "PLACED": _("等待派单"),
        "SENT": _("等待企业接单"),
        "ACCEPTED": _("等待企业派人"),
        "ASSIGNED": _("等待上门"),
        "IN_SERVICE": _("服务进行中"),
    }.get(stage, "")
