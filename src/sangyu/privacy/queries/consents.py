"""Who agreed to what: asked for many at once by the desks that must not go on without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from sangyu.access.models import User
from sangyu.privacy.models import Consent
from sangyu.privacy.queries.purposes import edition_of, register
from sangyu.privacy.rules import Topic, TopicUnknown
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Word:
    """A topic and what holds for one elder; `last` is None while they were never asked."""

    topic: Topic
    agrees: bool
    last: Consent | None
    is_old: bool


def consented(elder_ids: Iterable[UUID], topic: str, at: datetime) -> frozenset[UUID]:
    """Return those of some elders who agree to a topic at a moment: by their last word, else by what holds without one.

    One query for however many; the word of one record counts for every record of the same person. Who withdraws is
    gone from the next answer on.
    Raises: TopicUnknown.
    """
    known = topic_called(topic)
    wanted = set(elder_ids)
    person = dict(Elder.objects.filter(pk__in=wanted).values_list("pk", Coalesce("merged_into_id", "pk")))
    said: dict[UUID, bool] = {}
    rows = _words(set(person.values())).filter(topic=topic, at__lte=at).order_by("person", "-at", "-id")
    for whose, agrees in rows.distinct("person").values_list("person", "agrees"):
        said[whose] = agrees
    return frozenset(pk for pk in wanted if said.get(person.get(pk, pk), known.without_a_word))


def words_of(viewer: User, elder: Elder) -> list[Word]:
    """Return what an elder said to each topic, as it holds now.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    last: dict[str, Consent] = {}
    for row in history(viewer, elder):
        last.setdefault(row.topic, row)
    return [
        Word(
            topic=topic,
            agrees=row.agrees if (row := last.get(topic.code)) else topic.without_a_word,
            last=row,
            is_old=bool(row and row.edition != edition_of(topic)),
        )
        for topic in register().topics
    ]


def history(viewer: User, elder: Elder) -> list[Consent]:
    """Return every word of an elder, the last first.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    rows = Consent.objects.filter(elder__in=registry_read.same_as(elder.pk)).select_related("by")
    return list(rows.order_by("-at", "-id"))


def topic_called(code: str) -> Topic:
    """Return a topic.

    Raises: TopicUnknown.
    """
    found = register().topic(code)
    if found is None:
        raise TopicUnknown("没有这个同意事项，请刷新后再选。")
    return found


def _words(people: set[UUID]) -> QuerySet[Consent]:
    mine = Q(elder__in=people) | Q(elder__merged_into__in=people)
    return Consent.objects.filter(mine).annotate(person=Coalesce(F("elder__merged_into_id"), F("elder_id")))
