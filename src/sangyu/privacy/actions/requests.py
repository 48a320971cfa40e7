"""Take in what somebody asks about their own data, and answer it in time. Locks: every record of the elder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.calendar import queries as calendar_read
from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import Answer, AskedBy, Check, Outcome, Request, RequestKind
from sangyu.privacy.rules import (
    AnswerIncomplete,
    Hindrance,
    NotYetErasable,
    RequestAnswered,
    RequestIncomplete,
    SamePersonAnswers,
)
from sangyu.registry import queries as registry_read
from sangyu.registry.actions.forget import forget
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
TAKERS = (Role.AGENT, Role.SUPERVISOR, Role.COMMUNITY, Role.BUREAU)
ANSWERERS = (Role.COMMUNITY, Role.BUREAU)
WORKING_DAYS = 15
ERASED = (
    "姓名、证件、联系人、亲属和住址已从档案中删除，短信的号码和内容已抹去。账目和审计记录仍在；"
    "工单、来电、投诉、报警、评估、申请、名册比对和收款账户里当时写下的，按各自的目的保存，不能改。"
)


@transaction.atomic
def take_in(
    *,
    elder_id: UUID,
    kind: str,
    asked_by: str,
    asker: str,
    check_made: str,
    check_note: str,
    by: User,
    at: datetime,
    key: str,
    wish: str = "",
) -> Request:
    """Take in a request about an elder's data, to be answered within fifteen working days.

    The same `key` again is the same request.
    Raises: NotAllowed; NotFound; RequestIncomplete.
    """
    ensure_role(by, *TAKERS)
    elder = registry_read.get_elder(by, elder_id)
    asker, check_note, wish = (" ".join(text.split()) for text in (asker, check_note, wish))
    if not asker or not check_note:
        raise RequestIncomplete("请写明是谁提出的，以及怎样核对了身份（例如：身份证原件，尾号0224）。")
    if kind in (RequestKind.CORRECT, RequestKind.ERASE) and not wish:
        raise RequestIncomplete("请写明要改什么、删什么，按提出人的原话写。")
    if asked_by == AskedBy.RELATIVE and elder.died_on is None:
        raise RequestIncomplete("老人在世，近亲属不能代为提出。请由本人、监护人或受委托人提出。")
    due = calendar_read.add_working_days(elder.programme_id, at.astimezone(BEIJING).date(), WORKING_DAYS)
    made, is_new = Request.objects.get_or_create(
        id=derived_id("privacy-request", elder.pk, key),
        defaults={
            "programme_id": elder.programme_id,
            "elder": elder,
            "kind": RequestKind(kind),
            "asked_by": AskedBy(asked_by),
            "asker": asker[:60],
            "check_made": Check(check_made),
            "check_note": check_note[:120],
            "wish": wish[:300],
            "due_on": due.on,
            "due_certain": due.certain,
            "by": by,
            "at": at,
        },
    )
    if is_new:
        _note("privacy.take_in", elder.pk, {"kind": kind, "asked_by": asked_by, "due_on": due.on}, by, at)
    return made


@transaction.atomic
def answer(*, request_id: UUID, outcome: str, reason: str, by: User, at: datetime) -> Answer:
    """Answer a request, saying what was done or why it was not; the same answer again changes nothing.

    An erasure that is carried out is answered by `erase`.
    Raises: NotAllowed; NotFound; AnswerIncomplete; RequestAnswered.
    """
    ensure_role(by, *ANSWERERS)
    case = _locked(by, request_id)
    said = " ".join(reason.split())
    if not said:
        raise AnswerIncomplete("请写明答复的理由：照办的写办了什么，不能照办的写依据哪条规定、到什么时候。")
    if case.request.kind == RequestKind.ERASE and outcome != Outcome.REFUSED:
        raise AnswerIncomplete("删除请用“删除这份档案”办理，不能只写一句答复。")
    if case.answer is not None:
        return _once(case.answer, outcome)
    return _answered(case.request, outcome, said, by, at)


@transaction.atomic
def erase(*, request_id: UUID, standing: Callable[[], Sequence[Hindrance]], by: User, at: datetime) -> Answer:
    """Erase an elder's personal data as was asked: what names the person goes, money and the audit book stay whole.

    `standing` asks the rooms above what is unfinished and what the law still binds. It is asked once the records are
    held, so that no order is placed and no meal is sold between the look and the erasure.
    Raises: NotAllowed; NotFound; SamePersonAnswers; NotYetErasable, saying until when; RequestAnswered.
    """
    ensure_role(by, Role.BUREAU)
    case = _locked(by, request_id)
    if case.request.kind != RequestKind.ERASE:
        raise AnswerIncomplete("这件请求不是要求删除，请按它的种类答复。")
    if case.answer is not None:
        return _once(case.answer, Outcome.DONE)
    if case.request.by_id == by.pk:
        raise SamePersonAnswers("删除要由另一个人办理：您受理的请求，请民政局的另一位同事核对后删除。")
    if against := standing():
        raise NotYetErasable("现在还不能删除。" + "；".join(_said(one) for one in against) + "。")
    made = _answered(case.request, Outcome.DONE, ERASED, by, at)
    forget(elder_id=case.request.elder_id, by=by, at=at)
    outbox.forget_texts_of(
        programme_id=case.request.programme_id, elder_ids=list(registry_read.same_as(case.request.elder_id))
    )
    return made


def hand_over(*, request_id: UUID, sha256: str, by: User, at: datetime) -> None:
    """Note that a copy of everything about an elder was handed over, by the hash of its bytes.

    Raises: NotAllowed; NotFound.
    """
    ensure_role(by, Role.BUREAU)
    case = privacy_read.get_request(by, request_id)
    facts = {"fact": "copy", "reason": f"{case.request.get_kind_display()}请求", "sha256": sha256}
    _note("privacy.hand_over", case.request.elder_id, facts, by, at)


def _locked(by: User, request_id: UUID) -> privacy_read.Case:
    case = privacy_read.get_request(by, request_id)
    records = registry_read.same_as(case.request.elder_id)
    list(Elder.objects.select_for_update(no_key=True).filter(pk__in=records).order_by("pk"))
    return privacy_read.get_request(by, request_id)


def _once(found: Answer, outcome: str) -> Answer:
    if found.outcome != outcome:
        raise RequestAnswered(f"这件请求已由{found.by}答复：{found.get_outcome_display()}。如要改，请另立一件。")
    return found


def _answered(request: Request, outcome: str, reason: str, by: User, at: datetime) -> Answer:
    made = Answer.objects.create(request=request, outcome=Outcome(outcome), reason=reason[:500], by=by, at=at)
    _note("privacy.answer", request.elder_id, {"kind": request.kind, "outcome": outcome}, by, at)
    return made


def _said(one: Hindrance) -> str:
    return f"{one.what}，{one.until.isoformat()}起可以删除" if one.until else one.what


def _note(verb: str, elder_id: UUID, facts: dict[str, object], by: User, at: datetime) -> None:
    access.record(by=by, at=at, verb=verb, object_kind="elder", object_id=elder_id, facts=facts)
