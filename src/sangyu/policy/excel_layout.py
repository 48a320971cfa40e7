"""How a pack lies in a workbook: which sheets there are, what their columns are called, where the first row stands.

Every sheet has a title, a hidden row of codes, the Chinese headers, then its rows. The files as they were lie in a
hidden sheet, so that what nobody touched goes back to the letter.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangyu.policy.table_text import LEVELS

TITLE_ROW, CODE_ROW, HEAD_ROW, FIRST_ROW = 0, 1, 2, 3
HELP, RULES, CASES, NOTES = "说明", "规则", "算例", "读法说明"
CHOICES, ORIGINAL = "_清单", "_原文"  # hidden: drop-down lists; the files as they were
MARK = "sangyu-pack-1"
ORIGIN = "#"  # code of the hidden last column: `#tables/x.csv`, with the line on which a row stood
BOM = "\ufeff"


@dataclass(frozen=True)
class Field:
    """One column of a section sheet: its key in pack.toml, its header and its width in characters."""

    key: str
    header: str
    width: int = 24
    hidden: bool = False
    later: bool = False  # not yet in the workbooks of older versions; without the column nothing is changed


# Sheet -> (table of pack.toml, its columns); the first column is the section's own name.
SECTIONS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    RULES: (
        "rules",
        (
            Field("id", "规则代码"),
            Field("title", "规则名称", 28),
            Field("form", "形式", 12),
            Field("document", "出处文件", 22),
            Field("locator", "原文片段", 44),
            Field("from", "生效日（含当日）", 16),
            Field("until", "截止日（不含当日）", 16),
            Field("sheet", "工作表", 34),
            Field("file", "文件", hidden=True),
        ),
    ),
    "读法开关": (
        "switches",
        (
            Field("id", "开关代码"),
            Field("label", "名称", 32),
            Field("default", "默认值", 18),
            Field("values", "可选的值（一行一个）", 22),
            Field("readings", "各是什么读法（一行一个）", 48),
        ),
    ),
    "设置": (
        "settings",
        (
            Field("id", "设置代码"),
            Field("label", "名称", 40),
            Field("default", "默认值", 22),
            Field("values", "常见的值（一行一个）", 30),
        ),
    ),
    "参数": (
        "parameters",
        (
            Field("id", "参数代码", 30),
            Field("label", "名称", 44),
            Field("type", "类型", 12),
            Field("codes", "可用的代码（类型为 code）", 30),
            Field("sum_to", "各项合计应为", 14),
            Field("band", "幅度：指标规则.事实", 34, later=True),
        ),
    ),
    "算式": ("figures", (Field("id", "算式代码", 26), Field("label", "名称", 36), Field("formula", "算式", 60))),
    "文件": (
        "documents",
        (
            Field("id", "文件代码"),
            Field("title", "标题", 60),
            Field("number", "文号", 44),
            Field("level", "级别", 10, later=True),
            Field("issued_on", "印发日期", 14),
            Field("file", "原文文件", 30),
        ),
    ),
}
CASE_FIELDS = (
    Field("id", "编号", 22),
    Field("rule", "规则代码", 22),
    Field("facts", "事实（一行一个）", 40),
    Field("expect", "应得的答复（一行一个）", 40),
    Field("source", "出处", 40),
    Field("note", "备注", 24),
)


@dataclass(frozen=True)
class Line:
    """One line of a CSV: where it begins (1 = first), its cells, and its text with the end of line."""

    number: int
    cells: tuple[str, ...]
    raw: str

    @property
    def is_note(self) -> bool:
        """Tell whether the line is for readers only."""
        return bool(self.cells) and self.cells[0].startswith("#")


def csv_lines(text: str) -> list[Line]:
    """Split a CSV into its lines, empty ones left out."""
    physical = text.removeprefix(BOM).splitlines(keepends=True)
    reader, found, before = csv.reader(io.StringIO("".join(physical), newline="")), [], 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            found.append(Line(before + 1, tuple(cells), "".join(physical[before : reader.line_num])))
        before = reader.line_num
    return found


def csv_text(cells: list[str], end: str) -> str:
    """Write one line of a CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator=end).writerow(cells)
    return line.getvalue()


def sheet_names(rules: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any], str]]:
    """Name a sheet for each version of each rule. Shape: (rule, number of the version, period, sheet)."""
    taken = {HELP, RULES, CASES, NOTES, CHOICES, ORIGINAL, *SECTIONS}
    for rule, said in rules.items():
        for number, period in enumerate(said.get("versions", [{}])):
            suffix = f"（{period['until']}前）" if "until" in period else ""
            suffix = suffix or (f"（{period['from']}起）" if "from" in period else "")
            yield rule, number, period, free_name(said.get("title", rule), suffix, taken)


def free_name(title: str, suffix: str, taken: set[str]) -> str:
    """Make a name that Excel allows and no other sheet has: at most 31 characters, none of []:*?/\\ in it."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip() or "表"
    for number in range(1, 1000):
        end = suffix + (f"·{number}" if number > 1 else "")
        name = plain[: 31 - len(end)] + end
        if name.lower() not in {one.lower() for one in taken}:
            taken.add(name)
            return name
    raise ValueError(title)


def value_text(value: Any) -> str:
    """Write one value of a switch or setting as an official sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "、".join(str(one) for one in value) or "（空）"
    return str(value)


def section_cells(sheet: str, key: str, said: Mapping[str, Any]) -> dict[str, str | date]:
    """Give what a section of pack.toml shows in its row; rules give their dates and sheets themselves."""
    cells: dict[str, str | date] = {"id": key}
    for field in SECTIONS[sheet][1][1:]:
        value = said.get(field.key)
        if field.key == "default":
            cells["default"] = value_text(said["values"][0]) if said.get("values") else ""
        elif field.key == "level":
            cells["level"] = LEVELS.get(str(value), str(value or ""))
        elif field.key == "codes":
            cells["codes"] = "、".join(value or ())
        elif isinstance(value, list) and field.key in ("values", "readings"):
            cells[field.key] = "\n".join(value_text(one) for one in value)
        elif isinstance(value, date):
            cells[field.key] = value
        elif not isinstance(value, (list, dict)):
            cells[field.key] = "" if value is None else str(value)
    return cells
