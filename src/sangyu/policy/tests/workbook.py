"""Edit a workbook in tests as an official would: read all values, change them, save them with another program."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from sangyu.policy.excel_layout import CODE_ROW, FIRST_ROW


@dataclass(frozen=True)
class Formula:
    """A cell that is a formula."""

    text: str


@dataclass
class Workbook:
    """All sheets of a workbook as rows of values, to be changed and saved again."""

    sheets: dict[str, list[list[Any]]]
    merged: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Workbook:
        book = CalamineWorkbook.from_path(path)
        return cls({name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names})

    def find(self, sheet: str, text: str, code: str) -> tuple[int, int]:
        """Find the row in which a text stands, and the column of a code."""
        rows = self.sheets[sheet]
        row = next(row for row in range(FIRST_ROW, len(rows)) if text in [str(value) for value in rows[row]])
        return row, rows[CODE_ROW].index(code)

    def put(self, sheet: str, text: str, code: str, value: Any) -> str:
        """Change one cell; gives its name in Excel."""
        row, column = self.find(sheet, text, code)
        self.sheets[sheet][row][column] = value
        return f"{chr(ord('A') + column)}{row + 1}"

    def save(self, path: Path) -> Path:
        book = xlsxwriter.Workbook(path)
        day = book.add_format({"num_format": "yyyy/m/d"})
        for name, rows in self.sheets.items():
            sheet = book.add_worksheet(name)
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, Formula):
                        sheet.write_formula(row, column, value.text, None, 75)
                    elif isinstance(value, bool):
                        sheet.write_boolean(row, column, value)
                    elif isinstance(value, date):
                        sheet.write_datetime(row, column, value, day)
                    elif isinstance(value, (int, float)):
                        sheet.write_number(row, column, value)
                    elif value != "":
                        sheet.write_string(row, column, value)
            for place, cells in self.merged:
                if place == name:
                    sheet.merge_range(cells, "合并")
        book.close()
        return path
