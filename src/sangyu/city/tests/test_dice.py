"""The dice: the same name gives the same throw, and a scatter meets everybody once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.city.dice import Scatter, Urn, below, chance, roll, scaled


def test_a_throw_depends_on_its_name_alone():
    first = roll(7, "no-show", "order-1")
    roll(7, "something", "else")
    assert roll(7, "no-show", "order-1") == first
    # A fixed figure: should it ever change, every published city changes with it.
    assert roll("sangyu") == 539319812583365676


def test_parts_of_a_name_are_told_apart():
    assert roll("ab", "c") != roll("a", "bc")


@given(st.integers(1, 10**6), st.integers())
@settings(deadline=None, max_examples=200)
def test_a_throw_stays_below_its_limit(limit, seed):
    assert 0 <= below(limit, seed, "x") < limit


def test_a_chance_comes_true_as_often_as_it_says():
    assert 170 < sum(chance(200, 7, "rain", n) for n in range(1000)) < 230
    assert not any(chance(0, 7, n) for n in range(100))
    assert all(chance(1000, 7, n) for n in range(100))


def test_an_urn_follows_its_weights():
    urn = Urn({"red": 3, "blue": 1, "never": 0})
    drawn = [urn.draw(7, n) for n in range(4000)]
    assert 2880 < drawn.count("red") < 3120
    assert "never" not in drawn


def test_an_empty_urn_is_refused():
    with pytest.raises(ValueError, match="at least one option"):
        Urn({})


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_a_scatter_visits_every_place_once(seed):
    scatter = Scatter(1024, seed)
    assert sorted(scatter.place(n) for n in range(1024)) == list(range(1024))


def test_the_first_few_of_a_scatter_are_spread_evenly():
    scatter = Scatter(1 << 17, 7)
    quarters = [scatter.place(n) * 4 // scatter.size for n in range(100)]
    assert all(23 <= quarters.count(quarter) <= 27 for quarter in range(4))


def test_a_figure_is_scaled_with_halves_upwards():
    assert [scaled(126, 1), scaled(5, 0.5), scaled(110_000, 0.01)] == [126, 3, 1100]
