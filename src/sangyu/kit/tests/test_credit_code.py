from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.credit_code import ALPHABET, BadCreditCode, parse

VALID = "91110000600037341L"


@pytest.mark.parametrize("text", [VALID, VALID.lower(), " 91110000 600037341L", "９１１１００００６０００３７３４１Ｌ"])
def test_a_valid_code_is_read_however_it_is_typed(text):
    assert str(parse(text)) == VALID


def test_a_code_tells_its_area_and_who_registered_it():
    assert parse(VALID).area_code == "110000"
    assert not parse(VALID).is_social_organisation


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "应为18位，现为0位"),
        (VALID[:-1], "应为18位，现为17位"),
        ("9111000060003734IL", "“I”"),
        ("91A10000600037341L", "行政区划码"),
        ("91110000600037341M", "校验位不符"),
    ],
)
def test_a_refusal_says_which_check_failed(text, why):
    with pytest.raises(BadCreditCode, match=why):
        parse(text)


@given(place=st.integers(8, 17), other=st.sampled_from(ALPHABET))
@settings(deadline=None)
def test_one_wrong_character_is_always_caught(place, other):
    wrong = VALID[:place] + other + VALID[place + 1 :]
    if wrong != VALID:
        with pytest.raises(BadCreditCode, match="校验位"):
            parse(wrong)
