"""Two sheets side by side, a third person's word, and how days are counted."""

from __future__ import annotations

from datetime import date

import pytest

from sangyu.assessment.rules import AnswersMissing, differences, disputable_until, merged, months_later
from sangyu.assessment.tests.sheets import GB, best


def test_where_two_differ_the_third_decides_and_nowhere_else():
    first = best(GB)
    second = first | {"B.1.3": 2, "B.4.1": 1}
    assert differences(GB, first, second) == ("B.1.3", "B.4.1")
    answers = merged(GB, first, second, {"B.1.3": 3, "B.4.1": 1, "B.1.1": 0})
    assert (answers["B.1.3"], answers["B.4.1"], answers["B.1.1"]) == (3, 1, 4)


def test_every_difference_is_decided():
    first = best(GB)
    with pytest.raises(AnswersMissing, match="还有1项没有裁定：视力"):
        merged(GB, first, first | {"B.1.3": 2, "B.4.1": 1}, {"B.1.3": 3})


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 9), 12, date(2027, 11, 9)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_go_by_the_calendar(day, months, later):
    assert months_later(day, months) == later


def test_the_last_day_to_dispute_is_whole():
    assert disputable_until(date(2026, 11, 9), 30) == date(2026, 12, 10)
