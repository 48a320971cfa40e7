"""Hear from the family, or from whoever rings, that an elder has died."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.matching.models import DeathReport
from sangyu.matching.rules import ReasonMissing
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

REPORTERS = (Role.AGENT, Role.SUPERVISOR, Role.COMMUNITY, Role.BUREAU)
WORDS_MIN = 2


@transaction.atomic
def report_death(*, elder_id: UUID, died_on: date, told_by: str, relation: str, by: User, at: datetime) -> DeathReport:
    """Record the day an elder died as somebody told it; everything that looks at that day stops from it on.

    The same day told again by the same person changes nothing.
    Raises: NotAllowed, NotFound, ReasonMissing; DiedBefore, for a day that cannot be.
    """
    ensure_role(by, *REPORTERS)
    registry_read.get_elder(by, elder_id)
    told_by, relation = " ".join(told_by.split()), " ".join(relation.split())
    if not WORDS_MIN <= len(told_by) <= 60 or not 1 <= len(relation) <= 20:
        raise ReasonMissing("请写明是谁告知的（姓名）和与老人的关系。")
    registry.record_death(elder_id=elder_id, died_on=died_on, by=by, at=at)
    report, made = DeathReport.objects.get_or_create(
        id=derived_id("death-report", elder_id, died_on, told_by),
        defaults={
            "programme_id": by.programme_id,
            "elder_id": elder_id,
            "died_on": died_on,
            "told_by": told_by,
            "relation": relation,
            "by": by,
            "at": at,
        },
    )
    if made:
        access.record(
            by=by,
            at=at,
            verb="matching.report_death",
            object_kind="elder",
            object_id=elder_id,
            facts={"died_on": died_on, "relation": relation},
        )
    return report
