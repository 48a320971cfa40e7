"""The facts that rules may ask for: one table (`facts.csv`) for all cities, so that one word means one thing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sangyu.policy.errors import BadFact

ABSENT = object()
_DEFAULTS: dict[str, Any] = {"": ABSENT, "0": 0, "none": None, "[]": ()}


@dataclass(frozen=True)
class Fact:
    """One fact: its type, unit, Chinese label, what absence means, and the codes it may take (code -> label)."""

    name: str
    type: str
    unit: str
    label: str
    default: Any
    codes: Mapping[str, str]

    def read(self, raw: Any) -> Any:
        """Bring a value from JSON or Python into the one shape that tables compare: lists become tuples.

        Raises: BadFact, if the value is not of the fact's type. No value is ever bent into shape.
        """
        if raw.__class__ is PLAIN.get(self.type) and (not self.codes or raw in self.codes):
            return raw
        if raw.__class__ is list and not raw and self.type in LISTS:
            return ()
        value = _READERS[self.type](raw)
        if value is ABSENT:
            raise BadFact(f"“{self.label}”（{self.name}）的值 {raw!r} 不合要求：{_WANTED[self.type]}")
        given = value if isinstance(value, tuple) else (value,)
        strangers = [code for code in given if code not in self.codes] if self.codes else ()
        if strangers:
            raise BadFact(f"“{self.label}”（{self.name}）不认识 {strangers[0]!r}，可用：{'、'.join(self.codes)}")
        return value


def _int(raw: Any) -> Any:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else ABSENT


def _bool(raw: Any) -> Any:
    return raw if isinstance(raw, bool) else ABSENT


def _code(raw: Any) -> Any:
    return raw if isinstance(raw, str) else ABSENT


def _date(raw: Any) -> Any:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else ABSENT
    except ValueError:
        return ABSENT


def _date_or_null(raw: Any) -> Any:
    return None if raw is None else _date(raw)


def _list(raw: Any, member: Any) -> Any:
    if not isinstance(raw, (list, tuple, set, frozenset)):
        return ABSENT
    values = tuple([member(value) for value in raw])
    return ABSENT if ABSENT in values else values


def _counts(raw: Any) -> Any:
    if not isinstance(raw, Mapping) or any(_int(value) is ABSENT for value in raw.values()):
        return ABSENT
    return {str(key): value for key, value in raw.items()}


# A value of this class stands as it is, if it is of no strange code.
PLAIN: dict[str, type] = {"int": int, "bool": bool, "code": str, "date": date, "date_or_null": date}
LISTS = ("codes", "ints", "dates")
_READERS = {
    "int": _int,
    "bool": _bool,
    "code": _code,
    "date": _date,
    "date_or_null": _date_or_null,
    "ints": lambda raw: _list(raw, _int),
    "codes": lambda raw: _list(raw, _code),
    "dates": lambda raw: _list(raw, _date),
    "counts": _counts,
}
_WANTED = {
    "int": "应为整数（金额以分计，不用小数）",
    "bool": "应为是或否（true/false）",
    "code": "应为代码（字符串）",
    "date": "应为日期，如 2016-05-10",
    "date_or_null": "应为日期，如 2016-05-10，没有则为 null",
    "ints": "应为整数列表",
    "codes": "应为代码列表，没有则为空列表",
    "dates": "应为日期列表",
    "counts": "应为“代码: 整数”的对照表",
}


@cache
def facts() -> Mapping[str, Fact]:
    """Read the vocabulary once. Shape: name -> Fact, in the order of the file."""
    with Path(__file__).with_name("facts.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["name"]: Fact(
                name=row["name"],
                type=row["type"],
                unit=row["unit"],
                label=row["label"],
                default=_DEFAULTS[row["default"]],
                codes=dict(pair.split(" ", 1) for pair in row["codes"].split("|") if pair),
            )
            for row in csv.DictReader(file)
        }
