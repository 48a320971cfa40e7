"""Change single values in the text of a pack.toml and leave every other line, comment and blank as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


class TomlText:
    """The lines of a pack.toml, with the sections that stand in them."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    @property
    def text(self) -> str:
        """Give the text as it now stands."""
        return "\n".join(self._lines)

    def header_at(self, line: int) -> str:
        """Name the section in which a line (1 = first) stands; empty before the first."""
        for number in range(min(line, len(self._lines)) - 1, -1, -1):
            if found := _HEADER.fullmatch(self._lines[number]):
                return found[1].strip()
        return ""

    def put(self, header: str, key: str, value: Any) -> None:
        """Set one value of a section; None takes the key out."""
        start, end = self._section(header)
        for number in range(start + 1, end):
            found = _KEY.match(self._lines[number])
            if found and found[1] == key:
                until = self._value_end(number)
                self._lines[number:until] = [] if value is None else [f"{key} = {literal(value)}"]
                return
        if value is not None:
            self._lines[end:end] = [f"{key} = {literal(value)}"]

    def append(self, header: str, values: Mapping[str, Any]) -> None:
        """Add a section behind the last one of its kind (`rules.x` behind the other rules)."""
        kind = header.partition(".")[0] + "."
        same = [number for number, line in enumerate(self._lines) if self._kind_of(line) == kind]
        at = self._section_end(same[-1]) if same else len(self._lines)
        if not same and self._lines[-1:] == [""]:
            at -= 1
        said = [f"{key} = {literal(value)}" for key, value in values.items() if value is not None]
        self._lines[at:at] = ["", f"[{header}]", *said]

    def remove(self, header: str) -> None:
        """Take a section out, with the blank line before it."""
        start, end = self._section(header)
        if start and not self._lines[start - 1].strip():
            start -= 1
        del self._lines[start:end]

    def _kind_of(self, line: str) -> str:
        found = _HEADER.fullmatch(line)
        return found[1].strip().partition(".")[0] + "." if found else ""

    def _section(self, header: str) -> tuple[int, int]:
        for number, line in enumerate(self._lines):
            found = _HEADER.fullmatch(line)
            if found and found[1].strip() == header:
                return number, self._section_end(number)
        raise KeyError(header)

    def _section_end(self, start: int) -> int:
        """Find the line behind the last value of the section that begins at `start`."""
        end = number = start + 1
        while number < len(self._lines) and not _HEADER.fullmatch(self._lines[number]):
            if _KEY.match(self._lines[number]):
                number = end = self._value_end(number)
            else:
                number += 1
        return end

    def _value_end(self, start: int) -> int:
        """Find the line behind a value, which may run over several lines inside brackets."""
        depth = 0
        for number in range(start, len(self._lines)):
            bare = re.sub(r'"(?:\\.|[^"\\])*"|#.*', "", self._lines[number])
            depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
            if depth <= 0:
                return number + 1
        return len(self._lines)


def literal(value: Any) -> str:
    """Write a value as TOML; a list of tables takes a line for each."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {literal(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], Mapping):
            return "[\n" + "".join(f"  {literal(one)},\n" for one in value) + "]"
        return "[" + ", ".join(literal(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
