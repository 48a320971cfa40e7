"""A register becomes tasks: each difference once, the same file once, and what a new file no longer says is let go."""

from __future__ import annotations

from datetime import date

import pytest
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.matching import actions as matching
from sangyu.matching import queries as matching_read
from sangyu.matching.models import Batch, Difference, Entry, Outcome
from sangyu.matching.rules import FileKnown, FileUnreadable, MonthOver, PurposeMissing, ReasonMissing, Settled
from sangyu.matching.tests.conftest import GRANDPA, LI, NOVEMBER, stranger, text
from sangyu.registry import actions as registry

DEATH = "姓名,身份证号,死亡日期"
DIBAO = "姓名,身份证号码,救助类别,起始日期"
PENSION = "姓名,身份证号"
HUKOU = "姓名,公民身份号码,出生日期,户籍地区划代码"


def compared(cast, batch, reason="已与对方核对"):
    matching.compare(batch_id=batch.pk, by=cast.head, at=cast.at, reason=reason)
    return sorted(
        (row.elder.name, row.kind, row.subject, row.after, row.act, row.plain)
        for row in matching_read.differences(cast.head).filter(is_open=True)
    )


def test_a_death_becomes_a_task_and_strangers_are_forgotten(cast, hand_in):
    batch = hand_in("death", text(DEATH, [f"李秀兰,{LI},2026-10-03", f"周一,{stranger(1)},2026-10-05"]))
    assert (batch.lines, batch.matched, batch.doubts, Entry.objects.count()) == (2, 1, [], 1)
    assert not Difference.objects.exists()
    assert compared(cast, batch, reason="") == [("李秀兰", "DEATH", "", "2026-10-03去世", "RECORD_DEATH", True)]
    cast.li.refresh_from_db()
    assert cast.li.died_on is None


@pytest.mark.proves("WH-46")
@pytest.mark.parametrize(
    ("register", "keeper", "head", "line", "kind"),
    [
        ("pension", "人社", PENSION, f"李秀英,{LI}", "NAME"),
        ("hukou", "公安", HUKOU, f"李秀兰,{LI},1944-03-06,620102", "BIRTH"),
        ("health", "卫健", "姓名,身份证号,出生日期,最近体检日期", f"李秀兰,{LI},1944-03-06,2026-09-01", "BIRTH"),
    ],
)
def test_what_three_authorities_know_comes_in_and_says_what_for(cast, hand_in, register, keeper, head, line, kind):
    file = text(head, [line, f"王德厚,{GRANDPA}" + ",1956-08-20,620102" * (register != "pension")])
    with pytest.raises(PurposeMissing, match="写明比对的用途"):
        hand_in(register, file, purpose=" ")
    batch = hand_in(register, file, purpose="核对高龄津贴资格")
    assert (matching_read.register(register).keeper, batch.purpose) == (keeper, "核对高龄津贴资格")
    assert [row[:2] for row in compared(cast, batch)] == [("李秀兰", kind)]
    asked = AuditEntry.objects.filter(object_id=batch.pk).order_by("at", "pk")
    assert [(row.verb, row.by, row.facts["purpose"]) for row in asked] == [
        ("matching.hand_in", cast.head, "核对高龄津贴资格"),
        ("matching.compare", cast.head, "核对高龄津贴资格"),
    ]


def test_letters_of_the_south_and_workbooks_are_read_alike(cast, hand_in, tmp_path):
    import xlsxwriter

    said = text(DEATH, [f"李秀兰,{LI},2026-10-03"])
    first = hand_in("death", said.decode().encode("gb18030"))
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["死亡登记"])
        sheet.write_row(1, 0, DEATH.split(","))
        sheet.write_row(2, 0, ["李秀兰", LI])
        sheet.write_datetime(2, 2, date(2026, 10, 3), book.add_format({"num_format": "yyyy-mm-dd"}))
    second = hand_in("death", (tmp_path / "book.xlsx").read_bytes())
    assert first.pk != second.pk
    assert first.digest == second.digest


def test_the_same_file_twice_has_no_second_effect(cast, hand_in):
    said = text(DEATH, [f"李秀兰,{LI},2026-10-03"])
    batch = hand_in("death", said)
    compared(cast, batch)
    assert hand_in("death", said) == batch
    compared(cast, batch)
    assert (Batch.objects.count(), Difference.objects.count()) == (1, 1)
    with pytest.raises(FileKnown, match="已作为2026-10的“死亡登记”交过"):
        hand_in("death", said, month=NOVEMBER)


