"""The small language of a cell once more, worked out on the spot: fractions, days counted one after another.

Nothing of `sangyu` is imported here: what this evaluator and the engines say alike, they say without a common mistake.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Protocol

_TOKEN = re.compile(r"\s*(\d+\.\d\d(?![\w.])|\d+|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?|<=|>=|[-+*/(),<>])")
_DAY = timedelta(days=1)
ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "half_up": lambda exact: math.floor(exact + Fraction(1, 2)),
    "up": math.ceil,
    "down": math.floor,
}


class Open(Exception):
    """Something is not known: what the three-valued engines make of it is not this evaluator's business."""


class Refused(Exception):
    """The facts or the table cannot be right."""


class Asked(Protocol):
    """What a formula may ask of one question."""

    on: date
    leap: str

    def value(self, name: str) -> Any:
        """Give the value of a name."""

    def kind(self, name: str) -> str:
        """Tell what a name is, an empty text if it names nothing."""


# -- days --------------------------------------------------------------------------------------------------------------


def named_day(name: str, on: date) -> date:
    """Give a day of the calendar by walking to it."""
    match name:
        case "on":
            return on
        case "month_start" | "quarter_start" | "year_start":
            first = on
            while not starts(name.removesuffix("_start"), first):
                first -= _DAY
            return first
        case "month_end" | "quarter_end" | "year_end":
            last = on
            while not starts(name.removesuffix("_end"), last + _DAY):
                last += _DAY
            return last
        case "last_month_end":
            return named_day("month_start", on) - _DAY
    return date(on.year - 1, on.month, min(on.day, calendar.monthrange(on.year - 1, on.month)[1]))


def starts(period: str, day: date) -> bool:
    """Tell whether a period begins on a day."""
    match period:
        case "week":
            return day.weekday() == 0
        case "month":
            return day.day == 1
        case "quarter":
            return day.day == 1 and day.month in (1, 4, 7, 10)
    return (day.month, day.day) == (1, 1)


DAYS = (
    *("on", "month_start", "month_end", "last_month_end", "quarter_start", "quarter_end"),
    *("year_start", "year_end", "year_ago"),
)


def age(birth: date, day: date, leap: str) -> int:
    """Count the birthdays up to a day; that of 29 February falls on 1 March, or as the pack says."""
    own = (birth.month, birth.day)
    if own == (2, 29) and not calendar.isleap(day.year) and leap == "02-28":
        own = (2, 28)
    return day.year - birth.year - ((day.month, day.day) < own)


def term(since: date, months: int) -> date:
    """Give the last day of a term of months: one day before it would begin anew, or the end of a shorter month."""
    year, month = since.year, since.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    longest = calendar.monthrange(year, month)[1]
    return date(year, month, since.day) - _DAY if since.day <= longest else date(year, month, longest)


# -- formulas ----------------------------------------------------------------------------------------------------------


def formula(text: str, asked: Asked, keys: Mapping[str, set[str]]) -> Any:
    """Work a formula out; `keys` are the keys of maps that the whole table counts."""
    return _Formula(text, asked, keys).whole()


