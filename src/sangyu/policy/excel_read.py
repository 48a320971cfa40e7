"""Open a workbook of rule tables: refuse what is no plain table before a single value is used.

Formulas, faults of Excel and merged cells are refused by name of sheet and cell, because their values are not what the
eye sees. What is hostile is refused before that (`excel_door`). The desk and the command come through here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from sangyu.policy.excel_door import MAIN, BadWorkbook, CellFinding, Limits, admitted, broken, cell_name, parts
from sangyu.policy.excel_layout import CASES, CHOICES, NOTES, ORIGINAL

__all__ = ["BadWorkbook", "CellFinding", "Sheet", "cell_name", "read_book"]

FILE_BYTES_MAX = 8_000_000
UNPACKED_BYTES_MAX = 80_000_000
ROWS_MAX, COLUMNS_MAX = 20_000, 200
LINES_MAX = 1_000  # of one table; the longest of the nine packs has about fifty
_LONGER = (ORIGINAL, CHOICES, CASES, NOTES)  # lines of files and worked examples
_LIMITS = Limits(
    file_bytes_max=FILE_BYTES_MAX,
    unpacked_bytes_max=UNPACKED_BYTES_MAX,
    parts_max=2_000,
    usual="规则表通常不到 1 MB，请核对是不是选错了文件",
    unlike="这不像规则的工作簿，请重新下载再改",
)


@dataclass(frozen=True)
class Sheet:
    """The values of one sheet from A1 on; an empty cell is ''."""

    name: str
    rows: list[list[Any]]

    def value(self, row: int, column: int) -> Any:
        """Give the value at a place (0 = first row, first column)."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""


def read_book(path: Path) -> dict[str, Sheet]:
    """Read all sheets of a workbook. Shape: name -> Sheet.

    Raises: BadWorkbook, with every cell that holds a formula, a fault or is merged; OSError.
    """
    with admitted(path, _LIMITS) as archive:
        findings = [finding for name, part in parts(archive) for finding in _scan(archive, name, part)]
    if findings:
        raise BadWorkbook(findings)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheets = {
                name: Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in book.sheet_names
            }
    except python_calamine.CalamineError as error:
        raise broken(path) from error
    _refuse_long(sheets)
    return sheets


def _refuse_long(sheets: Mapping[str, Sheet]) -> None:
    long = [sheet for sheet in sheets.values() if len(sheet.rows) > LINES_MAX and sheet.name not in _LONGER]
    if long:
        said = f"一张规则表最多 {LINES_MAX} 行，请删掉下面多余的行再上传"
        raise BadWorkbook(
            [CellFinding(sheet.name, cell_name(LINES_MAX, 0), f"有 {len(sheet.rows)} 行；{said}") for sheet in long]
        )


def _scan(archive: zipfile.ZipFile, name: str, part: str) -> Iterable[CellFinding]:
    """Look through one sheet for what is no plain value, without keeping it."""
    with archive.open(part) as file:
        for _, element in ElementTree.iterparse(file):
            if element.tag == f"{MAIN}c":
                cell = element.get("r", "")
                if _far(cell):
                    yield CellFinding(name, cell, f"表太大：最多 {ROWS_MAX} 行、{COLUMNS_MAX} 列，请删掉多余的行列")
                    return
                if element.find(f"{MAIN}f") is not None:
                    yield CellFinding(name, cell, "这一格是公式；请复制后选择性粘贴为“值”，公式算出的数不作数")
                elif element.get("t") == "e":
                    yield CellFinding(name, cell, f"这一格是 Excel 的错误值 {element.findtext(f'{MAIN}v')}，请改成值")
                element.clear()
            elif element.tag == f"{MAIN}mergeCell":
                yield CellFinding(name, element.get("ref", ""), "这几格合并了；请取消合并，每一格单独填写")
            elif element.tag == f"{MAIN}row":
                element.clear()


def _far(cell: str) -> bool:
    letters, digits = cell.rstrip("0123456789"), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column > COLUMNS_MAX or not digits.isdigit() or int(digits) > ROWS_MAX
