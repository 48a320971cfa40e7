"""Read the sheets of rules, switches, settings, parameters, figures and documents back into pack.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sangyu.policy.errors import BadCell
from sangyu.policy.excel_layout import CODE_ROW, FIRST_ROW, RULES, SECTIONS, section_cells, sheet_names
from sangyu.policy.excel_read import CellFinding, Sheet, cell_name
from sangyu.policy.table_text import LEVELS
from sangyu.policy.toml_text import TomlText

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LEVELS = {said: level for level, said in LEVELS.items()}
_YES_NO = {"yes": True, "是": True, "no": False, "否": False}
_DATES = ("from", "until", "issued_on")


class Sections:
    """Bring the changes of the section sheets into pack.toml.

    `tables`: file -> (sheet, rule); `sheets`: the sheets that rules name; `places`: section -> (sheet, row).
    """

    def __init__(
        self, book: Mapping[str, Sheet], said: Mapping[str, Any], toml: TomlText, findings: list[CellFinding]
    ) -> None:
        self._book, self._said, self._toml, self._findings = book, said, toml, findings
        self.tables: dict[str, tuple[str, str]] = {}
        self.sheets: set[str] = set()
        self.places: dict[str, tuple[str, int]] = {}
        for sheet in SECTIONS:
            if sheet not in book:
                self._fault(sheet, None, "", "缺少这张工作表，请从导出的工作簿里复制回来")
            elif sheet == RULES:
                self._rules()
            else:
                self._section(sheet)

    def _fault(self, sheet: str, row: int | None, key: str, message: str) -> None:
        cell = "" if row is None else cell_name(row, self._column(sheet, key) if key else 0)
        self._findings.append(CellFinding(sheet, cell, message))

    def _column(self, sheet: str, key: str) -> int:
        codes = self._book[sheet].rows[CODE_ROW] if len(self._book[sheet].rows) > CODE_ROW else []
        return codes.index(key) if key in codes else 0

    def _rows(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Read the rows of a sheet; a row without its code, or with one that cannot be, is reported."""
        sheet, fields = self._book[name], SECTIONS[name][1]
        codes = [str(value) for value in (sheet.rows[CODE_ROW] if len(sheet.rows) > CODE_ROW else [])]
        absent = [field for field in fields if field.key not in codes and not (field.hidden or field.later)]
        if absent:
            self._fault(
                name, None, "", f"缺少“{'”“'.join(field.header for field in absent)}”列，或隐藏的代码行被删掉了"
            )
            return []
        found = []
        for row in range(FIRST_ROW, len(sheet.rows)):
            values = {
                field.key: self._read(name, row, field.key, sheet.value(row, codes.index(field.key)))
                for field in fields
                if field.key in codes
            }
            if all(value == "" for value in values.values()):
                continue
            if not _ID.fullmatch(str(values["id"])):
                self._fault(name, row, "id", f"代码“{values['id']}”要以英文字母开头，只用字母、数字、- 和 _")
                continue
            found.append((row, values))
        return found

    def _read(self, sheet: str, row: int, key: str, value: Any) -> str | date:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float) and value == int(value):
            return str(int(value))
        if isinstance(value, datetime):
            value = value.date()
        if key in _DATES and isinstance(value, str) and value.strip():
            try:
                return date.fromisoformat(value.strip().replace("/", "-"))
            except ValueError:
                self._fault(sheet, row, key, f"“{value}”不是日期，应写成 2014-10-01")
                return ""
        return value if isinstance(value, date) and key in _DATES else str(value).strip()

    # -- switches, settings, parameters, figures, documents ------------------------------------------------------------

    def _section(self, sheet: str) -> None:
        kind = SECTIONS[sheet][0]
        was = self._said.get(kind, {})
        seen: dict[str, int] = {}
        for row, cells in self._rows(sheet):
            key = str(cells["id"])
            if key in seen:
                self._fault(sheet, row, "id", f"“{key}”已写在第{seen[key] + 1}行")
                continue
            seen[key] = row
            self.places[f"{kind}.{key}"] = (sheet, row)
            shown = section_cells(sheet, key, was[key]) if key in was else {}
            changed = {name for name, value in cells.items() if value != _trimmed(shown.get(name, ""))}
            try:
                values = self._values(cells, changed, was.get(key, {}))
            except BadCell as error:
                self._fault(sheet, row, "default" if "default" in cells else "sum_to", str(error))
                continue
            if key not in was:
                self._toml.append(f"{kind}.{key}", values)
                continue
            for name, value in values.items():
                self._toml.put(f"{kind}.{key}", name, value)
        for key in was:
            if key not in seen and not any(finding.sheet == sheet for finding in self._findings):
                self._toml.remove(f"{kind}.{key}")

    def _values(self, cells: Mapping[str, Any], changed: set[str], was: Mapping[str, Any]) -> dict[str, Any]:
        """Give the values of a section that were changed, as pack.toml holds them."""
        found: dict[str, Any] = {}
        if changed & {"default", "values", "readings"}:
            found.update(_readings(cells, was))
        for name in changed - {"id", "default", "values", "readings"}:
            value = cells[name]
            if name == "codes":
                found[name] = [word.strip() for word in re.split(r"[、,，]", value) if word.strip()] or None
            elif name == "level" and value:
                found[name] = _LEVELS.get(str(value), value)
            elif name == "sum_to" and value:
                if not str(value).isdigit():
                    raise BadCell(f"“{value}”不是整数")
                found[name] = int(value)
            else:
                found[name] = value if value != "" else None
        return {name: found[name] for name in (*cells, *found) if name in found}

    # -- rules ---------------------------------------------------------------------------------------------------------

    def _rules(self) -> None:
        was = self._said.get("rules", {})
        taken = {sheet: period.get("table", f"{rule}.csv") for rule, _, period, sheet in sheet_names(was)}
        rules: dict[str, list[tuple[int, dict[str, Any], str]]] = {}
        for row, cells in self._rows(RULES):
            key, sheet = str(cells["id"]), str(cells["sheet"])
            if sheet not in self._book:
                self._fault(RULES, row, "sheet", f"没有工作表“{sheet}”；改了工作表的名称，这里也要改")
                continue
            if sheet in self.sheets:
                self._fault(RULES, row, "sheet", f"工作表“{sheet}”已用在上面一行；每个版本要有自己的工作表")
                continue
            self.sheets.add(sheet)
            file = str(cells.get("file") or taken.get(sheet, ""))
            if not file or file in self.tables:
                start = f".from-{cells['from']}" if cells["from"] != "" else ""
                file = f"{key}{start}.csv"
            if file in self.tables or "/" in file:
                self._fault(RULES, row, "from", "这条规则已有同一天生效的版本，请改生效日")
                continue
            self.tables[file] = (sheet, key)
            self.places.setdefault(f"rules.{key}", (RULES, row))
            rules.setdefault(key, []).append((row, cells, file))
        for key, versions in rules.items():
            self._rule(key, versions, was.get(key))
        for key in was:
            if key not in rules and not self._findings:
                self._toml.remove(f"rules.{key}")

    def _rule(self, key: str, versions: list[tuple[int, dict[str, Any], str]], was: Mapping[str, Any] | None) -> None:
        first = versions[0][1]
        for row, cells, _ in versions[1:]:
            for name in ("title", "form", "document", "locator"):
                if cells[name] != first[name]:
                    self._fault(RULES, row, name, f"同一条规则的各行要一样：上面一行写的是“{first[name]}”")
        periods = [
            {name: cells[name] for name in ("from", "until") if cells[name] != ""} | {"table": file}
            for _, cells, file in versions
        ]
        told = {name: first[name] or None for name in ("form", "title", "document", "locator")}
        if was is None:
            self._toml.append(f"rules.{key}", {**told, "versions": periods})
            return
        shown = section_cells(RULES, key, was)
        for name, value in told.items():
            if (value or "") != _trimmed(shown.get(name, "")):
                self._toml.put(f"rules.{key}", name, value)
        before = [{"table": f"{key}.csv", **period} for period in was.get("versions", [{}])]
        if sorted(map(str, (sorted(one.items(), key=str) for one in before))) != sorted(
            map(str, (sorted(one.items(), key=str) for one in periods))
        ):
            self._toml.put(f"rules.{key}", "versions", periods)


