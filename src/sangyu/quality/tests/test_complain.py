"""A complaint becomes a case with an owner, a deadline and a result, and only what is true costs points."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from tests.cast import BEIJING
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.hotline import actions as hotline
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Complaint, ComplaintOpen, FollowUpTask
from sangyu.quality.rules import NoResultYet, NotUpheldAgainst
from sangyu.quality.tests.sheet import appraise, item_of
from sangyu.quality.verify import verify

NEXT_DAY = datetime(2026, 11, 11, 9, tzinfo=BEIJING)


def ring_and_hear(cast, complaint="没做完就走了"):
    """Ring about a visit of 10 November, and hear a complaint."""
    visit = cast.visited()
    quality.draw_sample(day=visit.arrived_at.date(), by=cast.clock, at=visit.arrived_at.replace(hour=20))
    quality.follow_up(
        task_id=FollowUpTask.objects.get(order=visit.order).pk,
        by=cast.sun,
        at=NEXT_DAY,
        reached=True,
        happened=True,
        came_on_time=True,
        paid_as_told=True,
        satisfaction=2,
        complaint=complaint,
    )
    return Complaint.objects.first()


def called(cast):
    """Let Grandmother Li ring to complain."""
    call = cast.call()
    hotline.end(
        call_id=call.pk, kind="COMPLAINT", note="说上次少擦了一扇窗", by=cast.ma, at=cast.at + timedelta(minutes=3)
    )
    return call


def decide(cast, complaint, **more):
    wish = {"upheld": True, "finding": "服务员承认提前离开", "enterprise_id": cast.kangan.pk, "by": cast.sun}
    return quality.decide_complaint(complaint_id=complaint.pk, **{**wish, "at": NEXT_DAY + timedelta(days=1), **more})


def close(cast, complaint, **more):
    return quality.close_complaint(
        complaint_id=complaint.pk, **{"satisfaction": 4, "by": cast.sun, "at": NEXT_DAY + timedelta(days=2), **more}
    )


@pytest.mark.proves("LZ-22")
def test_what_an_elder_complains_of_when_rung_is_a_case_at_once(cast):
    row = ring_and_hear(cast)
    case = quality_read.get_case(cast.sun, row.pk)
    assert (case.owner, case.stage, row.elder, row.order.number) == (cast.sun, "OWNED", cast.li, row.order.number)
    assert (row.number, row.text, row.due_on) == ("TS20261111-001", "没做完就走了", date(2026, 11, 18))


def test_who_is_content_opens_no_case(cast):
    assert ring_and_hear(cast, complaint=" ") is None


def test_a_call_that_ended_as_a_complaint_is_gathered_once(cast):
    call = called(cast)
    assert [row.pk for row in quality_read.calls_without_case(cast.sun)] == [call.pk]
    [row] = quality.gather_complaints(by=cast.clock, at=NEXT_DAY)
    assert (row.call_id, row.text) == (call.pk, "说上次少擦了一扇窗")
    assert quality_read.get_case(cast.sun, row.pk).stage == "OPEN"
    assert quality.gather_complaints(by=cast.clock, at=NEXT_DAY) == []


def test_a_case_changes_hands(cast):
    row = ring_and_hear(cast)
    quality.give_complaint(complaint_id=row.pk, owner_id=cast.other_agent.pk, by=cast.sun, at=NEXT_DAY)
    quality.give_complaint(complaint_id=row.pk, owner_id=cast.other_agent.pk, by=cast.sun, at=NEXT_DAY)
    owners = quality_read.owners_of(row)
    assert [held.owner for held in owners] == [cast.sun, cast.other_agent]
    with pytest.raises(NotFound, match="承办人"):
        quality.give_complaint(complaint_id=row.pk, owner_id=cast.qian.pk, by=cast.sun, at=NEXT_DAY)


@pytest.mark.proves("LZ-22")
def test_cases_stand_by_deadline_and_are_late_without_a_result(cast):
    late = ring_and_hear(cast)
    called(cast)
    quality.gather_complaints(by=cast.clock, at=NEXT_DAY + timedelta(days=2))
    cases = quality_read.open_cases(cast.sun)
    assert [case.complaint.due_on for case in cases] == [date(2026, 11, 18), date(2026, 11, 20)]
    assert cases[0].overdue(date(2026, 11, 19))
    assert not cases[0].overdue(date(2026, 11, 18))
    decide(cast, late)
    assert not quality_read.open_cases(cast.sun)[0].overdue(date(2026, 11, 19))


@pytest.mark.proves("LZ-22")
def test_only_what_was_found_true_costs_the_enterprise_points_in_that_month(cast):
    decide(cast, ring_and_hear(cast))
    [heard] = quality_read.upheld(cast.sun, cast.kangan.pk, cast.at, NEXT_DAY + timedelta(days=20))
    assert heard.result.upheld
    appraise(cast)
    assert (item_of(cast, "Q2").score_tenths, item_of(cast, "Q2").evidence) == (200, "本月查实1件投诉，每件扣10分")


@pytest.mark.parametrize(
    "wish", [{"upheld": False}, {"enterprise_id": None}, {"at": datetime(2026, 12, 1, tzinfo=BEIJING)}]
)
def test_what_was_not_true_or_not_theirs_or_found_later_costs_nothing_this_month(cast, wish):
    decide(cast, ring_and_hear(cast), **wish)
    appraise(cast)
    assert item_of(cast, "Q2").score_tenths == 300


def test_a_mention_that_nobody_looked_into_costs_nothing(cast):
    ring_and_hear(cast)
    appraise(cast)
    assert item_of(cast, "Q2").score_tenths == 300


def test_a_result_has_words_and_is_given_once(cast):
    row = ring_and_hear(cast)
    with pytest.raises(quality.TextMissing, match="查到了什么"):
        decide(cast, row, finding=" ")
    with pytest.raises(NotUpheldAgainst, match="企业"):
        decide(cast, row, enterprise_id=row.pk)
    first = decide(cast, row)
    assert decide(cast, row, upheld=False).pk == first.pk


@pytest.mark.proves("LZ-22")
def test_a_case_is_closed_after_its_result_with_an_ear_for_who_complained(cast):
    row = ring_and_hear(cast)
    with pytest.raises(NoResultYet, match="还没有查处结果"):
        close(cast, row)
    decide(cast, row)
    with pytest.raises(quality.TextMissing, match="满意度"):
        close(cast, row, satisfaction=None)
    closure = close(cast, row)
    assert (closure.satisfaction, close(cast, row, satisfaction=1).pk) == (4, closure.pk)
    assert quality_read.open_cases(cast.sun) == []
    assert quality_read.closed_cases(cast.sun)[0].stage == "CLOSED"


def test_who_cannot_be_reached_is_closed_with_the_reason(cast):
    row = ring_and_hear(cast)
    decide(cast, row)
    assert close(cast, row, satisfaction=None, note="三次未接通").satisfaction is None


def test_cases_are_for_the_programme_and_written_by_quality(cast):
    row = ring_and_hear(cast)
    with pytest.raises(NotFound, match="投诉"):
        decide(cast, row, by=neighbour(cast, Role.QUALITY))
    with pytest.raises(NotAllowed):
        decide(cast, row, by=cast.other_agent)
    assert quality_read.open_cases(cast.kangan_user) == []
    assert quality_read.open_cases(neighbour(cast, Role.QUALITY)) == []


def test_a_list_of_cases_costs_the_same_whatever_its_length(cast, django_assert_num_queries):
    ring_and_hear(cast)
    called(cast)
    quality.gather_complaints(by=cast.clock, at=NEXT_DAY)
    assert cast.sun.roles
    with django_assert_num_queries(4):
        assert len(quality_read.open_cases(cast.sun)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_call_is_gathered_by_one_of_two(cast):
    called(cast)
    race(*[partial(quality.gather_complaints, by=by, at=NEXT_DAY) for by in (cast.clock, cast.sun)])
    assert Complaint.objects.count() == 1


def test_who_may_look_into_a_complaint_is_asked_in_one_query_however_many_people_there_are(
    cast, django_assert_num_queries
):
    with django_assert_num_queries(1):
        people = quality_read.possible_owners(cast.sun)
    assert {cast.sun, cast.other_agent} <= set(people)
    assert not {cast.ma, cast.qian, cast.head} & set(people)


def test_a_case_stands_on_the_list_until_it_is_closed_and_not_otherwise(cast):
    row = ring_and_hear(cast)
    assert (quality_read.count_open(cast.sun), verify(cast.programme.pk)) == (1, [])
    decide(cast, row)
    close(cast, row)
    assert (quality_read.count_open(cast.sun), verify(cast.programme.pk)) == (0, [])
    ComplaintOpen.objects.create(complaint=row, programme=cast.programme)
    assert verify(cast.programme.pk) == [f"投诉{row.pk}：按记录已结案，待办清单上没有这样写。"]
