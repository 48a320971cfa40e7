"""Canteens stand where somebody lives, and who eats there on a day is the same whoever asks."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from sangyu.city import canteens, places
from sangyu.city.blueprint import BEIJING, LAPSING, Blueprint
from sangyu.city.tests.town import SEED, TREE
from sangyu.kit.month import Month
from sangyu.kit.point import distance_m
from sangyu.meals.rules import LUNCH_UNTIL

MONTH = Month(2026, 10)


@pytest.fixture(scope="module")
def plan() -> Blueprint:
    """A hundredth of the district: 1,100 elders."""
    return Blueprint(TREE, 0.01, SEED, MONTH)


@pytest.mark.parametrize(("scale", "count"), [(0.0005, 2), (0.005, 2), (0.05, 3)])
def test_a_city_has_its_share_of_canteens_and_never_fewer_than_two(scale: float, count: int) -> None:
    assert len(canteens.canteens(Blueprint(TREE, scale, SEED, MONTH))) == count


def test_each_stands_in_a_community_of_its_own_that_its_enterprise_serves(plan: Blueprint) -> None:
    made = canteens.canteens(plan)
    assert len({canteen.community_code for canteen in made}) == len({canteen.name for canteen in made}) == len(made)
    for canteen in made:
        assert canteen.community_code in plan.elders_of
        assert canteen.community_code[:9] in canteen.firm.subdistricts
        assert canteen.firm.n != LAPSING


def test_three_elders_in_four_hold_a_card_with_a_number_of_their_own(plan: Blueprint) -> None:
    holders = [elder for elder in plan.elders if canteens.has_card(plan, elder)]
    assert 0.68 < len(holders) / len(plan.elders) < 0.78
    assert len({canteens.card_number(elder) for elder in plan.elders}) == len(plan.elders)


def test_a_card_holder_eats_at_the_nearest_canteen(plan: Blueprint) -> None:
    made = canteens.canteens(plan)
    guests = canteens.regulars(plan, made)
    assert sum(map(len, guests.values())) == sum(canteens.has_card(plan, elder) for elder in plan.elders)
    for canteen in made:
        for elder in guests[canteen.n]:
            here = places.community(elder.community_code, plan.seed)
            assert distance_m(here, canteen.place) == min(distance_m(here, other.place) for other in made)


def test_lunch_is_eaten_at_noon_by_two_in_a_hundred_and_the_same_when_asked_again(plan: Blueprint) -> None:
    canteen = canteens.canteens(plan)[0]
    guests = canteens.regulars(plan, (canteen,))[canteen.n]
    days = [MONTH.first_day + timedelta(days=n) for n in range(31)]
    served = [list(canteens.lunches(canteen, guests, day, seed=SEED)) for day in days]
    assert served == [list(canteens.lunches(canteen, guests, day, seed=SEED)) for day in days]
    for day, lunches in zip(days, served, strict=True):
        assert abs(len(lunches) - len(guests) * canteens.DINERS_PM / 1000) < 1
        for lunch in lunches:
            assert lunch.at.astimezone(BEIJING).date() == day
            assert time(11) <= lunch.at.time() < LUNCH_UNTIL
    given_back = sum(lunch.is_given_back(SEED) for lunches in served for lunch in lunches)
    assert 0 < given_back < sum(map(len, served)) / 10
