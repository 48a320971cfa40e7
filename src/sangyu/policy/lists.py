"""The lists that a pack may hold beside its rules, and whether they are written as who reads them needs them.

The sheet by which enterprises are appraised, and the two lists of applications (`stages.py`). A fault in the sheet
would show only at the end of a month, when the sheet of that month can no longer be changed; so a pack with a faulty
one is not adopted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sangyu.policy import stages
from sangyu.policy.benefit_list import BENEFITS_FILE, faults_beside
from sangyu.policy.content import lists
from sangyu.policy.read_table import NOTE, TABLE_BYTES_MAX

Fault = tuple[int, str]

SHEET_FILE = "appraisal-sheet.csv"
SHEET_COLUMNS = ("dimension", "code", "name", "full", "how", "guidance")
SIDES = ("enterprise", "norms", "quality", "staff")
FULL = 100  # points of each side
COMPUTED, HAND = "computed", "hand"
KNOWN = ("E1", "E2", "N1", "N2", "N3", "Q1", "Q2", "S1")  # what the records themselves can score


@dataclass(frozen=True)
class SheetItem:
    """One item of an appraisal sheet; `full` in points."""

    side: str
    code: str
    name: str
    full: int
    how: str
    guidance: str


def unread(folder: Path) -> Iterator[tuple[str, str]]:
    """Find lists that are no text. Shape: file, fault."""
    for path in lists(folder):
        if path.stat().st_size > TABLE_BYTES_MAX:
            yield path.name, "超过 1 MB；名单和考核表通常只有几十行，请核对是不是放错了文件"
            continue
        try:
            path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            yield path.name, "不是 UTF-8 编码，请在 Excel 里另存为“CSV UTF-8（逗号分隔）”"


def faults(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Find the faults of the lists of a pack. Shape: file, line, fault."""
    yield from stages.faults(folder)
    for path in lists(folder):
        if path.name in stages.FILES:
            continue
        if path.name == BENEFITS_FILE:
            yield from ((path.name, line, said) for line, said in faults_beside(folder))
            continue
        if path.name != SHEET_FILE:
            yield path.name, 0, f"没有谁用到这个文件；规则表放在 tables/ 里，考核表叫 {SHEET_FILE}"
            continue
        for line, said in read_sheet(path.read_text(encoding="utf-8-sig"))[1]:
            yield path.name, line, said


def read_sheet(text: str) -> tuple[tuple[SheetItem, ...], tuple[Fault, ...]]:
    """Read an appraisal sheet: its items in order, and every fault with its line (0 = the sheet as a whole).

    Whoever appraises by a sheet reads it by this too, so that what was adopted can be read at the end of the month.
    """
    faults: list[Fault] = []
    items: list[SheetItem] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header, *rows = [(reader.line_num, cells) for cells in reader if any(cells)] or [(1, [])]
    except csv.Error:
        return (), ((reader.line_num, "有一格长得不像话，多半是引号没有配对"),)
    if tuple(header[1]) != SHEET_COLUMNS:
        return (), ((header[0], f"考核表的列应是 {'、'.join(SHEET_COLUMNS)}"),)
    seen: dict[str, int] = {}
    for line, cells in rows:
        if cells[0].startswith(NOTE):
            continue
        found = list(_faults_of(cells, seen))
        faults += [(line, said) for said in found]
        if len(cells) == len(SHEET_COLUMNS):
            seen.setdefault(cells[1], line)
        if not found:
            side, code, name, full, how, guidance = cells
            items.append(SheetItem(side, code, name, int(full), how, guidance))
    if not faults:
        for side in SIDES:
            total = sum(item.full for item in items if item.side == side)
            if total != FULL:
                faults.append((0, f"“{side}”各项满分合计 {total} 分，应为 {FULL} 分"))
    return tuple(items), tuple(faults)


def _faults_of(cells: list[str], seen: Mapping[str, int]) -> Iterator[str]:
    if len(cells) != len(SHEET_COLUMNS):
        yield f"这一行有 {len(cells)} 格，表头有 {len(SHEET_COLUMNS)} 格"
        return
    side, code, name, full, how, _ = cells
    if side not in SIDES:
        yield f"方面“{side}”应为 {'、'.join(SIDES)}"
    if not code or not name:
        yield "要写编号和项目"
    if code in seen:
        yield f"编号“{code}”已写在第{seen[code]}行"
    if not (full.isascii() and full.isdecimal() and int(full) <= FULL):
        yield f"满分“{full}”应为 0 至 {FULL} 的整数"
    if how not in (COMPUTED, HAND):
        yield f"评分方式“{how}”应为 {COMPUTED}（自动计算）或 {HAND}（手工评分）"
    elif how == COMPUTED and code not in KNOWN:
        yield f"“{code}”没有自动算法，请改为手工评分（{HAND}）；能自动计算的是 {'、'.join(KNOWN)}"
