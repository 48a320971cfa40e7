"""A sheet goes to its enterprise when it is complete, and the working days for objections run."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import pytest
from tests.cast import BEIJING
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.calendar import actions as calendar
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Release
from sangyu.quality.rules import ItemsEmpty
from sangyu.quality.tests.sheet import CLOSED, FIRST, appraise, finalise, item_of, published, release_of, score


def release(cast, **more):
    return quality.release(appraisal_id=item_of(cast).appraisal_id, **{"by": cast.sun, "at": FIRST, **more})


def complete(cast):
    appraise(cast)
    score(cast, "E3")
    score(cast, "S2")


def test_a_sheet_with_an_empty_item_goes_nowhere_and_names_it(cast):
    appraise(cast)
    with pytest.raises(ItemsEmpty, match="还有2项未评：“经营场所与消防”、“培训与仪表”"):
        release(cast)
    score(cast, "E3")
    with pytest.raises(ItemsEmpty, match="还有1项未评：“培训与仪表”。全部评完才能下发"):
        release(cast)
    with pytest.raises(ItemsEmpty, match="才能定稿"):
        finalise(cast, item_of(cast).appraisal)


def test_the_enterprise_sees_its_sheet_from_the_release_on(cast):
    complete(cast)
    with pytest.raises(NotFound):
        quality_read.get_sheet(cast.kangan_user, item_of(cast).appraisal_id)
    assert quality_read.own_sheets(cast.kangan_user) == []
    release(cast)
    assert quality_read.own_sheets(cast.kangan_user)[0].appraisal == item_of(cast).appraisal
    assert quality_read.own_sheets(cast.letter_user) == []


def test_three_working_days_run_from_the_next_day_to_the_end_of_the_third(cast):
    complete(cast)
    row = release(cast)
    assert (row.object_until, row.working_days, row.certain) == (CLOSED, 3, True)
    assert release(cast, at=CLOSED).pk == row.pk


def test_a_weekend_and_days_off_do_not_count(cast):
    complete(cast)
    friday = datetime(2026, 12, 4, 18, tzinfo=BEIJING)
    calendar.declare(
        programme_id=cast.programme.pk,
        on=date(2026, 12, 8),
        working=False,
        document="城政办发〔2026〕8号",
        by_id=cast.head.pk,
        at=cast.at,
    )
    assert release(cast, at=friday).object_until == datetime(2026, 12, 11, tzinfo=BEIJING)


def test_days_of_an_unpublished_year_are_marked_uncertain(cast):
    complete(cast)
    assert not release(cast, at=datetime(2026, 12, 30, 9, tzinfo=BEIJING)).certain


def test_the_whole_month_is_published_but_for_the_incomplete(cast):
    complete(cast)
    [row] = quality.release_month(month=cast.month, by=cast.sun, at=FIRST)
    assert row.appraisal.enterprise == cast.kangan
    assert quality.release_month(month=cast.month, by=cast.sun, at=CLOSED) == []


def test_only_quality_officers_of_the_programme_publish(cast):
    complete(cast)
    with pytest.raises(NotAllowed):
        release(cast, by=cast.kangan_user)
    with pytest.raises(NotFound):
        release(cast, by=neighbour(cast, Role.QUALITY))


@pytest.mark.django_db(transaction=True)
def test_one_sheet_is_published_once_whoever_presses(cast):
    complete(cast)
    race(partial(release, cast), partial(quality.release_month, month=cast.month, by=cast.clock, at=FIRST))
    assert Release.objects.filter(appraisal__enterprise=cast.kangan).count() == 1
    published(cast)
    assert release_of(cast).working_days == 3
