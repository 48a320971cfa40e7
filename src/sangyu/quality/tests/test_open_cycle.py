"""The four tasks of the cycle come at the right dates, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from tests.cast import BEIJING
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import CycleTask, SiteCheck

SUNDAY = date(2026, 11, 22)


def cycle(cast, on=SUNDAY, **more):
    at = datetime(on.year, on.month, on.day, 6, tzinfo=BEIJING)
    made = quality.open_cycle(**{"programme_id": cast.programme.pk, "on": on, "by": cast.clock, "at": at, **more})
    return [(task.category, task.period) for task in made]


def test_the_first_day_begins_with_the_week_that_runs(cast):
    assert cycle(cast) == [("week", "2026-W47")]
    task = CycleTask.objects.get()
    assert (task.begins_on, task.ends_on) == (date(2026, 11, 16), date(2026, 11, 23))


@pytest.mark.proves("LZ-21")
def test_each_task_comes_when_its_time_has_come(cast):
    cycle(cast)
    assert cycle(cast, date(2026, 11, 23)) == [("week", "2026-W48")]
    assert cycle(cast, date(2026, 12, 1)) == [("week", "2026-W49"), ("month", "2026-11")]
    assert cycle(cast, date(2027, 1, 1)) == [
        ("week", "2026-W53"),
        ("month", "2026-12"),
        ("quarter", "2026Q4"),
        ("year", "2026"),
    ]


def test_the_same_day_again_makes_nothing(cast):
    cycle(cast)
    assert cycle(cast) == []
    assert cycle(cast, SUNDAY - timedelta(days=6)) == []


def test_missed_days_are_caught_up_with_but_no_list_is_drawn_for_a_week_that_is_over(cast):
    cycle(cast)
    assert cycle(cast, date(2027, 2, 10)) == [
        ("week", "2027-W06"),
        ("month", "2026-11"),
        ("month", "2026-12"),
        ("month", "2027-01"),
        ("quarter", "2026Q4"),
        ("year", "2026"),
    ]


@pytest.mark.proves("XS-07")
def test_a_tenth_of_the_enterprises_is_drawn_and_anybody_can_draw_them_again(cast):
    for n in range(3, 13):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n)
    cycle(cast)
    task = CycleTask.objects.get()
    drawn = list(SiteCheck.objects.filter(task=task).order_by("n").values_list("enterprise_id", flat=True))
    assert (len(task.drawn_from), len(drawn)) == (12, 2)
    assert quality_read.redraw_week(task) == drawn
    assert SiteCheck.objects.get(n=1).number == "2026-W47-01"


def test_the_pack_says_what_was_due_and_what_lacks(cast):
    cycle(cast)
    cycle(cast, date(2026, 12, 1))
    by_name = {row.name: row for row in quality_read.cycle(cast.sun, date(2026, 12, 1))}
    assert by_name["周抽查"].overdue_periods == ("2026-W47", "2026-W48")
    assert by_name["月考核"].overdue_periods == ("2026-11",)
    cast.appraised(at=datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    by_name = {row.name: row for row in quality_read.cycle(cast.sun, date(2026, 12, 5))}
    assert (by_name["月考核"].due, by_name["月考核"].done) == (1, 1)
    assert "到期1次" in by_name["月考核"].because


def test_nobody_opens_the_cycle_of_another_programme(cast):
    with pytest.raises(NotAllowed, match="不属于"):
        cycle(cast, by=neighbour(cast, Role.QUALITY))
    with pytest.raises(NotAllowed):
        cycle(cast, by=cast.kangan_user)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_make_one_task(cast):
    race(*[partial(cycle, cast)] * 2)
    assert CycleTask.objects.count() == SiteCheck.objects.count() == 1
