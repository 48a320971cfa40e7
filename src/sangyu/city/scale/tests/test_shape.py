"""A district of years from a month: how many months it takes, and that no two copies meet."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.city.scale.people import phone_of
from sangyu.city.scale.shape import CANTEEN_COPIES, FIRM_COPIES, TILES, Shape, canteen_copy, firm_copy
from sangyu.kit.month import Month

OCTOBER = Month(2026, 10)
A_DAY = dict.fromkeys(range(1, 32), 13)


def orders(whole: Shape) -> int:
    """Count what the template and its copies come to."""
    copied = sum(
        (piece.until_tile - piece.first_tile) * sum(n for day, n in whole.orders_by_day.items() if day <= piece.days)
        for piece in whole.pieces
    )
    return sum(whole.orders_by_day.values()) + copied


@settings(deadline=None, max_examples=30)
@given(wanted=st.integers(0, 8_000_000), tiles=st.integers(2, TILES))
def test_a_district_has_the_orders_wanted_and_at_most_one_tile_more(wanted: int, tiles: int) -> None:
    whole = Shape(OCTOBER, A_DAY, wanted, tiles)
    assert max(wanted, 31 * 13) <= orders(whole) < max(wanted, 31 * 13) + 31 * 13


def test_the_months_run_back_from_the_one_that_was_played_and_only_the_oldest_is_in_part() -> None:
    whole = Shape(OCTOBER, A_DAY, 200_000)
    assert [str(piece.month) for piece in whole.pieces] == ["2026-08", "2026-09", "2026-10"]
    assert [piece.until_tile for piece in whole.pieces[1:]] == [TILES, TILES]
    assert whole.pieces[0].until_tile < TILES
    assert [piece.shift_days for piece in whole.pieces] == [-61, -30, 0]


def test_no_copy_has_the_prefix_of_another() -> None:
    whole = Shape(OCTOBER, A_DAY, 7_450_000)
    prefixes = [piece.cell(tile) for piece in whole.pieces for tile in range(TILES)]
    prefixes += [piece.of_firm(copy) for piece in whole.pieces for copy in range(FIRM_COPIES)]
    prefixes += [piece.of_month for piece in whole.pieces]
    prefixes += [whole.tile(tile) for tile in range(TILES)] + [whole.firm(copy) for copy in range(FIRM_COPIES)]
    prefixes += [whole.canteen(copy) for copy in range(CANTEEN_COPIES + 1)]
    assert max(Counter(prefixes).values()) == 1
    assert prefixes[: len(whole.pieces) * TILES] == sorted(prefixes[: len(whole.pieces) * TILES])


def test_ids_carry_the_month_as_those_of_the_verbs_do() -> None:
    piece = Shape(OCTOBER, A_DAY, 200_000).pieces[0]
    first_ms = int(piece.cell(0), 16) << 16
    assert abs(first_ms / 86_400_000 - (piece.month.first_day - date(1970, 1, 1)).days) < 0.01


def test_six_enterprises_and_two_canteens_become_126_and_65_and_a_canteen_stays_with_its_enterprise() -> None:
    assert 6 * len({firm_copy(tile) for tile in range(TILES)}) == 126
    assert sum(len({canteen_copy(place, tile) for tile in range(TILES)}) for place in range(2)) == 65
    for place in range(2):
        of_canteen = {(canteen_copy(place, tile), firm_copy(tile)) for tile in range(1, TILES)}
        assert len(of_canteen) == len({copy for copy, _ in of_canteen})


def test_a_template_without_orders_makes_no_district() -> None:
    with pytest.raises(ValueError, match="without orders"):
        _ = Shape(OCTOBER, {}, 10).pieces


@pytest.mark.parametrize("phone", ["15473255224", "09311209953", "16400000001"])
def test_every_copy_has_a_telephone_of_its_own_and_of_the_same_kind(phone: str) -> None:
    numbers = [phone_of(phone, tile) for tile in range(TILES)]
    assert len(set(numbers)) == TILES
    assert {(len(number), number[:3]) for number in numbers} == {(len(phone), phone[:3])}
