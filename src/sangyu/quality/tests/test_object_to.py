"""An enterprise disagrees with an item in time, and somebody else than the scorer answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.rules import ObjectionTooLate, OwnWork, ScoreOutOfRange
from sangyu.quality.tests.sheet import CLOSED, appraise, item_of, object_to, published, rule


def test_an_objection_is_made_once_in_time_with_words(cast):
    item = published(cast)
    with pytest.raises(quality.TextMissing, match="理由"):
        object_to(cast, item, text=" ")
    first = object_to(cast, item, at=CLOSED - timedelta(seconds=1))
    assert object_to(cast, item, text="另一个理由").text == first.text == "手机当时没有信号"
    with pytest.raises(ObjectionTooLate, match="异议期已过"):
        object_to(cast, item_of(cast, "N1"), at=CLOSED)


def test_a_draft_is_not_there_to_object_to(cast):
    appraise(cast)
    with pytest.raises(NotFound):
        object_to(cast, item_of(cast))


def test_another_enterprise_s_sheet_is_not_found(cast):
    item = published(cast)
    for stranger in (cast.letter_user, neighbour(cast, Role.ENTERPRISE)):
        with pytest.raises(NotFound):
            object_to(cast, item, by=stranger)
        with pytest.raises(NotFound):
            quality_read.get_sheet(stranger, item.appraisal_id)
    with pytest.raises(NotFound):
        quality_read.get_sheet(cast.zhao_user, item.appraisal_id)


def test_an_upheld_objection_changes_the_score_that_counts(cast):
    cast.visited(place=None)
    item = published(cast)
    assert item.score_tenths == 0
    ruling = rule(cast, object_to(cast, item))
    sheet = quality_read.get_sheet(cast.kangan_user, item.appraisal_id)
    assert next(line for line in sheet.lines if line.item == item).score_tenths == ruling.score_tenths == 200


def test_a_refused_objection_leaves_the_score_and_is_ruled_once(cast):
    item = published(cast)
    objection = object_to(cast, item)
    first = rule(cast, objection, upheld=False, score_tenths=0, reason="未提供证明")
    assert first.score_tenths == item.score_tenths
    assert rule(cast, objection).pk == first.pk


def test_who_scored_an_item_by_hand_does_not_rule_on_it(cast):
    objection = object_to(cast, published(cast, "E3"), text="当天已更换")
    with pytest.raises(OwnWork, match="您本人评的分"):
        rule(cast, objection, score_tenths=380)
    other = cast.user(cast.operator, "quality2", "于明", Role.QUALITY)
    assert rule(cast, objection, score_tenths=380, by=other).score_tenths == 380


def test_the_bureau_may_rule_on_what_the_only_officer_scored(cast):
    objection = object_to(cast, published(cast, "S2"))
    ruling = rule(cast, objection, upheld=False, score_tenths=0, by=cast.head)
    assert ruling.score_tenths == objection.item.full_tenths == 400


@pytest.mark.parametrize("score_tenths", [-1, 301])
def test_a_ruling_stays_between_nothing_and_full_marks(cast, score_tenths):
    objection = object_to(cast, published(cast))
    with pytest.raises(ScoreOutOfRange, match="满分30分"):
        rule(cast, objection, score_tenths=score_tenths)


def test_a_ruling_says_why_and_is_for_officers_and_the_bureau(cast):
    objection = object_to(cast, published(cast))
    with pytest.raises(quality.TextMissing):
        rule(cast, objection, reason="")
    with pytest.raises(NotAllowed):
        rule(cast, objection, by=cast.kangan_user)
    with pytest.raises(NotFound, match="异议"):
        rule(cast, objection, by=neighbour(cast, Role.QUALITY))
