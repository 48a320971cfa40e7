"""A concluded assessment reaches the elder, and the family without the level unless the elder agrees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import Cast

from sangyu.assessment.models import Assessment
from sangyu.assessment.tests.sheets import GB, with_points
from sangyu.assessment.tests.team import Team
from sangyu.outbox import queries as outbox_read
from sangyu.portals.texting import results, rules
from sangyu.portals.texting.rules import ELDER, FAMILY, LENGTH_MAX
from sangyu.portals.texting.tests.conftest import DAUGHTER
from sangyu.privacy import actions as privacy
from sangyu.registry import actions as registry


@pytest.fixture
def team(town: Cast) -> Team:
    return Team(town)


def test_the_elder_hears_the_level_once_and_the_family_only_that_there_is_one(team, town, texted):
    told = team.concluded(with_points(GB, 50), elder=town.zhou)
    elder, family = texted()
    assert (elder.to, elder.phone, family.to, family.phone) == (ELDER, "13900000041", FAMILY, DAUGHTER)
    assert "周老人家您好：您的能力评估已出结论：中度失能。" in elder.body
    assert f"{told.disputable_until.month}月{told.disputable_until.day}日前" in elder.body
    assert told.label not in family.body
    assert "周玉芬" not in elder.body + family.body
    team.concludes(told.assessment_id)
    assert texted() == []


def test_with_the_elders_word_the_family_learns_the_level_and_a_review_is_news(team, town, texted):
    said = {"channel": "VOICE", "reference": "录音 1109-17", "by": town.ma, "at": town.at}
    privacy.note_consent(elder_id=town.zhou.pk, topic="level_to_family", agrees=True, **said)
    old = team.concluded(with_points(GB, 89), elder=town.zhou)
    assert [old.label in text.body for text in texted()] == [True, True]
    new = team.replaced(old.assessment, with_points(GB, 50))
    elder, family = texted(new.at)
    assert (elder.template, family.template) == ("reviewed", "reviewed_open")
    assert new.label in family.body


def test_the_next_of_two_conclusions_is_told_alone_and_nothing_of_the_dead(team, town, texted):
    old = team.concluded(with_points(GB, 89), elder=town.zhou)
    new = team.replaced(old.assessment, with_points(GB, 50))
    assert {text.cause_id for text in texted(new.at)} == {new.assessment_id}
    gone = team.concluded(elder=town.grandpa)
    registry.record_death(elder_id=town.grandpa.pk, died_on=town.at.date(), by=town.clerk, at=town.at)
    assert texted(town.at + timedelta(hours=1)) == []
    assert Assessment.objects.get(pk=gone.assessment_id).stage == "CONCLUDED"


def test_whoever_has_no_mobile_is_rung(team, town, texted):
    alone = town.elder("郑守田", date(1944, 3, 3), 46, ["09314000046"])
    team.concluded(elder=alone)
    (text,) = texted()
    assert (text.to, text.phone) == (ELDER, "")
    (row,) = outbox_read.texts_to_ring(town.programme.pk, town.at)
    assert row.text == text


def test_no_text_about_a_result_is_too_long():
    longest = {
        "elder": "欧阳" + "娜" * 30,
        "programme": "某" * 40,
        "hotline": "0931-12345678",
        "until": date(2026, 12, 31),
    }
    labels = [level.label for level in GB.levels] + ["级" * 40]
    for template in results.templates().values():
        for level in labels:
            assert rules.units(rules.result_words(template=template, level=level, **longest)) <= LENGTH_MAX
