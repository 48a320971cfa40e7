from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.names import mask_name, mask_phone, mask_resident_id, readings, search_keys, sort_key


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王国民", "王*民"), ("李梅", "李*"), ("欧阳明月", "欧**月"), ("金", "*"), ("", ""), ("𠮷田", "𠮷*")],
)
def test_a_public_page_shows_the_ends_of_a_name(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800005678", "138****5678"), ("0931-8765432", "********5432"), ("965885", "**5885"), ("110", "***"), ("", "")],
)
def test_a_phone_keeps_its_last_four(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110105********002X"),
        ("H12345678", "*****5678"),
        ("12345", "*2345"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_an_id_loses_its_birth_date(number, masked):
    assert mask_resident_id(number) == masked


@given(text=st.text(min_size=1, max_size=30))
@settings(deadline=None)
def test_masks_keep_the_length_and_hide_something(text):
    for mask in (mask_name, mask_phone):
        assert len(mask(text)) == len(text)
        assert "*" in mask(text)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单国强", "单国强"),
        ("单国强", "国强"),
        ("单国强", "强"),
        ("单国强", "sgq"),
        ("单国强", "sg"),
        ("单国强", "shanguoqiang"),
        ("单国强", "dgq"),
        ("曾子", "zengzi"),
        ("仇英", "qiuying"),
        ("解放", "xiefang"),
        ("朴正", "piaozheng"),
        ("查良", "zhaliang"),
        ("区小明", "ouxiaoming"),
        ("尉迟恭", "yuchigong"),
        ("尉迟恭", "ycg"),
        ("吕梅", "lvmei"),
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("阿依古丽•买买提", "丽买"),
        ("John Smith", "johnsmith"),
        ("𠮷田", "𠮷"),
    ],
)
def test_a_person_is_found_by_what_is_typed(name, typed):
    assert typed in search_keys(name)


def test_phones_and_numbers_are_found_by_their_last_four():
    keys = search_keys("李梅", phones=["138-0000-1234", "0931 8765432"], numbers=["11010519491231002X"])
    assert {"1234", "5432", "002x"} <= set(keys)
    assert "13800001234" not in keys


@given(name=st.text(max_size=20))
@settings(deadline=None)
def test_keys_are_never_empty_nor_repeated_for_any_name(name):
    keys = search_keys(name)
    assert all(keys)
    assert len(set(keys)) == len(keys)
    assert sort_key(name) == sort_key(name)


def test_the_keys_of_a_name_are_these_and_no_more():
    assert search_keys("李小梅") == ["李小梅", "李", "小", "梅", "李小", "小梅", "lixiaomei", "l", "lx", "lxm"]
    assert readings("单强") == [["shan", "qiang"], ["dan", "qiang"]]
    assert readings("李梅") == [["li", "mei"]]
    assert sort_key("李梅") == "li mei 李梅"


def test_an_empty_name_has_no_keys():
    assert search_keys("") == []
    assert readings("") == []
    assert sort_key("") == ""


def test_names_sort_as_in_a_phone_book():
    assert sorted(["曾国", "单强", "李梅", "阿依", "蔡明", "区明"], key=sort_key) == [
        "阿依",
        "蔡明",
        "李梅",
        "区明",
        "单强",
        "曾国",
    ]


def test_of_a_number_that_is_no_mobile_only_the_last_four_digits_are_shown():
    assert mask_phone("09318000001") == "*******0001"
    assert mask_phone("12345") == "*2345"
