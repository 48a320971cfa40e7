"""Verify (核定): find the class, let the committees look at it, post it, hear who objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
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
    ensure_decided,
    facts_of,
    go_on,
    lock,
    note,
    turn_of,
    where_words,
    words,
)
from sangyu.applications.models import (
    Application,
    Notice,
    Objection,
    ObjectionAnswer,
    Outcome,
    Posting,
    ServiceClass,
    State,
    Step,
    StepCode,
)
from sangyu.applications.rules import (
    BEHIND_AN_OBJECTION,
    DoesNotFit,
    NotItsTurn,
    NotPosted,
    NotThisClass,
    NotThisPerson,
    ObjectionTooLate,
    gives,
    people_in,
)
from sangyu.calendar import queries as calendar_read
from sangyu.kit import phone as phones
from sangyu.kit.ids import derived_id
from sangyu.kit.names import mask_name
from sangyu.policy.stages import CLASSIFY, NOTICE, REVIEW

PRESENT_MIN = 2  # two committees met, so one person alone is no meeting


@transaction.atomic
def classify(*, application_id: UUID, service_class: str, reason: str, by: User, at: datetime) -> Step:
    """Find into which class the elder falls (核定类别), with the reason; the kind's rule is asked on that day.

    Somebody whom the rule does not let in is refused, with its sentence. The same class again changes nothing.
    Raises: NotAllowed, NotFound, NotItsTurn, WordsMissing, StillOpen; NotThisClass, for a class that the ground does
    not allow.
    """
    application = lock(application_id, by)
    again = _done_last(application, CLASSIFY)
    if again is not None and again.service_class == service_class and again.outcome == Outcome.PASSED:
        return again
    turn_of(application, CLASSIFY, by)
    on = civil(at)
    kind = applications_read.kind_of(application)
    reason = words(reason, "定这一类的理由")
    decision = decide(application, kind.rule, facts_of(application, on), on)
    ensure_decided(application, decision, on)
    facts = decided(application, decision, on)
    if not gives(decision):
        step = add_step(application, CLASSIFY, Outcome.FAILED, by=by, at=at, reason=decision.because[:400], facts=facts)
    else:
        allowed = kind.classes_on(decision.ground)
        if service_class not in allowed:
            told = "、".join(str(ServiceClass(one).label) for one in allowed)
            raise NotThisClass(f"{decision.because}，可以定为：{told}。请另选类别。")
        step = add_step(
            application,
            CLASSIFY,
            Outcome.PASSED,
            by=by,
            at=at,
            reason=reason,
            service_class=ServiceClass(service_class),
            facts=facts,
        )
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def review(
    *,
    application_id: UUID,
    passed: bool,
    minutes: str,
    held_on: date,
    attendees: str,
    reason: str,
    by: User,
    at: datetime,
) -> Step:
    """Enter what the two committees decided (“两委”会审议), with the number of the minutes and who was there.

    `attendees` are names in one line. A class that they do not agree to has to be found anew. The same minutes again
    change nothing. Raises: NotAllowed, NotFound, NotItsTurn, WordsMissing; DoesNotFit, for a day to come or fewer than
    two people.
    """
    application = lock(application_id, by)
    minutes = words(minutes, "会议纪要编号", 40)
    again = _done_last(application, REVIEW)
    if again is not None and again.facts.get("minutes") == minutes:
        return again
    turn_of(application, REVIEW, by)
    if held_on > civil(at) or held_on < civil(application.at):
        raise DoesNotFit(
            f"开会日期{held_on}不对：应在受理（{civil(application.at)}）以后、今天以前。请对照会议纪要填写。"
        )
    present = people_in(attendees)
    if len(present) < PRESENT_MIN:
        raise DoesNotFit("请写明到会人员的姓名，至少2人，用顿号隔开，例如“张明、李芳”。")
    step = add_step(
        application,
        REVIEW,
        Outcome.PASSED if passed else Outcome.FAILED,
        by=by,
        at=at,
        reason=words(reason, "审议意见"),
        service_class=application.service_class,
        undoes=() if passed else (CLASSIFY,),
        facts={"minutes": minutes, "held_on": held_on.isoformat(), "present": len(present), "attendees": present},
    )
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def post(*, application_ids: Sequence[UUID], by: User, at: datetime) -> Posting:
    """Hang out applications of one community (公示) from today on; hanging the same ones out again changes nothing.

    The city's rule says how long; a last day on which nobody works moves to the next that is worked, so that whoever
    reads it then can still object. Only a masked name, what is applied for and the class are shown.
    Raises: NotAllowed, NotFound, NotItsTurn; NotPosted, for one that no rule requires posted, or of another community
    or rule; StillOpen, while the bureau has not set how many days.
    """
    ids = sorted(set(application_ids))
    if not ids:
        raise NotPosted("请先选要公示的申请。")
    rows, on, rules = [lock(one, by) for one in ids], civil(at), set()
    again = _hung_out_on(rows, on)
    if again is not None:
        return again
    for application in rows:
        kind = applications_read.kind_of(application)
        wanted = kind.step(NOTICE)
        if wanted is None or (wanted.classes and application.service_class not in wanted.classes):
            raise NotPosted(f"{application.number}不用公示：规定要公示的才公示，不要多公开一个人的姓名。")
        turn_of(application, NOTICE, by)
        if application.posted:
            raise NotItsTurn(f"{application.number}已在公示，{application.due_on}为止。")
        rules.add(wanted.rule)
    communities = {application.community_id for application in rows}
    if len(communities) > 1:
        raise NotPosted("一次公示张贴在一个社区，请分社区选。")
    if len(rules) > 1:
        raise NotPosted("选中的申请按不同的规则算公示期限，请分事项选。")
    first = rows[0]
    decision = decide(first, rules.pop(), {"since": on.isoformat()}, on)
    ensure_decided(first, decision, on)
    assert decision.until is not None  # what a schedule of this kind answers
    last = calendar_read.add_working_days(first.programme_id, decision.until - timedelta(days=1), 1)
    posting = Posting.objects.create(
        programme_id=first.programme_id,
        community_id=first.community_id,
        posted_on=on,
        until_on=last.on,
        certain=last.certain,
        decision=decision.to_json(),
        by=by,
        at=at,
    )
    for application in rows:
        Notice.objects.create(
            id=derived_id("application-notice", posting.pk, application.pk),
            posting=posting,
            application=application,
            shown_name=mask_name(application.elder.name),
            service_class=application.service_class,
        )
        told = {"posting": str(posting.pk), "until_on": last.on.isoformat(), "decision": decision.to_json()}
        add_step(
            application,
            NOTICE,
            Outcome.BEGUN,
            by=by,
            at=at,
            reason=until_words(decision.until, last.on),
            service_class=application.service_class,
            facts=told,
        )
        go_on(application, by=by, at=at)
    return posting


def _hung_out_on(rows: Sequence[Application], on: date) -> Posting | None:
    """Return the posting of a day that names these and nobody else: who presses twice finds it."""
    if not all(application.posted for application in rows):
        return None
    told = [applications_read.notice_of(application) for application in rows]
    found = {line.posting for line in told if line is not None}
    if len(found) != 1:
        return None
    posting = found.pop()
    whole = posting.posted_on == on and Notice.objects.filter(posting=posting).count() == len(rows)
    return posting if whole else None


def until_words(counted: date, last: date) -> str:
    """Say until when a posting hangs, and why later than the days that were counted."""
    return f"公示到{last}为止" if last == counted else f"公示到{last}为止：{counted}不上班，延到下一个工作日"


@transaction.atomic
def object_to(
    *, application_id: UUID, raised_by: str, phone: str, grounds: str, by: User, at: datetime, key: str
) -> Objection:
    """Enter that somebody does not agree with what is posted (异议); the same `key` enters it once.

    Raises: NotAllowed, NotFound, WordsMissing, BadPhone; ObjectionTooLate, when nothing hangs out about it today.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    application = lock(application_id, by)
    notice = applications_read.notice_of(application)
    objection_id = derived_id("application-objection", application.pk, key)
    found = Objection.objects.filter(pk=objection_id).first()
    if found is not None:
        return found
    on = civil(at)
    if (
        notice is None
        or application.step != StepCode.NOTICE
        or not (notice.posting.posted_on <= on <= notice.posting.until_on)
    ):
        raise ObjectionTooLate("这份申请今天不在公示期内，不能按公示异议登记。可以按投诉或来信办理。")
    objection = Objection.objects.create(
        id=objection_id,
        notice=notice,
        raised_by=words(raised_by, "提出异议的人", 60),
        phone=phones.parse(phone) if phone.strip() else "",
        grounds=words(grounds, "异议的理由"),
        by=by,
        at=at,
    )
    note(application, "object", by, at, {"objection": str(objection.pk)})
    return objection


