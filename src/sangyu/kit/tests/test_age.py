from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.age import NotBornYet, age_on


@pytest.mark.parametrize(
    ("birth_on", "on", "age"),
    [
        (date(1951, 11, 2), date(2026, 11, 1), 74),
        (date(1951, 11, 2), date(2026, 11, 2), 75),
        (date(1948, 2, 29), date(2026, 2, 28), 77),
        (date(1948, 2, 29), date(2026, 3, 1), 78),
        (date(1948, 2, 29), date(2028, 2, 28), 79),
        (date(1948, 2, 29), date(2028, 2, 29), 80),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_a_year_is_full_on_the_birthday(birth_on, on, age):
    assert age_on(birth_on, on) == age


@given(birth_on=st.dates(date(1900, 1, 1), date(2000, 1, 1)), on=st.dates(date(2000, 1, 2), date(2100, 1, 1)))
@settings(deadline=None)
def test_an_age_grows_by_one_a_year(birth_on, on):
    later = on.replace(year=on.year + 1) if (on.month, on.day) != (2, 29) else date(on.year + 1, 3, 1)
    assert age_on(birth_on, later) == age_on(birth_on, on) + 1


def test_nobody_has_an_age_before_birth():
    with pytest.raises(NotBornYet, match="核对出生日期"):
        age_on(date(2026, 11, 3), date(2026, 11, 2))
