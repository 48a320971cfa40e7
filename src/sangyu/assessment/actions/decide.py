"""From two signed sheets to a level: decide the differences, conclude, certify; and hear who does not accept it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.assessment import queries as assessment_read
from sangyu.assessment import rules
from sangyu.assessment.actions.common import BEIJING, lock, note, own, words
from sangyu.assessment.actions.visit import ensure_own_password, write_sheet
from sangyu.assessment.models import Assessment, Certificate, Conclusion, Dispute, Part, Sheet, Stage
from sangyu.assessment.rules import Answers, DisputeTooLate, NotItsTurn, NotThisPerson
from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox


def adjudicate(
    *, appointment_id: UUID, answers: Answers, password: str, by: User, at: datetime, address: str = ""
) -> Sheet:
    """Decide, as the third person and signed, every item on which two sheets differ; a second time changes nothing.

    Raises: NotFound, SignatureWrong, AnswersMissing, AnswerOutside; NotItsTurn.
    """
    appointment = own(by, appointment_id)
    if appointment.part != Part.THIRD:
        raise NotItsTurn("只有请来的裁定人可以裁定。")
    found = Sheet.objects.filter(appointment=appointment).first()
    if found is not None:
        return found
    ensure_own_password(by, password, address, at)
    with transaction.atomic():
        assessment = lock(appointment.assessment_id, by)
        found = Sheet.objects.filter(appointment=appointment).first()
        if found is not None:
            return found
        pair = assessment_read.signed_pair(assessment)
        if pair is None or assessment.stage != Stage.DIFFERING:
            raise NotItsTurn("这次评估没有等待裁定的条目，请回到列表刷新。")
        scale = assessment_read.scale_of(assessment)
        rules.merged(scale, pair[0].answers, pair[1].answers, answers)
        differing = rules.differences(scale, pair[0].answers, pair[1].answers)
        sheet = write_sheet(appointment, {code: answers[code] for code in differing}, at)
        assessment.stage = Stage.SIGNED
        assessment.save(update_fields=["stage"])
        note(assessment, "adjudicate", by, at, {"items": list(differing), "digest": sheet.digest})
        return sheet


@transaction.atomic
def conclude(*, assessment_id: UUID, by: User, at: datetime) -> Conclusion:
    """Decide the level that the signed sheets make, from today on; a second time changes nothing.

    Raises: NotAllowed, NotFound; NotItsTurn, before everything is signed; NotThisPerson, for whoever assessed, and in
    a review for whoever concluded before.
    """
    ensure_role(by, Role.BUREAU)
    assessment = lock(assessment_id, by)
    found = Conclusion.objects.filter(assessment=assessment).first()
    if found is not None:
        return found
    result = assessment_read.result_of(assessment)
    answers = assessment_read.counted_answers(assessment)
    if assessment.stage != Stage.SIGNED or result is None or answers is None:
        raise NotItsTurn("两份评估表还没有都签字，或不同的条目还没有裁定，不能出结论。")
    _ensure_others_hand(assessment, by)
    today = at.astimezone(BEIJING).date()
    conclusion = Conclusion.objects.create(
        id=derived_id("assessment-conclusion", assessment.pk),
        assessment=assessment,
        programme_id=assessment.programme_id,
        answers=answers,
        result=result.to_json(),
        level=result.level.level,
        word=result.level.word,
        label=result.level.label,
        valid_from=today,
        valid_until=rules.months_later(today, assessment.practice.valid_months),
        disputable_until=rules.disputable_until(today, assessment.practice.dispute_days),
        by=by,
        at=at,
    )
    assessment.stage = Stage.CONCLUDED
    assessment.save(update_fields=["stage"])
    note(assessment, "conclude", by, at, {"scale": assessment.scale, "level": conclusion.level})
    outbox.tell(
        programme_id=assessment.programme_id,
        topic="assessment",
        kind="assessment.concluded",
        body={"assessment": str(assessment.pk)},
        at=at,
    )
    return conclusion


@transaction.atomic
def certify(*, assessment_id: UUID, by: User, at: datetime) -> Certificate:
    """Give a concluded level its certificate number; a level has one certificate, however often it is asked for.

    Raises: NotAllowed, NotFound; NotItsTurn, before the conclusion, while it is disputed, and once a later one took
    its place.
    """
    ensure_role(by, Role.BUREAU)
    assessment = lock(assessment_id, by)
    found = Certificate.objects.filter(assessment=assessment).first()
    if found is not None:
        return found
    conclusion = Conclusion.objects.filter(assessment=assessment).select_related("assessment").first()
    if conclusion is None:
        raise NotItsTurn("还没有出结论，不能发证明。")
    if assessment_read.dispute_of(assessment) is not None:
        raise NotItsTurn("这次结论有人提出异议，证明以复评的结论为准。")
    if assessment_read.replacing(conclusion) is not None:
        raise NotItsTurn("这个等级已由以后的结论代替，不能再发证明。请在后来的那次评估上发。")
    Programme.objects.select_for_update(no_key=True).get(pk=assessment.programme_id)  # numbers follow each other
    year = at.astimezone(BEIJING).year
    last = Certificate.objects.filter(programme_id=assessment.programme_id, year=year).aggregate(n=Max("n"))["n"] or 0
    certificate = Certificate.objects.create(
        id=derived_id("assessment-certificate", assessment.pk),
        assessment=assessment,
        programme_id=assessment.programme_id,
        year=year,
        n=last + 1,
        by=by,
        at=at,
    )
    note(assessment, "certify", by, at, {"number": certificate.number})
    return certificate


@transaction.atomic
def dispute(*, assessment_id: UUID, raised_by: str, relation: str, grounds: str, by: User, at: datetime) -> Dispute:
    """Note that the elder or the family does not accept a conclusion; a second time changes nothing.

    The level goes on to hold until a review is concluded. Raises: NotAllowed, NotFound, WordsMissing; NotItsTurn,
    before the conclusion and for a review, which is the last word; DisputeTooLate.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    assessment = lock(assessment_id, by)
    found = Dispute.objects.filter(assessment=assessment).first()
    if found is not None:
        return found
    conclusion = Conclusion.objects.filter(assessment=assessment).first()
    if conclusion is None:
        raise NotItsTurn("还没有出结论，不能提出异议。")
    if assessment.review_of_id is not None:
        raise NotItsTurn("这已经是复评的结论。情况有变化，请另外安排一次即时评估。")
    if at.astimezone(BEIJING).date() >= conclusion.disputable_until:
        raise DisputeTooLate(
            f"提出异议的期限到{conclusion.disputable_until}为止（不含当天），已经过了。情况有变化，请安排即时评估。"
        )
    made = Dispute.objects.create(
        id=derived_id("assessment-dispute", assessment.pk),
        assessment=assessment,
        raised_by=words(raised_by, "提出异议的人", 60),
        relation=words(relation, "与老人的关系", 20),
        grounds=words(grounds, "异议的理由", 400),
        by=by,
        at=at,
    )
    note(assessment, "dispute", by, at, {"relation": made.relation})
    return made


def _ensure_others_hand(assessment: Assessment, by: User) -> None:
    if by.pk in assessment_read.assessor_ids(assessment):
        raise NotThisPerson("评估这位老人的人不能自己出结论，请由民政局另一位同事办理。")
    before = assessment.review_of_id and Conclusion.objects.filter(assessment_id=assessment.review_of_id).first()
    if before and before.by_id == by.pk:
        raise NotThisPerson("有异议的那次结论是您出的，复评的结论请由民政局另一位同事办理。")
