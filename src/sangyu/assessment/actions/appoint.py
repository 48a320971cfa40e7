"""Send assessors to an elder, call in a third person, let others review, or call it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.actions.common import BEIJING, lock, note, words
from sangyu.assessment.models import (
    UNDER_WAY,
    Appointment,
    Assessment,
    Edition,
    Kind,
    Part,
    Stage,
    Withdrawal,
)
from sangyu.assessment.queries.scales import packed_scale, scale_files
from sangyu.assessment.rules import NotItsTurn, NotThisPerson, ScaleUnknown, StillUnderWay
from sangyu.kit import phone as phones
from sangyu.kit.ids import derived_id
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Sent:
    """Who is sent, and when."""

    assessor_id: UUID
    visit_at: datetime


@transaction.atomic
def appoint(
    *,
    elder_id: UUID,
    scale: str,
    kind: str,
    sent: Sequence[Sent],
    by: User,
    at: datetime,
    key: str,
    reason: str = "",
) -> Assessment:
    """Send two assessors to an elder, each to fill in a sheet of their own; the same `key` sends them once.

    Raises: NotAllowed, NotFound; ScaleUnknown, for a scale that is only kept for old records; PracticeMissing;
    StillUnderWay; NotThisPerson, for somebody who is no assessor, is sent twice, or is close to the elder; NotItsTurn,
    for an elder who has died and for a review, which begins with a dispute; WordsMissing, for an unnamed reason.
    """
    ensure_role(by, Role.BUREAU)
    if Kind(kind) == Kind.REVIEW:
        raise NotItsTurn("复评由异议引起，请在有异议的那次评估上安排复评。")
    why = words(reason, "评估原因", 100) if Kind(kind) == Kind.OTHER or reason.strip() else ""
    return _appoint(elder_id, scale, Kind(kind), sent, by, at, key, reason=why)


@transaction.atomic
def review(*, assessment_id: UUID, sent: Sequence[Sent], by: User, at: datetime) -> Assessment:
    """Send two other assessors because a conclusion is disputed; a second time finds the review that was begun.

    A review that was called off does not count: the dispute still waits for its answer.

    Raises: NotAllowed, NotFound; NotItsTurn, without a dispute; NotThisPerson, for whoever assessed before.
    """
    ensure_role(by, Role.BUREAU)
    disputed = lock(assessment_id, by)
    begun = assessment_read.review_of(disputed)
    if begun is not None:
        return begun
    if assessment_read.dispute_of(disputed) is None:
        raise NotItsTurn("这次评估没有人提出异议，不需要复评。")
    before = assessment_read.assessor_ids(disputed)
    if any(person.assessor_id in before for person in sent):
        raise NotThisPerson("复评要由没有参加过这次评估的人来做，请另选评估员。")
    called_off = Assessment.objects.filter(review_of=disputed).count()
    key = f"review:{disputed.pk}:{called_off}"
    return _appoint(disputed.elder_id, disputed.scale, Kind.REVIEW, sent, by, at, key, review_of=disputed)


@transaction.atomic
def call_in(*, assessment_id: UUID, assessor_id: UUID, by: User, at: datetime) -> Appointment:
    """Call in a third person to decide where two sheets differ; the same person again changes nothing.

    Raises: NotAllowed, NotFound; NotItsTurn, where nothing differs or another is called in; NotThisPerson.
    """
    ensure_role(by, Role.BUREAU)
    assessment = lock(assessment_id, by)
    third = Appointment.objects.filter(assessment=assessment, part=Part.THIRD).first()
    if third is not None and third.assessor_id == assessor_id:
        return third
    if third is not None or assessment.stage != Stage.DIFFERING:
        raise NotItsTurn("现在不需要请裁定人：两份评估表没有不同，或已经请过了。")
    if assessor_id in assessment_read.assessor_ids(assessment):
        raise NotThisPerson("裁定人不能是评估过这位老人的两人之一，请另选一位。")
    before = assessment.review_of
    if before is not None and assessor_id in assessment_read.assessor_ids(before):
        raise NotThisPerson("裁定人参加过有异议的那次评估，请另选一位。")
    _ensure_may_assess(assessor_id, assessment.elder, by)
    third = Appointment.objects.create(
        id=derived_id("assessment-appointment", assessment.pk, Part.THIRD.value),
        assessment=assessment,
        part=Part.THIRD,
        assessor_id=assessor_id,
        visit_at=at,
        by=by,
        at=at,
    )
    note(assessment, "call_in", by, at, {"assessor": str(assessor_id)})
    return third


@transaction.atomic
def withdraw(*, assessment_id: UUID, reason: str, by: User, at: datetime) -> Assessment:
    """Call off an assessment that is not concluded; what was signed stays on record, a second time changes nothing.

    Raises: NotAllowed, NotFound, WordsMissing, NotItsTurn.
    """
    ensure_role(by, Role.BUREAU)
    assessment = lock(assessment_id, by)
    if assessment.stage == Stage.WITHDRAWN:
        return assessment
    if assessment.stage not in UNDER_WAY:
        raise NotItsTurn("这次评估已经出了结论，不能撤回。有异议请登记异议。")
    reason = words(reason, "撤回原因", 200)
    Withdrawal.objects.create(
        id=derived_id("assessment-withdrawal", assessment.pk), assessment=assessment, reason=reason, by=by, at=at
    )
    assessment.stage = Stage.WITHDRAWN
    assessment.save(update_fields=["stage"])
    note(assessment, "withdraw", by, at, {"reason": reason})
    return assessment


def _appoint(
    elder_id: UUID,
    scale: str,
    kind: Kind,
    sent: Sequence[Sent],
    by: User,
    at: datetime,
    key: str,
    *,
    reason: str = "",
    review_of: Assessment | None = None,
) -> Assessment:
    elder = registry_read.get_elder(by, elder_id)
    assessment_id = derived_id("assessment", by.programme_id, elder_id, scale, key)
    found = Assessment.objects.filter(pk=assessment_id).first()
    if found is not None:
        return found
    text = packed_scale(scale)
    if not text.for_visits:
        raise ScaleUnknown(f"“{text.document}”只用来登记旧的评估结果，不能再上门评估。请选现行的量表。")
    on = at.astimezone(BEIJING).date()
    practice = assessment_read.practice_on(by.programme_id, scale, on)
    if elder.died_on is not None:
        raise NotItsTurn(f"{elder.name}已登记去世，不能安排评估。如登记有误，请先更正。")
    if len(sent) != 2 or sent[0].assessor_id == sent[1].assessor_id:
        raise NotThisPerson("一次评估要有两位不同的评估员，请选两个人。")
    for person in sent:
        _ensure_may_assess(person.assessor_id, elder, by)
    edition, _ = Edition.objects.get_or_create(
        digest=text.digest, defaults={"scale": scale, "files": scale_files(scale), "kept_at": at}
    )
    facts: Mapping[str, object] = {
        "programme_id": by.programme_id,
        "elder": elder,
        "scale": scale,
        "edition": edition,
        "practice": practice,
        "kind": kind,
        "reason": reason,
        "base_on": min(person.visit_at for person in sent).astimezone(BEIJING).date(),
        "review_of": review_of,
        "by": by,
        "at": at,
    }
    try:
        with transaction.atomic():
            assessment = Assessment.objects.create(id=assessment_id, **facts)
    except IntegrityError as clash:
        found = Assessment.objects.filter(pk=assessment_id).first()
        if found is not None:
            return found
        raise StillUnderWay(f"{elder.name}按“{text.title}”的评估还没有完成，不能同时再评。请先办完或撤回。") from clash
    Appointment.objects.bulk_create(
        Appointment(
            id=derived_id("assessment-appointment", assessment.pk, part.value),
            assessment=assessment,
            part=part,
            assessor_id=person.assessor_id,
            visit_at=person.visit_at,
            by=by,
            at=at,
        )
        for part, person in zip((Part.FIRST, Part.SECOND), sent, strict=True)
    )
    verb = "review" if review_of else "appoint"
    note(assessment, verb, by, at, {"scale": scale, "assessors": [str(person.assessor_id) for person in sent]})
    return assessment


def _ensure_may_assess(assessor_id: UUID, elder: Elder, by: User) -> None:
    """Refuse whoever is no assessor here, and whoever the elder's register names as somebody to ring."""
    person = User.objects.filter(pk=assessor_id, programme_id=by.programme_id, is_active=True).first()
    if person is None or Role.ASSESSOR not in person.roles:
        raise NotThisPerson("选的人不是本项目的评估员，请重新选择。")
    own = phones.plain(person.phone) if person.phone else ""
    if own and any(contact.phone == own for contact in registry_read.contacts_of(elder.pk)):
        raise NotThisPerson(
            f"{person.display_name}的手机号登记在{elder.name}的联系人里，是亲近的人，应当回避。请另选评估员。"
        )
