from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.phone import BadPhone, parse, plain

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13900000001", "13900000001"),
        (" 139 0000 0001 ", "13900000001"),
        ("139-0000-0001", "13900000001"),
        ("+86 13900000001", "13900000001"),
        ("008613900000001", "13900000001"),
        ("8613900000001", "13900000001"),
        ("013900000001", "13900000001"),
        ("１３９０００００００１", "13900000001"),
        ("0931-8000001", "09318000001"),
        ("（0931）8000001", "09318000001"),
        ("+86 931 8000001", "09318000001"),
        ("+861080000001", "01080000001"),
        ("4001234567", "4001234567"),
        ("965885", "965885"),
        ("12349", "12349"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, number):
    assert parse(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "8000001", "1390000000", "139000000012", "张三", "0931800", "12900000001", "09318000001转802"]
)
def test_what_nobody_can_ring_is_refused(typed):
    with pytest.raises(BadPhone, match="手机是11位，固定电话请写区号"):
        parse(typed)


@pytest.mark.parametrize("reported", ["", "anonymous", "+4420000000", "8000001"])
def test_an_odd_number_still_rings(reported):
    assert plain(reported) == reported


@settings(deadline=None, max_examples=60)
@given(MOBILES, st.sampled_from(["", "0", "+86", "0086", "86", "+86 "]))
def test_a_mobile_is_one_number_with_any_prefix(mobile, prefix):
    assert parse(prefix + mobile) == mobile
    assert plain(plain(prefix + mobile)) == mobile
