from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangyu.kit.money import BadAmount, NothingToSplit, apportion, half_up, parse_yuan, yuan

FEN = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123450, "1,234.50"), (-123456789, "-1,234,567.89")]
)
def test_fen_are_written_as_yuan(fen, text):
    assert yuan(fen) == text


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.5", 1250),
        ("12", 1200),
        ("0.05", 5),
        ("1,234.50", 123450),
        ("¥ 12.50", 1250),
        ("￥12.50", 1250),
        ("１２．５０元", 1250),
        (" -3.00 ", -300),
    ],
)
def test_yuan_are_read_as_people_type_them(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "十二", "12.345", "1,2,3", "12,34.00", "1e3", "--1", ".5", "12.", "nan"])
def test_what_is_not_an_amount_is_refused_in_words(text):
    with pytest.raises(BadAmount, match="不是金额"):
        parse_yuan(text)


@given(fen=FEN)
@settings(deadline=None)
def test_writing_and_reading_an_amount_gives_it_back(fen):
    assert parse_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (0, 1, 0),
        (1, 1, 1),
        (-1, 1, -1),
        (1, 2, 1),
        (-1, 2, -1),
        (1, 3, 0),
        (2, 3, 1),
        (5, 2, 3),
        (5, -2, -3),
        (-4, -3, 1),
        (0, 7, 0),
    ],
)
def test_halves_go_away_from_zero(numerator, denominator, rounded):
    assert half_up(numerator, denominator) == rounded


# A sum times a weight, as shares and coefficients make it: more digits than a float can hold.
PRODUCTS = st.integers(-(10**30), 10**30)


@given(numerator=FEN | PRODUCTS, denominator=st.integers(1, 10**6))
@example(numerator=10**17 + 1, denominator=2)
@settings(deadline=None)
def test_rounding_is_never_off_by_more_than_a_half(numerator, denominator):
    assert abs(Fraction(numerator, denominator) - half_up(numerator, denominator)) <= Fraction(1, 2)


def test_dividing_by_nothing_is_an_error():
    with pytest.raises(ZeroDivisionError):
        half_up(1, 0)


@pytest.mark.parametrize(
    ("total_fen", "weights", "parts"),
    [
        (1000, {"city": 1, "district": 1, "street": 1}, {"city": 334, "district": 333, "street": 333}),
        (100, {"government": 700, "elder": 300}, {"government": 70, "elder": 30}),
        (1, {"elder": 0, "sponsor": 500, "government": 500}, {"elder": 0, "sponsor": 1, "government": 0}),
        (0, {"elder": 1}, {"elder": 0}),
    ],
)
def test_a_sum_is_split_by_largest_remainder_and_ties_go_to_the_first(total_fen, weights, parts):
    assert apportion(total_fen=total_fen, weights=weights) == parts


@given(
    total_fen=st.integers(0, 10**12),
    weights=st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any).map(lambda ws: dict(enumerate(ws))),
)
@settings(deadline=None)
def test_parts_add_up_stay_within_a_fen_and_a_zero_weight_gets_nothing(total_fen, weights):
    parts = apportion(total_fen=total_fen, weights=weights)
    whole = sum(weights.values())
    assert list(parts) == list(weights)
    assert sum(parts.values()) == total_fen
    for who, part in parts.items():
        assert abs(part - Fraction(total_fen * weights[who], whole)) < 1
        assert weights[who] or part == 0


def test_a_negative_sum_or_weight_is_refused():
    with pytest.raises(BadAmount, match="冲正"):
        apportion(total_fen=-1, weights={"elder": 1})
    with pytest.raises(BadAmount, match="比例"):
        apportion(total_fen=1, weights={"elder": -1, "government": 2})


def test_a_sum_nobody_pays_is_refused():
    with pytest.raises(NothingToSplit):
        apportion(total_fen=1, weights={"elder": 0})


def test_the_odd_fen_goes_to_the_largest_remainder_and_not_to_the_largest_share():
    assert apportion(total_fen=10, weights={"city": 60, "district": 25, "elder": 15}) == {
        "city": 6,
        "district": 3,
        "elder": 1,
    }


def test_what_cannot_be_split_says_what_to_look_at():
    with pytest.raises(NothingToSplit) as refused:
        apportion(total_fen=500, weights={"city": 0})
    assert str(refused.value) == "5.00 元没有可分摊的对象：所有比例均为零。请检查政策表中的比例。"
    with pytest.raises(BadAmount) as refused:
        apportion(total_fen=500, weights={"city": -1, "elder": 2})
    assert str(refused.value) == "分摊比例不能为负数。请检查政策表中的比例。"
