"""A workbook is laid out as an official meets it: every sheet, width, look, drop-down and comment, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from sangyu.policy.errors import BadPack
from sangyu.policy.excel import pack_files, to_excel
from sangyu.policy.excel_layout import Line, csv_lines, csv_text, free_name
from sangyu.policy.read import Reader
from sangyu.policy.tests.hillside import FILES, PACK_ID, hillside
from sangyu.policy.tests.laid_out import laid_out

LAID_OUT = Path(__file__).with_name("hillside.workbook.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hillside(tmp_path / "packs")


def test_the_whole_workbook_is_laid_out_as_written_down(folder: Path, tmp_path: Path) -> None:
    to_excel(folder, tmp_path / "x.xlsx")
    pack = Reader(folder).pack
    assert pack is not None
    told = laid_out(tmp_path / "x.xlsx")
    written = LAID_OUT.read_text(encoding="utf-8").replace("<digest>", pack.digest).splitlines()
    shown, kept = told.index("== _原文 veryHidden"), written.index("== _原文 veryHidden")
    assert told[:shown] == written[:kept]  # the hidden sheet of the files as they were is compared below


def test_the_files_as_they_were_lie_in_the_hidden_sheet(folder: Path, tmp_path: Path) -> None:
    to_excel(folder, tmp_path / "x.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_name("_原文")
    wanted = [["sangyu-pack-1", PACK_ID, ""]]
    for name in sorted(FILES):
        mark = "BOM" if FILES[name].startswith("\ufeff") else ""
        wanted += [[name, mark, line] for line in FILES[name].removeprefix("\ufeff").split("\n")]
    assert rows.to_python(skip_empty_area=False) == wanted


def test_hidden_files_stay_out_and_a_file_that_is_no_text_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"\xff")
    (folder / "tables" / "_draft.csv").write_bytes(b"\xff")
    assert pack_files(folder) == FILES
    assert list(pack_files(folder)) == sorted(FILES)
    (folder / "tables" / "old.csv").write_bytes("年龄".encode("gb18030"))
    with pytest.raises(BadPack) as refused:
        to_excel(folder, tmp_path / "x.xlsx")
    assert str(refused.value) == "hillside/tables/old.csv:0: 不是 UTF-8 文本，不能放进工作簿"
    assert not (tmp_path / "x.xlsx").exists()


def test_a_pack_that_cannot_be_read_makes_no_workbook_and_leaves_the_old_one(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"the old one")
    (folder / "tables" / "visit.csv").unlink()
    with pytest.raises(BadPack) as refused:
        to_excel(folder, tmp_path / "x.xlsx")
    assert str(refused.value) == "hillside/tables/visit.csv:0: [visit] 没有这张表"
    assert (tmp_path / "x.xlsx").read_bytes() == b"the old one"


def test_lines_know_where_they_begin_and_how_they_were_written() -> None:
    text = '\ufeffa,b\r\n\r\n"x\r\ny",2\r\n , \r\n#n,\r\n3,"4"'
    assert csv_lines(text) == [
        Line(1, ("a", "b"), "a,b\r\n"),
        Line(3, ("x\r\ny", "2"), '"x\r\ny",2\r\n'),
        Line(6, ("#n", ""), "#n,\r\n"),
        Line(7, ("3", "4"), '3,"4"'),
    ]
    assert [line.is_note for line in csv_lines(text)] == [False, False, True, False]
    assert not Line(1, (), "").is_note
    assert csv_lines("") == []
    assert csv_text(["a", "b,c", 'd"e', ""], "\r\n") == 'a,"b,c","d""e",\r\n'


def test_a_sheet_gets_a_name_that_excel_allows_and_no_other_has() -> None:
    taken = {"说明", "Meals"}
    made = [
        free_name(*said, taken)
        for said in [("meals", ""), ("meals", ""), ("[]", ""), ("a:b*c?d/e\\f'g", ""), ("长" * 40, "（起）")] * 2
    ]
    assert made == [
        *("meals·2", "meals·3", "表", "a b c d e f g", "长" * 28 + "（起）"),
        *("meals·4", "meals·5", "表·2", "a b c d e f g·2", "长" * 26 + "（起）·2"),
    ]
    assert taken == {"说明", "Meals", *made}
