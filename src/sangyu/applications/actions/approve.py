"""At the bureau: read in full, approve, send back, refuse, and hear who appeals. Nobody approves their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.applications import queries as applications_read
from sangyu.applications.actions.common import (
    add_step,
    civil,
    decide,
    decided,
    ensure_alive,
    ensure_decided,
    facts_of,
    go_on,
    lock,
    note,
    turn_of,
    where_words,
    words,
)
from sangyu.applications.actions.verify import end_notice
from sangyu.applications.models import (
    UNDER_WAY,
    Appeal,
    AppealAnswer,
    Application,
    Outcome,
    Reading,
    State,
    Step,
    StepCode,
)
from sangyu.applications.rules import (
    BEHIND_A_RETURN,
    AlreadyApplied,
    AppealTooLate,
    NoticeNotClear,
    NotItsTurn,
    NotThisPerson,
    ReadFirst,
    gives,
    is_drawn,
)
from sangyu.assessment.models import Appointment
from sangyu.calendar import queries as calendar_read
from sangyu.kit import phone as phones
from sangyu.kit.ids import derived_id
from sangyu.policy.stages import APPROVE, MATCH, REVIEW
from sangyu.registry import queries as registry_read

PAYERS = frozenset({Role.FINANCE, Role.APPROVER})


@transaction.atomic
def open_in_full(*, application_id: UUID, by: User, at: datetime) -> Reading:
    """Note that an approver opened an application in full; the first opening counts.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(by, Role.BUREAU)
    application = lock(application_id, by)
    reading, _made = Reading.objects.get_or_create(
        id=derived_id("application-reading", application.pk, by.pk),
        defaults={"application": application, "by": by, "at": at},
    )
    return reading