def test_a_file_set_aside_may_come_again_under_its_right_month(cast, hand_in):
    said = text(DEATH, [f"李秀兰,{LI},2026-11-03"])
    wrong = hand_in("death", said)
    assert "可能是别的月份的文件" in "".join(wrong.doubts)
    with pytest.raises(ReasonMissing, match="有疑点"):
        matching.compare(batch_id=wrong.pk, by=cast.head, at=cast.at)
    matching.discard(batch_id=wrong.pk, reason="月份选错了", by=cast.head, at=cast.at)
    with pytest.raises(Settled, match="已经作废"):
        matching.compare(batch_id=wrong.pk, by=cast.head, at=cast.at)
    assert hand_in("death", said).pk != wrong.pk
    matching.discard(batch_id=hand_in("death", said).pk, reason="又选错了", by=cast.head, at=cast.at)
    right = hand_in("death", said, month=NOVEMBER)
    assert right.doubts == []
    compared(cast, right, reason="")
    with pytest.raises(Settled, match="不能作废"):
        matching.discard(batch_id=right.pk, reason="又不要了", by=cast.head, at=cast.at)


def test_another_name_under_the_same_number_suggests_nothing_else(cast, hand_in):
    batch = hand_in("death", text(DEATH, [f"李秀英,{LI},2026-10-03", f"王 德厚,{GRANDPA},2026-10-04"]))
    assert compared(cast, batch) == [
        ("李秀兰", "NAME", "", "李秀英", "CHECK", False),
        ("王德厚", "DEATH", "", "2026-10-04去世", "RECORD_DEATH", True),
    ]


def test_another_day_of_death_is_never_taken_over_with_others(cast, hand_in):
    registry.record_death(elder_id=cast.li.pk, died_on=date(2026, 10, 9), by=cast.clerk, at=cast.at)
    registry.record_death(elder_id=cast.grandpa.pk, died_on=date(2026, 10, 4), by=cast.clerk, at=cast.at)
    batch = hand_in("death", text(DEATH, [f"李秀兰,{LI},2026-10-03", f"王德厚,{GRANDPA},2026-10-04"]))
    assert compared(cast, batch) == [("李秀兰", "DEATH_DATE", "", "2026-10-03去世", "RECORD_DEATH", False)]