@transaction.atomic
def answer_objection(*, objection_id: UUID, upheld: bool, reason: str, by: User, at: datetime) -> ObjectionAnswer:
    """Say what was found about an objection; an upheld one sends the application back to where it is verified.

    One to a posting that another objection or a new class has undone since is answered and moves nothing. Whoever
    took in or verified the application does not answer. An answer stands, a second one changes nothing.
    Raises: NotAllowed, NotFound, WordsMissing, NotThisPerson, NotItsTurn.
    """
    ensure_role(by, Role.BUREAU)
    objection = applications_read.get_objection(by, objection_id)
    application = lock(objection.notice.application_id, by)
    found = ObjectionAnswer.objects.filter(objection=objection).first()
    if found is not None:
        return found
    if application.state != State.OPEN:
        raise NotItsTurn(where_words(application))
    if by.pk in {objection.by_id} | applications_read.hands(application):
        raise NotThisPerson("经手这份申请或登记这条异议的人不能自己答复异议，请由另一位同事办理。")
    answer = ObjectionAnswer.objects.create(
        id=derived_id("application-objection-answer", objection.pk),
        objection=objection,
        upheld=upheld,
        reason=words(reason, "核查结果"),
        by=by,
        at=at,
    )
    note(application, "answer_objection", by, at, {"objection": str(objection.pk), "upheld": upheld})
    notice = applications_read.notice_of(application)
    if notice is None or notice.pk != objection.notice_id:
        return answer
    if upheld:
        add_step(
            application,
            NOTICE,
            Outcome.REOPENED,
            by=by,
            at=at,
            reason=f"异议成立：{answer.reason}"[:400],
            undoes=BEHIND_AN_OBJECTION,
        )
        go_on(application, by=by, at=at)
    else:
        end_notice(application, by=by, at=at)
    return answer


