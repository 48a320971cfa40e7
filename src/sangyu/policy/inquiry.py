"""What one decision may ask: facts as given, age and days as they follow from the date, readings and parameters.

Everything that is read is remembered, since a stored decision must say what it stood on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sangyu.policy import ir
from sangyu.policy.dates import CALENDAR, age_on, months_from
from sangyu.policy.decision import to_plain
from sangyu.policy.errors import BadFact, BadParameter
from sangyu.policy.runtime import Unknown, first_unknown
from sangyu.policy.to_python import figure_program
from sangyu.policy.vocabulary import ABSENT, facts

Derive = Callable[["Inquiry", ir.Derived], Any]


class Inquiry:
    """Answer what printed tables ask (`f.fact("age")`), each name once; a name nobody has given is `Unknown`."""

    def __init__(
        self, pack: ir.Pack, given: Mapping[str, Any], on: date, parameters: Mapping[str, Any], derive: Derive
    ) -> None:
        self.pack = pack
        self.on = on
        self.given = given
        self.facts_used: dict[str, Any] = {}
        self.parameters_used: dict[str, Any] = {}
        self.parameters = parameters
        self._derive = derive
        self.facts: dict[str, Any] = {}  # as they were read; what is missing too
        self._settings: dict[str, Any] = {}
        self._known: dict[tuple[str, str], Any] = {}

    def fact(self, name: str) -> Any:
        """Read a fact of the vocabulary; `age` follows from `birth_date` when it is not given itself."""
        known = self.facts
        if name in known:
            return known[name]
        raw = self.given.get(name)
        if raw is None:
            value = known[name] = self._not_given(name)
        else:
            value = known[name] = facts()[name].read(raw)
            self.facts_used[name] = to_plain(value)
        return value

    def derived(self, name: str) -> Any:
        """Read a derived fact: as given, else as its rule decides."""
        return self._once("derived", name, self._derived)

    def figure(self, name: str) -> Any:
        """Work out a named formula of the pack."""
        return self._once("figure", name, self._figure)

    def setting(self, name: str) -> Any:
        """Read a switch or setting: as configured, else its default."""
        known = self._settings
        if name in known:
            return known[name]
        if self.parameters.get(name) is None:  # the default stands among the values itself
            value = known[name] = self.pack.settings[name].values[0]
            self.parameters_used[name] = to_plain(value)
        else:
            value = known[name] = self._setting(name)
        return value

    def parameter(self, name: str) -> Any:
        """Read a parameter; it has no default."""
        return self._once("parameter", name, self._parameter)

    def calendar(self, name: str) -> date:
        """Give a day that follows from the day of the decision."""
        return CALENDAR[name](self.on)

    def age_on(self, day: Any) -> Any:
        """Count the age on another day than that of the decision; an age given without a birth date stands all year."""
        if isinstance(day, Unknown):
            return day
        birth = self.given.get("birth_date")
        return self.fact("age") if birth is None else age_on(self.fact("birth_date"), day, self.pack.leap_birthday)

    def months_aged(self, years: Any, day_of_month: str) -> Any:
        """Count the months of this year in which an age is complete on a named day (`month_end`)."""
        months = [date(self.on.year, month, 1) for month in range(1, 13)]
        ages = [self.age_on(CALENDAR[day_of_month](month)) for month in months]
        return first_unknown(years, *ages) or sum(age >= years for age in ages)

    def months_from(self, day: Any) -> Any:
        """Count the months of this year from the month of a day on; without such a day it is the whole year."""
        if isinstance(day, Unknown):
            return day
        return 12 if day is None else months_from(day, self.on)

    def stated(self, derived: ir.Derived) -> str | bool | int | None:
        """Give what the facts themselves state for a derived fact, or None.

        The word may stand for another fact in another city (`service_class`): a code of the common vocabulary that is
        none of this pack's is not ours to read.
        """
        for name in (derived.name, *derived.aliases):
            code = self.given.get(name)
            if derived.answer == "eligible" and isinstance(code, bool):
                return code
            if derived.answer not in ("eligible", "ground") and isinstance(code, int) and _is_int(code):
                return code
            foreign = facts()[name].codes if name in facts() and isinstance(code, str) else ()
            if code is None or (code in foreign and code not in derived.codes):
                continue
            if code not in derived.codes:
                allowed = "、".join(derived.codes) or ("true、false" if derived.answer == "eligible" else "整数")
                raise BadFact(f"“{derived.label}”（{name}）不认识 {code!r}，可用：{allowed}")
            return str(code)
        return None

    def _once(self, kind: str, name: str, read: Callable[[str], Any]) -> Any:
        key = (kind, name)
        if key in self._known:
            return self._known[key]
        value = self._known[key] = read(name)
        return value

    def _not_given(self, name: str) -> Any:
        fact = facts()[name]
        if fact.type == "date_or_null" and name in self.given:
            self.facts_used[name] = None
            return None
        if name == "age" and self.given.get("birth_date") is not None:
            return self._age()
        return Unknown("fact", name, counted=fact.type == "int") if fact.default is ABSENT else fact.default

    def _age(self) -> int:
        birth: date = self.fact("birth_date")
        if birth > self.on:
            raise BadFact(f"出生日期 {birth} 晚于办理日期 {self.on}，请核对")
        age = age_on(birth, self.on, self.pack.leap_birthday)
        self.facts_used["age"] = age
        return age

    def _figure(self, name: str) -> Any:
        return figure_program(self.pack.figures[name]).run(self)

    def _derived(self, name: str) -> Any:
        derived = self.pack.derived[name]
        code = self.stated(derived)
        value = self._derive(self, derived) if code is None else code
        if not isinstance(value, Unknown):
            self.facts_used[name] = value
        return value

    def _setting(self, name: str) -> Any:
        setting = self.pack.settings[name]
        value = self.parameters[name]
        value = tuple(value) if isinstance(value, list) else value
        if type(value) is not type(setting.default) or (setting.closed and value not in setting.values):
            allowed = "、".join(str(to_plain(one)) for one in setting.values)
            raise BadParameter(f"“{setting.label}”（{name}）不能是 {value!r}，可用：{allowed}")
        self.parameters_used[name] = to_plain(value)
        return value

    def _parameter(self, name: str) -> Any:
        parameter = self.pack.parameters[name]
        raw = self.parameters.get(name)
        if raw is None:
            return Unknown("parameter", name)
        value = _READ_PARAMETER[parameter.type](raw)
        if value is None or (parameter.codes and value not in parameter.codes):
            wanted = _WANTED[parameter.type] + (f"：{'、'.join(parameter.codes)}" if parameter.codes else "")
            raise BadParameter(f"参数“{parameter.label}”（{name}）的值 {raw!r} 不合要求：{wanted}")
        if parameter.sum_to is not None and sum(value.values()) != parameter.sum_to:
            return Unknown("parameter", name, f"各项合计应为 {parameter.sum_to}，现为 {sum(value.values())}")
        self.parameters_used[name] = to_plain(raw)
        return value


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read_int(raw: Any) -> Any:
    return raw if _is_int(raw) else None


def _read_map(raw: Any) -> Any:
    return dict(raw) if isinstance(raw, Mapping) and all(_is_int(value) for value in raw.values()) else None


def _read_code(raw: Any) -> Any:
    return raw if isinstance(raw, str) else None


def _read_matrix(raw: Any) -> Any:
    rows = {key: _read_map(row) for key, row in raw.items()} if isinstance(raw, Mapping) else {"": None}
    return None if None in rows.values() else rows


def _read_steps(raw: Any) -> Any:
    """Read [{from_x: 0, y_fen: 1}, …]. Shape: ((lower bound, result), …)."""
    if not isinstance(raw, (list, tuple)):
        return None
    steps = []
    for one in raw:
        bounds = [key for key in one if key.startswith("from_")] if isinstance(one, Mapping) and len(one) == 2 else []
        if len(bounds) != 1 or not all(_is_int(value) for value in one.values()):
            return None
        (result,) = (value for key, value in one.items() if key != bounds[0])
        steps.append((one[bounds[0]], result))
    return tuple(steps)


_READ_PARAMETER: dict[str, Callable[[Any], Any]] = {
    "int": _read_int,
    "code": _read_code,
    "map": _read_map,
    "matrix": _read_matrix,
    "steps": _read_steps,
}
_WANTED = {
    "int": "应为整数",
    "code": "应为代码",
    "map": "应为“代码: 整数”的对照表",
    "matrix": "应为两层的对照表，里层是“代码: 整数”",
    "steps": "应为分档列表，每档写下限（from_…）和结果，都用整数",
}
