"""Every planted fault is found at its cell, none is invented, and dirt that does no harm is read as what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast

from sangyu.intake.models import Batch, Stage, StagedRow, Standing
from sangyu.intake.staged import cells_of
from sangyu.intake.tests.dirty import Sheet, dirty_sheet, to_csv, to_xlsx

COMMUNITIES = ["酒泉路街道/南门社区", "张掖路街道/北园社区"]


def found(batch: Batch) -> tuple[set[tuple[int, str]], set[int]]:
    rows = list(StagedRow.objects.filter(batch=batch))
    return (
        {(row.line, fault["column"]) for row in rows for fault in row.faults},
        {row.line for row in rows if row.double_of},
    )


@pytest.mark.parametrize("kind", ["xlsx", "utf-8", "utf-8-sig", "gb18030"])
def test_every_planted_fault_is_found_and_none_is_invented(cast: Cast, checked, tmp_path: Path, kind: str) -> None:
    sheet = dirty_sheet(7, 700 if kind == "xlsx" else 250, COMMUNITIES, workbook=kind == "xlsx")
    path = (
        to_xlsx(sheet, tmp_path / "名单.xlsx")
        if kind == "xlsx"
        else to_csv(sheet, tmp_path / "名单.csv", encoding=kind)
    )
    batch = checked(path)
    assert batch.stage == Stage.CHECKED, batch.fault
    faults, doubles = found(batch)
    assert len(sheet.planted) > 30
    assert faults == sheet.planted
    assert doubles == sheet.doubles
    wrong = {line for line, _ in sheet.planted} | sheet.doubles
    assert batch.counts["ALL"] == len(sheet.lines)
    assert batch.counts["WRONG"] == len(wrong)
    assert batch.counts["NEW"] == len(sheet.lines) - len(wrong)


def test_dirt_is_read_as_what_it_says(cast: Cast, checked, tmp_path: Path) -> None:
    sheet = dirty_sheet(3, 120, COMMUNITIES, workbook=False, fault_pm=0)
    sheet.lines = [line for n, line in enumerate(sheet.lines, start=2) if n not in sheet.doubles]
    batch = checked(to_xlsx(Sheet(COMMUNITIES, sheet.lines), tmp_path / "名单.xlsx"))
    assert batch.counts["WRONG"] == 0
    for row in StagedRow.objects.filter(batch=batch):
        cells = cells_of(row)
        assert cells["document_number"].isascii()
        assert len(cells["phone_1"]) == 11
        assert cells["community"] in COMMUNITIES
        assert cells["hukou_in_area"] in ("是", "否")
        assert cells["name"] == cells["name"].strip()
        assert not cells.get("habits", "").startswith("'")
        if "identity_1_from" in cells:
            assert len(cells["identity_1_from"]) == 10


def test_numbers_of_documents_lie_encrypted_and_the_file_is_gone(cast: Cast, checked, own_folder: Path) -> None:
    sheet = dirty_sheet(5, 5, COMMUNITIES, workbook=False, fault_pm=0)
    batch = checked(to_csv(sheet, own_folder / "名单.csv"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row::text, ' ') FROM intake_stagedrow AS row")
        (text,) = cursor.fetchone()
    assert str(sheet.lines[0]["document_number"])[:17] not in text
    assert list((own_folder / "intake").iterdir()) == []
    assert batch.counts["ALL"] == 5


def test_a_longer_sheet_asks_the_database_no_more_for_each_line(cast: Cast, checked, tmp_path: Path) -> None:
    def statements(count: int) -> int:
        path = to_csv(dirty_sheet(count, count, COMMUNITIES, workbook=False), tmp_path / f"{count}.csv")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            checked(path)
        return len(asked)

    assert statements(200) == statements(20)


def test_who_is_registered_is_compared_and_not_entered_twice(cast: Cast, checked, tmp_path: Path) -> None:
    number = _number_of(cast)
    base = {
        "name": "李秀兰",
        "document_number": number,
        "community": COMMUNITIES[0],
        "address": cast.li.address,
        "hukou_in_area": "是" if cast.li.hukou_in_area else "否",
        "phone_1": "13900000001",
    }
    path = to_csv(Sheet(COMMUNITIES, [base]), tmp_path / "same.csv")
    (row,) = StagedRow.objects.filter(batch=checked(path))
    assert (row.standing, row.elder_id) == (Standing.SAME, cast.li.pk)
    more = {**base, "phone_1": "13900000077", "address": "搬到别处1号"}
    (row,) = StagedRow.objects.filter(batch=checked(to_csv(Sheet(COMMUNITIES, [more]), tmp_path / "more.csv")))
    assert row.standing == Standing.MORE
    assert [one["column"] for one in row.differences] == ["address", "phone_1"]
    other = {**base, "name": "张秀兰"}
    (row,) = StagedRow.objects.filter(batch=checked(to_csv(Sheet(COMMUNITIES, [other]), tmp_path / "other.csv")))
    assert row.standing == Standing.WRONG
    assert "李*兰" in row.faults[0]["what"]


def _number_of(cast: Cast) -> str:
    from sangyu.registry.models import Document
    from sangyu.registry.numbers import number_of

    return number_of(Document.objects.get(elder=cast.li))
