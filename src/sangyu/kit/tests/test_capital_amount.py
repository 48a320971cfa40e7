from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.capital_amount import in_capitals
from sangyu.kit.money import BadAmount


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "人民币零元整"),
        (4, "人民币肆分"),
        (50, "人民币伍角整"),
        (54, "人民币伍角肆分"),
        (100, "人民币壹元整"),
        (1000, "人民币壹拾元整"),
        (123450, "人民币壹仟贰佰叁拾肆元伍角整"),
        (32504, "人民币叁佰贰拾伍元零肆分"),
        (168032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (1640902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (10700053, "人民币壹拾万零柒仟元零伍角叁分"),
        (10_000_000_000, "人民币壹亿元整"),
        (1_000_000_000_100, "人民币壹佰亿零壹元整"),
        (100_000_000_000_000, "人民币壹万亿元整"),
        (123_450_000_000_000, "人民币壹万贰仟叁佰肆拾伍亿元整"),
        (-150, "人民币负壹元伍角整"),
    ],
)
def test_amounts_are_written_as_on_vouchers(fen, text):
    assert in_capitals(fen) == text


def value_of(text: str) -> int:
    """Read capitals back, written apart from the product: each unit scales what stands before it."""
    found = re.fullmatch(r"人民币(负?)(?:(.*)元)?(.*?)整?", text)
    assert found
    sign, yuan_text, small = found.groups()
    digits = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
    total, section, digit = 0, 0, 0
    for character in yuan_text or "":
        if character in digits:
            digit = digits[character]
        elif character in "拾佰仟":
            section, digit = section + digit * 10 ** (1 + "拾佰仟".index(character)), 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        else:
            assert character == "亿"
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    fen = (total + section + digit) * 100
    for value, unit in re.findall(r"零?(.)([角分])", small):
        fen += digits[value] * (10 if unit == "角" else 1)
    return -fen if sign else fen


FEN = st.integers(0, 10**18 - 1) | st.lists(st.sampled_from("0001259"), min_size=1, max_size=18).map(
    lambda digits: int("".join(digits))
)


@given(fen=FEN)
@settings(deadline=None, max_examples=500)
def test_capitals_read_back_give_the_amount(fen):
    assert value_of(in_capitals(fen)) == fen


@given(fen=FEN)
@settings(deadline=None, max_examples=300)
def test_one_zero_stands_for_any_run_of_zeros_and_none_at_an_edge(fen):
    text = in_capitals(fen).removeprefix("人民币")
    assert "零零" not in text
    if fen:
        assert not text.startswith("零")
        assert not re.search(r"零[拾佰仟万亿元角分整]", text)
        between = re.sub(r"0+$", "", str(fen))
        assert text.count("零") == len(re.findall(r"0+", between))
    assert text.endswith(("分", "整"))


def test_no_two_amounts_look_the_same():
    assert len({in_capitals(fen) for fen in range(20_000)}) == 20_000


def test_an_amount_without_words_is_refused():
    with pytest.raises(BadAmount, match="大写"):
        in_capitals(10**18)
