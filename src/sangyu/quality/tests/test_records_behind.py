"""Every computed score leads to its records: as many, and as many good ones, as the sheet says."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.cast import BEIJING
from tests.standing import standing

from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import actions as dispatch
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.actions.count import months
from sangyu.quality.models import AppraisalItem
from sangyu.quality.queries import Record
from sangyu.quality.tests.sheet import FIRST, appraise, item_of
from sangyu.visits import actions as visits

RANG_AT = datetime(2026, 11, 20, 10, tzinfo=BEIJING)


@standing
def november(cast):
    """Kang'an's month: a proven visit, an unproven one, one 40 minutes late, an order never answered, calls, a case."""
    cast.visited(cast.order(days=1))
    cast.visited(cast.order(days=2), place=None, door_code="")
    late = cast.order(days=3)
    cast.assigned(late)
    arrived_at = late.wanted_from + timedelta(minutes=40)
    visit = visits.check_in(
        order_id=late.pk, by=cast.zhao_user, at=arrived_at, place=None, door_code=late.elder.door_code
    )
    visits.check_out(
        visit_id=visit.pk, by=cast.zhao_user, at=arrived_at + timedelta(hours=2), place=None, tasks_done=["地面"]
    )
    unanswered = cast.sent(cast.order(days=4))
    dispatch.let_lapse(programme_id=cast.programme.pk, by=cast.clock, at=unanswered.answer_by + timedelta(minutes=1))
    permit = Paper("食品经营许可证", "SP-1", date(2024, 1, 1), date(2026, 11, 21))
    providers.lodge_licence(enterprise=cast.kangan, paper=permit, by=cast.head, at=cast.at)
    for days in range(4):
        evening = cast.at.replace(hour=20) + timedelta(days=days)
        quality.draw_sample(day=evening.date(), by=cast.clock, at=evening)
    for n, task in enumerate(quality_read.tasks_due(cast.sun, limit=10)):
        quality.follow_up(
            task_id=task.pk,
            by=cast.sun,
            at=RANG_AT + timedelta(minutes=n),
            reached=True,
            happened=True,
            paid_as_told=True,
            satisfaction=5 - n,
        )
    return cast


def behind(cast, code: str, viewer=None) -> list[Record]:
    return quality_read.records_behind(viewer or cast.sun, item_of(cast, code))


def test_the_records_are_those_that_were_counted(november):
    cast = november
    appraise(cast)
    counted = months([cast.kangan], cast.month)[cast.kangan.pk]
    good = {code: [one.good for one in behind(cast, code)] for code in ("N1", "N2", "N3", "Q1", "Q2", "S1")}
    assert (len(good["N1"]), sum(good["N1"])) == (counted.sent, counted.answered_in_time) == (4, 3)
    assert (len(good["N2"]), sum(good["N2"])) == (counted.visits, counted.punctual) == (3, 2)
    assert (len(good["N3"]), sum(good["N3"])) == (counted.visits, counted.proven)
    assert 0 < counted.proven < 3
    assert (len(good["Q1"]), sum(good["Q1"])) == (counted.reached, 1)
    assert counted.reached >= 2
    assert (len(good["S1"]), sum(good["S1"])) == (counted.certificates, counted.certificates_valid)
    for code, found in good.items():
        assert found == sorted(found), f"{code}: what cost points comes first"
    scored = AppraisalItem.objects.filter(appraisal__enterprise=cast.kangan, how="COMPUTED")
    assert {item.code: item.score_tenths == item.full_tenths for item in scored} == {
        item.code: all(one.good for one in quality_read.records_behind(cast.sun, item)) for item in scored
    }, "points are lost exactly where a record says so"


@pytest.mark.proves("LZ-18")
def test_a_month_ends_in_four_weighted_scores_that_lead_to_their_records(november):
    november.appraised(at=FIRST)
    weights = adoption_read.in_force(november.programme.pk, november.month.first_day).parameters["weights"]
    assert sum(weights.values()) == 100
    for sheet in quality_read.sheets(november.sun, "2026-11"):
        assert sheet.scores_tenths.keys() == weights.keys() == {"enterprise", "norms", "quality", "staff"}
        weighted = sum(tenths * weights[side] for side, tenths in sheet.scores_tenths.items())
        assert sheet.final.total_tenths == (2 * weighted + 100) // 200
        for line in sheet.lines:
            records = quality_read.records_behind(november.sun, line.item)
            assert line.hand if line.by_hand else line.lost == any(not one.good for one in records)


def test_a_record_says_what_was_seen(november):
    appraise(november)
    assert [one.why for one in behind(november, "E1") if not one.good] == [
        "有效期至2026-11-20；本月21日至30日共10天没有有效的证"
    ]
    assert "没有答复" in behind(november, "N1")[0].why
    assert behind(november, "N2")[0].why == "约定11月12日10:00，10:40到达，晚40分钟"


def test_what_happened_after_the_draft_is_left_out(november):
    appraise(november)
    before = behind(november, "Q1")
    late = november.visited(november.order(days=11))
    assert late.arrived_at < FIRST
    quality.draw_sample(day=date(2026, 11, 20), by=november.clock, at=FIRST + timedelta(hours=1))
    for task in quality_read.tasks_due(november.sun, limit=10):
        quality.follow_up(
            task_id=task.pk,
            by=november.sun,
            at=FIRST + timedelta(hours=2),
            reached=True,
            happened=True,
            paid_as_told=True,
            satisfaction=1,
        )
    assert behind(november, "Q1") == before


def test_an_enterprise_sees_the_scores_and_not_who_gave_them(november):
    november.published(at=FIRST)
    seen = behind(november, "Q1", november.kangan_user)
    assert {one.about for one in seen} == {"一次回访"}
    assert not any(one.id for one in seen)
    assert sorted(one.why for one in seen) == sorted(one.why for one in behind(november, "Q1"))


def test_another_enterprise_finds_no_such_item(november):
    november.published(at=FIRST)
    with pytest.raises(NotFound):
        quality_read.get_item(november.letter_user, item_of(november, "N3").pk)


def test_nothing_stands_behind_a_score_by_hand(november):
    appraise(november)
    assert behind(november, "E3") == []