def test_a_roster_gives_and_takes(cast, hand_in):
    registry.recognise(
        elder=cast.grandpa,
        code="dibao",
        evidence="低保证 0017号",
        valid_from=date(2025, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    batch = hand_in("dibao", text(DIBAO, [f"李秀兰,{LI},城市低保,2026-10-15", f"周一,{stranger(1)},特困,"]))
    assert compared(cast, batch) == [
        ("李秀兰", "GAINED", "dibao", "低保（城市低保）", "RECOGNISE", True),
        ("王德厚", "LOST", "dibao", "不在册", "END_RECOGNITION", True),
    ]
    assert {row.from_on for row in Difference.objects.all()} == {date(2026, 10, 15), date(2026, 10, 1)}


def test_who_is_listed_as_something_else_is_asked_about_first(cast, hand_in):
    registry.recognise(
        elder=cast.li,
        code="severe_disability",
        evidence="残疾人证 0021号",
        valid_from=date(2020, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    listed = text("姓名,身份证号,残疾等级", [f"李秀兰,{LI},三级", f"周一,{stranger(1)},一级"])
    found = compared(cast, hand_in("disability", listed))
    assert found == [("李秀兰", "LOST", "severe_disability", "名册上是“三级”", "CHECK", False)]
    (row,) = Difference.objects.all()
    matching.settle(difference_id=row.pk, outcome="KEPT", reason="三级精神残疾，本地算重度", by=cast.clerk, at=cast.at)
    listed = text("姓名,身份证号,残疾等级", [f"李秀兰,{LI},三级", f"周二,{stranger(2)},一级"])
    assert compared(cast, hand_in("disability", listed, month=NOVEMBER)) == []


def test_what_a_new_file_no_longer_says_is_let_go_and_the_rest_stays(cast, hand_in):
    first = hand_in("dibao", text(DIBAO, [f"李秀兰,{LI},低保,", f"王德厚,{GRANDPA},特困,", *_many(8)]))
    compared(cast, first)
    stays = Difference.objects.get(subject="extreme_poor")
    second = hand_in("dibao", text(DIBAO, [f"王德厚,{GRANDPA},特困,", *_many(8)]), month=NOVEMBER)
    assert [row[:3] for row in compared(cast, second)] == [("王德厚", "GAINED", "extreme_poor")]
    stays.refresh_from_db()
    assert stays.is_open
    assert Outcome.objects.get().kind == "OVERTAKEN"
    with pytest.raises(MonthOver, match="已经比对过2026-11"):
        compared(cast, hand_in("dibao", text(DIBAO, [f"李秀兰,{LI},低保,"])))


def test_what_was_kept_does_not_come_again_while_the_register_says_the_same(cast, hand_in):
    compared(cast, hand_in("hukou", text(HUKOU, _hukou("1944-03-05", "620103"))))
    (row,) = Difference.objects.all()
    matching.settle(difference_id=row.pk, outcome="KEPT", reason="户籍已迁回", by=cast.clerk, at=cast.at)
    same = text(HUKOU, [*_hukou("1944-03-05", "620103"), f"周一,{stranger(1)},,620102"])
    assert compared(cast, hand_in("hukou", same, month=NOVEMBER)) == []
    other = text(HUKOU, [*_hukou("1944-03-06", "620104"), f"周一,{stranger(1)},,620102"])
    found = compared(cast, hand_in("hukou", other, month=NOVEMBER))
    assert [row[1:5] for row in found] == [
        ("BIRTH", "", "1944-03-06", "CORRECT_BIRTH"),
        ("HUKOU", "", "户籍地620104", "CHANGE_HUKOU"),
    ]


def test_a_roster_states_a_fact_from_the_month_that_was_compared(cast, hand_in):
    ids = [cast.li.pk, cast.grandpa.pk]
    asked = {day: (cast.programme.pk, ids, day) for day in (date(2026, 10, 31), date(2026, 11, 1))}
    batch = hand_in("pension", text(PENSION, [f"李秀兰,{LI}"]))
    assert matching_read.facts(*asked[date(2026, 10, 31)]) == {cast.li.pk: {}, cast.grandpa.pk: {}}
    assert compared(cast, batch) == []
    said = {cast.li.pk: {"has_pension": True}, cast.grandpa.pk: {"has_pension": False}}
    assert matching_read.facts(*asked[date(2026, 10, 31)]) == said
    later = hand_in("pension", text(PENSION, [f"王德厚,{GRANDPA}"]), month=NOVEMBER)
    assert [row[:4] for row in compared(cast, later)] == [
        ("李秀兰", "LEFT", "has_pension", "2026-11不在册"),
        ("王德厚", "CAME", "has_pension", "2026-11在册"),
    ]
    assert matching_read.facts(*asked[date(2026, 10, 31)]) == said
    assert matching_read.facts(*asked[date(2026, 11, 1)])[cast.grandpa.pk] == {"has_pension": True}


def test_the_dead_who_are_still_listed_are_told(cast, hand_in):
    registry.record_death(elder_id=cast.li.pk, died_on=date(2026, 9, 9), by=cast.clerk, at=cast.at)
    found = compared(cast, hand_in("pension", text(PENSION, [f"李秀兰,{LI}"])))
    assert found == [("李秀兰", "STILL_LISTED", "", "仍在册", "CHECK", False)]


def test_the_same_person_twice_in_a_file_counts_once(cast, hand_in):
    batch = hand_in("death", text(DEATH, [f"李秀兰,{LI},2026-10-03", f"李秀兰,{LI},2026-10-04"]))
    assert (batch.matched, batch.fault_lines) == (1, [{"line": 3, "why": "与第2行是同一个人，只用第一行"}])


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\0\0", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0 old", "只有一句话".encode()]
)
def test_what_is_no_register_is_refused(hand_in, content):
    with pytest.raises(FileUnreadable):
        hand_in("death", content)
    assert not Batch.objects.exists()


def test_only_the_bureau_hands_in_and_next_door_finds_nothing(cast, hand_in):
    said = text(DEATH, [f"李秀兰,{LI},2026-10-03"])
    with pytest.raises(NotAllowed):
        hand_in("death", said, by=cast.clerk)
    batch = hand_in("death", said)
    with pytest.raises(NotFound):
        matching.compare(batch_id=batch.pk, by=Neighbour(cast.at).head, at=cast.at)
    assert not matching_read.batches(cast.clerk)


def _many(count):
    return [f"周{n},{stranger(n + 1)},低保," for n in range(count)]


def _hukou(birth, area):
    return [f"李秀兰,{LI},{birth},{area}", f"王德厚,{GRANDPA},1956-08-20,620102001"]
