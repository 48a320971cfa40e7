from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.point import BadPlace, Crs, Point, distance_m

MAINLAND = st.builds(Point, st.floats(98.0, 117.0), st.floats(25.0, 40.0))


@pytest.mark.parametrize(
    ("city", "lng", "lat", "shift_m"),
    [
        ("兰州", 103.83, 36.06, 219),
        ("曲靖", 103.80, 25.49, 391),
        ("潍坊", 119.16, 36.71, 527),
        ("太原", 112.55, 37.87, 556),
        ("武汉", 114.30, 30.60, 586),
        ("福州", 119.30, 26.08, 591),
        ("深圳", 114.06, 22.54, 606),
    ],
)
def test_consumer_maps_stand_hundreds_of_metres_beside_the_satellites(city, lng, lat, shift_m):
    true = Point(lng, lat)
    shown = true.converted(Crs.GCJ02)
    assert distance_m(true, Point(shown.lng, shown.lat)) == pytest.approx(shift_m, abs=2)


def test_a_known_landmark_is_converted_as_published():
    shown = Point(116.404, 39.915).converted(Crs.GCJ02)
    assert (shown.lng, shown.lat) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-7)


@given(place=MAINLAND)
@settings(deadline=None)
def test_there_and_back_is_the_same_place(place):
    back = place.converted(Crs.GCJ02).converted(Crs.WGS84)
    assert abs(back.lng - place.lng) < 1e-7
    assert abs(back.lat - place.lat) < 1e-7


@pytest.mark.parametrize(
    ("lng", "lat"), [(114.17, 22.30), (113.55, 22.19), (121.56, 25.03), (120.21, 22.99), (2.35, 48.86), (139.69, 35.69)]
)
@pytest.mark.parametrize(("start", "to"), [(Crs.WGS84, Crs.GCJ02), (Crs.GCJ02, Crs.WGS84)])
def test_places_outside_the_mainland_are_not_shifted(lng, lat, start, to):
    moved = Point(lng, lat, start).converted(to)
    assert (moved.lng, moved.lat, moved.crs) == (lng, lat, to)


@pytest.mark.parametrize(("lng", "lat"), [(114.05, 22.55), (113.93, 22.53), (113.57, 22.27), (118.09, 24.48)])
def test_mainland_towns_beside_the_borders_are_shifted(lng, lat):
    assert distance_m(Point(lng, lat), Point(lng, lat, Crs.GCJ02)) > 100


def test_government_maps_agree_with_the_satellites():
    place = Point(103.83, 36.06, Crs.CGCS2000)
    assert distance_m(place, Point(103.83, 36.06)) == 0
    assert place.converted(Crs.GCJ02).lng == Point(103.83, 36.06).converted(Crs.GCJ02).lng
    assert place.converted(Crs.WGS84) == Point(103.83, 36.06)


def test_what_is_known_of_a_place_travels_with_it():
    at = datetime(2026, 11, 2, tzinfo=UTC)
    moved = Point(103.83, 36.06, Crs.GCJ02, accuracy_m=15, source="GPS", at=at).converted(Crs.WGS84)
    assert (moved.crs, moved.accuracy_m, moved.source, moved.at) == (Crs.WGS84, 15, "GPS", at)


def test_the_other_side_of_the_earth_is_half_a_circle_away():
    assert distance_m(Point(0, 0), Point(180, 0)) == pytest.approx(20_015_115, abs=1)
    assert distance_m(Point(10, 50), Point(-170, -50)) == pytest.approx(20_015_115, abs=1)


def test_a_degree_of_latitude_is_about_111_km():
    assert distance_m(Point(103.0, 36.0), Point(103.0, 37.0)) == pytest.approx(111_195, abs=1)


@given(a=MAINLAND, b=MAINLAND)
@settings(deadline=None)
def test_a_distance_is_the_same_both_ways_and_in_both_systems(a, b):
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert distance_m(a.converted(Crs.GCJ02), b) == pytest.approx(distance_m(a, b), abs=0.05)


@pytest.mark.parametrize(("lng", "lat"), [(180, 90), (-180, -90), (0, 0)])
def test_the_whole_earth_can_be_named(lng, lat):
    assert Point(lng, lat, accuracy_m=0).accuracy_m == 0


@pytest.mark.parametrize(
    ("lng", "lat"), [(36.06, 103.83), (180.5, 0), (-180.5, 0), (0, 90.5), (0, -90.5), (float("nan"), 0)]
)
def test_swapped_or_impossible_coordinates_are_refused(lng, lat):
    with pytest.raises(BadPlace, match="填反"):
        Point(lng, lat)


@pytest.mark.parametrize("accuracy_m", [-1, float("inf"), float("nan")])
def test_an_impossible_accuracy_is_refused(accuracy_m):
    with pytest.raises(BadPlace, match="精度"):
        Point(103.83, 36.06, accuracy_m=accuracy_m)


def test_an_unknown_system_is_refused():
    with pytest.raises(ValueError, match="BD09"):
        Point(103.83, 36.06, "BD09")  # type: ignore[arg-type]
