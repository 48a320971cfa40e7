"""What is handed out can be handed in again and says the same; nothing of it runs; and somebody is named for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests.cast import Cast

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, User
from sangyu.intake import actions as intake
from sangyu.intake.models import Batch, StagedRow, Standing
from sangyu.intake.rules import TEMPLATES, WHY, guarded, unguarded
from sangyu.intake.tests.dirty import dirty_sheet, to_xlsx
from sangyu.kit.errors import NotFound

COMMUNITIES = ["酒泉路街道/南门社区", "张掖路街道/北园社区"]


@given(st.text(max_size=12) | st.from_regex(r"['=+\-@\t＝][^\x00]{0,6}", fullmatch=True))
@settings(deadline=None, max_examples=300)
def test_what_is_guarded_does_not_run_and_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def values(path: Path) -> dict[str, list[list[str]]]:
    book = CalamineWorkbook.from_path(path)
    return {
        name: [[str(value) for value in line] for line in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }


def taken(cast: Cast, path: Path, *, template: str = "elders", by: User | None = None) -> list[list[str]]:
    """Hand out, and return the lines of the sheet in an order that does not hang on numbers that are given out."""
    by = by or cast.head
    intake.hand_out(template=template, area_code="", reason="年度核对", path=path, by=by, at=cast.at)
    head, *lines = values(path)[TEMPLATES[template].label]
    return [head, *sorted(lines)]


def written(batch: Batch, by: User, cast: Cast) -> None:
    intake.begin_writing(batch_id=batch.pk, by=by, at=cast.at)
    intake.go_on(batch_id=batch.pk, at=cast.at)


def test_handed_out_handed_in_elsewhere_and_handed_out_again_it_is_the_same(
    cast: Cast, another: User, checked, tmp_path: Path
) -> None:
    sheet = dirty_sheet(21, 25, COMMUNITIES, workbook=False, fault_pm=0)
    for line, habit in zip(sheet.lines, ["=1+1", "'引号", "''两个", "@谁", "-12", "\u3000全角"], strict=False):
        line["habits"] = guarded(habit)
    written(checked(to_xlsx(sheet, tmp_path / "in.xlsx")), cast.head, cast)
    out = {code: taken(cast, tmp_path / f"{code}.xlsx", template=code) for code in TEMPLATES}
    for code in TEMPLATES:
        batch = checked(tmp_path / f"{code}.xlsx", template=code, by=another)
        assert (batch.stage, batch.counts["WRONG"]) == ("CHECKED", 0), batch.fault
        if batch.counts["NEW"] or batch.counts["MORE"]:
            written(batch, another, cast)
    for code in TEMPLATES:
        assert taken(cast, tmp_path / f"again-{code}.xlsx", template=code, by=another) == out[code]
    assert len(out["elders"]) > 25
    assert any("'=1+1" in line for line in out["elders"])


def test_a_sheet_that_is_handed_out_says_for_whom_and_is_in_the_audit_book(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(access.ReasonMissing):
        intake.hand_out(template="elders", area_code="", reason=" ", path=path, by=cast.clerk, at=cast.at)
    n = intake.hand_out(template="elders", area_code="", reason="年度核对", path=path, by=cast.clerk, at=cast.at)
    about = dict(line[:2] for line in values(path)["导出说明"])
    assert about["导出人"].startswith("罗敏")
    assert (about["用途"], about["时间"], about["行数"]) == ("年度核对", "2026-11-09 09:00", str(n))
    (entry,) = AuditEntry.objects.filter(verb="intake.hand_out")
    assert (entry.by, entry.facts["lines"], entry.facts["reason"]) == (cast.clerk, n, "年度核对")
    intake.hand_out(template="elders", area_code="620102001", reason="年度核对", path=path, by=cast.head, at=cast.at)
    assert dict(line[:2] for line in values(path)["导出说明"])["范围"] == "酒泉路街道"
    with pytest.raises(NotFound):
        intake.hand_out(
            template="elders", area_code="620102002", reason="年度核对", path=path, by=cast.clerk, at=cast.at
        )


def test_only_the_wrong_lines_are_handed_out_mended_and_handed_in(cast: Cast, checked, tmp_path: Path) -> None:
    sheet = dirty_sheet(8, 30, COMMUNITIES, workbook=False)
    batch = checked(to_xlsx(sheet, tmp_path / "in.xlsx"))
    n = intake.wrong_lines(batch_id=batch.pk, path=tmp_path / "wrong.xlsx", by=cast.head, at=cast.at)
    assert n == batch.counts["WRONG"]
    (entry,) = AuditEntry.objects.filter(verb="intake.hand_out", object_id=batch.pk)
    assert (entry.by, entry.facts["lines"]) == (cast.head, n)
    head, *lines = values(tmp_path / "wrong.xlsx")["老人"]
    assert head[-1] == WHY
    assert all(line[-1].startswith("原第") for line in lines)
    again = checked(tmp_path / "wrong.xlsx")
    assert again.counts["ALL"] == n
    assert again.unused == []
    was = StagedRow.objects.filter(batch=batch, standing=Standing.WRONG, double_of=None).order_by("line")
    now = StagedRow.objects.filter(batch=again, standing=Standing.WRONG).order_by("line")
    columns = [[one["column"] for one in row.faults] for row in was]
    assert [[one["column"] for one in row.faults] for row in now] == columns


@pytest.mark.parametrize("code", TEMPLATES)
def test_an_empty_sheet_has_the_columns_lists_to_choose_from_and_its_version(
    cast: Cast, checked, tmp_path: Path, code: str
) -> None:
    path = tmp_path / f"{code}.xlsx"
    intake.empty_sheet(template=code, path=path, by=cast.head, at=cast.at)
    there = values(path)
    assert [name.rstrip("*") for name in there[TEMPLATES[code].label][0]] == [
        column.label for column in TEMPLATES[code].columns
    ]
    assert there["_sangyu"] == [[code, str(TEMPLATES[code].version)]]
    if code == "elders":
        assert {line[list(there["选项"][0]).index("社区")] for line in there["选项"][1:3]} == set(COMMUNITIES)
    assert "没有一行内容" in checked(path, template=code).fault
