from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.resident_id import BadResidentId, Sex, from_old, parse

STANDARD_EXAMPLE = "11010519491231002X"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NOT_DIGITS = "身份证号码前17位只能是数字，最后一位只能是数字或X。请对照证件重新填写。"


def with_check(first_17: str) -> str:
    """Close a number with its check digit, by the printed weights of the standard."""
    return first_17 + "10X98765432"[sum(int(d) * w for d, w in zip(first_17, WEIGHTS, strict=True)) % 11]


def test_the_example_of_the_standard_is_read():
    found = parse(STANDARD_EXAMPLE)
    assert (found.birth_on, found.sex, found.area_code) == (date(1949, 12, 31), Sex.FEMALE, "110105")
    assert found.residence_permit == ""


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_spaces_case_and_width_are_forgiven(text):
    assert parse(text).number == STANDARD_EXAMPLE


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "身份证号码应为18位，现为0位。请对照证件重新填写。"),
        ("1101051949123100", "身份证号码应为18位，现为16位。请对照证件重新填写。"),
        ("110105491231002", "这是15位旧身份证号码，办理业务须用18位号码。请对照现用身份证填写。"),
        ("11010519491231O02X", NOT_DIGITS),
        ("11010519491231002Y", NOT_DIGITS),
        ("1101051949123100٣X", NOT_DIGITS),
        (with_check("11010519490231002"), "身份证号码中的出生日期“19490231”不存在。请对照证件重新填写。"),
        (with_check("11010519001301002"), "身份证号码中的出生日期“19001301”不存在。请对照证件重新填写。"),
        (with_check("11010500491231002"), "身份证号码中的出生日期“00491231”不存在。请对照证件重新填写。"),
        ("110105194912310021", "身份证号码校验位不符，可能有一位填错。请对照证件重新填写。"),
    ],
)
def test_a_refusal_says_which_check_failed_and_what_to_do(text, sentence):
    with pytest.raises(BadResidentId) as refused:
        parse(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("11010519491231002X", "旧身份证号码应为15位，现为18位。请核对。"),
        ("11010549123100X", "15位旧身份证号码只能是数字。请核对。"),
    ],
)
def test_what_is_no_old_number_is_told_too(text, sentence):
    with pytest.raises(BadResidentId) as refused:
        from_old(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("prefix", "kind"), [("810000", "香港"), ("820000", "澳门"), ("830000", "台湾")])
def test_residence_permits_pass_the_same_check(prefix, kind):
    found = parse(with_check(prefix + "19450101" + "001"))
    assert kind in found.residence_permit
    assert found.sex is Sex.MALE


@given(
    birth_on=st.dates(date(1900, 1, 1), date(2020, 12, 31)),
    area=st.integers(110000, 659999),
    number=st.integers(0, 999),
    place=st.integers(0, 16),
    other=st.integers(1, 9),
)
@settings(deadline=None)
def test_every_well_formed_number_is_read_and_one_wrong_digit_never(birth_on, area, number, place, other):
    whole = with_check(f"{area}{birth_on:%Y%m%d}{number:03d}")
    assert parse(whole).birth_on == birth_on
    wrong = whole[:place] + str((int(whole[place]) + other) % 10) + whole[place + 1 :]
    with pytest.raises(BadResidentId):
        parse(wrong)


def test_an_old_number_becomes_todays():
    assert from_old("110105491231002").number == STANDARD_EXAMPLE


@pytest.mark.parametrize("text", [STANDARD_EXAMPLE, "11010549123100X", "110105490231002"])
def test_what_is_no_old_number_is_refused(text):
    with pytest.raises(BadResidentId):
        from_old(text)


def test_a_number_never_gets_into_a_log_line():
    found = parse(STANDARD_EXAMPLE)
    assert found.masked() == "110105********002X"
    assert "19491231" not in repr(found)
    assert str(found) == STANDARD_EXAMPLE
    with pytest.raises(BadResidentId) as refused:
        parse("110105194912310021")
    assert "110105" not in str(refused.value)
