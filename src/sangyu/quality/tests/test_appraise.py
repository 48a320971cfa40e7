"""The month is drafted once for every enterprise: computed items with figures, the others empty."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial

import pytest
from tests.cast import PARAMETERS
from tests.race import race

from sangyu import policy
from sangyu.adoption import actions as adoption
from sangyu.dispatch import actions as dispatch
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.models import Certificate, Enterprise, EnterpriseState
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Appraisal, AppraisalItem, How
from sangyu.quality.rules import NotOver
from sangyu.quality.tests.sheet import CLOSED, FIRST, appraise


def test_every_admitted_enterprise_gets_a_sheet_that_rests_on_its_month(cast):
    cast.visited(cast.order(days=1), place=None)
    cast.visited(cast.order(days=2))
    assert {row.enterprise for row in appraise(cast)} == {cast.kangan, cast.letter}
    sheet = next(s for s in quality_read.sheets(cast.sun, "2026-11") if s.appraisal.enterprise == cast.kangan)
    proven = next(line for line in sheet.lines if line.item.code == "N3")
    assert (proven.score_tenths, proven.evidence) == (150, "2次中有1次合格")
    sides = [line.item.dimension for line in sheet.lines]
    assert sides == ["enterprise"] * 3 + ["norms"] * 3 + ["quality"] * 2 + ["staff"] * 2


def line_of(cast, firm, code):
    sheet = next(sheet for sheet in quality_read.sheets(cast.sun, "2026-11") if sheet.appraisal.enterprise == firm)
    return next((line.score_tenths, line.evidence) for line in sheet.lines if line.item.code == code)


def test_every_kind_of_licence_must_hold_on_every_day(cast):
    permit = Paper("食品经营许可证", "SP-1", date(2024, 1, 1), date(2026, 11, 21))
    providers.lodge_licence(enterprise=cast.kangan, paper=permit, by=cast.head, at=cast.at)
    appraise(cast)
    assert line_of(cast, cast.kangan, "E1") == (0, "本月有10天没有有效证照"), (
        "the other licence does not make up for it"
    )
    assert line_of(cast, cast.letter, "E1")[1] == "本月证照全部有效"


def test_a_permit_renewed_in_time_leaves_no_day_open(cast):
    for number, begins, ends in (
        ("1", date(2024, 1, 1), date(2026, 11, 21)),
        ("2", date(2026, 11, 21), date(2029, 1, 1)),
    ):
        permit = Paper("食品经营许可证", f"SP-{number}", begins, ends)
        providers.lodge_licence(enterprise=cast.kangan, paper=permit, by=cast.head, at=cast.at)
    appraise(cast)
    assert line_of(cast, cast.kangan, "E1")[1] == "本月证照全部有效"


def test_an_officer_counts_with_the_certificate_of_the_duty(cast):
    Certificate.objects.filter(worker=cast.zhao, kind="急救员证").update(valid_until=date(2026, 11, 30))
    Certificate.objects.filter(worker=cast.other_worker, kind="急救员证").update(valid_until=date(2026, 12, 1))
    appraise(cast)
    full = line_of(cast, cast.letter, "E2")
    assert full[1] == "安全员、急救员齐备"
    assert line_of(cast, cast.kangan, "E2") == (full[0] // 2, "缺1个岗位")


def test_items_scored_by_hand_are_empty_and_so_is_their_side(cast):
    appraise(cast)
    sheet = quality_read.sheets(cast.sun, "2026-11")[0]
    assert [item.name for item in sheet.empty] == ["经营场所与消防", "培训与仪表"]
    assert sheet.scores_tenths == {"enterprise": None, "norms": 1000, "quality": 1000, "staff": None}
    assert sheet.release is sheet.final is None


def test_drafting_again_keeps_the_drafts(cast):
    first = appraise(cast)
    assert appraise(cast, at=CLOSED) == []
    assert {row.drafted_at for row in Appraisal.objects.all()} == {first[0].drafted_at}


def test_who_was_suspended_is_appraised_for_what_it_served(cast):
    cast.visited()
    Enterprise.objects.update(state=EnterpriseState.SUSPENDED)
    assert [row.enterprise for row in appraise(cast)] == [cast.kangan]


def hows(rows):
    return {item.how for item in AppraisalItem.objects.filter(appraisal__in=rows)}


@pytest.fixture
def without_a_sheet(monkeypatch, tmp_path):
    """Let the packs folder hold no appraisal sheet, as after an upgrade."""
    ignored = shutil.ignore_patterns("appraisal-sheet.csv")
    shutil.copytree(policy.packs_folder(), tmp_path, dirs_exist_ok=True, ignore=ignored)
    monkeypatch.setenv("SANGYU_PACKS", str(tmp_path))


def test_the_sheet_is_the_one_that_was_adopted_whatever_lies_in_the_folder_today(cast, without_a_sheet):
    assert hows(appraise(cast)) == {How.COMPUTED, How.HAND}


def test_a_pack_without_a_sheet_is_appraised_by_what_the_records_say_alone(cast, without_a_sheet):
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="lanzhou-chengguan",
        parameters=PARAMETERS,
        document="城民发〔2026〕9号",
        valid_from=cast.month.first_day,
        by_id=cast.head.pk,
        at=cast.at,
    )
    assert hows(appraise(cast)) == {How.COMPUTED}


def test_sheets_cost_the_same_queries_for_two_enterprises_and_for_six(cast, django_assert_max_num_queries):
    for n in range(3, 7):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n)
    with django_assert_max_num_queries(20):
        assert len(appraise(cast)) == 6


@pytest.mark.django_db(transaction=True)
def test_an_officer_and_the_clock_draft_one_sheet_each_enterprise(cast):
    race(partial(appraise, cast), partial(appraise, cast, by=cast.clock))
    assert Appraisal.objects.count() == 2


def test_a_month_is_drafted_when_it_is_over(cast):
    with pytest.raises(NotOver, match="2026-11还没有结束，2026-12-01起"):
        appraise(cast, at=FIRST - timedelta(hours=10))
    assert not Appraisal.objects.exists()


def test_what_was_taken_and_later_taken_away_is_answered_once(cast):
    cast.accepted()
    providers.suspend(enterprise_id=cast.kangan.pk, reason="整改", document="通知2号", by=cast.head, at=cast.at)
    dispatch.take_back(enterprise_id=cast.kangan.pk, by=cast.head, at=cast.at + timedelta(minutes=20))
    providers.resume(enterprise_id=cast.kangan.pk, reason="已整改", document="通知3号", by=cast.head, at=cast.at)
    appraise(cast)
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="N1")
    assert (item.score_tenths, item.evidence) == (item.full_tenths, "1单中有1单合格")


def test_a_renewed_certificate_is_not_held_against_the_enterprise(cast):
    Certificate.objects.filter(worker=cast.zhao, kind="养老护理员证").update(valid_until=date(2026, 11, 15))
    renewed = Paper("养老护理员证", "HL-NEW", date(2026, 11, 10), date(2029, 11, 10))
    providers.renew_certificate(worker_id=cast.zhao.pk, paper=renewed, by=cast.kangan_user, at=cast.at)
    appraise(cast)
    score, evidence = line_of(cast, cast.kangan, "S1")
    held, good = evidence.removesuffix("份合格").split("份中有")
    assert (held, score) == (good, AppraisalItem.objects.filter(code="S1")[0].full_tenths)
