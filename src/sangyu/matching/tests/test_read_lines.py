"""What a register declares, how its lines are read, and what is said of a bad one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sangyu.kit.month import Month
from sangyu.matching import queries as matching_read
from sangyu.matching.rules import (
    Fault,
    FileUnreadable,
    Line,
    RegisterFault,
    Seen,
    doubts,
    fold_digest,
    line_digest,
    read_lines,
    read_register,
)
from sangyu.matching.tests.conftest import LI, NOVEMBER, stranger

DEATH = matching_read.register("death")
DIBAO = matching_read.register("dibao")
HEAD = ["姓名", "身份证号", "死亡日期"]


def read(*lines, register=DEATH, head=HEAD):
    return list(read_lines(register, [head, *lines]))


def test_titles_above_the_headings_and_empty_lines_are_passed_over():
    lines = [["城关区2026年10月死亡登记"], [], ["序号", *HEAD, "备注"], ["1", "李秀兰", LI, "2026-10-03", ""], ["", ""]]
    assert list(read_lines(DEATH, lines)) == [Line(4, LI, "李秀兰", date(2026, 10, 3))]


@pytest.mark.parametrize(
    "told",
    ["2026-10-03", "2026/10/3", "2026年10月3日", "20261003", "2026-10-03 00:00:00", datetime(2026, 10, 3, tzinfo=UTC)],
)
def test_days_come_in_many_forms(told):
    assert read(["李秀兰", LI, told])[0].on == date(2026, 10, 3)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["李秀兰", float(LI[:17] + "0"), "2026-10-03"], "后几位已经丢失"),
        (["李秀兰", LI[:17], "2026-10-03"], "应为18位"),
        (["李秀兰", LI, "2026-02-30"], "不是日期"),
        (["李秀兰", LI, LI], "不是日期"),
        (["李秀兰", LI, ""], "没有日期"),
        (["", LI, "2026-10-03"], "没有姓名"),
        (["李秀兰"], "应为18位"),
    ],
)
def test_a_bad_line_is_named_without_name_or_number(cells, why):
    (fault,) = read(cells)
    assert isinstance(fault, Fault)
    assert (fault.n, why in fault.why) == (2, True)
    assert "李秀兰" not in fault.why
    assert LI not in fault.why


def test_an_old_number_is_today_s_number():
    old = LI[:6] + LI[8:17]
    assert read(["李秀兰", old, "2026-10-03"])[0].number == LI


def test_a_file_without_its_headings_is_refused_by_what_is_missing():
    with pytest.raises(FileUnreadable, match="“死亡登记”名册的表头，缺少：死亡日期"):
        read(["李秀兰", LI], head=["姓名", "身份证号"])


def test_what_a_category_means_is_declared():
    assert [DIBAO.meaning(word) for word in ("农村低保", "特困人员", "临时救助")] == ["dibao", "extreme_poor", ""]
    assert isinstance(read(["李秀兰", LI, ""], register=DIBAO, head=["姓名", "身份证号", "救助类别"])[0], Fault)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("events", "monthly"), "kind must be"),
        (("[columns.on]", "[columns.day]"), "is no column"),
        (('"死者姓名"', '"身份证号码"'), "means two things"),
        (("required = true", "required = false"), "are required"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(change, said):
    text = (matching_read.declared.FOLDER / "death.toml").read_text(encoding="utf-8")
    with pytest.raises(RegisterFault, match=said):
        read_register("death", text.replace(*change))


def seen(lines=100, *, faults=0, matched=10, month=NOVEMBER, digest="a", months=None):
    return Seen(month, lines, faults, matched, digest, months or {})


def say(now, last=None, register=DIBAO, *, is_second=False):
    return "".join(doubts(register, now, last, is_second=is_second))


def test_a_usual_file_raises_no_doubt():
    last = seen(90, month=Month(2026, 10), digest="b")
    assert say(seen(), last) == ""
    assert say(seen(months={"2026-11": 3}), last, DEATH) == ""


@pytest.mark.parametrize(
    ("now", "last", "said"),
    [
        (seen(50), seen(100, month=Month(2026, 10), digest="b"), "少了50%，可能只有半份"),
        (seen(200), seen(100, month=Month(2026, 10), digest="b"), "多了100%"),
        (seen(), seen(month=Month(2026, 10)), "与2026-10的名册逐行相同"),
        (seen(), seen(month=Month(2026, 8), digest="b"), "中间缺2026-09、2026-10的名册"),
        (seen(faults=20), None, "有20行读不懂"),
        (seen(matched=0), None, "没有一位是已登记的老人"),
        (seen(0), None, "一行能用的也没有"),
        (seen(months={"2026-12": 2}), None, "有2行的日期晚于2026-11"),
    ],
)
def test_what_is_not_as_last_month_is_said(now, last, said):
    assert said in say(now, last)


def test_events_of_another_month_are_noticed_and_a_second_file():
    assert "最多的是2026-10（9行）" in say(seen(months={"2026-10": 9, "2026-11": 1}), register=DEATH)
    assert "这一份会代替它" in say(seen(), is_second=True)


def test_two_files_that_say_the_same_in_another_order_are_the_same():
    one, two = Line(2, LI, "李秀兰", date(2026, 10, 3)), Line(3, stranger(1), "周一", date(2026, 10, 4))
    forth = fold_digest(line_digest(one), line_digest(two))
    assert forth == fold_digest(line_digest(two), line_digest(one)) != line_digest(one)
