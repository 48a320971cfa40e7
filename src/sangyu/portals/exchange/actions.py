"""The one verb of the telephone system: say what happened on a line, as often and in whatever order it comes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from sangyu.access.models import Programme, Role, User
from sangyu.hotline import actions as hotline
from sangyu.hotline.models import Call
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.portals.exchange.forms import Heard
from sangyu.portals.exchange.models import CtiEvent, CtiEventKind, CtiLine


class EventIdReused(Refusal):
    """An event id stands for one event for ever."""

    code = "EVENT_ID_REUSED"


@transaction.atomic
def hear(*, programme: Programme, heard: Heard, at: datetime) -> Call | None:
    """Take one event of a call and bring the call to what all its events say; None while it has not rung yet.

    What comes before the ring is kept until the ring is there. Said again, an event has no second effect; an answer
    that comes after the hang-up was before it, whatever its own clock says. Who has answered keeps the call.
    Raises: EventIdReused, for an id that has stood for something else; NotFound, for an agent nobody knows.
    """
    line = _locked_line(programme, heard.line_reference)
    agent = _agent(programme, heard.agent) if heard.kind == CtiEventKind.ANSWER else None
    is_new = _keep(line, heard, agent, at)
    if is_new and heard.kind == CtiEventKind.RING:
        hotline.ring(
            programme=programme,
            line_reference=heard.line_reference,
            caller_number=heard.caller_number,
            called_number=heard.called_number,
            at=heard.at or at,
        )
    call = Call.objects.filter(programme=programme, line_reference=heard.line_reference).first()
    return _bring_up(line, call) if is_new and call is not None else call


def _bring_up(line: CtiLine, call: Call) -> Call:
    """Let a call that has rung catch up with what is known of its line."""
    rows = CtiEvent.objects.filter(line=line).select_related("agent").order_by("-at", "-id")
    events = {row.kind: row for row in rows}  # the earliest of a kind is the last one here
    answered, hung_up = events.get(CtiEventKind.ANSWER), events.get(CtiEventKind.HANGUP)
    if answered is not None and answered.agent is not None and call.agent_id is None:
        down_at = call.hung_up_at or (hung_up.at if hung_up is not None else answered.at)
        call = hotline.answer(call_id=call.pk, by=answered.agent, at=min(answered.at, down_at))
    if hung_up is not None:
        down = hotline.hang_up(programme=line.programme, line_reference=line.line_reference, at=hung_up.at)
        call = down or call
    return call


def _keep(line: CtiLine, heard: Heard, agent: User | None, at: datetime) -> bool:
    """Write an event down; tell whether it is news."""
    said_hash = _hash(heard.said)
    row, made = CtiEvent.objects.get_or_create(
        id=derived_id("cti-event", line.programme_id, heard.event_id or f"{heard.kind}:{line.pk}"),
        defaults={
            "line": line,
            "kind": heard.kind,
            "event_id": heard.event_id,
            "said_hash": said_hash,
            "agent": agent,
            "at": heard.at or at,
            "heard_at": at,
        },
    )
    if not made and heard.event_id and row.said_hash != said_hash:
        raise EventIdReused(f"事件编号 {heard.event_id} 已用于另一个事件。重发请保持内容不变，新的事件请用新的编号。")
    return made


def _locked_line(programme: Programme, line_reference: str) -> CtiLine:
    pk = derived_id("cti-line", programme.pk, line_reference)
    CtiLine.objects.get_or_create(id=pk, defaults={"programme": programme, "line_reference": line_reference})
    return CtiLine.objects.select_for_update(of=("self",)).select_related("programme").get(pk=pk)


def _agent(programme: Programme, username: str) -> User:
    found = User.objects.filter(programme=programme, username=username, is_active=True).first()
    if found is None or not found.roles & {Role.AGENT, Role.SUPERVISOR}:
        raise NotFound(f"没有用户名为“{username}”的话务员。请核对 agent 与本平台的用户名。")
    return found


def _hash(said: Mapping[str, str]) -> str:
    # A telephone number has too few digits to be hidden by a bare hash.
    text = json.dumps(dict(said), sort_keys=True, ensure_ascii=False).encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
