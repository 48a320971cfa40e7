"""A day is declared by a document, and the nearest voice holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from sangyu.calendar import actions as calendar
from sangyu.calendar import queries as calendar_read
from sangyu.calendar.models import DeclaredDay

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE, OFFICER = UUID(int=1), UUID(int=2), UUID(int=3)
AT = datetime(2026, 11, 22, tzinfo=UTC)
NOTICE = "国务院办公厅关于2027年部分节假日安排的通知"


def declare(on, *, working=False, programme_id=None, document=NOTICE):
    return calendar.declare(programme_id=programme_id, on=on, working=working, document=document, by_id=OFFICER, at=AT)


def test_the_published_arrangement_is_known_without_declaring_anything():
    for on, working in ((date(2026, 10, 1), False), (date(2026, 10, 10), True), (date(2026, 11, 22), False)):
        answer = calendar_read.is_working_day(HERE, on)
        assert (answer.working, answer.certain) == (working, True)


def test_a_year_not_yet_published_is_counted_monday_to_friday_and_says_so():
    answer = calendar_read.is_working_day(HERE, date(2027, 1, 1))
    assert (answer.working, answer.certain) == (True, False)
    assert calendar_read.uncertain(date(2027, 1, 1)) == "2027年放假安排未公布，按周一至周五计。"


def test_the_first_day_declared_for_the_country_makes_its_year_certain():
    declare(date(2027, 1, 1))
    found = calendar_read.add_working_days(HERE, date(2026, 12, 31), 1)
    assert (found.on, found.certain) == (date(2027, 1, 4), True)


def test_a_day_of_one_programme_is_nobody_elses_and_makes_no_year_certain():
    flood = date(2027, 3, 3)
    declare(flood, programme_id=HERE, document="城政办发〔2027〕9号")
    assert not calendar_read.is_working_day(HERE, flood).working
    assert calendar_read.is_working_day(ELSEWHERE, flood).working
    assert not calendar_read.is_working_day(HERE, flood).certain


def test_the_programmes_own_word_holds_over_the_countrys():
    on = date(2026, 10, 8)
    declare(on, working=True, programme_id=HERE)
    declare(on, working=False)
    assert calendar_read.is_working_day(HERE, on).working
    assert not calendar_read.is_working_day(ELSEWHERE, on).working


def test_what_holds_already_is_not_declared_again_and_the_later_word_counts():
    on = date(2027, 5, 3)
    assert declare(on).pk == declare(on).pk
    changed = declare(on, working=True, document="关于调整的通知")
    assert (changed.n, DeclaredDay.objects.count()) == (2, 2)
    assert calendar_read.is_working_day(HERE, on).working


def test_without_a_document_nothing_is_declared():
    with pytest.raises(calendar.DocumentMissing, match="文号"):
        declare(date(2027, 5, 3), document=" ")


def test_a_declared_day_is_never_changed():
    declare(date(2027, 5, 3))
    with pytest.raises(DatabaseError), transaction.atomic():
        DeclaredDay.objects.update(working=True)
