"""Orders on the telephone: price the wish while it is spoken, save it, and send it to an enterprise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.benefits.rules import Quote
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules as dispatch_rules
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import new_id
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Stage
from sangyu.orders.rules import SameKeyOtherOrder
from sangyu.portals.clock import now
from sangyu.portals.hotline import picture, wish
from sangyu.portals.hotline.forms import OrderForm
from sangyu.portals.hotline.frame import for_agents, frame
from sangyu.portals.hotline.views.desk import context, uuid_or_none
from sangyu.portals.texting import reading as texting_read
from sangyu.registry import queries as registry_read

SUGGESTED = 3


@for_agents
@require_GET
def compose(request: HttpRequest) -> HttpResponse:
    """Show the items that fit what is typed and the price of the chosen one."""
    elder_id = uuid_or_none(request.GET.get("elder"))
    if elder_id is None:
        raise NotFound(_("请先确定是哪位老人。"))
    elder = registry_read.get_elder(request.user, elder_id)
    usual = tuple({order.item_id: order.item for order in orders_read.recent_for(request.user, elder)}.values())
    said = wish.understand(request.user, elder, request.GET, now(), usual=usual)
    return render(request, "hotline/compose.html", {"wish": said})


@for_agents
@require_POST
def place(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Save the order of a call; a refusal is shown beside everything that was typed."""
    call = hotline_read.get_call(request.user, call_id)
    form = OrderForm(request.POST, viewer=request.user)
    if not form.is_valid():
        return _desk_again(request, form=form)
    said = form.cleaned_data
    elder = registry_read.get_elder(request.user, said["elder"])
    try:
        order = hotline.place_order(
            call_id=call.pk,
            elder_id=elder.pk,
            item=said["chosen"],
            wanted_from=form.wanted_from,
            by=request.user,
            at=now(),
            key=said["key"],
            note=said["note"],
        )
    except SameKeyOtherOrder as refusal:
        return _desk_again(request, refusal=str(refusal), key=str(new_id()))
    except Refusal as refusal:
        return _desk_again(request, refusal=str(refusal))
    done = _("工单已保存：{number}").format(number=order.number)
    messages.success(request, done, extra_tags=f"draft-done:call-{call.pk}")
    return redirect("hotline:order", order.pk)


@for_agents
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show a saved order: its number, who should go and why."""
    return render(request, "hotline/order.html", _order_context(request, order_id))


@for_agents
@require_POST
def send(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Send an order to the enterprise that was pressed."""
    order = orders_read.get_order(request.user, order_id)
    enterprise_id = uuid_or_none(request.POST.get("enterprise"))
    try:
        if enterprise_id is None:
            raise NotFound(_("请从推荐企业中选择一家。"))
        sent = dispatch.send(order_id=order.pk, by=request.user, at=now(), enterprise_id=enterprise_id)
    except Refusal as refusal:
        shown = _order_context(request, order_id, refusal=str(refusal))
        return render(request, "hotline/order.html", shown, status=422)
    messages.success(request, _("已派给{enterprise}").format(enterprise=sent.enterprise.name))
    return redirect("hotline:order", order.pk)


def _desk_again(request: HttpRequest, **more: Any) -> HttpResponse:
    shown = context(request, request.POST, **{"key": request.POST.get("key") or str(new_id()), **more})
    return render(request, "hotline/desk.html", shown, status=422)


def _order_context(request: HttpRequest, order_id: UUID, **more: Any) -> dict[str, Any]:
    viewer, at = request.user, now()
    framed = frame(request, "desk")
    order = orders_read.get_order(viewer, order_id)
    caller = hotline_read.known(viewer, order.elder, picture.today(at))
    fitting: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    if order.stage == Stage.PLACED:
        verdicts = dispatch_read.candidates(order)
        ranked = [verdict for verdict in verdicts if verdict.rank]
        fitting = [_candidate(verdict) for verdict in ranked[:SUGGESTED]]
        others = [_candidate(verdict) for verdict in verdicts if verdict not in ranked[:SUGGESTED]]
    return {
        **framed,
        **picture.telephone(viewer, at),
        "key": str(new_id()),
        "order": order,
        "quote": Quote.from_json(order.quote),
        "person": picture.person(viewer, caller, at),
        "call": hotline_read.call_of(viewer, order),
        "sent": dispatch_read.latest(order) if order.stage != Stage.PLACED else None,
        "texts": texting_read.texts_of_order(viewer, order.pk),
        "at": at,
        "fitting": fitting,
        "others": others,
        **more,
    }


def _candidate(verdict: dispatch_rules.Verdict) -> dict[str, Any]:
    """Say of an enterprise what `c-why` shows: its place and terms, or the rule that it fails."""
    if not verdict.rank:
        rule = dispatch_rules.RULES[verdict.failed]
        return {"name": verdict.name, "failed": True, "reason": f"{rule}：{verdict.figure}"}
    return {
        "name": verdict.name,
        "value": str(verdict.enterprise_id),
        "score": f"{verdict.score // 10}.{verdict.score % 10}",
        "chosen": verdict.rank == 1,
        "reason": verdict.figure,
        "parts": [_part(name, value) for name, value in verdict.terms.items()],
    }


def _part(name: str, value: int) -> dict[str, Any]:
    """Say one term in words; the share of the area is rated (fewer orders so far, higher) and shown as the share."""
    if name == "share":
        return {"label": _("本街道份额"), "value": (1000 - value) // 10, "text": f"{(1000 - value) // 10}%"}
    labels = {"wanted": _("指名"), "distance": _("距离"), "load": _("余量"), "score": _("考核")}
    return {"label": labels[name], "value": value // 10, "text": f"{value // 10}.{value % 10}"}
