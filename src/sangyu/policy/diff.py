"""Tell what changed between two states of a pack, row by row and cell by cell, in the words of an official.

The states are two days of one pack, or two folders (a pack and its edited copy), on a day each or in all versions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal

from sangyu.policy import ir
from sangyu.policy.excel_cells import Column, column
from sangyu.policy.excel_layout import Line, csv_lines
from sangyu.policy.to_chinese import day, yuan

What = Literal["added", "removed", "changed"]
_ANY_PAIR = 0.01  # a changed row is easier to read than one gone and one new
_COMPARED_MOST = 250_000
_WORDS: Mapping[What, str] = {"added": "新增", "removed": "删去", "changed": "改动"}
_KINDS = {
    "documents": "文件",
    "funds": "资金",
    "switches": "读法开关",
    "settings": "设置",
    "parameters": "参数",
    "figures": "算式",
    "derived": "推导事实",
    "offers": "服务种类",
    "rules": "规则",
}
_FIELDS = {
    "title": "名称",
    "label": "名称",
    "number": "文号",
    "issued_on": "印发日期",
    "file": "原文文件",
    "values": "可选的值（第一个是默认）",
    "readings": "读法",
    "type": "类型",
    "codes": "可用的代码",
    "sum_to": "合计",
    "formula": "算式",
    "document": "出处文件",
    "locator": "原文片段",
    "form": "形式",
    "payers": "付款方",
    "rows": "几行合用的办法",
    "fund": "资金",
    "price": "定价规则",
    "split": "分担规则",
    "account": "额度规则",
}


@dataclass(frozen=True)
class CellChange:
    """One cell that was changed: its column, its header, what it said and what it says."""

    column: str
    header: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"“{self.header}”由 {self.before or '（空）'} 改为 {self.after or '（空）'}"


@dataclass(frozen=True)
class Change:
    """One change: of a rule, a row of its table (with its line before and after), or an entry of pack.toml."""

    what: What
    kind: str
    id: str
    title: str
    row_before: int | None = None
    row_after: int | None = None
    row: str = ""
    cells: tuple[CellChange, ...] = field(default=())

    def __str__(self) -> str:
        if self.row_before is None and self.row_after is None:
            said = "；".join(map(str, self.cells)) or self.row
            return f"{_WORDS[self.what]}{self.kind}“{self.title}”（{self.id}）" + (f"：{said}" if said else "")
        where = {"added": f"第{self.row_after}行", "removed": f"原第{self.row_before}行"}.get(
            self.what, f"第{self.row_after}行"
        )
        said = "；".join(map(str, self.cells))
        return f"“{self.title}”（{self.id}）{where}{_WORDS[self.what]}：{self.row}" + (f"；{said}" if said else "")

    def to_json(self) -> dict[str, Any]:
        """Give a plain dict of JSON values, with the sentence as `said`."""
        return {**asdict(self), "cells": [asdict(cell) for cell in self.cells], "said": str(self)}


@dataclass(frozen=True)
class State:
    """A pack on a day; without a day, in all its versions."""

    pack: ir.Pack
    on: date | None = None


def diff(before: State, after: State) -> list[Change]:
    """Find what changed, entries of pack.toml first, then the rules in their order."""
    toml = [_toml(before.pack), _toml(after.pack)]
    found = [change for kind in _KINDS for change in _entries(kind, toml[0].get(kind, {}), toml[1].get(kind, {}))]
    for rule in after.pack.rules.values():
        if rule.id in before.pack.rules:
            found += _rule(before, after, before.pack.rules[rule.id], rule)
    return found


def _toml(pack: ir.Pack) -> dict[str, Any]:
    return tomllib.loads((pack.folder / "pack.toml").read_text(encoding="utf-8-sig"))


def _entries(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key), after.get(key)
        title = str((now or was or {}).get("title") or (now or was or {}).get("label") or key)
        if was is None or now is None:
            yield Change("added" if was is None else "removed", _KINDS[kind], key, title)
            continue
        names = [name for name in [*was, *(name for name in now if name not in was)] if name != "versions"]
        cells = tuple(
            CellChange(name, _FIELDS.get(name, name), _plain(was.get(name)), _plain(now.get(name)))
            for name in names
            if was.get(name) != now.get(name)
        )
        if cells:
            yield Change("changed", _KINDS[kind], key, title, cells=cells)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_plain(one) for one in value) or "（空）"
    if isinstance(value, dict):
        return "，".join(f"{name} = {_plain(one)}" for name, one in value.items())
    return day(value) if isinstance(value, date) else str(value)


# -- rules -------------------------------------------------------------------------------------------------------------


def _rule(before: State, after: State, was: ir.Rule, now: ir.Rule) -> Iterator[Change]:
    for one, other in _versions(before, after, was, now):
        if one is None or other is None:
            version = one or other
            assert version is not None
            what: What = "added" if one is None else "removed"
            yield Change(what, "规则版本", now.id, now.title, row=f"{_period(version)}，共{len(version.table.rows)}行")
            continue
        if before.on is None and (one.from_on, one.until_on) != (other.from_on, other.until_on):
            cell = CellChange("versions", "有效期", _period(one), _period(other))
            yield Change("changed", "规则版本", now.id, now.title, cells=(cell,))
        yield from _tables(_Table(before.pack, was, one), _Table(after.pack, now, other))


def _versions(
    before: State, after: State, was: ir.Rule, now: ir.Rule
) -> Iterator[tuple[ir.Version | None, ir.Version | None]]:
    """Pair the versions to compare: those in force on the days, else those with the same first day."""
    if before.on is not None and after.on is not None:
        one, other = was.version_on(before.on), now.version_on(after.on)
        if one is not None or other is not None:
            yield one, other
        return
    starts = {version.from_on for version in (*was.versions, *now.versions)}
    for start in sorted(starts, key=lambda start: start or date.min):
        yield tuple(next((one for one in rule.versions if one.from_on == start), None) for rule in (was, now))  # type: ignore[misc]


def _period(version: ir.Version) -> str:
    start = f"{day(version.from_on)}起" if version.from_on else ""
    end = f"{day(version.until_on)}前" if version.until_on else ""
    return start + end or "一直有效"


class _Table:
    """The rows of one version as they were written, and how to tell them."""

    def __init__(self, pack: ir.Pack, rule: ir.Rule, version: ir.Version) -> None:
        self.rule, self.outcomes = rule, version.table.outcomes
        lines = csv_lines((pack.folder / version.table.file).read_text(encoding="utf-8-sig"))
        self.codes = [code.strip() for code in lines[0].cells]
        self.lines = [line for line in lines[1:] if not line.is_note]
        self.columns = [column(code, rule, pack, []) for code in self.codes]

    def cells(self, line: Line) -> dict[tuple[str, int], str]:
        """Give the non-empty cells of a row, each under its column and the number of its repeat."""
        found: dict[tuple[str, int], str] = {}
        for code, text in zip(self.codes, line.cells, strict=False):
            repeat = sum(1 for one, _ in found if one == code)
            found[code, repeat] = text.strip()
        return found

    def header(self, code: str) -> str:
        """Give the Chinese header of a column."""
        return next((one.title for one in self.columns if one.code == code), code).replace("（分）", "")

    def tell(self, code: str, text: str) -> str:
        """Write a cell with yuan and labels."""
        one = next((one for one in self.columns if one.code == code), Column(code, "said", code))
        if one.kind == "money" and re.fullmatch(r"-?\d+(\.\d\d)?", text):
            return yuan(int(text.replace(".", "")) if "." in text else int(text))
        if text == "rest":
            return "余额"
        if one.kind == "bool":
            return {"yes": "是", "no": "否"}.get(text, text)
        if one.codes:
            return re.sub(r"\w+", lambda word: one.codes.get(word[0]) or word[0], text).replace("not ", "不是 ")
        return text

    def row(self, line: Line) -> str:
        """Tell a row: when, then what."""
        cells = [(code, text) for (code, _), text in self.cells(line).items() if text and code != "because"]
        told = [f"{self.header(code)} {self.tell(code, text)}" for code, text in cells]
        when = "，".join(one for one, (code, _) in zip(told, cells, strict=True) if code not in self.outcomes)
        then = "，".join(one for one, (code, _) in zip(told, cells, strict=True) if code in self.outcomes)
        return f"{when or '其他情形'} → {then}"


def _tables(was: _Table, now: _Table) -> Iterator[Change]:
    rows = [[_key(table.cells(line)) for line in table.lines] for table in (was, now)]
    for tag, i, j, k, m in SequenceMatcher(None, rows[0], rows[1], autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        yield from _block(was, now, was.lines[i:j], now.lines[k:m])


def _key(cells: Mapping[tuple[str, int], str]) -> frozenset[tuple[tuple[str, int], str]]:
    return frozenset((place, text) for place, text in cells.items() if text)


def _block(was: _Table, now: _Table, before: Sequence[Line], after: Sequence[Line]) -> Iterator[Change]:
    """Tell a stretch that changed: rows that belong together as changed, the others as gone or new."""
    rule = now.rule
    for old, new in _pairs(was, now, before, after):
        if old is None:
            assert new is not None
            yield Change("added", "行", rule.id, rule.title, row_after=new.number, row=now.row(new))
        elif new is None:
            yield Change("removed", "行", rule.id, rule.title, row_before=old.number, row=was.row(old))
        else:
            said, says = was.cells(old), now.cells(new)
            changed = tuple(
                CellChange(
                    code,
                    (now if code in now.codes else was).header(code),
                    was.tell(code, said.get(place, "")),
                    now.tell(code, says.get(place, "")),
                )
                for place in dict.fromkeys([*says, *said])
                if (code := place[0]) and said.get(place, "") != says.get(place, "")
            )
            yield Change("changed", "行", rule.id, rule.title, old.number, new.number, was.row(old), changed)


def _pairs(
    was: _Table, now: _Table, before: Sequence[Line], after: Sequence[Line]
) -> Iterator[tuple[Line | None, Line | None]]:
    """Pair the rows of a stretch in their order so that the pairs have as many cells in common as can be."""
    said, says = [was.cells(line) for line in before], [now.cells(line) for line in after]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    small = len(before) * len(after) <= _COMPARED_MOST
    alike = {}
    for i in reversed(range(len(before))):
        for k in reversed(range(len(after))):
            alike[i, k] = (_common(said[i], says[k]) if small else 0.0) + _ANY_PAIR
            best[i][k] = max(best[i + 1][k + 1] + alike[i, k], best[i + 1][k], best[i][k + 1])
    i = k = 0
    while i < len(before) or k < len(after):
        if i < len(before) and k < len(after) and best[i][k] == best[i + 1][k + 1] + alike[i, k]:
            yield before[i], after[k]
            i, k = i + 1, k + 1
        elif k == len(after) or (i < len(before) and best[i][k] == best[i + 1][k]):
            yield before[i], None
            i += 1
        else:
            yield None, after[k]
            k += 1


def _common(one: Mapping[tuple[str, int], str], other: Mapping[tuple[str, int], str]) -> float:
    """Give the part of two rows' cells that is the same; sentences count little, since they repeat the figures."""
    places = {place for cells in (one, other) for place, text in cells.items() if text and place[0] != "because"}
    return sum(one.get(place) == other.get(place) for place in places) / len(places)
