"""Write a paper as a workbook that an officer can sum and filter, and that no cell of which can act.

Money goes into the cells as exact decimals: xlsxwriter prints a number with sixteen significant digits, so every sum
below ten thousand thousand million yuan stands in the file with precisely its fen. No float is ever reckoned with.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from sangyu.portals.finance.papers.paper import MONEY, POINTS, Cell, Paper, Table, moment, verification

# What a spreadsheet would take for a formula when the text is typed or pasted again.
ACTS = ("=", "+", "-", "@", "\t", "\r")
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
NOT_A_NUMBER_FEN = 10**15


def as_workbook(paper: Paper) -> bytes:
    """Write a paper as XLSX; the same paper is the same bytes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    # The time at which a workbook is written would make each one another file.
    book.set_properties({"title": paper.title, "created": (paper.made_at or FIRST_DAY).replace(tzinfo=None)})
    _Sheet(book, paper).fill()
    book.close()
    return out.getvalue()


class _Sheet:
    """A sheet being filled from top to bottom."""

    def __init__(self, book: Any, paper: Paper) -> None:
        self.book, self.paper = book, paper
        self.sheet = book.add_worksheet("打印件")
        self.row = 0
        self.width = max([4, *(len(table.columns) for table in paper.tables)])
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def fill(self) -> None:
        """Write every part of the paper in its order."""
        paper = self.paper
        self._across(paper.title, bold=True, font_size=16, align="center")
        self._across(f"{paper.organisation}    编号 {paper.number}", align="center", font_color="#666666")
        for label, value in paper.pairs:
            self._text(self.row, 0, label, bg_color="#F4F4F4", border=1)
            self._merged(1, value, border=1, text_wrap=True)
        for words in paper.paragraphs:
            self._across(words, text_wrap=True)
            self.sheet.set_row(self.row - 1, 32)
        for table in paper.tables:
            self._table(table)
        self.row += 1
        for place in paper.places:
            self._text(self.row, 0, place.label, bg_color="#F4F4F4", border=1)
            signed = "  ".join(part for part in (place.opinion, place.name, place.at) if part)
            self._merged(1, signed, border=1)
            self.sheet.set_row(self.row - 1, 30)
        if paper.seals:
            self._across("    ".join(f"{whose}（盖章处）" for whose in paper.seals), font_color="#666666")
        for note in [*paper.notes, *([verification(paper.root)] if paper.root else [])]:
            self._across(note, font_color="#666666", text_wrap=True)
            self.sheet.set_row(self.row - 1, 28)
        if paper.made_at:
            self._across(f"数据时间 {moment(paper.made_at)}（北京时间）", font_color="#666666")
        self._print_as_a_paper()

    def _table(self, table: Table) -> None:
        self.row += 1
        if table.title:
            self._across(table.title, bold=True)
        for n, column in enumerate(table.columns):
            self._text(self.row, n, column.title, bold=True, bg_color="#ECECEC", border=1, align="center")
            self.sheet.set_column(n, n, max(8, column.width))
        self.row += 1
        for row in table.rows:
            self._cells(table, row)
        if table.foot:
            self._cells(table, table.foot, bold=True)

    def _cells(self, table: Table, row: tuple[Cell, ...], **style: Any) -> None:
        for n, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            if isinstance(cell, int):
                self._number(n, cell, column.kind, **style)
            else:
                self._text(self.row, n, cell or "", border=1, **style)
        self.row += 1

    def _number(self, n: int, cell: int, kind: str, **style: Any) -> None:
        scale, shown = {MONEY: (-2, "#,##0.00"), POINTS: (-1, "0.0")}.get(kind, (0, "#,##0"))
        if abs(cell) >= NOT_A_NUMBER_FEN:
            # Excel keeps fifteen digits; what is longer is text rather than a number that is nearly right.
            self._text(self.row, n, str(Decimal(cell).scaleb(scale)), border=1, **style)
            return
        form = self._format(num_format=shown, border=1, **style)
        self.sheet.write_number(self.row, n, Decimal(cell).scaleb(scale), form)

    def _text(self, row: int, n: int, text: str, **style: Any) -> None:
        # Never `write`, which guesses; and quoted where a spreadsheet would begin to reckon.
        self.sheet.write_string(row, n, text, self._format(**_quoted(text), **style))

    def _across(self, text: str, **style: Any) -> None:
        self._merged(0, text, **style)

    def _merged(self, first: int, text: str, **style: Any) -> None:
        form = self._format(**_quoted(text), **style)
        self.sheet.merge_range(self.row, first, self.row, self.width - 1, "", form)
        self.sheet.write_string(self.row, first, text, form)
        self.row += 1

    def _format(self, **style: Any) -> Any:
        key = tuple(sorted(style.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": "宋体", "valign": "vcenter", **style})
        return self.formats[key]

    def _print_as_a_paper(self) -> None:
        self.sheet.set_paper(9)
        if self.paper.wide:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&A&R第 &P 页 共 &N 页")


def _quoted(text: str) -> dict[str, bool]:
    return {"quote_prefix": True} if text.startswith(ACTS) else {}
