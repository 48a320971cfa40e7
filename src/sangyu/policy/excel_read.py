"""Open a workbook that came from outside: refuse what is no plain table before a single value is used.

Formulas, faults of Excel and merged cells are refused by name of sheet and cell, because their values are not what the
eye sees; macros, links to other files and what is embedded, because a table needs none of them. Sizes are looked at
before anything is unpacked, and what unpacks to another size than it says is refused before anybody else reads it.
This is the one door: the desk and the command go through it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from sangyu.policy.errors import PolicyError
from sangyu.policy.excel_layout import CASES, CHOICES, NOTES, ORIGINAL

FILE_BYTES_MAX = 8_000_000
UNPACKED_BYTES_MAX = 80_000_000
PARTS_MAX = 2_000
ROWS_MAX, COLUMNS_MAX = 20_000, 200
LINES_MAX = 1_000  # of one table; the longest of the nine packs has about fifty
_LONGER = (ORIGINAL, CHOICES, CASES, NOTES)  # lines of files and worked examples
_CHUNK = 1 << 16
# What reading an archive raises that is damaged, lacks a part or its end, holds no XML or XML in letters that nobody
# reads here, or is packed in a way that nobody can unpack.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(ElementTree.ParseError, LookupError, ValueError),
)
_DEFINITIONS = (b"<!DOCTYPE", b"<!ENTITY")
_OVERLAP = max(map(len, _DEFINITIONS)) - 1
_OLE = b"\xd0\xcf\x11\xe0"  # how a workbook begins that is locked by a password, or is of the old kind (.xls)
# Beginnings of names in the archive -> what the part is, and how to be rid of it.
_FOREIGN: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("xl/vbaProject", "xl/macrosheets/", "xl/vbaData"),
        "这个工作簿带有宏，不能读入。请在 Excel 里另存为“Excel 工作簿（.xlsx）”，去掉宏再上传",
    ),
    (
        ("xl/externalLinks/", "xl/connections", "xl/queryTables/"),
        "这个工作簿连着别的文件或数据源，里面的数会跟着别处变。请在 Excel 的“数据→编辑链接”里断开链接再上传",
    ),
    (
        ("xl/embeddings/", "xl/activeX/", "xl/ctrlProps/"),
        "这个工作簿里嵌了别的文件或控件。请删掉嵌入的对象，只留表格再上传",
    ),
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, order=True)
class CellFinding:
    """Point at one fault of a workbook: sheet, cell (`E7`; empty: the sheet as a whole), and what to do."""

    sheet: str
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}: {self.message}" if self.cell else f"{self.sheet}: {self.message}"


class BadWorkbook(PolicyError):
    """The workbook cannot be taken over; `findings` says where and why. Nothing was changed."""

    code = "BAD_WORKBOOK"

    def __init__(self, findings: Iterable[CellFinding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


@dataclass(frozen=True)
class Sheet:
    """The values of one sheet from A1 on; an empty cell is ''."""

    name: str
    rows: list[list[Any]]

    def value(self, row: int, column: int) -> Any:
        """Give the value at a place (0 = first row, first column)."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""


