"""The board: what waits, by stage and time, with the suggestion beside it; and the one key that sends."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
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
from sangyu.kit.errors import NotFound, Refusal
from sangyu.orders import queries as orders_read
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.portals.dispatching.lateness import lateness
from sangyu.portals.dispatching.views.frame import for_dispatchers, frame
from sangyu.registry import queries as registry_read

ROWS = 20
STAGES = ("PLACED", "SENT", "ACCEPTED", "ASSIGNED", "IN_SERVICE")


@for_dispatchers
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show one stage of the board."""
    return _board(request, request.GET)


def _board(request: HttpRequest, asked: QueryDict, *, status: int = 200) -> HttpResponse:
    viewer, at = request.user, now()
    stage = asked.get("stage") if asked.get("stage") in STAGES else "PLACED"
    streets = list(access_read.subdistricts(viewer))
    area = asked.get("area", "") if asked.get("area", "") in {street.code for street in streets} else ""
    after = _key(asked.get("after", ""))
    orders = orders_read.at_stage(viewer, stage, area=area, after=after, limit=ROWS + 1)
    more, orders = len(orders) > ROWS, orders[:ROWS]
    tried = dispatch_read.attempts(viewer, orders)
    numbers = registry_read.own_numbers(order.elder_id for order in orders)
    verdicts = dispatch_read.candidates_for(orders) if stage == "PLACED" else {}
    counts = orders_read.counts(viewer, area=area)
    here = {"stage": stage, **({"area": area} if area else {})}
    rows = []
    for order in orders:
        attempts = tried.get(order.pk, [])
        last = attempts[-1] if attempts else None
        best = next((verdict for verdict in verdicts.get(order.pk, []) if verdict.rank == 1), None)
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
                "last": last,
                "refusals": [attempt.refusal for attempt in attempts if attempt.refusal],
            }
        )
    return render(
        request,
        "dispatching/board.html",
        {
            **frame(viewer, live=True),
            "stage": stage,
            "area": area,
            "areas": [(street.code, street.name) for street in streets],
            "tabs": [
                Tab(
                    label,
                    "?" + urlencode({**here, "stage": code}),
                    active=code == stage,
                    count=counts[code],
                    key=str(n),
                )
                for n, (code, label) in enumerate(zip(STAGES, _labels(), strict=True), start=1)
            ],
            "rows": rows,
            "here": "?" + urlencode(here),
            "next": f"?{urlencode({**here, 'after': _text(orders[-1])})}" if more else "",
            "first": f"?{urlencode(here)}" if after else "",
        },
        status=status,
    )


@for_dispatchers
@require_POST
def send(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Send an order to the enterprise that was picked, or to the best one; a conflict is shown on the board."""
    order = orders_read.get_order(request.user, order_id)
    back = QueryDict(request.POST.get("back", "").removeprefix("?"))
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


def _labels() -> list[str]:
    return [_("待派单"), _("待接单"), _("待派人"), _("待上门"), _("服务中")]


def _text(order: orders_read.Order) -> str:
    return f"{order.wanted_from.isoformat()}_{order.pk}"


def _key(text: str) -> tuple[datetime, UUID] | None:
    wanted, _sign, pk = text.partition("_")
    try:
        key = datetime.fromisoformat(wanted), UUID(pk)
    except ValueError:
        return None
    return key if key[0].tzinfo else None
