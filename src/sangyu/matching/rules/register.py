"""A register of another authority as a file declares it: its columns, and what being in it means here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("events", "roster")
COLUMNS = ("number", "name", "on", "category", "birth_on", "area")
WATCHED = ("birth", "hukou")


class RegisterFault(ValueError):
    """The declaration of a register is not as it must be; a fault of the house, never of a file handed in."""


@dataclass(frozen=True)
class Column:
    """One column: how it is called here, and under which headings it comes."""

    name: str
    title: str
    headings: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class Recognises:
    """Which words of the category column mean a recognition of the elder register."""

    code: str
    values: frozenset[str]


@dataclass(frozen=True)
class Register:
    """What comes every month from one authority.

    A roster names everybody of this month, so that who is missing is missing; events name what happened in it. `states`
    is the fact that being in the roster states, `watches` what else is compared with the elder register.
    """

    code: str
    title: str
    keeper: str
    kind: str
    columns: tuple[Column, ...]
    recognises: tuple[Recognises, ...]
    states: str
    watches: frozenset[str]
    notes: tuple[str, ...]

    @property
    def is_roster(self) -> bool:
        """Whether who is missing in the file is missing in the register."""
        return self.kind == "roster"

    def meaning(self, category: str) -> str:
        """Return the recognition that a category stands for, '' for none."""
        return next((row.code for row in self.recognises if category in row.values), "")


def read_register(code: str, text: str) -> Register:
    """Read the declaration of a register.

    Raises: RegisterFault, naming what is wrong.
    """
    said: Mapping[str, Any] = tomllib.loads(text)
    kind, states, watches = said.get("kind", ""), said.get("states", ""), frozenset(said.get("watches", ()))
    if kind not in KINDS:
        raise RegisterFault(f"{code}: kind must be one of {KINDS}")
    unknown = [*(set(said.get("columns", {})) - set(COLUMNS)), *(watches - set(WATCHED))]
    if unknown:
        raise RegisterFault(f"{code}: {unknown} is no column and nothing to watch")
    columns = tuple(
        Column(name, row["title"], tuple(row["headings"]), bool(row.get("required", False)))
        for name, row in said["columns"].items()
    )
    recognises = tuple(Recognises(row["code"], frozenset(row["values"])) for row in said.get("recognises", ()))
    required = {column.name for column in columns if column.required}
    if not {"number", "name"} <= required or (kind == "events" and "on" not in required):
        raise RegisterFault(f"{code}: number and name are required, and the day of an event")
    headings = [heading for column in columns for heading in column.headings]
    words = [word for row in recognises for word in row.values]
    if len(set(headings)) < len(headings) or len(set(words)) < len(words):
        raise RegisterFault(f"{code}: a heading or a word means two things")
    if recognises and "category" not in required:
        raise RegisterFault(f"{code}: what is recognised by its category needs that column")
    return Register(
        code, said["title"], said["keeper"], kind, columns, recognises, states, watches, tuple(said.get("notes", ()))
    )
