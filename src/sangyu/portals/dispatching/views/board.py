"""The board: what waits, by stage and by when it is due, the suggestion beside it, and the keys that send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.access import queries as access_read
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.rules import Verdict
from sangyu.kit.errors import NotFound, Refusal
from sangyu.orders import queries as orders_read
from sangyu.orders.queries import Order
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.portals.dispatching.lateness import PROMISE_SOON, lateness
from sangyu.portals.dispatching.views.asked import STAGES, Asked, asked_for, bands, text_of
from sangyu.portals.dispatching.views.frame import for_dispatchers, frame
from sangyu.providers.queries import item_classes
from sangyu.registry import queries as registry_read

ROWS = 20


@dataclass(frozen=True)
class Outcome:
    """What became of one order of a batch."""

    order: Order
    sent: bool
    text: str


@for_dispatchers
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show one stage of the board."""
    return _board(request, request.GET)


def _board(
    request: HttpRequest, given: QueryDict, *, status: int = 200, outcomes: list[Outcome] | None = None
) -> HttpResponse:
    viewer, at = request.user, now()
    streets = list(access_read.subdistricts(viewer))
    asked = asked_for(given, areas=[street.code for street in streets])
    sieve = asked.sieve(at)
    orders = dispatch_read.board(viewer, asked.stage, sieve=sieve, after=asked.after, limit=ROWS + 1)
    more, orders = len(orders) > ROWS, orders[:ROWS]
    here = asked.query()
    return render(
        request,
        "dispatching/board.html",
        {
            **frame(viewer, here="board", live=True),
            "at_stage": asked.stage,
            "filters": [
                ("area", _("街道"), [(street.code, street.name) for street in streets], asked.area),
                ("class", _("类别"), item_classes(), asked.item_class),
                ("band", _("时段"), bands(), asked.band),
            ],
            "filtered": bool(asked.area or asked.item_class or asked.band),
            "unfiltered": Asked(stage=asked.stage).query(),
            "tabs": _tabs(asked, orders_read.counts(viewer, sieve=sieve)),
            "lateness": orders_read.lateness(viewer, at, soon=PROMISE_SOON, sieve=sieve),
            "rows": _rows(request, asked.stage, orders, at),
            "here": here,
            "next": f"{here}&after={text_of(dispatch_read.key_of(orders[-1]))}".replace("+", "%2B") if more else "",
            "first": here if asked.after else "",
            "outcomes": outcomes,
        },
        status=status,
    )


def _rows(request: HttpRequest, stage: str, orders: list[Order], at: datetime) -> list[dict[str, object]]:
    viewer = request.user
    tried = dispatch_read.attempts(viewer, orders)
    numbers = registry_read.own_numbers(order.elder_id for order in orders)
    verdicts = dispatch_read.candidates_for(orders) if stage == "PLACED" else {}
    renames = dispatch_read.to_rename(viewer, orders) if stage == "ASSIGNED" else {}
    sent = [attempts[-1].dispatch for attempts in tried.values()]
    offers = dispatch_read.proposals_on(viewer, sent) if stage == "SENT" else {}
    rows = []
    for order in orders:
        attempts = tried.get(order.pk, [])
        last = attempts[-1] if attempts else None
        best = _best(verdicts.get(order.pk, []))
        offered = offers.get(last.dispatch.pk, []) if last else []
        rows.append(
            {
                "order": order,
                "phone": numbers.get(order.elder_id, ""),
                "late": lateness(
                    stage=order.stage,
                    at=at,
                    stage_at=order.stage_at,
                    wanted_from=order.wanted_from,
                    wanted_until=order.wanted_until,
                    answer_by=last.dispatch.answer_by if last else None,
                ),
                "best": best,
                "score": f"{best.score // 10}.{best.score % 10}" if best else "",
                "nobody": dispatch_read.nobody(verdicts[order.pk]) if stage == "PLACED" and not best else "",
                "last": last,
                "refusals": [attempt.refusal for attempt in attempts if attempt.refusal],
                "rename": renames.get(order.pk, ""),
                "offer": offered[-1][0] if offered and offered[-1][1] is None else None,
            }
        )
    return rows


def _best(verdicts: list[Verdict]) -> Verdict | None:
    return next((verdict for verdict in verdicts if verdict.rank == 1), None)


@for_dispatchers
@require_POST
def send(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Send an order to the enterprise that was picked, or to the best one; a conflict is shown on the board."""
    order = orders_read.get_order(request.user, order_id)
    back = _back(request)
    try:
        picked = UUID(request.POST["enterprise"]) if request.POST.get("enterprise") else None
    except ValueError:
        picked = None
    try:
        sent = dispatch.send(order_id=order.pk, by=request.user, at=now(), enterprise_id=picked)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _board(request, back, status=422)
    messages.success(
        request,
        _("%(number)s 已派给%(name)s。") % {"number": order.number, "name": sent.enterprise.name},
    )
    url = reverse("dispatching:board")
    return redirect(f"{url}?{back.urlencode()}" if back else url)


@for_dispatchers
@require_POST
def send_selected(request: HttpRequest) -> HttpResponse:
    """Send every selected order to the suggestion that was seen beside it, and say of each what became of it."""
    outcomes = []
    for text in request.POST.getlist("orders")[:ROWS]:
        order_text, _sign, enterprise_text = text.partition(":")
        try:
            order_id, enterprise_id = UUID(order_text), UUID(enterprise_text)
        except ValueError:
            continue
        order = orders_read.get_order(request.user, order_id)
        try:
            sent = dispatch.send(order_id=order.pk, by=request.user, at=now(), enterprise_id=enterprise_id)
        except Refusal as refusal:
            outcomes.append(Outcome(order, False, str(refusal)))
        else:
            outcomes.append(Outcome(order, True, _("已派给%s") % sent.enterprise.name))
    if not outcomes:
        messages.warning(request, _("没有选中工单。在一行上按 x 选中，再按 Shift+A 一起派出。"))
    return _board(request, _back(request), outcomes=outcomes)


def _back(request: HttpRequest) -> QueryDict:
    return QueryDict(request.POST.get("back", "").removeprefix("?"))


def _tabs(asked: Asked, counts: dict[str, int]) -> list[Tab]:
    labels = [_("待派单"), _("待接单"), _("待派人"), _("待上门"), _("服务中")]
    return [
        Tab(label, asked.query(stage=code), active=code == asked.stage, count=counts[code], key=str(n))
        for n, (code, label) in enumerate(zip(STAGES, labels, strict=True), start=1)
    ]