@transaction.atomic
def approve(*, application_id: UUID, by: User, at: datetime) -> Step:
    """Approve an application (审批): what was applied for holds from today on; a second time changes nothing.

    Raises: NotAllowed, NotFound, StillOpen; NotItsTurn, also for an elder who has died; NoticeNotClear, with the
    sentence of the rule; NotThisPerson, for whoever took part, assessed the elder, pays, or is close to the elder;
    ReadFirst, for one that was drawn.
    """
    ensure_role(by, Role.BUREAU)
    application = lock(application_id, by)
    again = Step.objects.filter(application=application, step=StepCode.APPROVE).order_by("-n").first()
    if again is not None and again.outcome == Outcome.PASSED and application.step != StepCode.APPROVE:
        return again
    ensure_alive(application)
    _ensure_others_hand(application, by)  # before a posting that is over is counted as done in the approver's name
    end_notice(application, by=by, at=at)
    _ensure_notice_clear(application, at)
    wanted = turn_of(application, APPROVE, by)
    if is_drawn(application.pk) and applications_read.reading_of(application, by) is None:
        raise ReadFirst("这份申请抽中细看：请先打开全卷看过，再审批。")
    on = civil(at)
    kind = applications_read.kind_of(application)
    facts: dict[str, Any] = {}
    if kind.step(MATCH) is not None:
        decision = decide(application, kind.rule, facts_of(application, on), on)
        ensure_decided(application, decision, on)
        if not gives(decision):
            raise NotItsTurn(f"现在已不符合条件：{decision.because}。请退回或不予通过。")
        facts = decided(application, decision, on)
    if wanted.rule:
        asked = {
            "service_class": application.service_class,
            "review_passed": REVIEW in applications_read.standing_of(application).done,
            "notice": applications_read.notice_word(application, on),
        }
        decision = decide(application, wanted.rule, asked, on)
        ensure_decided(application, decision, on)
        if not gives(decision):
            raise NoticeNotClear(f"{decision.because}。")
        facts["decision"] = decision.to_json()
    step = add_step(
        application, APPROVE, Outcome.PASSED, by=by, at=at, service_class=application.service_class, facts=facts
    )
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def send_back(*, application_id: UUID, lacking: str, by: User, at: datetime) -> Step:
    """Send an application back for correction (退回补正), with what is lacking; a second time changes nothing.

    Raises: NotAllowed, NotFound, NotItsTurn, WordsMissing.
    """
    ensure_role(by, Role.BUREAU, Role.COMMUNITY)
    application = lock(application_id, by)
    lacking = words(lacking, "缺什么、要怎样补")
    last = Step.objects.filter(application=application).order_by("-n").first()
    if application.state == State.RETURNED and last is not None and last.outcome == Outcome.RETURNED:
        return last
    if application.state != State.OPEN or applications_read.award_of(application) is not None:
        raise NotItsTurn(f"不能退回：{where_words(application)}")
    step = add_step(
        application, application.step, Outcome.RETURNED, by=by, at=at, reason=lacking, undoes=BEHIND_A_RETURN
    )
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def refuse(*, application_id: UUID, reason: str, by: User, at: datetime) -> Step:
    """Refuse an application, with the reason that the applicant is told; a second time changes nothing.

    Raises: NotAllowed, NotFound, NotItsTurn, NotThisPerson, WordsMissing.
    """
    ensure_role(by, Role.BUREAU)
    application = lock(application_id, by)
    before = applications_read.refusal_of(applications_read.steps(application))
    if application.state == State.REFUSED and before is not None:
        return before
    _ensure_others_hand(application, by)
    end_notice(application, by=by, at=at)
    turn_of(application, APPROVE, by)
    step = add_step(application, APPROVE, Outcome.FAILED, by=by, at=at, reason=words(reason, "不予通过的理由"))
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def appeal(*, application_id: UUID, raised_by: str, relation: str, grounds: str, by: User, at: datetime) -> Appeal:
    """Enter that a refusal is not accepted (申诉); a refusal is appealed against once.

    Raises: NotAllowed, NotFound, WordsMissing; AppealTooLate, when nothing was refused or the bureau's days are over.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    application = lock(application_id, by)
    refused = applications_read.refusal_of(applications_read.steps(application))
    if application.state != State.REFUSED or refused is None:
        raise AppealTooLate("这份申请没有被拒绝，不需要申诉。")
    found = Appeal.objects.filter(step=refused).first()
    if found is not None:
        return found
    days = applications_read.term_days(application.programme_id, applications_read.APPEAL, civil(refused.at))
    if days is not None:
        last = calendar_read.add_working_days(application.programme_id, civil(refused.at), days)
        if civil(at) > last.on:
            raise AppealTooLate(f"申诉期限到{last.on}为止，已经过了。情况有变化的，请重新申请。")
    made = Appeal.objects.create(
        id=derived_id("application-appeal", refused.pk),
        step=refused,
        raised_by=words(raised_by, "申诉人", 60),
        relation=words(relation, "与老人的关系", 20),
        grounds=words(grounds, "申诉的理由"),
        by=by,
        at=at,
    )
    note(application, "appeal", by, at, {"appeal": str(made.pk)})
    return made


@transaction.atomic
def answer_appeal(*, appeal_id: UUID, upheld: bool, reason: str, by: User, at: datetime) -> AppealAnswer:
    """Decide an appeal; an upheld one lets the application be decided again, by the rule and another person.

    Raises: NotAllowed, NotFound, WordsMissing; NotThisPerson, for whoever had a hand in it before; AlreadyApplied, for
    upholding it while a newer application for the same is under way.
    """
    ensure_role(by, Role.BUREAU, Role.DEPUTY, Role.HEAD)
    asked = applications_read.get_appeal(by, appeal_id)
    application = lock(asked.step.application_id, by)
    found = AppealAnswer.objects.filter(appeal=asked).first()
    if found is not None:
        return found
    if by.pk in applications_read.hands(application) | {asked.by_id}:
        raise NotThisPerson("经手过这份申请的人不能答复申诉，请由另一位同事办理。")
    same = Application.objects.filter(elder_id=application.elder_id, kind=application.kind, state__in=UNDER_WAY).first()
    if upheld and same is not None:
        raise AlreadyApplied(f"同一事项又申请过，正在办理：{same.number}。请办完或撤回那份，再答复这条申诉。")
    answer = AppealAnswer.objects.create(
        id=derived_id("application-appeal-answer", asked.pk),
        appeal=asked,
        upheld=upheld,
        reason=words(reason, "复核结果"),
        by=by,
        at=at,
    )
    note(application, "answer_appeal", by, at, {"appeal": str(asked.pk), "upheld": upheld})
    if upheld:
        add_step(
            application,
            asked.step.step,
            Outcome.REOPENED,
            by=by,
            at=at,
            reason=f"申诉成立：{answer.reason}"[:400],
            undoes=BEHIND_A_RETURN,
        )
        # What only the registers decide would say the same again: it waits for what has to be put right.
        if applications_read.kind_of(application).step(MATCH) is not None:
            said = "申诉成立，请更正登记资料或补充后再交"
            add_step(application, MATCH, Outcome.RETURNED, by=by, at=at, reason=said)
        go_on(application, by=by, at=at)
    return answer


def _ensure_notice_clear(application: Application, at: datetime) -> None:
    """Refuse what hangs out, or waits to, in words that name the day or the objection."""
    if application.state != State.OPEN or application.step != StepCode.NOTICE:
        return
    if not application.posted:
        raise NoticeNotClear("还没有公示，不能审批。请社区先公示。")
    word = applications_read.notice_word(application, civil(at))
    if word == "objection":
        raise NoticeNotClear("公示中有人提出异议，还没有答复，不能审批。请先核查并答复异议。")
    raise NoticeNotClear(f"还在公示，到{application.due_on}为止，期满没有异议才能审批。")


def _ensure_others_hand(application: Application, by: User) -> None:
    """Refuse whoever took part before, assessed the elder, pays, or is close to the elder.

    Raises: NotThisPerson.
    """
    if by.pk in applications_read.hands(application, deciding=False):
        raise NotThisPerson("您受理或核定过这份申请，不能自己审批自己经手的，请由另一位同事审批。")
    if Step.objects.filter(application=application, step=StepCode.APPROVE, outcome=Outcome.FAILED, by=by).exists():
        raise NotThisPerson("您不予通过过这份申请，申诉成立以后由另一位同事审批。")
    if Appointment.objects.filter(assessment__elder_id=application.elder_id, assessor=by).exists():
        raise NotThisPerson(f"您评估过{application.elder.name}的能力，评估和审批要由不同的人办，请由另一位同事审批。")
    if by.roles & PAYERS:
        raise NotThisPerson("您同时担任财务岗位，审批和付款要由不同的人办，请由不管付款的同事审批。")
    own = phones.plain(by.phone) if by.phone else ""
    if own and any(contact.phone == own for contact in registry_read.contacts_of(application.elder_id)):
        raise NotThisPerson(f"您的手机号登记在{application.elder.name}的联系人里，应当回避，请由另一位同事审批。")
