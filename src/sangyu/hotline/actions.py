"""Verbs of the hotline: ring, answer, hang up, ring back, and end a call as one of five things.

A call is locked before whatever it ends in: its order, or its alarm.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import communities, ensure_role
from sangyu.hotline import rules
from sangyu.hotline.models import Call, CallOrder, End, Heartbeat, RegistrationRequest, ReturnCall
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.outbox import actions as outbox
from sangyu.providers.models import ServiceItem
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder
from sangyu.safety import actions as safety

NUMBER_LENGTH_MAX = 20
NOTE_LENGTH_MAX = 400


class TakenByAnother(Refusal):
    """Another agent answered first."""

    code = "TAKEN_BY_ANOTHER"


class NotAnswered(Refusal):
    """A call must be answered before it can end as something."""


class AlreadyEnded(Refusal):
    """The call has ended as something else."""


class NotRungBack(Refusal):
    """Only whoever was rung back can have been out of reach."""


class RegistrationIncomplete(Refusal):
    """A request for registration lacks what the community needs to come back to it."""


class OrderMissing(Refusal):
    """A call ends as an order only together with one."""


@transaction.atomic
def ring(*, programme: Programme, line_reference: str, caller_number: str, called_number: str, at: datetime) -> Call:
    """Note that the telephone rings; the telephone system may say so more than once.

    A number is kept as numbers are compared; one that is withheld or odd rings all the same.
    """
    call, made = Call.objects.get_or_create(
        id=derived_id("call", programme.pk, line_reference),
        defaults={
            "programme": programme,
            "line_reference": line_reference,
            "caller_number": phones.plain(caller_number)[:NUMBER_LENGTH_MAX],
            "called_number": called_number,
            "rang_at": at,
        },
    )
    if made:
        _tell(call, "call.rang", at)
    return call


@transaction.atomic
def answer(*, call_id: UUID, by: User, at: datetime) -> Call:
    """Take a ringing call; answering one's own call again changes nothing.

    Raises: NotAllowed, NotFound, TakenByAnother.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR)
    call = _lock(call_id, by)
    if call.agent_id == by.pk:
        return call
    if call.agent_id is not None:
        raise TakenByAnother(f"这通电话已由{call.agent.display_name}接听。")
    call.agent, call.answered_at = by, at
    call.save(update_fields=["agent", "answered_at"])
    _tell(call, "call.answered", at)
    return call


@transaction.atomic
def log_by_hand(*, caller_number: str, by: User, at: datetime, key: str) -> Call:
    """Note a call that the telephone system did not tell of, as rung and answered now; the same `key` notes it once.

    Raises: NotAllowed.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR)
    call = ring(
        programme=by.programme,
        line_reference=f"{rules.BY_HAND}{key}",
        caller_number=caller_number,
        called_number=by.programme.hotline_number,
        at=at,
    )
    return answer(call_id=call.pk, by=by, at=at)


@transaction.atomic
def hang_up(*, programme: Programme, line_reference: str, at: datetime) -> Call | None:
    """Note that the line is down; a call that nobody answered becomes a return call to make.

    Returns None for a line that never rang here.
    """
    call = Call.objects.select_for_update().filter(programme=programme, line_reference=line_reference).first()
    if call is not None and call.hung_up_at is None:
        call.hung_up_at = at
        call.save(update_fields=["hung_up_at"])
        _tell(call, "call.hung_up", at)
    return call


@transaction.atomic
def end(*, call_id: UUID, kind: str, by: User, at: datetime, note: str = "", elder_id: UUID | None = None) -> Call:
    """End a call as a consultation, complaint, emergency or comfort talk; ending it the same way again is fine.

    An emergency raises its alarm in the same transaction, with the elder if known, else with the number alone.
    Raises: OrderMissing, for a call that ends as an order (`place_order` does that); NotFound, NotAnswered,
    TakenByAnother, AlreadyEnded.
    """
    if kind == End.ORDER:
        raise OrderMissing("以“下单”结束来电，请直接下单，系统会一并登记。")
    call = _own(call_id, by)
    elder = registry_read.get_elder(by, elder_id) if elder_id is not None else None
    if call.end:
        _ensure_same_end(call, kind)
        return call
    _close(call, kind=str(End(kind)), at=at, note=note, elder_id=elder_id, by=by)
    if kind == End.EMERGENCY:
        _raise_alarm(call, elder, by, at)
    return call


@transaction.atomic
def not_reached(*, call_id: UUID, by: User, at: datetime) -> Call:
    """Put a missed call back on the list after a return call that reached nobody; a double click is one attempt.

    Raises: NotFound, NotAnswered, TakenByAnother; NotRungBack, for a call whose caller was on the line; AlreadyEnded.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR)
    call = _lock(call_id, by)
    last = ReturnCall.objects.filter(call=call).order_by("-n").first()
    if call.agent_id is None and last is not None and last.by_id == by.pk:
        return call
    call = _own(call_id, by)
    if call.end:
        raise AlreadyEnded(f"这通电话已登记为“{End(call.end).label}”，不能再记为没打通。")
    if not _is_return(call):
        raise NotRungBack("对方打进来的电话已经接通，不能记为没打通。请按办理结果结束。")
    _note_return(call, reached=False, by=by, at=at)
    call.agent, call.answered_at = None, None
    call.save(update_fields=["agent", "answered_at"])
    access.record(by=by, at=at, verb="hotline.not_reached", object_kind="call", object_id=call.pk)
    _tell(call, "call.not_reached", at)
    return call


