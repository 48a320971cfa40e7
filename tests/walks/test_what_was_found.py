"""What an assessment found and what a roster states reach the policy on the days on which they hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sangyu.assessment.tests.sheets import GB, with_points
from sangyu.assessment.tests.team import Team
from sangyu.benefits import actions as benefits
from sangyu.benefits import facts as benefits_facts
from sangyu.kit.month import Month
from sangyu.matching import actions as matching
from sangyu.matching.tests.conftest import LI, text


def test_a_rule_that_names_a_scale_is_told_the_level_by_it_and_by_no_other(cast):
    conclusion = Team(cast).concluded(with_points(GB, 45))
    life = benefits_facts.Life(cast.li)
    for day, word in ((conclusion.valid_from, "severe"), (conclusion.valid_until, None)):
        told = benefits_facts.facts(cast.li, day)
        assert told == dict(life.on(day))
        assert told.get("ability_gbt42195") == word
        assert "ability_nhsa2021" not in told
        assert "ability_level" not in told


def test_a_roster_is_believed_until_a_paper_says_otherwise(cast, tmp_path: Path):
    path = tmp_path / "pension.csv"
    path.write_bytes(text("姓名,身份证号", [f"李秀兰,{LI}"]))
    batch = matching.hand_in(
        register="pension",
        month=Month(2026, 11),
        path=path,
        file_name="养老金.csv",
        purpose="核对养老金待遇",
        by=cast.head,
        at=cast.at,
    )
    matching.compare(batch_id=batch.pk, by=cast.head, at=cast.at)
    assert "has_pension" not in benefits_facts.facts(cast.li, date(2026, 10, 31))
    assert benefits_facts.facts(cast.li, date(2026, 11, 1))["has_pension"] is True
    assert benefits_facts.facts(cast.grandpa, date(2026, 11, 1))["has_pension"] is False
    benefits.state(
        elder_id=cast.grandpa.pk,
        name="has_pension",
        value=True,
        evidence="养老金存折",
        valid_from=date(2026, 11, 5),
        by=cast.clerk,
        at=cast.at,
        key="1",
    )
    known = benefits_facts.Life(cast.grandpa)
    assert [known.on(date(2026, 11, day))["has_pension"] for day in (4, 5)] == [False, True]
