"""The day's sample is drawn once, and the elders on it are asked."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUp, FollowUpDue, FollowUpTask, Sample, TaskReason
from sangyu.quality.verify import verify


def evening(visit, hour=20):
    return visit.arrived_at.replace(hour=hour, minute=0)


def draw(cast, visit, **more):
    return quality.draw_sample(day=visit.arrived_at.date(), **{"by": cast.sun, "at": evening(visit), **more})


def task(cast, **more):
    visit = cast.visited(**more)
    draw(cast, visit)
    return FollowUpTask.objects.get(order=visit.order)


def ring(cast, task, **more):
    answers = {"reached": True, "happened": True, "paid_as_told": True, "satisfaction": 5}
    return quality.follow_up(
        task_id=task.pk, **{"by": cast.sun, "at": task.sample.at + timedelta(hours=13), **answers, **more}
    )


@pytest.mark.proves("LZ-16")
def test_the_pack_s_share_of_the_day_is_drawn(cast):
    visit = cast.visited(cast.order(hour=9))
    cast.visited(cast.order(elder=cast.grandpa, hour=13))
    sample = draw(cast, visit)
    assert (sample.served, sample.due) == (2, 1)
    assert sample.decision["outcome"] == "decided"
    assert FollowUpTask.objects.filter(sample=sample, reason=TaskReason.SAMPLED).count() == sample.due


@pytest.mark.proves("LZ-16")
def test_anyone_can_draw_the_same_sample_again(cast):
    visit = cast.visited(cast.order(hour=9))
    cast.visited(cast.order(elder=cast.grandpa, hour=13))
    sample = draw(cast, visit)
    again = quality_read.redraw(cast.auditor, sample.day)
    assert again.same
    assert again.drawn == again.stored != ()
    with pytest.raises(NotFound):
        quality_read.redraw(cast.kangan_user, sample.day)


def test_a_day_is_drawn_once(cast):
    visit = cast.visited()
    first = draw(cast, visit)
    assert draw(cast, visit, by=cast.clock, at=evening(visit, 23)).pk == first.pk
    assert (Sample.objects.count(), FollowUpTask.objects.count()) == (1, 1)


def test_a_visit_that_ended_after_the_drawing_is_asked_about_the_next_day_if_unproven(cast):
    early = cast.visited(cast.order(hour=9))
    draw(cast, early, at=evening(early, 15))
    late = cast.visited(cast.order(elder=cast.grandpa, hour=19), place=None)
    assert not FollowUpTask.objects.filter(order=late.order).exists()
    day = late.arrived_at.date() + timedelta(days=1)
    quality.draw_sample(day=day, by=cast.clock, at=evening(late) + timedelta(days=1))
    assert FollowUpTask.objects.get(order=late.order).reason == TaskReason.UNPROVEN


def test_a_day_without_visits_has_an_empty_sample(cast):
    sample = quality.draw_sample(day=cast.at.date(), by=cast.sun, at=cast.at)
    assert (sample.served, sample.due) == (0, 0)


def test_an_elder_who_was_reached_has_confirmed_the_visit(cast):
    due = task(cast)
    assert quality_read.tasks_due(cast.sun) == [due]
    ring(cast, due)
    assert quality_read.confirmed_orders(cast.programme.pk, [due.order_id]) == {due.order_id}
    assert quality_read.tasks_due(cast.sun) == []
    with pytest.raises(quality.AlreadyReached, match="已经回访过"):
        ring(cast, due, satisfaction=1)


def test_who_does_not_answer_is_rung_again(cast):
    due = task(cast)
    missed = ring(cast, due, reached=False, satisfaction=None, complaint="没人接")
    assert (missed.n, missed.happened, missed.complaint) == (1, None, "")
    assert [row.tries for row in quality_read.queue(cast.sun)] == [1]
    assert ring(cast, due).n == 2


def test_the_desk_rings_first_who_was_never_rung_and_counts_what_is_left(cast):
    cast.visited(cast.order(hour=9), place=None)
    draw(cast, cast.visited(cast.order(elder=cast.grandpa, hour=13), place=None))
    tried, fresh = FollowUpTask.objects.order_by("id")
    at = ring(cast, tried, reached=False, satisfaction=None).at
    today = (at - timedelta(hours=1), at + timedelta(hours=1))
    waiting, progress = quality_read.desk(cast.sun, *today)
    assert [(row.pk, row.tries) for row in waiting] == [(fresh.pk, 0), (tried.pk, 1)]
    assert waiting == quality_read.queue(cast.sun)
    assert (progress.due, progress.due_unproven >= 1, progress.reached, progress.not_reached) == (2, True, 0, 1)
    ring(cast, fresh)
    waiting, progress = quality_read.desk(cast.sun, *today, limit=1)
    assert [row.pk for row in waiting] == [tried.pk]
    assert (progress.due, progress.reached, progress.not_reached) == (1, 1, 1)
    nothing, none = quality_read.desk(neighbour(cast, Role.QUALITY), *today)
    assert (nothing, none.due, none.reached, none.not_reached) == ([], 0, 0, 0)


def test_who_says_that_nobody_came_has_denied_the_visit(cast):
    due = task(cast)
    ring(cast, due, happened=False, satisfaction=1, complaint="一直没来")
    assert quality_read.denied_orders(cast.programme.pk, [due.order_id]) == {due.order_id}
    assert quality_read.confirmed_orders(cast.programme.pk, [due.order_id]) == set()


@pytest.mark.parametrize("answers", [{"happened": None}, {"satisfaction": None}, {"satisfaction": 6}])
def test_who_was_reached_has_said_something(cast, answers):
    with pytest.raises(quality.AnswersMissing, match="1至5分"):
        ring(cast, task(cast), **answers)


@pytest.mark.parametrize("who", ["agent", "kangan"])
def test_only_quality_officers_write_calls_down(cast, who):
    by = {"agent": cast.ma, "kangan": cast.kangan_user}[who]
    with pytest.raises(NotAllowed, match="质量管理员"):
        ring(cast, task(cast), by=by)


def test_a_task_of_another_programme_is_not_found(cast):
    due, stranger = task(cast), neighbour(cast, Role.QUALITY)
    with pytest.raises(NotFound, match="回访任务"):
        ring(cast, due, by=stranger)
    with pytest.raises(NotFound):
        quality_read.get_task(stranger, due.pk)
    assert quality_read.queue(stranger) == []
    assert quality_read.queue(cast.kangan_user) == []


@pytest.mark.django_db(transaction=True)
def test_two_officers_ring_one_elder_and_one_is_told(cast):
    due = task(cast)
    outcomes = race(partial(ring, cast, due), partial(ring, cast, due))
    assert sorted(isinstance(outcome, quality.AlreadyReached) for outcome in outcomes) == [False, True]
    assert FollowUp.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_clock_and_an_officer_draw_one_sample(cast):
    visit = cast.visited()
    outcomes = race(partial(draw, cast, visit), partial(draw, cast, visit, by=cast.clock))
    assert len({sample.pk for sample in outcomes}) == 1
    assert FollowUpTask.objects.count() == 1


def test_the_list_of_calls_to_make_says_what_the_records_say(cast):
    row = task(cast)
    ring(cast, row, reached=False)
    assert FollowUpDue.objects.get(task=row).tries == 1
    assert verify(cast.programme.pk) == []
    FollowUpDue.objects.filter(task=row).update(tries=0)
    assert verify(cast.programme.pk) == [f"回访任务{row.pk}：按记录待打，已试1次，待办清单上待打，已试0次。"]
    FollowUpDue.objects.filter(task=row).delete()
    assert verify(cast.programme.pk) == [f"回访任务{row.pk}：按记录待打，已试1次，待办清单上不需要再打。"]
    FollowUpDue.objects.create(task=row, programme=cast.programme, tries=1)
    ring(cast, row)
    assert (FollowUpDue.objects.count(), verify(cast.programme.pk)) == (0, [])
