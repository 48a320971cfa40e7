"""Read the sheets of rules, of worked examples and of notes back into the text of their files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sangyu.policy import ir
from sangyu.policy.errors import BadCell
from sangyu.policy.excel import case_cell, heading
from sangyu.policy.excel_cells import Column, column, said, same, shown, tidy
from sangyu.policy.excel_layout import (
    BOM,
    CASE_FIELDS,
    CASES,
    CHOICES,
    CODE_ROW,
    FIRST_ROW,
    HEAD_ROW,
    HELP,
    NOTES,
    ORIGIN,
    ORIGINAL,
    SECTIONS,
    Line,
    csv_lines,
    csv_text,
)
from sangyu.policy.excel_read import CellFinding, Sheet, cell_name
from sangyu.policy.to_chinese import label
from sangyu.policy.vocabulary import facts

_TEXT = Column("", "said", "")  # a number that Excel made of what was typed is written as it was typed
_NAME = re.compile(r"\s*(\w+)\s*[=＝:：]\s*(.*?)\s*")


@dataclass(frozen=True)
class _Origin:
    """The table that a sheet was made from: its lines, by number."""

    header: tuple[str, ...]
    notes: Line | None
    rows: Mapping[int, Line]
    text: str

    def cell(self, line: Line | None, code: str, nth: int) -> str | None:
        """Give what stood in the nth column of this name."""
        if line is None:
            return None
        places = [place for place, one in enumerate(self.header) if one.strip() == code]
        return line.cells[places[nth]] if nth < len(places) and places[nth] < len(line.cells) else None


def _origin(text: str) -> _Origin:
    lines = csv_lines(text)
    notes = lines[1] if len(lines) > 1 and lines[1].is_note else None
    rows = lines[2 if notes else 1 :]
    return _Origin(lines[0].cells if lines else (), notes, {line.number: line for line in rows}, text)


class Tables:
    """Read the sheets of rules; remembers on which row of which sheet each line of a file stands."""

    def __init__(
        self, book: Mapping[str, Sheet], files: Mapping[str, str], pack: ir.Pack, findings: list[CellFinding]
    ) -> None:
        self._book, self._files, self._pack, self._findings = book, files, pack, findings
        self._rows: dict[tuple[str, int], int] = {}
        self._sheets: dict[str, str] = {}
        self._columns: dict[tuple[str, str], int] = {}

    def place(self, file: str, line: int, code: str) -> tuple[str, str]:
        """Say in which sheet and cell a line of a table stands."""
        if file not in self._sheets:
            return file, ""
        row = self._rows.get((file, line), HEAD_ROW)
        return self._sheets[file], cell_name(row, self._columns.get((file, code), 0))

    def others(self, used: set[str]) -> dict[str, str]:
        """Read the tables that belong to no rule, and report sheets that nothing names. Shape: file -> text."""
        found = {}
        for name, sheet in self._book.items():
            if name in {*used, *SECTIONS, HELP, CASES, NOTES, CHOICES, ORIGINAL}:
                continue
            file = self._made_from(sheet)
            if file in self._files and not file.startswith("tables/"):
                found[file] = self.read(name, file, "")
            elif any(value != "" for row in sheet.rows for value in row):
                said = "“规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表"
                self._findings.append(CellFinding(name, "", said))
        return found

    def read(self, name: str, file: str, rule_id: str) -> str:
        """Read one sheet into the text of its table; faults go to the findings."""
        sheet = self._book[name]
        made_from = self._made_from(sheet)
        origin = _origin(self._files.get(made_from, ""))
        rule = self._pack.rules.get(rule_id) or self._rule_of(made_from)
        columns = self._columns_of(sheet, origin, rule)
        self._sheets[file] = name
        for place, one in columns:
            self._columns.setdefault((file, one.code), place)
        codes = tuple(one.code for _, one in columns)
        moved = codes != tuple(code.strip() for code in origin.header)
        kept = [self._line(sheet, row, columns, origin, moved) for row in range(FIRST_ROW, len(sheet.rows))]
        lines = [(row, line) for row, line in enumerate(kept, FIRST_ROW) if line is not None]
        head = self._head(sheet, columns, origin, moved)
        whole = origin.notes is None or head == origin.notes.raw
        if not moved and whole and [line for _, line in lines] == list(origin.rows.values()):
            self._rows.update({(file, line.number): row for row, line in lines if isinstance(line, Line)})
            return origin.text
        return self._joined(file, codes, head, lines, origin)

    def _made_from(self, sheet: Sheet) -> str:
        codes = [str(value) for value in (sheet.rows[CODE_ROW] if len(sheet.rows) > CODE_ROW else [])]
        return next((code.removeprefix(ORIGIN) for code in codes if code.startswith(ORIGIN)), "")

    def _rule_of(self, file: str) -> ir.Rule | None:
        rules = self._pack.rules.values()
        return next((rule for rule in rules for version in rule.versions if version.table.file == file), None)

    def _columns_of(self, sheet: Sheet, origin: _Origin, rule: ir.Rule | None) -> list[tuple[int, Column]]:
        found: list[tuple[int, Column]] = []
        width = max((len(row) for row in sheet.rows), default=0)
        for place in range(width):
            code = str(sheet.value(CODE_ROW, place)).strip()
            if code.startswith(ORIGIN):
                continue
            if not code:
                filled = [row for row in range(HEAD_ROW, len(sheet.rows)) if sheet.value(row, place) != ""]
                if not filled:
                    continue
                code = self._named(str(sheet.value(HEAD_ROW, place)))
            texts = [text for line in origin.rows.values() if (text := origin.cell(line, code, 0)) is not None]
            try:
                found.append((place, column(code, rule, self._pack, texts)))
            except BadCell:
                if code in origin.header:
                    found.append((place, Column(code, "said", code)))
                    continue
                head = str(sheet.value(HEAD_ROW, place))
                example = f"如“{facts()['age'].label}”或 age"
                message = f"不认识的列“{head or code}”：表头写事实、参数或开关的名称或代码（{example}）；不要的列请删掉"
                self._findings.append(CellFinding(sheet.name, cell_name(HEAD_ROW, place), message))
        if not found:
            said = "没有隐藏的代码行（第2行），认不出各列；请从导出的工作簿里复制工作表"
            self._findings.append(CellFinding(sheet.name, "", said))
        return found

    def _named(self, head: str) -> str:
        """Find the code of a header that an official wrote."""
        head = head.strip()
        shelves = (self._pack.derived, self._pack.figures, self._pack.settings, self._pack.parameters, facts())
        by_label = {label(code, self._pack): code for shelf in reversed(shelves) for code in shelf}
        return by_label.get(head, head)

    def _head(self, sheet: Sheet, columns: list[tuple[int, Column]], origin: _Origin, moved: bool) -> str:
        """Give the line of Chinese headers, if the table has one; `moved`: its columns are not those that were."""
        if origin.notes is None:
            return ""
        texts, changed, seen = [], moved, dict[str, int]()
        for place, one in columns:
            nth = seen[one.code] = seen.get(one.code, -1) + 1
            was = origin.cell(origin.notes, one.code, nth)
            now = str(sheet.value(HEAD_ROW, place))
            unchanged = heading(one, was) == now
            changed = changed or not unchanged
            texts.append(was.removeprefix("#") if unchanged and was is not None else now.strip())
        if not changed:
            return origin.notes.raw
        return csv_text(["#" + texts[0], *texts[1:]], _end(origin.text))

    def _line(
        self, sheet: Sheet, row: int, columns: list[tuple[int, Column]], origin: _Origin, moved: bool
    ) -> Line | list[str] | None:
        """Read one row: the line it was, if nobody touched it; its new cells, also of columns that were `moved`; None
        if it is empty.
        """
        values = [sheet.value(row, place) for place, _ in columns]
        if all(value == "" for value in values):
            return None
        number = next(
            (
                sheet.value(row, place)
                for place in range(len(sheet.rows[row]) - 1, -1, -1)
                if str(sheet.value(CODE_ROW, place)).startswith(ORIGIN)
            ),
            "",
        )
        line = origin.rows.get(int(number)) if isinstance(number, (int, float)) else None
        is_note = isinstance(values[0], str) and values[0].startswith("#")
        texts, changed, seen = [], line is None or moved, dict[str, int]()
        for (place, one), value in zip(columns, values, strict=True):
            nth = seen[one.code] = seen.get(one.code, -1) + 1
            was = origin.cell(line, one.code, nth) or ""  # a note may have fewer cells than there are columns
            if same(value, was if is_note else shown(was, one)):
                texts.append(was)
                continue
            changed = True
            try:
                texts.append(said(value, _TEXT if is_note else one))
            except BadCell as error:
                self._findings.append(CellFinding(sheet.name, cell_name(row, place), f"“{one.code}”列：{error}"))
        return texts if changed or line is None else line

    def _joined(
        self, file: str, codes: tuple[str, ...], head: str, lines: list[tuple[int, Line | list[str]]], origin: _Origin
    ) -> str:
        end = _end(origin.text)
        text = csv_text(list(codes), end) + head
        for row, line in lines:
            self._rows[file, text.count("\n") + 1] = row
            written = line.raw if isinstance(line, Line) else csv_text(line, end)
            text += written if written.endswith("\n") else written + end
        return (BOM if origin.text.startswith(BOM) or not origin.text else "") + text


def _end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


class Cases:
    """Read the sheet of worked examples; `text` is their file."""

    def __init__(self, book: Mapping[str, Sheet], was: str, pack_id: str, findings: list[CellFinding]) -> None:
        self._findings, self._pack_id = findings, pack_id
        self._rows: dict[int, int] = {}
        lines = {number: line for number, line in enumerate(was.split("\n"), 1) if line.strip()}
        if CASES not in book:
            findings.append(CellFinding(CASES, "", "缺少这张工作表，请从导出的工作簿里复制回来"))
            self.text = was
            return
        sheet = book[CASES]
        read = [(row, self._case(sheet, row, lines)) for row in range(FIRST_ROW, len(sheet.rows))]
        kept = [(row, line) for row, line in read if line]
        if [line for _, line in kept] == list(lines.values()):
            self.text = was
            self._rows = dict(zip(lines, (row for row, _ in kept), strict=True))
        else:
            self.text = "".join(line + "\n" for _, line in kept)
            self._rows = {number: row for number, (row, _) in enumerate(kept, 1)}

    def place(self, line: int) -> tuple[str, str]:
        """Say in which cell the case of a line stands."""
        return CASES, cell_name(self._rows[line], 3) if line in self._rows else ""

    def _case(self, sheet: Sheet, row: int, lines: Mapping[int, str]) -> str:
        values = [sheet.value(row, place) for place in range(len(CASE_FIELDS))]
        if all(value == "" for value in values):
            return ""
        number = sheet.value(row, len(CASE_FIELDS))
        was = lines.get(int(number), "") if isinstance(number, (int, float)) else ""
        case: dict[str, Any] = json.loads(was.removeprefix(BOM)) if was else {"id": "", "pack": self._pack_id}
        changed = False
        for place, (field, value) in enumerate(zip(CASE_FIELDS, values, strict=True)):
            if was and value == case_cell(case.get(field.key, "")):
                continue
            changed = True
            try:
                case[field.key] = _said(str(value)) if field.key in ("facts", "expect") else said(value, _TEXT).strip()
            except BadCell as error:
                self._findings.append(CellFinding(CASES, cell_name(row, place), str(error)))
        return json.dumps(case, ensure_ascii=False) if changed else was


def _said(text: str) -> dict[str, Any]:
    """Read facts, one a line: `age = 75`, `identities = ["dibao"]`, `on = 2018-06-15`."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _NAME.fullmatch(line)
        if match is None:
            raise BadCell(f"“{line.strip()}”应写成 名称 = 值，如 age = 75")
        found[match[1]] = _value(match[2])
    return found


def _value(text: str) -> Any:
    plain = tidy(text)
    words = {"yes": True, "是": True, "no": False, "否": False}
    if plain in words:
        return words[plain]
    for one in (text, plain.replace("“", '"').replace("”", '"')):
        try:
            return json.loads(one)
        except json.JSONDecodeError:
            continue
    return plain


def notes_text(sheet: Sheet, was: str) -> str:
    """Read the notes, a line a cell."""
    values = [sheet.value(row, 0) for row in range(FIRST_ROW, len(sheet.rows))]
    lines = [said(value, _TEXT) if isinstance(value, float) else str(value) for value in values]
    while lines and not lines[-1]:
        lines.pop()
    return was if lines == was.rstrip("\n").split("\n") else "".join(line + "\n" for line in lines)
