"""Lists as workbooks: text stays text, whatever sign it begins with, and numbers are numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from django.http import HttpResponse

BEIJING = ZoneInfo("Asia/Shanghai")
WIDTH_MAX = 48


def workbook(name: str, title: str, notes: Sequence[str], head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write one list: title, notes, a frozen head, rows.

    Shape: a cell is text, a whole number, `Points` or nothing. A text is never read as a formula or an address.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrap, points = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"num_format": "0.00"})
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for n, note in enumerate(notes, 1):
        sheet.write_string(n, 0, note)
    top = len(notes) + 2
    widths = [len(text) * 2 for text in head]
    for column, text in enumerate(head):
        sheet.write_string(top, column, text, bold)
    for n, row in enumerate(rows, top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, Points):
                sheet.write_number(n, column, cell.hundredths / 100, points)
            elif isinstance(cell, int):
                sheet.write_number(n, column, cell)
            else:
                text = "" if cell is None else str(cell)
                sheet.write_string(n, column, text, wrap)
                widths[column] = max(widths[column], 2 * len(text))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(WIDTH_MAX, width + 2))
    sheet.freeze_panes(top + 1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    book.close()
    return out.getvalue()


class Points:
    """A score in a cell. Units: hundredths of a point."""

    def __init__(self, hundredths: int) -> None:
        self.hundredths = hundredths

    @classmethod
    def of_tenths(cls, tenths: int | None) -> Points | None:
        """Give the points of a score in tenths; nothing stays nothing."""
        return None if tenths is None else cls(10 * tenths)


def download(content: bytes, filename: str) -> HttpResponse:
    """Answer with a workbook to keep."""
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def moment(at: datetime | None) -> str:
    """Write a moment of Beijing for a cell."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if at else ""
