"""Write sheets to fill in and sheets that are handed out: the same columns, every cell a text or a day; pure.

Line by line, so that a long list is never in memory. What a spreadsheet would run is written with a mark before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sangyu.intake.rules.cells import guarded
from sangyu.intake.rules.columns import WHY, Column, Kind, Template

MARK_SHEET, LIST_SHEET, HELP_SHEET, ABOUT_SHEET = "_sangyu", "选项", "填写说明", "导出说明"
_FILLED_MAX = 20_000  # lines that are prepared for typing
_LISTED_MAX = 5_000
_YES_NO = ("是", "否")
_WIDTHS = {Kind.WORDS: 16, Kind.NUMBER: 22, Kind.DAY: 13, Kind.PHONE: 15, Kind.YES_NO: 10, Kind.CHOICE: 18}
_EXAMPLE = {
    "name": "李秀兰",
    "document_kind": "居民身份证",
    "document_number": "（18位，文本格式）",
    "sex": "女",
    "birth_on": "1944-03-05",
    "address": "南门巷12号2单元301",
    "hukou_in_area": "是",
    "phone_1": "13900000001",
    "phone_2": "0931-8000001",
    "kin_1_name": "王建国",
    "kin_1_relation": "儿子",
    "kin_1_phone": "13900000002",
    "identity_1_evidence": "优待证 甘优0012号",
    "identity_1_from": "2020-01-01",
    "habits": "左耳听力弱",
}

Lists = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Row:
    """One line to write. Shape: column -> text, or a day; `wrong` are the cells to mark, `why` is said behind them."""

    cells: Mapping[str, str | date]
    wrong: frozenset[str] = field(default_factory=frozenset)
    why: str = ""


def write_template(path: Path, template: Template, lists: Lists) -> None:
    """Write an empty sheet of a template, with lists to choose from, days that are checked, and how to fill it in."""
    with _book(path) as book:
        sheet = _head(book, template, lists, why=False)
        for place, column in enumerate(template.columns):
            _offer(sheet, place, column, lists)
        _help(book, template, lists)
        _mark(book, template)


def write_rows(
    path: Path, template: Template, lists: Lists, rows: Iterable[Row], *, why: bool = False, about: Mapping[str, str]
) -> int:
    """Write lines into a sheet of a template, and who had it made, when and why on a sheet beside it.

    Return how many lines there were. `why` adds the column that says what is wrong.
    """
    with _book(path) as book:
        sheet = _head(book, template, lists, why=why)
        plain, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
        wrong = book.add_format({"num_format": "@", "bg_color": "#FBE3D6", "font_color": "#8A1F11"})
        n = 0
        for n, row in enumerate(rows, start=1):
            for place, column in enumerate(template.columns):
                value = row.cells.get(column.key, "")
                if isinstance(value, date):
                    sheet.write_datetime(n, place, value, day)
                elif value or column.key in row.wrong:
                    sheet.write_string(n, place, guarded(value), wrong if column.key in row.wrong else plain)
            if why:
                sheet.write_string(n, len(template.columns), guarded(row.why), wrong)
        _about(book, {**about, "行数": str(n)})
        _mark(book, template)
    return n


def _book(path: Path) -> Any:
    return xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )


def _head(book: Any, template: Template, lists: Lists, *, why: bool) -> Any:
    """Write the head, which stays in sight; every column is text unless it holds days."""
    sheet = book.add_worksheet(template.label)
    style = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    must = book.add_format({**style, "bg_color": "#1F4E43", "font_color": "#FFFFFF"})
    may = book.add_format({**style, "bg_color": "#E3EEEA"})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_row(0, 32)
    for place, column in enumerate(template.columns):
        sheet.set_column(place, place, _width(column), day if column.kind == Kind.DAY else text)
        sheet.write_string(
            0, place, f"{column.label}*" if column.required else column.label, must if column.required else may
        )
    if why:
        sheet.set_column(len(template.columns), len(template.columns), 60, text)
        sheet.write_string(0, len(template.columns), WHY, may)
    sheet.freeze_panes(1, 1)
    return sheet


def _width(column: Column) -> int:
    return {"name": 12, "address": 32, "community": 26, "habits": 24, "warnings": 24}.get(
        column.key, _WIDTHS[column.kind]
    )


def _offer(sheet: Any, place: int, column: Column, lists: Lists) -> None:
    """Let a column be filled from its list, or only with days."""
    says = {"error_type": "stop", "error_title": column.label, "ignore_blank": True}
    if column.help:
        says |= {"input_title": column.label[:32], "input_message": column.help[:255]}
    if column.kind == Kind.YES_NO:
        rule: dict[str, Any] = {"validate": "list", "source": list(_YES_NO), "error_message": "请选“是”或“否”。"}
    elif column.kind == Kind.CHOICE:
        names = list(lists)
        letter = xlsxwriter.utility.xl_col_to_name(names.index(column.choices))
        last = len(list(lists[column.choices])[:_LISTED_MAX])
        rule = {
            "validate": "list",
            "source": f"='{LIST_SHEET}'!${letter}$2:${letter}${last + 1}",
            "error_message": "请从下拉里选一项；选项都在“选项”表里。",
        }
    elif column.kind == Kind.DAY:
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1900, 3, 1),
            "maximum": date(2119, 1, 1),
            "error_message": "请填日期，如2026-11-09。",
        }
    elif column.help:
        rule = {"validate": "any"}
    else:
        return
    sheet.data_validation(1, place, _FILLED_MAX, place, {**rule, **says})


def _help(book: Any, template: Template, lists: Lists) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(HELP_SHEET)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 60, wrap)
    sheet.write_string(0, 0, template.says, bold)
    for place, name in enumerate(("列", "示例", "怎样填")):
        sheet.write_string(2, place, name, bold)
    for line, column in enumerate(template.columns, start=3):
        sheet.write_string(line, 0, f"{column.label}{'（必填）' if column.required else ''}")
        sheet.write_string(line, 1, _example(column, lists))
        also = f"表头也可以写：{'、'.join(column.also)}" if column.also else ""
        sheet.write_string(line, 2, "；".join(part for part in (column.help, also) if part), wrap)
    options = book.add_worksheet(LIST_SHEET)
    names = {column.choices: column.label for column in template.columns if column.choices}
    every = {name: list(listed)[:_LISTED_MAX] for name, listed in lists.items()}
    options.set_column(0, max(len(every) - 1, 0), 26)
    for place, name in enumerate(every):
        options.write_string(0, place, names.get(name, name), bold)
    for line in range(max(map(len, every.values()), default=0)):
        for place, listed in enumerate(every.values()):
            if line < len(listed):
                options.write_string(line + 1, place, listed[line])


def _example(column: Column, lists: Lists) -> str:
    if column.choices and column.key not in _EXAMPLE:
        return next(iter(lists[column.choices]), "")
    return _EXAMPLE.get(column.key, "")


def _about(book: Any, about: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(ABOUT_SHEET)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 60)
    for line, (name, text) in enumerate(about.items()):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, guarded(text))


def _mark(book: Any, template: Template) -> None:
    """Write down for machines which template this is, where nobody types."""
    sheet = book.add_worksheet(MARK_SHEET)
    for place, text in enumerate((template.code, str(template.version))):
        sheet.write_string(0, place, text)
    sheet.very_hidden()
    book.set_properties({"title": template.label, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same bytes again
