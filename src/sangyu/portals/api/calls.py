"""Calls of the hotline: rung, answered, hung up, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed, ensure_role
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.kit.errors import NotFound
from sangyu.kit.names import mask_phone
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.shapes import Id, Said, Versioned, written
from sangyu.portals.clock import now

router = Router()
TAG = "来电 calls"


class CallTold(Versioned):
    """A call (来电): when it rang, who answered, and as what it ended. The caller's number is masked."""

    id: UUID
    line_reference: str
    caller_number: str = Field(description="遮盖的主叫号码")
    rang_at: datetime
    answered_at: datetime | None
    hung_up_at: datetime | None
    ended_at: datetime | None
    end: str = Field(description="办理结果：ORDER、CONSULTATION、COMPLAINT、EMERGENCY、COMFORT；未办结为空")
    agent_id: UUID | None
    elder_id: UUID | None


class Ring(Said):
    """The telephone rings."""

    line_reference: written(60, shortest=1, description="话务系统给这通电话的编号")  # type: ignore[valid-type]
    caller_number: written(20, pattern=r"^[0-9+*#()\- ]*$") = Field(  # type: ignore[valid-type]
        default="", description="主叫号码；隐藏号码留空", examples=["13900000001"]
    )


class Ending(Said):
    """How a call ended, unless it ended as an order."""

    kind: Literal["CONSULTATION", "COMPLAINT", "EMERGENCY", "COMFORT"]
    note: written(400) = ""  # type: ignore[valid-type]
    elder_id: Id | None = None


def told(call: Call) -> CallTold:
    """Show a call as this interface does."""
    return CallTold(
        id=call.pk,
        line_reference=call.line_reference,
        caller_number=mask_phone(call.caller_number),
        rang_at=call.rang_at,
        answered_at=call.answered_at,
        hung_up_at=call.hung_up_at,
        ended_at=call.ended_at,
        end=call.end,
        agent_id=call.agent_id,
        elder_id=call.elder_id,
    )


CALL = State(
    seen=lambda viewer, call_id: told(hotline_read.get_call(viewer, call_id)),
    lock=lambda viewer, call_id: (
        hotline_read.calls(viewer).order_by().filter(pk=call_id).select_for_update(of=("self",)).first()
    ),
)


@reads(router, "/calls", scope="calls:read", name="listCalls", answer=Page[CallTold], tag=TAG)
def list_calls(request: HttpRequest, where: Query[Where]) -> Page[CallTold]:
    """List the calls of the programme, newest first."""
    rows = hotline_read.calls(viewer_of(request))
    return page(request, rows, where, by="rang_at", newest_first=True, show=lambda found: [told(row) for row in found])


@reads(router, "/calls/{uuid:call_id}", scope="calls:read", name="getCall", answer=CallTold, tag=TAG,
       refuses=(NotFound,))  # fmt: skip
def get_call(request: HttpRequest, call_id: UUID) -> CallTold:
    """Read one call."""
    return told(hotline_read.get_call(viewer_of(request), call_id))


@writes(router, "/calls", scope="calls:write", name="ringCall", answer=CallTold, tag=TAG, status=201,
        refuses=(NotAllowed,))  # fmt: skip
def ring_call(request: HttpRequest, body: Ring) -> CallTold:
    """Note that the telephone rings.

    The same `line_reference` is the same call, however often the telephone system says so.
    """
    viewer = viewer_of(request)
    ensure_role(viewer, Role.AGENT, Role.SUPERVISOR)
    call = hotline.ring(
        programme=viewer.programme,
        line_reference=body.line_reference,
        caller_number=body.caller_number,
        called_number=viewer.programme.hotline_number,
        at=now(),
    )
    return told(call)


@writes(router, "/calls/{uuid:call_id}/answer", scope="calls:write", name="answerCall", answer=CallTold, tag=TAG,
        of=CALL, refuses=(NotAllowed, NotFound, hotline.TakenByAnother))  # fmt: skip
def answer_call(request: HttpRequest, call_id: UUID) -> CallTold:
    """Take a ringing call."""
    return told(hotline.answer(call_id=call_id, by=viewer_of(request), at=now()))


@writes(router, "/calls/{uuid:call_id}/hang-up", scope="calls:write", name="hangUpCall", answer=CallTold, tag=TAG,
        of=CALL, refuses=(NotAllowed, NotFound))  # fmt: skip
def hang_up_call(request: HttpRequest, call_id: UUID) -> CallTold:
    """Note that the line is down; a call that nobody answered waits to be rung back."""
    viewer = viewer_of(request)
    ensure_role(viewer, Role.AGENT, Role.SUPERVISOR)
    call = hotline_read.get_call(viewer, call_id)
    hung_up = hotline.hang_up(programme=viewer.programme, line_reference=call.line_reference, at=now())
    return told(hung_up or call)


@writes(router, "/calls/{uuid:call_id}/end", scope="calls:write", name="endCall", answer=CallTold, tag=TAG, of=CALL,
        refuses=(NotAllowed, NotFound, hotline.NotAnswered, hotline.TakenByAnother, hotline.AlreadyEnded))  # fmt: skip
def end_call(request: HttpRequest, call_id: UUID, body: Ending) -> CallTold:
    """End a call as a consultation, a complaint, an emergency or comfort talk.

    A call that ends as an order is ended by placing the order with its `call_id`.
    """
    ended = hotline.end(
        call_id=call_id, kind=body.kind, by=viewer_of(request), at=now(), note=body.note, elder_id=body.elder_id
    )
    return told(ended)