def cell_name(row: int, column: int) -> str:
    """Name a cell as Excel does: (0, 0) is A1."""
    letters, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def read_book(path: Path) -> dict[str, Sheet]:
    """Read all sheets of a workbook. Shape: name -> Sheet.

    Raises: BadWorkbook, with every cell that holds a formula, a fault or is merged; OSError.
    """
    _refuse_size(path)
    _refuse_locked(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_foreign(path, archive)
            _unpack(path, archive)
            findings = [finding for name, part in _parts(archive) for finding in _scan(archive, name, part)]
    except _UNREADABLE as error:
        raise _broken(path) from error
    except RuntimeError as error:  # a part is locked
        raise _locked(path) from error
    if findings:
        raise BadWorkbook(findings)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheets = {
                name: Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in book.sheet_names
            }
    except python_calamine.CalamineError as error:
        raise _broken(path) from error
    _refuse_long(sheets)
    return sheets


def _refuse_size(path: Path) -> None:
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        limit = FILE_BYTES_MAX // 1_000_000
        raise _bad(
            path, f"工作簿有 {size / 1_000_000:.1f} MB，超过 {limit} MB；规则表通常不到 1 MB，请核对是不是选错了文件"
        )


def _refuse_locked(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise _locked(path)


def _refuse_foreign(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what no table needs: by what lies in the archive, whatever the file is called."""
    names = archive.namelist()
    found = [said for starts, said in _FOREIGN if any(name.startswith(starts) for name in names)]
    if found:
        raise BadWorkbook([CellFinding(path.name, "", said) for said in found])


def _unpack(path: Path, archive: zipfile.ZipFile) -> None:
    """Unpack every part once, keeping nothing: its checksum must be right, and none may bring definitions of its own.

    Raises: BadZipFile, if a part is not what the list of contents says.
    """
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_BYTES_MAX:
        raise _bad(path, f"解开后有 {unpacked // 1_000_000} MB，超过 {UNPACKED_BYTES_MAX // 1_000_000} MB")
    if len(parts) > PARTS_MAX:
        raise _bad(path, f"里面有 {len(parts)} 个文件，超过 {PARTS_MAX} 个；这不像规则的工作簿，请重新下载再改")
    for part in parts:
        with archive.open(part) as file:
            before = b""
            while chunk := file.read(_CHUNK):
                if any(word in before + chunk for word in _DEFINITIONS):
                    raise _broken(path)
                before = chunk[-_OVERLAP:]


def _refuse_long(sheets: Mapping[str, Sheet]) -> None:
    long = [sheet for sheet in sheets.values() if len(sheet.rows) > LINES_MAX and sheet.name not in _LONGER]
    if long:
        said = f"一张规则表最多 {LINES_MAX} 行，请删掉下面多余的行再上传"
        raise BadWorkbook(
            [CellFinding(sheet.name, cell_name(LINES_MAX, 0), f"有 {len(sheet.rows)} 行；{said}") for sheet in long]
        )


def _bad(path: Path, message: str) -> BadWorkbook:
    return BadWorkbook([CellFinding(path.name, "", message)])


def _broken(path: Path) -> BadWorkbook:
    return _bad(path, "打不开：不是 .xlsx 工作簿，或者已损坏；请在 Excel 里另存为“Excel 工作簿（.xlsx）”再试")


def _locked(path: Path) -> BadWorkbook:
    said = "打不开：设了密码，或者是旧格式（.xls）；请在 Excel 里取消密码，另存为“Excel 工作簿（.xlsx）”再试"
    return _bad(path, said)


def _parts(archive: zipfile.ZipFile) -> Iterable[tuple[str, str]]:
    """List the sheets and the parts of the archive that hold them."""
    relations = {
        one.get("Id"): one.get("Target", "")
        for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = relations[sheet.get(_RELATIONS)]
        yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _scan(archive: zipfile.ZipFile, name: str, part: str) -> Iterable[CellFinding]:
    """Look through one sheet for what is no plain value, without keeping it."""
    with archive.open(part) as file:
        for _, element in ElementTree.iterparse(file):
            if element.tag == f"{_MAIN}c":
                cell = element.get("r", "")
                if _far(cell):
                    yield CellFinding(name, cell, f"表太大：最多 {ROWS_MAX} 行、{COLUMNS_MAX} 列，请删掉多余的行列")
                    return
                if element.find(f"{_MAIN}f") is not None:
                    yield CellFinding(name, cell, "这一格是公式；请复制后选择性粘贴为“值”，公式算出的数不作数")
                elif element.get("t") == "e":
                    yield CellFinding(name, cell, f"这一格是 Excel 的错误值 {element.findtext(f'{_MAIN}v')}，请改成值")
                element.clear()
            elif element.tag == f"{_MAIN}mergeCell":
                yield CellFinding(name, element.get("ref", ""), "这几格合并了；请取消合并，每一格单独填写")
            elif element.tag == f"{_MAIN}row":
                element.clear()


def _far(cell: str) -> bool:
    letters, digits = cell.rstrip("0123456789"), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column > COLUMNS_MAX or not digits.isdigit() or int(digits) > ROWS_MAX
