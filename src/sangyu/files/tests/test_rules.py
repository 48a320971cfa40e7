"""What a camera claims is read where it can be, and never stops a photo."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.files import rules
from sangyu.files.rules import Claims

TAKEN = {rules.TAKEN_AT: "2026:11:10 10:05:09"}
HOME = {1: "N", 2: (36.0, 3.0, 39.96), 3: "E", 4: (103.0, 50.0, 3.48)}


def test_a_time_without_an_offset_is_beijing_time():
    assert rules.claims(TAKEN, {}).taken_at == datetime(2026, 11, 10, 10, 5, 9, tzinfo=rules.BEIJING)
    west = rules.claims(TAKEN | {rules.TAKEN_OFFSET: "+06:00"}, {}).taken_at
    assert west == datetime(2026, 11, 10, 10, 5, 9, tzinfo=timezone(timedelta(hours=6)))


def test_degrees_minutes_and_seconds_are_a_place():
    place = rules.claims({}, HOME).place
    assert (place.lng, place.lat) == pytest.approx((103.8343, 36.0611))
    south = rules.claims({}, HOME | {1: "S", 3: "W"}).place
    assert (south.lng, south.lat) == pytest.approx((-103.8343, -36.0611))


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {2: (36, 3, 0)},
        HOME | {2: "36.06"},
        HOME | {2: (36, 3)},
        HOME | {2: (360, 0, 0)},
        HOME | {4: (None, 1, 2)},
        {2: (0, 0, 0), 4: (0, 0, 0)},
    ],
)
def test_half_a_place_is_none(gps):
    assert rules.claims({}, gps).place is None


@pytest.mark.parametrize("text", ["", "0000:00:00 00:00:00", "yesterday", "2026:13:40 99:00:00"])
def test_half_a_time_is_none(text):
    assert rules.claims({rules.TAKEN_AT: text}, {}).taken_at is None


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.integers(0, 5), st.text() | st.none() | st.tuples(st.floats(), st.floats(), st.floats())))
def test_no_note_of_a_camera_stops_a_photo(gps):
    claims = rules.claims({}, gps)
    assert Claims.from_json(claims.to_json()).taken_at is None


def test_claims_are_read_back_as_they_were_written():
    claims = rules.claims(TAKEN, HOME)
    again = Claims.from_json(claims.to_json())
    assert again.taken_at == claims.taken_at
    assert (again.place.lng, again.place.lat) == pytest.approx((claims.place.lng, claims.place.lat), abs=1e-6)


def test_a_picture_that_must_be_unpacked_whole_may_hold_fewer_pixels_than_a_jpeg():
    rules.ensure_few_pixels(8000, 6000, jpeg=True)
    rules.ensure_few_pixels(4000, 4000, jpeg=False)
    with pytest.raises(rules.TooLarge, match="超过1600万像素"):
        rules.ensure_few_pixels(8000, 6000, jpeg=False)
    with pytest.raises(rules.TooLarge, match="超过5000万像素"):
        rules.ensure_few_pixels(9000, 6000, jpeg=True)
