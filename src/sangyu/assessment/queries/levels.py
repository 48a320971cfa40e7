"""The level that holds on a day, with the scale it was found by; and whose level ends soon."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from sangyu.access.models import User
from sangyu.assessment.models import Conclusion
from sangyu.assessment.queries.assessments import assessments


def level_on(elder_id: UUID, scale: str, on: date) -> Conclusion | None:
    """Return the conclusion by one scale that holds on a day; None without one.

    Of two that cover the day the one that begins later holds: a review, or the next assessment. When it ends, the
    earlier one does not come back.
    """
    rows = Conclusion.objects.filter(assessment__elder_id=elder_id, assessment__scale=scale, valid_from__lte=on)
    newest = rows.select_related("assessment").order_by("-valid_from", "-at", "-pk").first()
    return newest if newest is not None and on < newest.valid_until else None


def facts(elder_id: UUID, on: date, *, scale: str) -> dict[str, Any]:
    """Return what the policy tables ask of an elder's ability on a day, by the one scale that a rule names.

    Shape: `ability_scale` and `ability_level` (the scale's own word); empty without a level that holds. A level by
    another scale is never taken instead.
    """
    found = level_on(elder_id, scale, on)
    return {"ability_scale": scale, "ability_level": found.word} if found else {}


def conclusions_of(viewer: User, elder_id: UUID) -> list[Conclusion]:
    """Every conclusion about one elder that the viewer may see, newest first."""
    rows = Conclusion.objects.filter(assessment__in=assessments(viewer).filter(elder_id=elder_id).order_by())
    return list(rows.select_related("assessment").order_by("-valid_from", "-at"))


def due(viewer: User, until: date) -> QuerySet[Conclusion]:
    """The levels that end by a day and that no later one follows, the earliest end first."""
    later = Conclusion.objects.filter(
        assessment__elder_id=OuterRef("assessment__elder_id"), assessment__scale=OuterRef("assessment__scale")
    ).filter(Q(valid_from__gt=OuterRef("valid_from")) | Q(valid_from=OuterRef("valid_from"), at__gt=OuterRef("at")))
    seen = assessments(viewer).filter(elder__died_on=None).order_by()
    rows = Conclusion.objects.filter(programme_id=viewer.programme_id, valid_until__lte=until, assessment__in=seen)
    return (
        rows.filter(~Exists(later)).select_related("assessment__elder__community__parent").order_by("valid_until", "pk")
    )
