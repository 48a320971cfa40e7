"""The report of a day as a workbook: numbers as numbers, every text as text, and the same bytes for the same day."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from sangyu.insight.queries import Report
from sangyu.insight.rules import Number

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SCALES = {"tenths": 1, "hundredths": 2, "pm": 1}


def workbook_of(report: Report, *, programme: str) -> bytes:
    """Write a report as XLSX; texts are never formulas, money is yuan with two exact decimals.

    Shape: one sheet of single numbers with their basis, then one sheet a table; the hash stands on the first.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A workbook carries the moment of its making; the day it speaks of stands in, so that a repeat is the same file.
    book.set_properties(
        {"title": f"{programme} {report.on}", "created": datetime.combine(report.on, datetime.min.time())}
    )
    forms = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "one": book.add_format({"num_format": "0.0"}),
        "two": book.add_format({"num_format": "0.00"}),
        "n": book.add_format({"num_format": "#,##0"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _numbers(book, forms, report, programme)
    for section in report.sections:
        for table in section.tables:
            sheet = book.add_worksheet(_sheet_name(table.title))
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, len(table.columns), 14)
            sheet.write_string(0, 0, f"{section.title} · {table.title}", forms["title"])
            for column, name in enumerate(("", *table.columns)):
                sheet.write_string(1, column, name, forms["head"])
            for row, (label, numbers) in enumerate(table.rows, start=2):
                sheet.write_string(row, 0, label)
                for column, number in enumerate(numbers, start=1):
                    _cell(sheet, row, column, number, forms)
            sheet.freeze_panes(2, 1)
    book.close()
    return out.getvalue()


def _numbers(book: Any, forms: dict[str, Any], report: Report, programme: str) -> None:
    sheet = book.add_worksheet("数字")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 60)
    sheet.write_string(0, 0, f"{programme} {report.on} 报告", forms["title"])
    sheet.write_string(1, 0, f"SHA-256 {report.sha256}")
    row = 3
    for section in report.sections:
        sheet.write_string(row, 0, section.title, forms["head"])
        sheet.write_string(row, 1, "", forms["head"])
        sheet.write_string(row, 2, section.basis, forms["head"])
        for number in section.numbers:
            row += 1
            sheet.write_string(row, 0, number.label)
            _cell(sheet, row, 1, number, forms)
            unit = "元" if number.is_money else number.unit
            sheet.write_string(row, 2, f"{unit} {number.note}".strip(), forms["text"])
        row += 2


def _cell(sheet: Any, row: int, column: int, number: Number, forms: dict[str, Any]) -> None:
    if number.value is None:
        sheet.write_string(row, column, number.note or "—")
        return
    # The file format stores numbers in binary: a Decimal of two places below ten trillion comes back exact to the fen.
    if number.is_money:
        sheet.write_number(row, column, Decimal(number.value).scaleb(-2), forms["money"])
    elif number.measure in SCALES:
        places = SCALES[number.measure]
        form = forms["one"] if places == 1 else forms["two"]
        sheet.write_number(row, column, Decimal(number.value).scaleb(-places), form)
    else:
        sheet.write_number(row, column, number.value, forms["n"])


def _sheet_name(title: str) -> str:
    return "".join("·" if letter in "[]:*?/\\" else letter for letter in title)[:31]
