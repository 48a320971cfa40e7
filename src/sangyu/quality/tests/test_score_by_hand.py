"""Items that nobody can compute are scored by an officer, with what was seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import HandScore, SiteCheck
from sangyu.quality.rules import AlreadyReleased, CheckNotFound, NotByHand, ScoreOutOfRange, TextMissing
from sangyu.quality.tests.sheet import FIRST, appraise, item_of, published, score


@pytest.fixture(autouse=True)
def drafted(cast):
    appraise(cast)


def line(cast, code="E3"):
    sheet = quality_read.get_sheet(cast.sun, item_of(cast).appraisal_id)
    return next(line for line in sheet.lines if line.item.code == code)


def test_a_score_by_hand_stands_on_the_sheet_with_its_evidence_and_author(cast):
    score(cast)
    held = line(cast)
    assert (held.score_tenths, held.evidence, held.hand.by) == (350, "灭火器过期1具", cast.sun)


def test_the_last_score_counts_and_the_same_again_adds_nothing(cast):
    first = score(cast)
    assert score(cast, at=FIRST + timedelta(minutes=5)).pk == first.pk
    score(cast, score_tenths=400, evidence="当场更换")
    assert line(cast).score_tenths == 400
    assert HandScore.objects.count() == 2


@pytest.mark.parametrize(
    ("wish", "refusal", "words"),
    [
        ({"evidence": " "}, TextMissing, "查了什么"),
        ({"score_tenths": 401}, ScoreOutOfRange, "满分40分"),
        ({"score_tenths": -1}, ScoreOutOfRange, "满分40分"),
        ({"check_number": "2026-W47-99"}, CheckNotFound, "2026-W47-99"),
    ],
)
def test_a_score_is_within_full_marks_and_has_evidence(cast, wish, refusal, words):
    with pytest.raises(refusal, match=words):
        score(cast, **wish)
    assert not HandScore.objects.exists()


def test_a_computed_item_is_not_scored_by_hand(cast):
    with pytest.raises(NotByHand, match="企业提出异议"):
        score(cast, "N1", score_tenths=300)


def test_after_the_release_no_score_is_given(cast):
    published(cast)
    with pytest.raises(AlreadyReleased, match="已下发"):
        score(cast)


def test_a_score_may_name_the_check_of_the_same_enterprise(cast):
    quality.open_cycle(programme_id=cast.programme.pk, on=cast.at.date(), by=cast.clock, at=cast.at)
    drawn = SiteCheck.objects.get()
    own = (
        SiteCheck.objects.create(task=drawn.task, n=2, number="2026-W46-02", enterprise=cast.kangan)
        if (drawn.enterprise != cast.kangan)
        else drawn
    )
    assert score(cast, check_number=own.number).check_seen == own
    with pytest.raises(CheckNotFound):
        score(cast, check_number="2026-W46-99")


def test_only_quality_officers_of_the_programme_score(cast):
    for by in (cast.head, cast.kangan_user, cast.clock):
        with pytest.raises(NotAllowed, match="质量管理员"):
            score(cast, by=by)
    with pytest.raises(NotFound):
        score(cast, by=neighbour(cast, Role.QUALITY))
