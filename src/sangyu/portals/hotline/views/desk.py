"""The desk itself: one page, and the two pieces of it that come anew when something happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu.access import queries as access_read
from sangyu.hotline import queries as hotline_read
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.orders import queries as orders_read
from sangyu.portals.clock import now
from sangyu.portals.hotline import picture, wish
from sangyu.portals.hotline.forms import RequestForm
from sangyu.portals.hotline.frame import for_agents, frame
from sangyu.registry import queries as registry_read


@for_agents
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show who is on the line, the order being taken, and what waits."""
    return render(request, "hotline/desk.html", context(request, request.GET))


@for_agents
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Show the call bar as it is now."""
    return render(request, "hotline/live.html", picture.callbar(request.user, now()))


@for_agents
@require_GET
def live_day(request: HttpRequest) -> HttpResponse:
    """Show whom to ring back and the figures of the day as they are now."""
    return render(request, "hotline/live_day.html", picture.day(request.user, now()))


@for_agents
@require_GET
def line(request: HttpRequest) -> HttpResponse:
    """Say whether the telephone system is still heard of."""
    return render(request, "hotline/_line.html", {"silent_since": picture.silent_since(request.user, now())})


@for_agents
@require_GET
def elder_orders(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show the orders of one elder as they are now."""
    elder = registry_read.get_elder(request.user, elder_id)
    at = now()
    caller = hotline_read.known(request.user, elder, picture.today(at))
    return render(request, "hotline/_orders.html", {"person": picture.person(request.user, caller, at)})


def context(request: HttpRequest, said: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """Gather everything the desk shows; `said` is what was typed or chosen so far, so that nothing typed is lost."""
    viewer, at = request.user, now()
    framed = frame(request, "desk")
    telephone = picture.telephone(viewer, at)
    call = telephone["own"]
    caller = picture.who(viewer, call, uuid_or_none(said.get("elder")), at)
    person = picture.person(viewer, caller, at)
    find = said.get("find", "").strip()
    shown = {
        **framed,
        **telephone,
        "caller": caller,
        "person": person,
        "note": said.get("note", ""),
        "find": find,
        "found": registry_read.search(viewer, find) if find else [],
        **_stranger(viewer, call, caller, said),
        "repeated": "",
        "key": str(new_id()),
        **more,
    }
    if person is not None:
        said, shown["repeated"] = _repeat(viewer, said)
        usual = tuple({order.item_id: order.item for order in person.recent_orders}.values())
        shown["wish"] = wish.understand(viewer, person.elder, said, at, usual=usual)
    return shown


def _stranger(viewer: Any, call: Any, caller: hotline_read.Caller, said: Mapping[str, str]) -> dict[str, Any]:
    """Return what helps with a caller whom nobody knows: elders with a number like it, and a form to ask for one."""
    if call is None or caller.elders:
        return {}
    tail = call.caller_number[-4:]
    communities = [
        (area.code, f"{area.parent.name} {area.name}")
        for area in access_read.communities(viewer).select_related("parent")
    ]
    first = {"phone": call.caller_number, **{name: said[name] for name in RequestForm.base_fields if name in said}}
    return {
        "similar": registry_read.search(viewer, tail, limit=5) if len(tail) == 4 else [],
        "stranger": {"communities": communities, "said": first},
    }


def uuid_or_none(text: str | None) -> UUID | None:
    """Read an id from an address; None when it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _repeat(viewer: Any, said: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    order_id = uuid_or_none(said.get("repeat"))
    if order_id is None:
        return said, ""
    try:
        order = orders_read.get_order(viewer, order_id)
    except NotFound:
        return said, ""
    return wish.again(order), str(order.pk)
