"""What an agent does for an elder besides an order: block a lost card, note which worker they want."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sangyu.dispatch import actions as dispatch
from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.hotline.forms import WorkerWishForm
from sangyu.portals.hotline.frame import for_agents
from sangyu.portals.hotline.views.desk import context
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

SAID = {
    "WANTED": gettext_lazy("已记下：老人指名，派人时优先安排。"),
    "NOT_AGAIN": gettext_lazy("已记下：换人。不算投诉，也不扣分。"),
    "NONE": gettext_lazy("已取消，不再指定。"),
}


@for_agents
@require_POST
def wish(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Note which worker an elder names or does not want again; nobody is blamed by it."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = WorkerWishForm(request.POST)
    said = {"elder": str(elder.pk)}
    if not form.is_valid():
        wrong = _("请从列出的服务人员中选择。")
        return render(request, "hotline/desk.html", context(request, said, refusal=wrong), status=422)
    kind, order_id = form.cleaned_data["kind"], form.cleaned_data["order"]
    try:
        dispatch.wish(
            elder_id=elder.pk,
            worker_id=form.cleaned_data["worker"],
            kind=kind,
            order_id=order_id,
            by=request.user,
            at=now(),
        )
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, said, refusal=str(refusal)), status=422)
    messages.success(request, SAID[kind])
    return redirect(f"{reverse('hotline:desk')}?elder={elder.pk}")


@for_agents
@require_POST
def lost_card(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Block a lost card while the caller is still on the line."""
    card = registry_read.get_card(request.user, card_id)
    said = {"elder": str(card.elder_id)}
    try:
        registry.report_lost(card_id=card.pk, by=request.user, at=now(), note="电话挂失")
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, said, refusal=str(refusal)), status=422)
    done = _("{name}的卡（尾号{tail}）已挂失，补办请到社区。").format(name=card.elder.name, tail=card.number[-4:])
    messages.success(request, done)
    return redirect(f"{reverse('hotline:desk')}?elder={card.elder_id}")
