"""Assessments and who sees them: the bureau all, a community those of its area, an assessor only what they are sent to.

What one assessor wrote stays hidden from everybody else until both have signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sangyu.access.models import Organisation, OrganisationKind, Role, RoleAssignment, User
from sangyu.assessment.models import (
    Appointment,
    Assessment,
    Certificate,
    Conclusion,
    Dispute,
    Draft,
    Edition,
    Evidence,
    Part,
    Practice,
    Sheet,
    Stage,
    Withdrawal,
)
from sangyu.assessment.rules import PracticeMissing, Result, Scale, differences, merged, read_scale, score
from sangyu.assessment.rules import Stacking as ScaleStacking
from sangyu.kit.errors import NotFound
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

READERS = frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR})
NOT_FOUND = "没有找到这次评估，可能不在您负责的范围内。"
EDITIONS_IN_MEMORY = 32


def assessments(viewer: User) -> QuerySet[Assessment]:
    """The assessments that the viewer may know of."""
    rows = Assessment.objects.filter(programme_id=viewer.programme_id).select_related(
        "elder", "elder__community", "elder__community__parent", "practice"
    )
    if viewer.roles & READERS:
        return rows
    seen = Q(pk=None)
    if Role.ASSESSOR in viewer.roles:
        seen |= Q(Exists(Appointment.objects.filter(assessment=OuterRef("pk"), assessor=viewer)))
    if Role.COMMUNITY in viewer.roles and viewer.organisation.kind == OrganisationKind.COMMUNITY:
        seen |= Q(elder__community__code__startswith=viewer.area_code)
    return rows.filter(seen)


def assessments_about(viewer: User, text: str) -> QuerySet[Assessment]:
    """The assessments that the viewer may know of, of elders who match every word as in the register's search."""
    elders = registry_read.matching(Elder.objects.filter(programme_id=viewer.programme_id), text)
    rows = assessments(viewer)
    return rows if elders is None else rows.filter(elder__in=elders)


def get_assessment(viewer: User, assessment_id: UUID) -> Assessment:
    """Return one assessment.

    Raises: NotFound, also for one that the viewer may not see.
    """
    found = assessments(viewer).filter(pk=assessment_id).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def own_appointments(viewer: User) -> QuerySet[Appointment]:
    """The visits and decisions that the viewer was sent to, the next one first."""
    rows = Appointment.objects.filter(assessor=viewer, assessment__programme_id=viewer.programme_id)
    return rows.select_related("assessment__elder__community__parent", "assessment__practice").order_by(
        "visit_at", "id"
    )


def own_due(viewer: User) -> list[Appointment]:
    """The visits and decisions that wait for the viewer's signature, the next one first."""
    mine = Q(part=Part.THIRD, assessment__stage=Stage.DIFFERING) | (
        ~Q(part=Part.THIRD) & Q(assessment__stage=Stage.APPOINTED)
    )
    signed = Sheet.objects.filter(appointment=OuterRef("pk"))
    return list(own_appointments(viewer).filter(mine, ~Exists(signed)))


def own_signed(viewer: User, most: int) -> list[Appointment]:
    """The viewer's latest visits that are signed, at most so many."""
    signed = Sheet.objects.filter(appointment=OuterRef("pk"))
    return list(own_appointments(viewer).filter(Exists(signed)).order_by("-visit_at", "-id")[:most])


def own_appointment(viewer: User, appointment_id: UUID) -> Appointment:
    """Return one of the viewer's own appointments.

    Raises: NotFound, also for somebody else's.
    """
    found = own_appointments(viewer).filter(pk=appointment_id).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def draft_of(appointment: Appointment) -> Draft | None:
    """Return what its assessor has chosen so far; for whoever reached the appointment as their own."""
    return Draft.objects.filter(appointment=appointment).first()


def sheet_of(appointment: Appointment) -> Sheet | None:
    """Return what its assessor signed; for whoever reached the appointment as their own."""
    return Sheet.objects.filter(appointment=appointment).first()


def evidence_of(appointment: Appointment) -> list[Evidence]:
    """The evidence of one's own sheet in the order in which it was added."""
    return list(Evidence.objects.filter(appointment=appointment).select_related("file").order_by("at", "id"))


def evidence_among(viewer: User, assessment_id: UUID) -> list[Evidence]:
    """The evidence beside the sheets that the viewer may read, in the order in which it was added.

    Raises: NotFound.
    """
    read = [row.appointment_id for row in sheets(viewer, assessment_id)]
    rows = Evidence.objects.filter(appointment__in=read).select_related("file", "appointment__assessor")
    return list(rows.order_by("at", "id"))