def end_notice(application: Application, *, by: User, at: datetime) -> bool:
    """Let a posting that is over, and to which nobody objects any more, count as done; tell whether it did.

    The caller holds the application.
    """
    if application.state != State.OPEN or application.step != StepCode.NOTICE or not application.posted:
        return False
    if applications_read.notice_word(application, civil(at)) != "clear":
        return False
    add_step(application, NOTICE, Outcome.PASSED, by=by, at=at, reason="公示期满，没有未处理的异议")
    go_on(application, by=by, at=at)
    return True


def end_notices(*, programme_id: UUID, by: User, at: datetime) -> int:
    """Let every posting of a programme that is over go on to its approval; return how many did."""
    ensure_role(by, Role.CLOCK)
    ended = 0
    for row in applications_read.running_notices_ended(programme_id, civil(at)).values_list("pk", flat=True):
        with transaction.atomic():
            held = Application.objects.select_for_update(no_key=True, of=("self",)).select_related("elder", "adoption")
            ended += end_notice(held.get(pk=row), by=by, at=at)
    return ended


def _done_last(application: Application, code: str) -> Step | None:
    """Return the last thing that was done if it was this step: who presses twice finds it."""
    last = Step.objects.filter(application=application).order_by("-n").first()
    return last if last is not None and last.step == code.upper() else None
