"""Verbs of safety: raise an alarm, take it, note what was done, close it, read how it ended.

An alarm is locked alone and last, after whatever raised it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox
from sangyu.registry.models import Elder
from sangyu.safety.models import Acknowledgement, Alarm, Closure, Outcome, Rung, Source, Stage, Step, Taking, Unread
from sangyu.safety.rules import AlreadyClosed, NotTaken, OutcomeMissing, TakenByAnother

BEIJING = ZoneInfo("Asia/Shanghai")
HELPERS = (Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER)
RAISERS = (*HELPERS, Role.WORKER, Role.CLOCK)
NUMBER_LENGTH_MAX = 20
NOTE_LENGTH_MAX = 400
SENTENCE_LENGTH_MAX = 200


@transaction.atomic
def raise_alarm(
    *,
    programme: Programme,
    elder: Elder | None,
    source: str,
    source_id: UUID,
    phone: str,
    note: str,
    by: User,
    at: datetime,
) -> Alarm:
    """Put an emergency in front of everybody who can help; the same source raises one alarm, however often it says so.

    Without an elder the alarm stands for whoever called: help does not wait for a name.
    Raises: NotAllowed; NotFound, for an elder or a programme that is not the raiser's own.
    """
    ensure_role(by, *RAISERS)
    if by.programme_id != programme.pk or (elder is not None and elder.programme_id != programme.pk):
        raise NotFound("没有找到这位老人，可能不在您负责的范围内。请按来电号码报警。")
    alarm, made = Alarm.objects.get_or_create(
        id=derived_id("alarm", source, source_id),
        defaults={
            "programme": programme,
            "elder": elder,
            "source": str(Source(source)),
            "source_id": source_id,
            "phone": phones.plain(phone)[:NUMBER_LENGTH_MAX],
            "note": note[:NOTE_LENGTH_MAX],
            "by": by,
            "raised_at": at,
        },
    )
    if made:
        _note(alarm, "raise_alarm", by, at, source=source, source_id=source_id, elder=elder and elder.pk, note=note)
        _tell(alarm, "alarm.raised", at)
    return alarm


@transaction.atomic
def take(*, alarm_id: UUID, by: User, at: datetime) -> Taking:
    """Take an emergency in hand; taking one's own again changes nothing.

    Raises: NotAllowed, NotFound; TakenByAnother and AlreadyClosed, naming who and when.
    """
    alarm = _lock(alarm_id, by)
    taking = Taking.objects.filter(alarm=alarm).select_related("by").first()
    if taking is not None and taking.by_id == by.pk:
        return taking
    _ensure_open(alarm)
    if taking is not None:
        raise TakenByAnother(
            f"这次报警已由{taking.by.display_name}于{_clock(taking.at)}接管。请与{taking.by.display_name}配合，不要重复处置。"
        )
    taking = Taking.objects.create(id=derived_id("alarm-taking", alarm.pk), alarm=alarm, by=by, at=at)
    _move(alarm, Stage.TAKEN)
    _note(alarm, "take", by, at)
    _tell(alarm, "alarm.taken", at)
    return taking


@transaction.atomic
def note_step(*, alarm_id: UUID, rung: str, by: User, at: datetime, key: str, note: str = "") -> Step:
    """Write down whom somebody turned to about an emergency and what came of it; the same `key` writes it once.

    Whoever helps may write, not only who has it in hand: one rings the family while another rings 120.
    Raises: NotAllowed, NotFound, NotTaken, AlreadyClosed.
    """
    alarm = _lock(alarm_id, by)
    step_id = derived_id("alarm-step", alarm.pk, by.pk, key)
    found = Step.objects.filter(pk=step_id).first()
    if found is not None:
        return found
    _ensure_open(alarm)
    _ensure_taken(alarm)
    step = Step.objects.create(
        id=step_id, alarm=alarm, rung=str(Rung(rung)), note=note.strip()[:SENTENCE_LENGTH_MAX], by=by, at=at
    )
    _note(alarm, "note_step", by, at, rung=rung, note=step.note)
    _tell(alarm, "alarm.step", at)
    return step


@transaction.atomic
def close(*, alarm_id: UUID, outcome: str, note: str, by: User, at: datetime) -> Closure:
    """End an emergency with its outcome and one sentence; only whoever took it, or a shift leader, ends it.

    Ending it again with the same outcome changes nothing.
    Raises: NotAllowed, NotFound, NotTaken, OutcomeMissing; TakenByAnother and AlreadyClosed, naming who and when.
    """
    alarm = _lock(alarm_id, by)
    closure = Closure.objects.filter(alarm=alarm).select_related("by").first()
    if closure is not None and (closure.by_id, closure.outcome) == (by.pk, outcome):
        return closure
    _ensure_open(alarm, closure)
    taking = _ensure_taken(alarm)
    if taking.by_id != by.pk and Role.SUPERVISOR not in by.roles:
        raise TakenByAnother(f"这次报警由{taking.by.display_name}处置，请由{taking.by.display_name}或值班长结案。")
    note = note.strip()[:SENTENCE_LENGTH_MAX]
    if outcome not in Outcome.values or not note:
        raise OutcomeMissing("结案要选结论并写一句话，例如“她平安到家”。请补充后再结案，报警仍然打开。")
    closure = Closure.objects.create(
        id=derived_id("alarm-closure", alarm.pk), alarm=alarm, outcome=outcome, note=note, by=by, at=at
    )
    if alarm.by_id != by.pk:
        Unread.objects.create(closure=closure, reader_id=alarm.by_id)
    _move(alarm, Stage.CLOSED)
    _note(alarm, "close", by, at, outcome=outcome, note=note)
    _tell(alarm, "alarm.closed", at)
    return closure


@transaction.atomic
def acknowledge(*, alarm_id: UUID, by: User, at: datetime) -> Acknowledgement:
    """Note that whoever raised an alarm has read how it ended; a second time changes nothing.

    Raises: NotFound, for an alarm that somebody else raised or that is still open.
    """
    closure = Closure.objects.filter(alarm_id=alarm_id, alarm__by=by).select_related("alarm").first()
    if closure is None:
        raise NotFound("这次报警还没有结案，或不是由您报告的。")
    read, made = Acknowledgement.objects.get_or_create(
        id=derived_id("alarm-read", closure.pk), defaults={"closure": closure, "by": by, "at": at}
    )
    if made:
        Unread.objects.filter(closure=closure).delete()
        _note(closure.alarm, "acknowledge", by, at)
    return read


def _lock(alarm_id: UUID, by: User) -> Alarm:
    ensure_role(by, *HELPERS)
    found = Alarm.objects.select_for_update().filter(pk=alarm_id, programme_id=by.programme_id).first()
    if found is None:
        raise NotFound("没有找到这次报警。")
    return found


def _move(alarm: Alarm, stage: Stage) -> None:
    alarm.stage = str(stage)
    alarm.save(update_fields=["stage"])


def _ensure_open(alarm: Alarm, closure: Closure | None = None) -> None:
    if alarm.stage != Stage.CLOSED:
        return
    closure = closure or Closure.objects.select_related("by").get(alarm=alarm)
    raise AlreadyClosed(
        f"这次报警已由{closure.by.display_name}于{_clock(closure.at)}结案：{Outcome(closure.outcome).label}，{closure.note}。"
        "结论不能修改，如又有情况请重新报警。"
    )


def _ensure_taken(alarm: Alarm) -> Taking:
    taking = Taking.objects.filter(alarm=alarm).select_related("by").first()
    if taking is None:
        raise NotTaken("还没有人接管这次报警。请先接管，再登记步骤或结案。")
    return taking


def _clock(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%H:%M}"


def _note(alarm: Alarm, verb: str, by: User, at: datetime, **facts: object) -> None:
    access.record(by=by, at=at, verb=f"safety.{verb}", object_kind="alarm", object_id=alarm.pk, facts=facts)


def _tell(alarm: Alarm, kind: str, at: datetime) -> None:
    outbox.tell(programme_id=alarm.programme_id, topic="safety", kind=kind, body={"alarm": str(alarm.pk)}, at=at)
