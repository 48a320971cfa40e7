"""What an agent does for an elder besides an order: block a lost card, note which worker they want."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.hotline.frame import for_agents
from sangyu.portals.hotline.views.desk import context
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read


@for_agents
@require_POST
def lost_card(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Block a lost card while the caller is still on the line."""
    card = registry_read.get_card(request.user, card_id)
    said = {"elder": str(card.elder_id)}
    try:
        registry.report_lost(card_id=card.pk, by=request.user, at=now(), note=_("电话挂失"))
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, said, refusal=str(refusal)), status=422)
    done = _("{name}的卡（尾号{tail}）已挂失，补办请到社区。").format(name=card.elder.name, tail=card.number[-4:])
    messages.success(request, done)
    return redirect(f"{reverse('hotline:desk')}?elder={card.elder_id}")