def _trimmed(value: str | date) -> str | date:
    return value.strip() if isinstance(value, str) else value


def _readings(cells: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """Read the values of a switch or setting and what they mean; the default comes first."""
    default = str(cells["default"])
    words = [word.strip() for word in str(cells["values"]).split("\n") if word.strip()]
    readings = [word.strip() for word in str(cells.get("readings", "")).split("\n") if word.strip()]
    if not default:
        raise BadCell("要写默认值")
    sample = was["values"][0] if was.get("values") else None
    first, values = _typed(default, sample), [_typed(word, sample) for word in words]
    if first not in values:
        values.insert(0, first)
    elif values[0] != first:
        place = values.index(first)
        values.insert(0, values.pop(place))
        if len(readings) == len(values):
            readings.insert(0, readings.pop(place))
    return {"values": values} | ({"readings": readings} if readings else {})


def _typed(word: str, sample: Any) -> Any:
    if isinstance(sample, list) or (sample is None and ("、" in word or word == "（空）")):
        return [] if word == "（空）" else [one.strip() for one in word.split("、")]
    if isinstance(sample, bool) or (sample is None and word in _YES_NO):
        if word not in _YES_NO:
            raise BadCell(f"“{word}”应写 yes 或 no")
        return _YES_NO[word]
    if isinstance(sample, int) or (sample is None and re.fullmatch(r"-?\d+", word)):
        if not re.fullmatch(r"-?\d+", word):
            raise BadCell(f"“{word}”不是整数")
        return int(word)
    return word
