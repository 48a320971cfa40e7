"""Read the lines of a register: find the headings, take each line apart, and say of a bad one where and why."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sangyu.kit import resident_id
from sangyu.kit.errors import Refusal
from sangyu.matching.rules.refusals import FileUnreadable
from sangyu.matching.rules.register import Register

HEADINGS_WITHIN = 10  # lines of titles and remarks above the headings
FAULTS_KEPT = 50
EXACT_DIGITS = 2**53
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?", re.ASCII)


@dataclass(frozen=True)
class Line:
    """What one line of a register says of one person."""

    n: int
    number: str
    name: str
    on: date | None = None
    category: str = ""
    birth_on: date | None = None
    area: str = ""


@dataclass(frozen=True)
class Fault:
    """A line that cannot be used, and why; without a name or a number, since it is kept."""

    n: int
    why: str


def read_lines(register: Register, lines: Iterable[Sequence[Any]]) -> Iterator[Line | Fault]:
    """Yield what each line below the headings says; empty lines are passed over.

    Raises: FileUnreadable, when no line names every required column.
    """
    numbered = enumerate(lines, 1)
    places = _places(register, numbered)
    for n, cells in numbered:
        said = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        if any(_plain(value) for value in cells):
            yield _line(register, n, said)


def line_digest(line: Line) -> int:
    """Return a number for what a line says, so that two files can be told apart whatever their order."""
    said = "|".join((line.number, line.name, str(line.on), line.category, str(line.birth_on), line.area))
    return int.from_bytes(hashlib.sha256(said.encode()).digest())


def fold_digest(total: int, more: int) -> int:
    """Add a line's number to those before it."""
    return (total + more) % 2**256


def _places(register: Register, numbered: Iterator[tuple[int, Sequence[Any]]]) -> dict[str, int]:
    best: list[str] = [column.title for column in register.columns if column.required]
    for n, cells in numbered:
        titles = [_plain(cell) for cell in cells]
        found = {
            column.name: titles.index(heading)
            for column in register.columns
            for heading in reversed(column.headings)
            if heading in titles
        }
        missing = [column.title for column in register.columns if column.required and column.name not in found]
        if not missing:
            return found
        best = min(best, missing, key=len)
        if n >= HEADINGS_WITHIN:
            break
    raise FileUnreadable(
        f"前{HEADINGS_WITHIN}行里没有找到“{register.title}”名册的表头，缺少：{'、'.join(best)}。"
        "请核对是不是选错了文件，或把表头改成这些名称再上传。"
    )


def _line(register: Register, n: int, said: dict[str, Any]) -> Line | Fault:
    number = said["number"]
    if isinstance(number, float) and number > EXACT_DIGITS:
        return Fault(n, "证件号码被存成了数字，后几位已经丢失。请把这一列设为“文本”重新导出")
    name = _plain(said["name"])
    if not name:
        return Fault(n, "没有姓名")
    try:
        known = _number(_plain(number))
        on, birth_on = (_day(said.get(column, "")) for column in ("on", "birth_on"))
    except Refusal as bad:
        return Fault(n, str(bad).rstrip("。"))
    if on is None and any(column.name == "on" and column.required for column in register.columns):
        return Fault(n, "没有日期")
    category = _plain(said.get("category", ""))
    if register.recognises and not category:
        return Fault(n, "没有类别")
    return Line(n, known, name[:60], on, category[:60], birth_on, _plain(said.get("area", ""))[:12])


def _number(text: str) -> str:
    found = resident_id.from_old(text) if len(text) == 15 else resident_id.parse(text)
    return found.number


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _plain(value)
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass  # the 31st of a month of thirty days is told below like any other text
    raise FileUnreadable("日期这一列里不是日期，请写成 2026-11-09 的样子。")


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
