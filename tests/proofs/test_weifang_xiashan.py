"""Xiashan: from an assessment to free hours until a day, and from hours and satisfaction to what a company gets."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sangyu.adoption import actions as adoption
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.steps import decide_step
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.rules import PracticeMissing
from sangyu.assessment.tests.sheets import GB, best, with_points
from sangyu.assessment.tests.team import Team
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.queries import Answer, Entitlement
from sangyu.registry.models import Elder
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from tests.troupe import Troupe
from tests.walks.test_programmes import XIASHAN, serve

SEVERE_POINTS = 30
LEVELS = {"none": "none", "mild": "mild", "moderate": "moderate", "severe": "severe", "total": "severe"}


def levels_of_the_plan(team: Team) -> None:
    """Let the district's document say which level of the standard is which 失能等级 of its own text."""
    assessment.set_practice(
        scale=GB.code,
        valid_months=12,
        dispute_days=30,
        document="峡民发〔2026〕8号",
        valid_from=date(2026, 2, 1),
        counts_as=LEVELS,
        by=team.cast.head,
        at=team.at,
    )


def hours(troupe: Troupe, elder: Elder, on: date) -> Entitlement:
    """Say what an elder may have of the free hours at home on a day."""
    return next(one for one in benefits_read.entitlements(troupe.clerk, elder, on) if one.benefit.code == "home-hours")


@pytest.mark.proves("XS-10")
def test_an_assessment_with_its_scores_gives_a_level_and_with_the_identity_hours_until_it_expires(
    db: None, tmp_path: Path
) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path)
    team, on = Team(troupe), troupe.at.date()
    levels_of_the_plan(team)
    elder = troupe.recognised(troupe.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"]), "dibao", "mode:home")
    before = hours(troupe, elder, on)
    assert (before.answer, before.missing) == (Answer.UNKNOWN, "ability_level")
    concluded = team.concluded(with_points(GB, SEVERE_POINTS), elder=elder)
    made = concluded.assessment
    signed = assessment_read.signed_pair(made)
    assert signed is not None
    assert [sheet.appointment.assessor for sheet in signed] == [team.lin, team.he]
    assert [sheet.answers for sheet in signed] == [with_points(GB, SEVERE_POINTS)] * 2
    result = assessment_read.result_of(made)
    assert result is not None
    assert result.points == SEVERE_POINTS
    found = hours(troupe, elder, on)
    assert (found.answer, found.amount_words) == (Answer.YES, "每月10小时")
    assert "低保老年人，重度失能" in found.because
    assert concluded.valid_until == date(2027, 11, 9)
    assert hours(troupe, elder, date(2027, 11, 8)).answer == Answer.YES
    assert hours(troupe, elder, date(2027, 11, 9)).answer == Answer.UNKNOWN, "it is assessed again or not given"


def test_without_a_document_no_level_of_a_standard_is_a_level_of_the_city_s_text(db: None, tmp_path: Path) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path)
    team, on = Team(troupe), troupe.at.date()
    elder = troupe.recognised(troupe.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"]), "dibao", "mode:home")
    team.concluded(with_points(GB, SEVERE_POINTS), elder=elder)
    assert hours(troupe, elder, on).answer == Answer.UNKNOWN
    with pytest.raises(PracticeMissing, match="只能从这一量表"):
        assessment.set_practice(
            scale=GB.code,
            valid_months=12,
            dispute_days=30,
            document="峡民发〔2026〕8号",
            valid_from=date(2026, 3, 1),
            counts_as={"severe_1": "severe"},
            by=troupe.head,
            at=troupe.at,
        )


def test_a_later_level_that_counts_as_none_ends_the_one_before_it(db: None, tmp_path: Path) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path)
    team, on = Team(troupe), troupe.at.date()
    assessment.set_practice(
        scale=GB.code,
        valid_months=12,
        dispute_days=30,
        document="峡民发〔2026〕8号",
        valid_from=date(2026, 2, 1),
        counts_as={"severe": "severe"},
        by=troupe.head,
        at=troupe.at,
    )
    elder = troupe.recognised(troupe.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"]), "dibao", "mode:home")
    concluded = team.concluded(with_points(GB, SEVERE_POINTS), elder=elder)
    assert hours(troupe, elder, on).answer == Answer.YES
    better = team.replaced(concluded.assessment, best(GB))
    assert hours(troupe, elder, better.valid_from).answer == Answer.UNKNOWN
    assert hours(troupe, elder, better.valid_from - timedelta(days=1)).answer == Answer.YES


@pytest.mark.proves("XS-15")
def test_each_company_s_cost_follows_from_hours_and_score_and_comes_out_again_by_the_figures_of_its_month(
    db: None, tmp_path: Path
) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path).staffed()
    born_on, codes = XIASHAN.elders[0]
    elder = troupe.recognised(troupe.elder("李秀兰", born_on, 22, ["13900000001"]), *codes)
    for n, day in enumerate((10, 11, 12)):
        serve(troupe, troupe.rung(elder, "13900000001", day=day), late=n == 1)
    run = troupe.drawn_up()
    (cost,) = settlement_read.statements(troupe.qian).filter(run=run)
    asked = cost.decision["facts_used"]
    assert (cost.enterprise.short_name, asked["minutes"], asked["score_tenths"]) == ("康安", 600, 975)
    assert cost.net_fen == 600 * 30_00 // 60 * 95 // 100 == 285_00
    assert adoption_read.decided_again(cost.decision).same
    adoption.adopt(
        programme_id=troupe.programme.pk,
        pack_id="weifang-xiashan",
        parameters={**XIASHAN.plan.parameters, "hour_price_fen": 33_00},
        document="峡民发〔2026〕12号",
        valid_from=date(2026, 12, 1),
        by_id=troupe.head.pk,
        at=run.drawn_at,
    )
    settlement.draw_up(month=troupe.month, by=troupe.qian, at=run.drawn_at)
    (same,) = settlement_read.statements(troupe.qian).filter(run=run)
    assert (same.pk, same.net_fen, same.decision) == (cost.pk, cost.net_fen, cost.decision)
    assert adoption_read.decided_again(same.decision).same
    facts = {"minutes": 600, "score_tenths": 975, "order_subsidies_fen": [], "meal_subsidies_fen": []}
    by_month = [decide_step(troupe.programme.pk, "settlement", facts, date(2026, month, 1)) for month in (11, 12)]
    assert [decision.amount_fen for decision in by_month] == [285_00, 313_50]
