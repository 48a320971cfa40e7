"""What every verb of this room does first and last: lock the assessment, and write the audit book."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Appointment, Assessment
from sangyu.assessment.rules import WordsMissing

BEIJING = ZoneInfo("Asia/Shanghai")
WORDS_MIN = 2


def lock(assessment_id: UUID, by: User) -> Assessment:
    """Lock an assessment that the person may see, until the verb is over.

    Raises: NotFound.
    """
    assessment_read.get_assessment(by, assessment_id)
    return Assessment.objects.select_for_update(no_key=True).get(pk=assessment_id)


def own(by: User, appointment_id: UUID) -> Appointment:
    """Return an appointment of somebody's own who still is an assessor.

    Raises: NotFound, also for somebody else's; NotAllowed.
    """
    appointment = assessment_read.own_appointment(by, appointment_id)
    ensure_role(by, Role.ASSESSOR)
    return appointment


def words(text: str, what: str, most: int) -> str:
    """Return what somebody wrote, in one line.

    Raises: WordsMissing, for too little or too much.
    """
    said = " ".join(text.split())
    if not WORDS_MIN <= len(said) <= most:
        raise WordsMissing(f"请写明{what}（{WORDS_MIN}至{most}个字）。")
    return said


def note(assessment: Assessment, verb: str, by: User, at: datetime, facts: Mapping[str, Any]) -> None:
    """Write an act on an assessment into the audit book, beside its elder."""
    access.record(
        by=by,
        at=at,
        verb=f"assessment.{verb}",
        object_kind="elder",
        object_id=assessment.elder_id,
        facts={"assessment": str(assessment.pk), **facts},
    )