def evidence(viewer: User, evidence_id: UUID) -> Evidence:
    """Return a photo or paper: one's own at any time, others' once both sheets are signed.

    Raises: NotFound.
    """
    found = Evidence.objects.filter(pk=evidence_id).select_related("file", "appointment__assessment").first()
    if found is not None and found.appointment.assessor_id == viewer.pk:
        return found
    if found is None or found.appointment not in [
        row.appointment for row in sheets(viewer, found.appointment.assessment_id)
    ]:
        raise NotFound("没有找到这份材料，可能还不能查看。")
    return found


def sheets(viewer: User, assessment_id: UUID) -> list[Sheet]:
    """The signed sheets that the viewer may read: one's own, and once both are signed all, for the bureau and the sent.

    Raises: NotFound.
    """
    assessment = get_assessment(viewer, assessment_id)
    rows = Sheet.objects.filter(appointment__assessment=assessment).select_related("appointment__assessor")
    if signed_pair(assessment) is None:
        rows = rows.filter(appointment__assessor=viewer)
    elif not (viewer.roles & READERS or viewer.pk in assessor_ids(assessment)):
        return []
    return list(rows.order_by("appointment__at", "appointment__part"))


def signed_pair(assessment: Assessment) -> tuple[Sheet, Sheet] | None:
    """Return the two sheets that were filled in apart, None until both are signed."""
    rows = Sheet.objects.filter(appointment__assessment=assessment).select_related("appointment")
    found = {row.appointment.part: row for row in rows}
    if Part.FIRST not in found or Part.SECOND not in found:
        return None
    return found[Part.FIRST], found[Part.SECOND]


def differing_items(assessment: Assessment) -> tuple[str, ...]:
    """Return the codes of the items on which two signed sheets differ; none before both are signed."""
    pair = signed_pair(assessment)
    return differences(scale_of(assessment), pair[0].answers, pair[1].answers) if pair else ()


def counted_answers(assessment: Assessment) -> dict[str, int] | None:
    """Return the answers that count; None while a signature or a decision is due."""
    pair = signed_pair(assessment)
    if pair is None or assessment.stage not in (Stage.SIGNED, Stage.CONCLUDED):
        return None
    third = Sheet.objects.filter(appointment__assessment=assessment, appointment__part=Part.THIRD).first()
    return merged(scale_of(assessment), pair[0].answers, pair[1].answers, third.answers if third else {})


def result_of(assessment: Assessment) -> Result | None:
    """Score the answers that count, as the district's practice stacks; None while a signature or a decision is due."""
    answers = counted_answers(assessment)
    if answers is None:
        return None
    stacking = assessment.practice.stacking
    return score(scale_of(assessment), answers, stacking=ScaleStacking(stacking) if stacking else None)


def scale_of(assessment: Assessment) -> Scale:
    """Return the scale as it read when the assessment was begun, whatever its files say today."""
    return _edition(assessment.edition_id)


@lru_cache(maxsize=EDITIONS_IN_MEMORY)
def _edition(digest: str) -> Scale:
    return read_scale(Edition.objects.get(pk=digest).files)


def assessor_ids(assessment: Assessment) -> frozenset[UUID]:
    """Return everybody who was sent to assess or to decide."""
    return frozenset(Appointment.objects.filter(assessment=assessment).values_list("assessor_id", flat=True))


def dispute_of(assessment: Assessment) -> Dispute | None:
    """Return the dispute of a conclusion, None if there is none; for whoever may see the assessment."""
    return Dispute.objects.filter(assessment=assessment).first()


def to_review(viewer: User) -> QuerySet[Assessment]:
    """The disputed assessments for which nobody has been sent yet, the one that waits longest first."""
    begun = Assessment.objects.filter(review_of=OuterRef("pk")).exclude(stage=Stage.WITHDRAWN)
    disputes = Dispute.objects.filter(assessment__programme_id=viewer.programme_id)
    rows = assessments(viewer).filter(~Exists(begun), pk__in=disputes.values("assessment"))
    said_at = Subquery(disputes.filter(assessment=OuterRef("pk")).values("at"))
    return rows.annotate(disputed_at=said_at).order_by("disputed_at", "pk")


def before_review(assessment: Assessment) -> frozenset[UUID]:
    """Return who had a part in an assessment or in the one it reviews, and is not called in to decide."""
    first = assessment.review_of
    return assessor_ids(assessment) | (assessor_ids(first) if first else frozenset())


def review_of(disputed: Assessment) -> Assessment | None:
    """Return the review of a disputed assessment, None without one; one that was called off is none."""
    return Assessment.objects.filter(review_of=disputed).exclude(stage=Stage.WITHDRAWN).first()


