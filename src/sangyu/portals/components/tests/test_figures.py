"""Figures, times and people are written one way on every screen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.portals.components.templatetags import sangyu as tags

FENS = st.integers(-(10**14), 10**14)


@pytest.mark.parametrize(
    ("amount_fen", "plain", "signed"),
    [(123450, "1,234.50", "¥1,234.50"), (0, "0.00", "¥0.00"), (-500, "-5.00", "-¥5.00"), (7, "0.07", "¥0.07")],
)
def test_fen_become_yuan(amount_fen, plain, signed):
    assert (tags.fen(amount_fen), tags.yuan(amount_fen)) == (plain, signed)


@settings(deadline=None, max_examples=50)
@given(FENS)
def test_no_fen_is_lost_in_writing(amount_fen):
    text = tags.fen(amount_fen).replace(",", "")
    sign = -1 if text.startswith("-") else 1
    whole, part = text.lstrip("-").split(".")
    assert sign * (int(whole) * 100 + int(part)) == amount_fen


@pytest.mark.parametrize(
    "write", [tags.fen, tags.yuan, tags.capitals, tags.pm, tags.tenths, tags.beijing, tags.masked_id]
)
def test_nothing_known_is_a_dash_and_never_a_zero(write):
    assert write(None) == "—"


def test_capitals_are_those_of_the_voucher():
    assert tags.capitals(123450) == "人民币壹仟贰佰叁拾肆元伍角整"


@pytest.mark.parametrize(("value", "text"), [(950, "95.0%"), (1000, "100.0%"), (3, "0.3%"), (-15, "-1.5%")])
def test_per_mille_become_per_cent(value, text):
    assert tags.pm(value) == text


def test_tenths_are_a_score():
    assert tags.tenths(905) == "90.5"


def test_an_instant_is_beijing_time_with_its_weekday():
    evening_in_utc = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)
    assert tags.beijing(evening_in_utc) == "11月22日 周日 01:05"
    assert tags.beijing(evening_in_utc, "year") == "2026年11月22日 周日 01:05"
    assert tags.beijing(evening_in_utc, "clock") == "01:05"
    assert tags.beijing_date(evening_in_utc) == "11月22日 周日"


def test_the_zone_an_instant_came_in_makes_no_difference():
    there = timezone(timedelta(hours=-8))
    moment = datetime(2026, 11, 21, 9, 5, tzinfo=there)
    assert tags.beijing(moment) == tags.beijing(moment.astimezone(UTC))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        tags.beijing(datetime(2026, 11, 22, 9, 30))  # noqa: DTZ001


def test_a_day_needs_no_zone():
    assert tags.beijing_date(date(2026, 10, 1), "year") == "2026年10月1日 周四"


def test_english_pages_write_english_days():
    with translation.override("en"):
        assert tags.beijing(datetime(2026, 11, 22, 1, 30, tzinfo=UTC)) == "Sun 22 Nov 09:30"


def test_people_are_masked():
    assert tags.masked_id("620102194403011234") == "620102********1234"
    assert tags.masked_phone("13900005678") == "139****5678"
    assert tags.masked_name("罗秀珍") == "罗*珍"
