"""The one door for workbooks, at its very limits: sizes, parts, what is foreign, far cells; each with its sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xlsxwriter

from sangyu.policy.excel_door import BadWorkbook, CellFinding, Limits, admitted, cell_name, parts
from sangyu.policy.excel_read import Sheet, read_book

BROKEN = "打不开：不是 .xlsx 工作簿，或者已损坏；请在 Excel 里另存为“Excel 工作簿（.xlsx）”再试"
LOCKED = "打不开：设了密码，或者是旧格式（.xls）；请在 Excel 里取消密码，另存为“Excel 工作簿（.xlsx）”再试"
MACRO = "这个工作簿带有宏，不能读入。请在 Excel 里另存为“Excel 工作簿（.xlsx）”，去掉宏再上传"
LINK = "这个工作簿连着别的文件或数据源，里面的数会跟着别处变。请在 Excel 的“数据→编辑链接”里断开链接再上传"
EMBEDDED = "这个工作簿里嵌了别的文件或控件。请删掉嵌入的对象，只留表格再上传"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WIDE = {"file_bytes_max": 9_000_000, "unpacked_bytes_max": 9_000_000, "parts_max": 3, "ratio_max": 0}


def archive(path: Path, members: Mapping[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def entered(path: Path, **limits: int) -> list[str]:
    """Go through the door: what is refused, or nothing."""
    try:
        with admitted(path, Limits(**{**WIDE, **limits}, usual="通常不大", unlike="这不像名单")) as opened:
            assert opened.namelist()
    except BadWorkbook as refused:
        return [str(finding) for finding in refused.findings]
    return []


def test_a_limit_itself_is_not_yet_too_much(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.xlsx", {"a": b"x" * 2_000_000, "b": b"", "c": b"y" * 500_000}, zipfile.ZIP_STORED)
    size = path.stat().st_size
    assert entered(path) == []
    assert entered(path, file_bytes_max=size) == []
    assert entered(path, file_bytes_max=size - 1) == ["x.xlsx: 工作簿有 2.5 MB，超过 2 MB；通常不大"]
    assert entered(path, unpacked_bytes_max=2_500_000) == []
    assert entered(path, unpacked_bytes_max=2_499_999) == ["x.xlsx: 解开后有 2 MB，超过 2 MB；这不像名单"]
    assert entered(path, parts_max=2) == ["x.xlsx: 里面有 3 个文件，超过 2 个；这不像名单"]


def test_a_part_that_is_packed_too_tightly_is_no_table(tmp_path: Path) -> None:
    said = "x.xlsx: 有一部分解开后是原来的 {} 倍以上，表格不会这样；这不像名单"
    path = archive(tmp_path / "x.xlsx", {"plain": b"x", "a": b" " * 1_000_001})
    with zipfile.ZipFile(path) as opened:
        packed = opened.getinfo("a").compress_size
    assert entered(path, ratio_max=0) == []
    assert entered(path, ratio_max=1) == [said.format(1)]
    assert entered(path, ratio_max=1_000_001 // packed) == [said.format(1_000_001 // packed)]
    assert entered(path, ratio_max=1_000_001 // packed + 1) == []
    assert entered(archive(path, {"a": b" " * 1_000_000}), ratio_max=1) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("xl/vbaProject.bin", MACRO),
        ("xl/macrosheets/a.xml", MACRO),
        ("xl/vbaData.xml", MACRO),
        ("xl/externalLinks/a.xml", LINK),
        ("xl/connections.xml", LINK),
        ("xl/queryTables/a.xml", LINK),
        ("xl/embeddings/a.bin", EMBEDDED),
        ("xl/activeX/a.bin", EMBEDDED),
        ("xl/ctrlProps/a.xml", EMBEDDED),
        ("docs/xl/vbaProject.bin", ""),
        ("xl/worksheets/sheet1.xml", ""),
    ],
)
def test_what_no_table_needs_is_refused_by_its_place(tmp_path: Path, name: str, said: str) -> None:
    path = archive(tmp_path / "x.xlsx", {"a": b"", name: b"x"})
    assert entered(path) == ([f"x.xlsx: {said}"] if said else [])
    both = archive(tmp_path / "y.xlsx", {name: b"x", "xl/connections.xml": b"x"})
    assert entered(both) == [f"y.xlsx: {one}" for one in (MACRO, LINK, EMBEDDED) if one in (said, LINK)]


@pytest.mark.parametrize("letters", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("word", ["<!DOCTYPE", "<!ENTITY"])
@pytest.mark.parametrize("before", [0, (1 << 16) - 1, (1 << 16) - 7, (1 << 16) - 17, 1 << 16])
def test_definitions_are_found_wherever_they_stand(tmp_path: Path, letters: str, word: str, before: int) -> None:
    path = archive(tmp_path / "x.xlsx", {"a": b" " * before + word.encode(letters)})
    assert entered(path) == [f"x.xlsx: {BROKEN}"]


def test_half_a_word_is_no_definition(tmp_path: Path) -> None:
    assert entered(archive(tmp_path / "x.xlsx", {"a": b"<!DOC", "b": b"TYPE <!ENTIT"})) == []


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_an_old_or_locked_workbook_is_told_from_a_broken_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    assert entered(tmp_path / "x.xlsx") == [f"x.xlsx: {LOCKED}"]
    (tmp_path / "x.xlsx").write_bytes(content[1:])
    assert entered(tmp_path / "x.xlsx") == [f"x.xlsx: {BROKEN}"]


def test_damage_that_is_met_later_is_told_in_words_too(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.xlsx", {"a": b"x"})
    errors = (zipfile.BadZipFile, EOFError, NotImplementedError, ElementTree.ParseError, LookupError, ValueError)
    for error in errors:
        assert during(path, error("x")) == f"x.xlsx: {BROKEN}"
    assert during(path, RuntimeError("encrypted")) == f"x.xlsx: {LOCKED}"


def during(path: Path, error: Exception) -> str:
    with pytest.raises(BadWorkbook) as refused, admitted(path, Limits(**WIDE, usual="", unlike="")):
        raise error
    return str(refused.value)


def test_cells_are_named_as_excel_names_them() -> None:
    places = [(0, 0), (8, 25), (9, 26), (0, 51), (0, 52), (0, 701), (0, 702), (1_048_575, 16_383)]
    assert [cell_name(*place) for place in places] == ["A1", "Z9", "AA10", "AZ1", "BA1", "ZZ1", "AAA1", "XFD1048576"]
    findings = [CellFinding("乙", "A1", "x"), CellFinding("甲", "", "y"), CellFinding("乙", "", "z")]
    assert [str(one) for one in sorted(findings)] == ["乙: z", "乙!A1: x", "甲: y"]
    assert str(BadWorkbook(iter(findings))) == "乙!A1: x\n甲: y\n乙: z"


def test_the_sheets_lie_where_the_book_says(tmp_path: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = f'<workbook xmlns="{SHEET}" xmlns:r="{kind}"><sheets>'
    book += '<sheet name="甲" r:id="r2"/><sheet name="乙" r:id="r1"/></sheets></workbook>'
    relations = '<x><y Id="r1" Target="/other/one.xml"/><y Id="r2" Target="worksheets/two.xml"/></x>'
    path = tmp_path / "x.xlsx"
    archive(path, {"xl/workbook.xml": book.encode(), "xl/_rels/workbook.xml.rels": relations.encode()})
    with zipfile.ZipFile(path) as opened:
        assert list(parts(opened)) == [("甲", "xl/worksheets/two.xml"), ("乙", "other/one.xml")]


def test_every_cell_that_is_no_plain_value_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as made:
        first, second = made.add_worksheet("甲"), made.add_worksheet("乙")
        first.write_formula(0, 1, "=1+1", None, 2)
        first.write_number(0, 2, 5)
        first.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        first.merge_range("D5:E6", "合")
        second.write_number(19_999, 199, 1)
        second.write_formula(19_999, 1, "=2", None, 2)
    # A value that Excel could not make, without its formula.
    with zipfile.ZipFile(path) as was:
        members = {name: was.read(name) for name in was.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b'<c r="C1"><v>5</v>', b'<c r="C1" t="e"><v>#N/A</v>')
    assert sheet != members["xl/worksheets/sheet1.xml"]
    is_formula = "这一格是公式；请复制后选择性粘贴为“值”，公式算出的数不作数"
    assert refusals(archive(path, members)) == [
        f"甲!B1: {is_formula}",
        "甲!C1: 这一格是 Excel 的错误值 #N/A，请改成值",
        f"甲!A3: {is_formula}",
        "甲!D5:E6: 这几格合并了；请取消合并，每一格单独填写",
        f"乙!B20000: {is_formula}",
    ]


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [(20_000, 0, "A20001"), (0, 200, "GS1"), (0, 205, "GX1"), (0, 702, "AAA1"), (19_999, 199, "")],
)
def test_a_cell_that_lies_too_far_ends_the_reading(tmp_path: Path, row: int, column: int, cell: str) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as made:
        sheet = made.add_worksheet("_原文")
        sheet.write_number(row, column, 1)
        sheet.write_formula(row, column + 1, "=1", None, 1)
    told = refusals(tmp_path / "x.xlsx")
    far = "表太大：最多 20000 行、200 列，请删掉多余的行列"
    assert told == [f"_原文!{cell or 'GS20000'}: {far}"]


def refusals(path: Path) -> list[str]:
    with pytest.raises(BadWorkbook) as refused:
        read_book(path)
    return [str(finding) for finding in refused.value.findings]


def test_a_rule_table_has_at_most_a_thousand_lines_and_the_sheets_of_lines_more(tmp_path: Path) -> None:
    def made(names: list[str], lines: int) -> Path:
        with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
            for name in names:
                sheet = book.add_worksheet(name)
                sheet.write_column(0, 0, [1] * lines)
        return tmp_path / "x.xlsx"

    assert list(read_book(made(["甲", "乙"], 1_000))) == ["甲", "乙"]
    more = "有 1001 行；一张规则表最多 1000 行，请删掉下面多余的行再上传"
    assert refusals(made(["甲", "_原文", "_清单", "算例", "读法说明", "乙"], 1_001)) == [
        f"甲!A1001: {more}",
        f"乙!A1001: {more}",
    ]


def test_a_sheet_gives_its_values_from_the_first_cell_on(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as made:
        sheet = made.add_worksheet("甲")
        sheet.write_string(1, 1, "b")
        sheet.write_boolean(2, 0, True)
    assert read_book(tmp_path / "x.xlsx") == {"甲": Sheet("甲", [["", ""], ["", "b"], [True, ""]])}
    found = Sheet("甲", [["a"], ["b", 2]])
    places = [(0, 0), (1, 1), (0, 1), (2, 0), (1, 2)]
    assert [found.value(*place) for place in places] == ["a", 2, "", "", ""]


def test_an_archive_that_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    assert refusals(archive(tmp_path / "x.xlsx", {"a": b"x"})) == [f"x.xlsx: {BROKEN}"]