class _Formula:
    def __init__(self, text: str, asked: Asked, keys: Mapping[str, set[str]]) -> None:
        self.asked, self.keys = asked, keys
        self.tokens = _TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text), text
        self.at = 0

    def next(self) -> str:
        self.at += 1
        return str(self.tokens[self.at - 1])

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def whole(self) -> Any:
        made = self.sum()
        assert not self.peek(), self.tokens
        return made

    def sum(self) -> Any:
        made = self.product()
        while self.peek() in ("+", "-"):
            sign = 1 if self.next() == "+" else -1
            made = _with(made, self.product(), lambda a, b, sign=sign: a + sign * b)
        return made

    def product(self) -> Any:
        made = self.single()
        while self.peek() in ("*", "/"):
            if self.next() == "*":
                made = _with(made, self.single(), lambda a, b: a * b)
                continue
            under = self.single()
            if under == 0:
                raise Refused("a division by nothing")
            made = _with(made, under, lambda a, b: Fraction(a) / b)
        return made

    def single(self) -> Any:
        word = self.next()
        if word == "(":
            made = self.sum()
            self.next()
            return made
        if word == "-":
            return -self.single()
        if word[0].isdigit():
            return int(word.replace(".", ""))
        if self.peek() == "(":
            self.next()
            return self.call(word)
        if "." in word:
            of, key = word.split(".")
            counts = self.asked.value(of)
            if set(counts) - self.keys[of]:
                raise Refused(f"{of} counts what the table does not")
            return counts.get(key, 0)
        return self.asked.value(word)

    def call(self, function: str) -> Any:
        if function in ("has", "lacks", "at", "months_aged"):
            return self.named(function, self.names())
        if function == "count":
            return self.count()
        values = [self.sum()]
        while self.next() == ",":
            values.append(self.sum())
        if None in values and function not in ("months_from",):
            return None
        first = values[0]
        match function:
            case "half_up" | "up" | "down":
                return ROUNDINGS[function](Fraction(first))
            case "min":
                return min(values)
            case "max":
                return max(values)
            case "sum":
                return sum(first.values() if isinstance(first, Mapping) else first)
            case "distinct":
                return [one for place, one in enumerate(first) if one not in first[:place]]
            case "step":
                return _step(first, values[1])
            case "weighted":
                counted = {key: weight for key, weight in values[1].items() if weight}
                if set(counted) - set(first):
                    raise Open
                return sum(first[key] * weight for key, weight in counted.items())
            case "age_on":
                return self.age_on(first)
            case "months_from":
                months = [date(self.asked.on.year, month, 1) for month in range(1, 13)]
                return sum(first is None or (one.year, one.month) >= (first.year, first.month) for one in months)
            case "year":
                return first.year
            case "month":
                return first.month
            case "months_through":
                return term(first, values[1])
        assert function == "days_through", function
        return first + timedelta(days=values[1] - 1)

    def names(self) -> list[str]:
        made = [self.next()]
        while self.next() == ",":
            made.append(self.next())
        return made

    def named(self, function: str, names: list[str]) -> Any:
        if function == "months_aged":
            years = int(names[0]) if names[0].isdigit() else self.asked.value(names[0])
            months = [date(self.asked.on.year, month, 1) for month in range(1, 13)]
            return sum(self.age_on(named_day(names[1], month)) >= years for month in months)
        things = self.asked.value(names[0])
        if function == "at":
            own = [self.asked.value(key) if self.asked.kind(key) == "code" else key for key in names[1:]]
            for key in own:
                if key not in things and self.asked.kind(names[0]) != "counts":
                    raise Open
                things = things.get(key, 0)
            return things
        there = [things.get(key, 0) > 0 if isinstance(things, Mapping) else key in things for key in names[1:]]
        return there.count(function == "has")

    def count(self) -> int:
        """Count the members of a list, of those that lie between bounds if there are any."""
        parts, signs = [self.sum()], []
        while self.peek() in ("<", "<=", ">", ">="):
            signs.append(self.next())
            parts.append(self.sum())
        self.next()
        place = 1 if len(parts) == 3 else 0
        tests: list[Callable[[Any], bool]] = []
        for sign, left, right in zip(signs, parts, parts[1:], strict=False):
            bound, turned = (right, False) if left is parts[place] else (left, True)
            tests.append(lambda one, sign=sign, bound=bound, turned=turned: _holds(sign, one, bound, turned))
        return sum(all(test(one) for test in tests) for one in parts[place])

    def age_on(self, day: date) -> int:
        birth = self.asked.value("birth_date") if self.asked.kind("given birth_date") else None
        return int(self.asked.value("age")) if birth is None else age(birth, day, self.asked.leap)


def _with(left: Any, right: Any, operate: Callable[[Any, Any], Any]) -> Any:
    return None if left is None or right is None else operate(left, right)


def _holds(sign: str, one: Any, bound: Any, turned: bool) -> bool:
    if bound is None:
        return True
    left, right = (bound, one) if turned else (one, bound)
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign])


def _step(steps: Any, value: int) -> int:
    reached = [step for step in steps if step[0] <= value]
    if not reached:
        raise Open
    return int(max(reached)[1])
