"""Every column that tells of a person has a purpose, and the file of purposes says what it must."""

from __future__ import annotations

from datetime import date

import pytest

from sangyu.privacy import queries as privacy_read
from sangyu.privacy.rules import BadRegister, bound, read_register
from sangyu.privacy.tests.people import columns, every_column

GOOD = """
[events]
told = "发出之日"
[[purpose]]
code = "tell"
title = "告知"
basis = "CONTRACT"
law = "第十三条"
why = "让人知道"
recipients = ["本人"]
retention = "半年"
days = 180
counted_from = "told"
fields = ["outbox.Text.phone"]
[[topic]]
code = "news"
purpose = "tell"
title = "告诉家属"
question = "可以吗？"
without_a_word = true
"""


def test_every_column_that_tells_of_a_person_has_a_purpose():
    register = privacy_read.register()
    without = [name for name in columns() if not register.covers(name)]
    assert without == [], "给这些列在 privacy/purposes.toml 里写上目的，或列入 nobody"


def test_every_purpose_is_for_columns_that_are_there():
    register = privacy_read.register()
    there = every_column()
    named = [name for one in register.purposes for name in one.fields] + list(register.nobody)
    tables = {name.rpartition(".")[0] for name in there}
    gone = [name for name in named if name not in there and not (name.endswith(".*") and name[:-2] in tables)]
    assert gone == []


def test_a_column_without_a_purpose_is_found():
    register = read_register(GOOD)
    assert register.covers("outbox.Text.phone")
    assert not register.covers("outbox.Text.body")


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('basis = "CONTRACT"', 'basis = "HABIT"', "没有“HABIT”这种合法性基础"),
        ("days = 180", "days = 0", "days 应为正整数"),
        ('counted_from = "told"', "", "要么都写"),
        ('days = 180\ncounted_from = "told"', "swept = true", "写了 swept 就要写保存多久"),
        ('counted_from = "told"', 'counted_from = "once"', "events 里没有“once”"),
        ('why = "让人知道"', "", "缺“why”"),
        ('recipients = ["本人"]', "", "没有写谁看得到"),
        ('fields = ["outbox.Text.phone"]', 'fields = ["phone"]', "不是“房间.表.列”"),
        ('fields = ["outbox.Text.phone"]', 'fields = ["outbox.Text.phone", "outbox.Text.phone"]', "写了两次"),
        ('purpose = "tell"', 'purpose = "sell"', "没有“sell”这个目的"),
        ("without_a_word = true", 'without_a_word = "yes"', "true 或 false"),
        ('title = "告诉家属"', 'title = "告诉家属"\nfee = 3', "不认识“fee”"),
        ("[events]", "[event]", "不认识的段落"),
        ("[[purpose]]", "[purpose", "读不懂"),
    ],
)
def test_a_fault_is_named(was: str, becomes: str, fault: str) -> None:
    assert was in GOOD
    with pytest.raises(BadRegister, match=fault):
        read_register(GOOD.replace(was, becomes, 1))


def test_the_law_binds_until_its_last_day():
    purposes = privacy_read.register().purposes
    served = {"served": date(2026, 11, 10)}
    assert [one.until for one in bound(purposes, served, date(2029, 11, 9))] == [date(2029, 11, 10)]
    assert bound(purposes, served, date(2029, 11, 10)) == []
    paid = served | {"paid": date(2026, 11, 30)}
    assert [one.until.year for one in bound(purposes, paid, date(2026, 12, 1))] == [2056, 2029]
    assert bound(purposes, {}, date(2026, 12, 1)) == []
