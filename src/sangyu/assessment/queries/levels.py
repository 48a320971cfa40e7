"""The level that holds on a day, with the scale it was found by; and whose level ends soon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from sangyu.access.models import User
from sangyu.assessment.models import UNDER_WAY, Assessment, Conclusion, Paper, Reminder
from sangyu.assessment.queries.assessments import assessments
from sangyu.assessment.queries.scales import POLICY_FACT, packed_scale
from sangyu.registry import queries as registry_read

# What was concluded of the same elder by the same scale afterwards.
_LATER = Conclusion.objects.filter(
    assessment__elder_id=OuterRef("assessment__elder_id"), assessment__scale=OuterRef("assessment__scale")
).filter(Q(valid_from__gt=OuterRef("valid_from")) | Q(valid_from=OuterRef("valid_from"), at__gt=OuterRef("at")))


def level_on(elder_id: UUID, scale: str, on: date) -> Conclusion | None:
    """Return the conclusion by one scale that holds on a day; None without one.

    Of two that cover the day the one that begins later holds: a review, or the next assessment. When it ends, the
    earlier one does not come back.
    """
    rows = Conclusion.objects.filter(assessment__elder_id=elder_id, assessment__scale=scale, valid_from__lte=on)
    newest = rows.select_related("assessment").order_by("-valid_from", "-at", "-pk").first()
    return newest if newest is not None and on < newest.valid_until else None


class Span(NamedTuple):
    """What an assessment states of an elder, on `valid_from <= day < valid_until`; a later level has ended it."""

    fact: str
    word: str
    valid_from: date
    valid_until: date


def spans(elder_ids: Iterable[UUID]) -> dict[UUID, list[Span]]:
    """Return every level that was found of some elders with the days on which it holds, in two queries.

    Shape: elder -> spans by first day; elders without any are left out. Each scale has a fact of its own
    (`Scale.fact`), so that a rule names its scale and never gets a level by another. Where the district's document says
    as which 失能等级 a level counts, the policy's own fact is said too; the latest of whatever scale holds.
    """
    wanted = list(elder_ids)
    rows = Conclusion.objects.filter(assessment__elder_id__in=wanted).order_by("valid_from", "at", "pk")
    told: dict[tuple[UUID, str], list[tuple[str, date, date]]] = {}
    papers = Paper.objects.filter(elder_id__in=wanted, valid_until__isnull=False)
    for elder_id, scale, found_word, first_on, end_on in papers.order_by("assessed_on", "at").values_list(
        "elder_id", "scale", "word", "assessed_on", "valid_until"
    ):
        told.setdefault((elder_id, packed_scale(scale).fact), []).append((found_word, first_on, end_on))
    for elder_id, scale, found_word, first_on, end_on, counts_as in rows.values_list(
        "assessment__elder_id",
        "assessment__scale",
        "word",
        "valid_from",
        "valid_until",
        "assessment__practice__counts_as",
    ):
        told.setdefault((elder_id, packed_scale(scale).fact), []).append((found_word, first_on, end_on))
        if counts_as:  # a level that counts as none still ends the one before it
            told.setdefault((elder_id, POLICY_FACT), []).append((counts_as.get(found_word, ""), first_on, end_on))
    found: dict[UUID, list[Span]] = {}
    for (elder_id, fact), levels in told.items():
        following = [*(valid_from for _, valid_from, _ in levels[1:]), date.max]
        for (word, valid_from, valid_until), next_on in zip(levels, following, strict=True):
            if word and valid_from < (ends_on := min(valid_until, next_on)):
                found.setdefault(elder_id, []).append(Span(fact, word, valid_from, ends_on))
    return found


def facts(elder_ids: Iterable[UUID], on: date) -> dict[UUID, dict[str, str]]:
    """Return what the policy tables may ask of elders' ability on a day, one fact for each scale; in two queries.

    Shape: elder -> fact (`Scale.fact`, or the policy's own) -> word; elders without a level that holds are left out. A
    level by one scale is never turned into one by another.
    """
    held = {
        elder_id: {span.fact: span.word for span in known if span.valid_from <= on < span.valid_until}
        for elder_id, known in spans(elder_ids).items()
    }
    return {elder_id: known for elder_id, known in held.items() if known}


def conclusions_of(viewer: User, elder_id: UUID) -> list[Conclusion]:
    """Every conclusion about one elder that the viewer may see, newest first.

    Shape: each with `ends_on`, the day from which on it holds no more: its own end, or the first day of a later level.
    """
    next_on = Subquery(_LATER.order_by("valid_from").values("valid_from")[:1])
    rows = Conclusion.objects.filter(assessment__in=assessments(viewer).filter(elder_id=elder_id).order_by())
    rows = rows.annotate(ends_on=Least("valid_until", next_on))
    return list(rows.select_related("assessment").order_by("-valid_from", "-at"))


def to_remind(programme_id: UUID, until: date) -> QuerySet[Conclusion]:
    """The levels of a programme that end by a day, of the living, that nobody was told of and nobody assesses anew."""
    anew = Assessment.objects.filter(
        elder_id=OuterRef("assessment__elder_id"), scale=OuterRef("assessment__scale"), stage__in=UNDER_WAY
    )
    told = Reminder.objects.filter(conclusion=OuterRef("pk"))
    rows = Conclusion.objects.filter(programme_id=programme_id, valid_until__lte=until, assessment__elder__died_on=None)
    return rows.filter(~Exists(_LATER), ~Exists(anew), ~Exists(told)).order_by("valid_until", "pk")


def standing_conclusions(programme_id: UUID, assessment_ids: Iterable[UUID]) -> list[Conclusion]:
    """Return the conclusions of some assessments that no later one took the place of, for whoever tells of them."""
    rows = Conclusion.objects.filter(programme_id=programme_id, assessment__in=list(assessment_ids))
    return list(rows.filter(~Exists(_LATER)).select_related("assessment__elder").order_by("at", "pk"))


def papers_of(viewer: User, elder_id: UUID) -> list[Paper]:
    """The old papers about an elder whom the viewer may see, the newest assessment first.

    Raises: NotFound.
    """
    registry_read.get_elder(viewer, elder_id)
    return list(Paper.objects.filter(elder_id=elder_id).select_related("by").order_by("-assessed_on", "-at"))


def due(viewer: User, until: date) -> QuerySet[Conclusion]:
    """The levels that end by a day and that no later one follows, the earliest end first."""
    seen = assessments(viewer).filter(elder__died_on=None).order_by()
    rows = Conclusion.objects.filter(programme_id=viewer.programme_id, valid_until__lte=until, assessment__in=seen)
    return (
        rows.filter(~Exists(_LATER))
        .select_related("assessment__elder__community__parent")
        .order_by("valid_until", "pk")
    )
