"""Every door stands where it stood, in the valley, near its community."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.city import places
from sangyu.city.tests.town import SEED, TREE
from sangyu.kit.point import Crs, distance_m


def test_centres_lie_inside_the_outline_and_the_outline_is_not_everywhere():
    assert all(places.inside(lng, lat) for lng, lat, _ in places.SUBDISTRICTS.values())
    assert not places.inside(103.75, 36.05)
    assert not places.inside(103.83, 36.02)


@given(st.integers())
@settings(deadline=None, max_examples=20)
def test_communities_lie_in_the_valley_and_near_their_subdistrict(seed):
    for community in TREE.communities:
        point = places.community(community.code, seed)
        lng, lat, radius_m = places.SUBDISTRICTS[community.parent]
        assert places.inside(point.lng, point.lat)
        assert distance_m(point, places.subdistrict(community.parent, seed)) <= radius_m + 1, (lng, lat)


@given(st.integers(), st.text(max_size=10))
@settings(deadline=None, max_examples=50)
def test_a_door_is_where_it_was_and_near_its_community(seed, household):
    door = places.door("620102004004", seed, household)
    assert door == places.door("620102004004", seed, household)
    assert distance_m(door, places.community("620102004004", seed)) <= places.DOOR_SPREAD_M + 1
    assert (door.crs, door.source) == (Crs.WGS84, "INVENTED")


def test_another_seed_is_another_city():
    assert places.community("620102004004", 1) != places.community("620102004004", 2)


def test_the_nearest_neighbour_of_a_subdistrict_is_itself():
    codes = tuple(places.SUBDISTRICTS)
    assert all(places.neighbours(code, codes, SEED)[0] == code for code in codes)


def test_districts_without_an_outline_are_scattered_round_their_middle():
    lng, lat, radius_m = places.MIDDLES["4201"]
    point = places.community("420106001001", SEED)
    assert abs(point.lng - lng) < 0.2
    assert abs(point.lat - lat) < 0.2
    assert radius_m == 14000


def test_an_unplaced_district_is_refused():
    with pytest.raises(LookupError, match="MIDDLES"):
        places.subdistrict("110101001", SEED)


@given(st.integers(0, 5000), st.integers(0, 359))
@settings(deadline=None, max_examples=50)
def test_beside_is_as_far_as_it_says(metres, bearing):
    door = places.door("620102004004", SEED, 1)
    away = places.beside(door, metres=metres, bearing_degrees=bearing)
    assert distance_m(door, away) == pytest.approx(metres, rel=0.01, abs=0.3)
