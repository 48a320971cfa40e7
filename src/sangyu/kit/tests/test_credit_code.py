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
    ("text", "sentence"),
    [
        ("", "统一社会信用代码应为18位，现为0位。请对照营业执照重新填写。"),
        (VALID[:-1], "统一社会信用代码应为18位，现为17位。请对照营业执照重新填写。"),
        ("9111O000600037341I", "统一社会信用代码含有不应出现的字符“IO”（不使用字母I、O、S、V、Z）。请核对。"),
        ("91A10000600037341L", "统一社会信用代码第3至8位应为数字（登记机关行政区划码）。请核对。"),
        ("91110000600037341M", "统一社会信用代码校验位不符，可能有一位填错。请对照营业执照重新填写。"),
    ],
)
def test_a_refusal_says_which_check_failed_and_what_to_do(text, sentence):
    with pytest.raises(BadCreditCode) as refused:
        parse(text)
    assert str(refused.value) == sentence


@given(place=st.integers(8, 17), other=st.sampled_from(ALPHABET))
@settings(deadline=None)
def test_one_wrong_character_is_always_caught(place, other):
    wrong = VALID[:place] + other + VALID[place + 1 :]
    if wrong != VALID:
        with pytest.raises(BadCreditCode, match="校验位"):
            parse(wrong)