@transaction.atomic
def request_registration(
    *, call_id: UUID, name: str, community_code: str, address: str, phone: str, by: User, at: datetime, note: str = ""
) -> RegistrationRequest:
    """End a call of somebody unknown as a consultation that asks the community to register them; once a call.

    Raises: RegistrationIncomplete, BadPhone, NotFound, NotAnswered, TakenByAnother, AlreadyEnded.
    """
    call = _own(call_id, by)
    found = RegistrationRequest.objects.filter(call=call).first()
    if found is not None:
        return found
    if call.end:
        _ensure_same_end(call, End.CONSULTATION)
    name, address = name.strip(), address.strip()
    community = communities(by).filter(code=community_code).first()
    if not name or not address or community is None:
        raise RegistrationIncomplete("登记意向要有姓名、社区和住址，社区才能上门核实。请问清后补上。")
    request = RegistrationRequest.objects.create(
        id=derived_id("registration-request", call.pk),
        call=call,
        name=name,
        phone=phones.parse(phone),
        community=community,
        address=address,
        by=by,
        at=at,
    )
    if not call.end:
        said = f"登记意向：{name}，{community.name}{address}。{note.strip()}"
        _close(call, kind=End.CONSULTATION, at=at, note=said[:NOTE_LENGTH_MAX], elder_id=None, by=by)
    return request


@transaction.atomic
def heartbeat(*, programme: Programme, at: datetime) -> None:
    """Note that the telephone system of a programme is alive; only the latest moment is kept."""
    heard, made = Heartbeat.objects.select_for_update().get_or_create(programme=programme, defaults={"at": at})
    if not made and at > heard.at:
        heard.at = at
        heard.save(update_fields=["at"])


@transaction.atomic
def place_order(
    *,
    call_id: UUID,
    elder_id: UUID,
    item: ServiceItem,
    wanted_from: datetime,
    by: User,
    at: datetime,
    key: str,
    note: str = "",
) -> Order:
    """End a call as an order: the order, its link to the call and the end of the call stand or fall together.

    The same `key` returns the first order; another key for the same call is another order, and refused.
    Raises: NotFound, NotAnswered, TakenByAnother, AlreadyEnded, and whatever `orders.place` refuses.
    """
    call = _own(call_id, by)
    if call.end:
        _ensure_same_end(call, End.ORDER)
        _ensure_same_order(call, orders.id_of(programme_id=by.programme_id, key=key))
    order = orders.place(
        elder_id=elder_id, item=item, wanted_from=wanted_from, by=by, at=at, key=key, note=note, requester=""
    )
    if not call.end:
        CallOrder.objects.create(call=call, order=order)
        _close(call, kind=End.ORDER, at=at, note=note, elder_id=elder_id, by=by)
    return order


def _close(call: Call, *, kind: str, at: datetime, note: str, elder_id: UUID | None, by: User) -> None:
    if _is_return(call):
        _note_return(call, reached=True, by=by, at=at)
    call.end, call.ended_at, call.note = kind, at, note
    if elder_id is not None:
        call.elder_id = elder_id
    call.save(update_fields=["end", "ended_at", "note", "elder"])
    access.record(
        by=by, at=at, verb="hotline.end", object_kind="call", object_id=call.pk, facts={"end": kind, "note": note}
    )
    _tell(call, "call.ended", at)


def _raise_alarm(call: Call, elder: Elder | None, by: User, at: datetime) -> None:
    safety.raise_alarm(
        programme=call.programme,
        elder=elder,
        source="CALL",
        source_id=call.pk,
        phone=call.caller_number,
        note=call.note,
        by=by,
        at=at,
    )


def _is_return(call: Call) -> bool:
    return rules.Times(call.rang_at, call.answered_at, call.hung_up_at).rung_back


def _note_return(call: Call, *, reached: bool, by: User, at: datetime) -> None:
    n = ReturnCall.objects.filter(call=call).count() + 1
    ReturnCall.objects.create(id=derived_id("return-call", call.pk, n), call=call, n=n, reached=reached, by=by, at=at)


def _own(call_id: UUID, by: User) -> Call:
    ensure_role(by, Role.AGENT, Role.SUPERVISOR)
    call = _lock(call_id, by)
    if call.agent_id is None:
        raise NotAnswered("请先接听（F2），再办理。")
    if call.agent_id != by.pk:
        raise TakenByAnother(f"这通电话由{call.agent.display_name}办理。")
    return call


def _lock(call_id: UUID, by: User) -> Call:
    # Without the agent joined in: a row that was waited for is read again after the wait, what is joined to it is not.
    found = Call.objects.select_for_update().filter(pk=call_id, programme_id=by.programme_id).first()
    if found is None:
        raise NotFound("没有找到这通电话。")
    return found


def _ensure_same_end(call: Call, kind: str) -> None:
    if call.end != kind:
        raise AlreadyEnded(f"这通电话已登记为“{End(call.end).label}”，不能再改为“{End(kind).label}”。")


def _ensure_same_order(call: Call, order_id: UUID) -> None:
    placed = CallOrder.objects.select_related("order").get(call=call).order
    if placed.pk != order_id:
        raise AlreadyEnded(f"这通电话已下工单{placed.number}，一通电话登记一张工单。再下一单请另登记一通来电。")


def _tell(call: Call, kind: str, at: datetime) -> None:
    outbox.tell(programme_id=call.programme_id, topic="hotline", kind=kind, body={"call": str(call.pk)}, at=at)
