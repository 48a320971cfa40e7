"""Who agreed to what: asked for many at once by the desks that must not go on without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

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

    Two queries for however many; the word of one record counts for every record of the same person. Who withdraws is
    gone from the next answer on.
    Raises: TopicUnknown.
    """
    known = topic_called(topic)
    wanted = set(elder_ids)
    records = Elder.objects.filter(pk__in=wanted).values_list("pk", "merged_into_id")
    person = {pk: survivor or pk for pk, survivor in records}
    people = set(person.values())
    rows = Consent.objects.filter(Q(elder__in=people) | Q(elder__merged_into__in=people), topic=topic, at__lte=at)
    said: dict[UUID, bool] = {}
    for whose, survivor, agrees in rows.order_by("-at", "-id").values_list(
        "elder_id", "elder__merged_into_id", "agrees"
    ):
        said.setdefault(survivor or whose, agrees)
    return frozenset(pk for pk in wanted if said.get(person.get(pk, pk), known.without_a_word))


def words_of(viewer: User, elder: Elder) -> list[Word]:
    """Return what an elder said to each topic, as it holds now.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    last: dict[str, Consent] = {}
    for row in history(viewer, elder):
        last.setdefault(row.topic, row)
    return [_word(topic, last.get(topic.code)) for topic in register().topics]


def _word(topic: Topic, last: Consent | None) -> Word:
    if last is None:
        return Word(topic, agrees=topic.without_a_word, last=None, is_old=False)
    return Word(topic, agrees=last.agrees, last=last, is_old=last.edition != edition_of(topic))


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