def practice_on(programme_id: UUID, scale: str, on: date) -> Practice:
    """Return how the programme assesses by a scale on a day.

    Raises: PracticeMissing.
    """
    rows = Practice.objects.filter(programme_id=programme_id, scale=scale, valid_from__lte=on)
    found = rows.order_by("-valid_from").first()
    if found is None:
        raise PracticeMissing("民政局还没有规定按这个量表怎样评估（有效期、异议期限）。请先登记评估办法。")
    return found


def practices(viewer: User) -> list[Practice]:
    """The practices of the viewer's programme, newest first."""
    rows = Practice.objects.filter(programme_id=viewer.programme_id).select_related("by")
    return list(rows.order_by("-valid_from", "scale"))


def bodies(viewer: User) -> list[Organisation]:
    """The bodies of assessors in the viewer's programme, by name."""
    rows = Organisation.objects.filter(programme_id=viewer.programme_id, kind=OrganisationKind.ASSESSOR)
    return list(rows.order_by("name")) if viewer.roles & READERS else []


def assessors(viewer: User) -> list[User]:
    """Everybody who may be sent in the viewer's programme, by name."""
    if not viewer.roles & READERS:
        return []
    # Asked of the database: a district has thousands of people, and a handful assess.
    held = RoleAssignment.objects.filter(user=OuterRef("pk"), role=Role.ASSESSOR, ended_on=None)
    rows = User.objects.filter(Exists(held), programme_id=viewer.programme_id, is_active=True)
    return list(rows.order_by("display_name", "pk"))


def replacing(conclusion: Conclusion) -> Conclusion | None:
    """Return the conclusion that ended another one before its time (a review, or the next assessment), if any did."""
    it = conclusion.assessment
    rows = Conclusion.objects.filter(assessment__elder_id=it.elder_id, assessment__scale=it.scale)
    later = rows.filter(
        Q(valid_from__gt=conclusion.valid_from) | Q(valid_from=conclusion.valid_from, at__gt=conclusion.at),
        valid_from__lt=conclusion.valid_until,
    )
    return later.select_related("assessment").order_by("valid_from", "at", "pk").first()


@dataclass(frozen=True)
class Case:
    """An assessment with everything that became of it, as far as the viewer may know.

    `replaced_on` is the day on which a later conclusion took the place of this one before its time; None while it
    holds to its end. `review`, `disputed` and `replaced_by` are None for whoever may not see them.
    """

    assessment: Assessment
    appointments: tuple[Appointment, ...]
    signed_at: dict[UUID, datetime]
    conclusion: Conclusion | None
    withdrawal: Withdrawal | None
    dispute: Dispute | None
    certificate: Certificate | None
    review: Assessment | None
    disputed: Assessment | None
    replaced_on: date | None
    replaced_by: Conclusion | None

    @property
    def valid_until(self) -> date | None:
        """The day from which on the level does not hold any more: its own end, or an earlier one."""
        return self.replaced_on or (self.conclusion.valid_until if self.conclusion else None)

    @property
    def part_of(self) -> dict[UUID, str]:
        """In which part each appointment sent somebody, in words."""
        return {row.pk: str(Part(row.part).label) for row in self.appointments}

    @property
    def has_third(self) -> bool:
        """Whether somebody was called in to decide."""
        return any(row.part == Part.THIRD for row in self.appointments)


def case(viewer: User, assessment_id: UUID) -> Case:
    """Return one assessment with who was sent, when each signed, and what was decided.

    Raises: NotFound.
    """
    assessment = get_assessment(viewer, assessment_id)
    appointments = tuple(
        Appointment.objects.filter(assessment=assessment).select_related("assessor").order_by("at", "part")
    )
    signed = Sheet.objects.filter(appointment__in=appointments).values_list("appointment_id", "signed_at")
    conclusion = Conclusion.objects.filter(assessment=assessment).select_related("assessment", "by").first()
    replaced = replacing(conclusion) if conclusion else None
    review = review_of(assessment)
    others = {row.pk: row for row in (review, assessment.review_of, replaced and replaced.assessment) if row}
    seen = set(assessments(viewer).filter(pk__in=others).values_list("pk", flat=True)) if others else set()
    return Case(
        assessment=assessment,
        appointments=appointments,
        signed_at=dict(signed),
        conclusion=conclusion,
        withdrawal=Withdrawal.objects.filter(assessment=assessment).select_related("by").first(),
        dispute=dispute_of(assessment),
        certificate=Certificate.objects.filter(assessment=assessment).first(),
        review=review if review and review.pk in seen else None,
        disputed=assessment.review_of if assessment.review_of_id in seen else None,
        replaced_on=replaced.valid_from if replaced else None,
        replaced_by=replaced if replaced and replaced.assessment_id in seen else None,
    )
