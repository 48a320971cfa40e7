"""Read what a rule asks from columns: facts as they lie there, ages and days that follow, figures, parameters.

The counterpart of `inquiry`, and of the formulas that `to_python` prints.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import ibis

from sangyu.policy import column_days as days
from sangyu.policy import column_lookups, ir
from sangyu.policy import column_words as words
from sangyu.policy.column_files import Profile
from sangyu.policy.column_words import Codes, Value
from sangyu.policy.errors import BadFact, PolicyError
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.lazy import Layers, Lazy, both, choose, column, first_there, is_null, lift, negate
from sangyu.policy.runtime import Unknown
from sangyu.policy.to_python import Keys, counted_keys
from sangyu.policy.vocabulary import ABSENT, Fact, facts

COLUMN_TYPES = {"date": "date", "date_or_null": "date", "int": "int64", "bool": "boolean", "code": "string"} | {
    "ints": "array<int64>",
    "codes": "array<string>",
    "dates": "array<date>",
    "counts": "map<string, int64>",
}


class NotInColumns(PolicyError):
    """A rule asks something that columns cannot say yet; one by one it can be decided."""

    code = "NOT_IN_COLUMNS"


class ColumnFacts(ABC):
    """Answer what printed rows ask, each name once, for all lines of the input at once."""

    def __init__(
        self,
        pack: ir.Pack,
        shape: Mapping[str, Any],
        parameters: Mapping[str, Any],
        profile: Profile,
        on: date | None = None,
    ) -> None:
        self.pack, self.shape, self.profile = pack, shape, profile
        self.layers, self.codes = Layers(), Codes()
        self.asked: dict[str, Fact | None] = {}
        self._settings = Inquiry(pack, {}, date.max, parameters, lambda _, derived: None)
        self._values: dict[tuple[str, str], Value] = {}
        self.on: Any = self.fact("on").said if on is None else on

    @abstractmethod
    def derived(self, name: str) -> Value:
        """Read a derived fact; who prints tables says how."""

    # -- names ---------------------------------------------------------------------------------------------------------

    def name(self, name: ir.Name) -> Value:
        """Read a name of any kind."""
        if name.kind == "calendar":
            return Value(days.calendar(name.name, self.on))
        made: Value = getattr(self, name.kind)(name.name)
        return made

    def fact(self, name: str) -> Value:
        """Read a fact of the vocabulary; `age` follows from `birth_date` where it is not given itself."""
        if ("fact", name) not in self._values:
            self._values["fact", name] = self._fact(facts()[name])
        return self._values["fact", name]

    def put(self, name: str, value: Value) -> None:
        """Put something else in the place of a fact, for all that is read of it from here on."""
        self._values["fact", name] = value

    def raw(self, name: str) -> Any:
        """Give the column of a fact as it lies there."""
        return self._column(facts()[name])

    def _fact(self, fact: Fact) -> Value:
        wanted = self.codes.wanted("fact", fact.name, counted=fact.type == "int")
        if fact.name == "age" and "birth_date" in self.shape:
            return self._age(wanted)
        if fact.name not in self.shape:
            return Value(None, wanted) if fact.default is ABSENT else Value(fact.default)
        said = self._column(fact)
        whole = fact.name in self.profile.whole
        strange = self._strange(fact, said)
        if fact.type == "date_or_null" or (fact.default is None and not whole):
            return Value(said, absent=True)
        if fact.default is not ABSENT and fact.default is not None and not whole:
            empty = self._empty(fact)
            said = self.layers.keep(lift(lambda one: one.fill_null(empty), said), fact.name)
            whole = True
        missing = choose([(is_null(said), wanted)]) if not whole else None
        if strange is not False:
            missing = choose([(strange, self.codes.fault("BAD_FACT"))], missing)
        return Value(said, self.layers.keep(missing, "missing"), risky=strange is not False)

    def _empty(self, fact: Fact) -> Any:
        return 0 if fact.default == 0 else ibis.literal([], type=COLUMN_TYPES[fact.type])

    def _column(self, fact: Fact) -> Any:
        self.asked[fact.name] = fact
        kind, have = COLUMN_TYPES[fact.type], self.shape[fact.name]
        if kind == "int64" and have.is_integer() and str(have) != "uint64":
            said = column(fact.name)
            return said if str(have) in ("int64", "!int64") else lift(lambda one: one.cast("int64"), said)
        if str(have).replace("!", "") != kind:
            raise BadFact(f"“{fact.label}”（{fact.name}）这一列的类型是 {have}，应为 {kind}")
        return column(fact.name)

    def _strange(self, fact: Fact, said: Any) -> Any:
        """Find the lines in which a code is none of the vocabulary's, or a list has a hole."""
        if fact.name in self.profile.clean or not (fact.codes or fact.type in ("ints", "codes", "dates")):
            return False
        known = tuple(fact.codes)
        if fact.type == "code":
            return lift(lambda one: (~one.isin(known)).fill_null(False), said)
        return lift(
            lambda one: (
                one.filter(lambda member: ~member.isin(known) | member.isnull() if known else member.isnull()).length()
                > 0
            ).fill_null(False),
            said,
        )

    def _age(self, wanted: int) -> Value:
        birth_fact = facts()["birth_date"]
        birth = self._column(birth_fact)
        made = days.age_on(birth, self.on, self.pack.leap_birthday)
        unborn = lift(lambda one, on: (one > on).fill_null(False), birth, self.on)
        fault = self.codes.fault("BAD_FACT")
        if "age" in self.shape:
            given = self._column(facts()["age"])
            unborn = both(is_null(given), unborn)
            made = first_there(given, made)
        said = self.layers.keep(made, "age")
        gap = choose([(is_null(said), wanted)]) if "birth_date" not in self.profile.whole else None
        missing = gap if "birth_date" in self.profile.clean else choose([(unborn, fault)], gap)
        return Value(said, self.layers.keep(missing, "missing"), risky="birth_date" not in self.profile.clean)

    def stated(self, derived: ir.Derived) -> Value | None:
        """Read what the input states for a derived fact: None if it has no such column."""
        given = [self._stated(derived, name) for name in (derived.name, *derived.aliases) if name in self.shape]
        if not given:
            return None
        missing = first_there(*(one.missing for one in given))
        return Value(self.layers.keep(first_there(*(one.said for one in given)), "stated"), missing)

    def _stated(self, derived: ir.Derived, name: str) -> Value:
        self.asked[name] = None
        have, said = self.shape[name], column(name)
        number = derived.answer not in ("eligible", "ground")
        if (derived.answer == "eligible" and have.is_boolean()) or (number and have.is_integer()):
            return Value(lift(lambda one: one.cast("int64"), said) if number else said)
        if not have.is_string() or not derived.codes:
            raise BadFact(f"“{derived.label}”（{name}）这一列的类型是 {have}，应为代码、是否或整数，与规则的结果相同")
        own = lift(lambda one: one.isin(derived.codes), said)
        foreign = tuple(facts()[name].codes) if name in facts() else ()
        strange = lift(lambda one: ~one.isin((*derived.codes, *foreign)), said)
        return Value(choose([(own, said)]), choose([(strange, self.codes.fault("BAD_FACT"))]))

    def figure(self, name: str) -> Value:
        """Work out a named formula of the pack."""
        if ("figure", name) not in self._values:
            formula = self.pack.figures[name].formula
            made = self.expression(formula, counted_keys([formula]))
            kept = self.layers.keep(made.said, name), self.layers.keep(made.missing, "missing")
            self._values["figure", name] = replace(made, said=kept[0], missing=kept[1])
        return self._values["figure", name]

    def setting(self, name: str) -> Value:
        """Read a switch or setting: as configured, else its default."""
        return Value(self._settings.setting(name))

    def parameter(self, name: str) -> Value:
        """Read a parameter; it has no default."""
        value = self._settings.parameter(name)
        if isinstance(value, Unknown):
            return Value(None, self.codes.wanted("parameter", name, value.why))
        return Value(value)

    # -- tests and formulas --------------------------------------------------------------------------------------------

    def test(self, cell: ir.Cell) -> Value:
        """Print one condition cell."""
        value = self.name(cell.column)
        match cell.test:
            case ir.OneOf(wanted, negated):
                truth = words.one_of(value, [self.expression(one, {}) for one in wanted], self._is_list(cell.column))
                return replace(truth, said=negate(truth.said)) if negated else truth
            case ir.AllOf(wanted):
                return words.all_in(value, [self.expression(one, {}) for one in wanted])
            case ir.Within(low, high, low_out, high_out):
                return words.within(value, self._bound(low, {}), self._bound(high, {}), low_out, high_out)
            case ir.Is(wanted_truth):
                return words.yes(value, wanted_truth)

    def _bound(self, bound: ir.Expr | None, keys: Keys) -> Value | None:
        made = self.expression(bound, keys) if bound is not None else None
        return None if made is not None and made.said is None and made.missing is None else made

    def _is_list(self, expr: ir.Expr) -> bool:
        return (
            isinstance(expr, ir.Name) and expr.kind == "fact" and facts()[expr.name].type in ("codes", "ints", "dates")
        )

    def expression(self, expr: ir.Expr, keys: Keys) -> Value:
        """Print a formula; `keys` are the map keys that the whole table counts, by the map's name."""
        made = self._expression(expr, keys)
        return replace(made, missing=self.layers.keep(made.missing, "missing"))

    def _expression(self, expr: ir.Expr, keys: Keys) -> Value:
        match expr:
            case ir.Const(value):
                return Value(value)
            case ir.Name():
                return self.name(expr)
            case ir.Member(of, key):
                return self._member(self.name(of), key, keys[of.name])
            case ir.Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.expression(left, keys), self.expression(right, keys))
            case ir.Quotient(rounding, over, under):
                whole, parts = self._kept(self.expression(over, keys)), self._kept(self.expression(under, keys))
                return words.quotient(rounding, whole, parts, self.codes)
            case ir.Call():
                return self._call(expr, keys)
            case ir.Count(of, within):
                low, high = self._bound(within.low, keys), self._bound(within.high, keys)
                return words.count_within(
                    self.expression(of, keys), low, high, within.low_excluded, within.high_excluded
                )
            case ir.PerMille(ir.Name() as rate):
                return self.name(rate)
            case ir.PerMille(rate_pm):
                assert isinstance(rate_pm, int)
                return Value(rate_pm)
            case ir.Rest() | ir.NoAccount():
                return Value(0)

    def _kept(self, value: Value) -> Value:
        return replace(value, said=self.layers.keep(value.said, "part"))

    def _arithmetic(self, operator: str, left: Value, right: Value) -> Value:
        if operator == "multiply":
            return words.multiply(self._kept(left), self._kept(right))
        return words.known((lambda a, b: a + b) if operator == "add" else (lambda a, b: a - b), left, right)

    def _member(self, counts: Value, key: str, keys: Sequence[str]) -> Value:
        if not isinstance(counts.said, Lazy):
            return Value(None, counts.missing)
        strange = lift(lambda one: one.keys().filter(lambda own: ~own.isin(tuple(keys))).length() > 0, counts.said)
        missing = choose([(strange, self.codes.fault("BAD_FACT"))], counts.missing)
        said = lift(lambda one: one.get(key, 0), counts.said)
        return Value(said, self.layers.keep(missing, "missing"), risky=True)

    def _call(self, call: ir.Call, keys: Keys) -> Value:
        if call.function in ("has", "lacks"):
            return self._has(call)
        if call.function in ("months_aged", "age_on"):
            return self._aged(call, keys)
        if call.function == "distinct":
            of = self.expression(call.arguments[0], keys)
            return replace(of, said=lift(lambda one: one.unique(), of.said)) if isinstance(of.said, Lazy) else of
        first, *others = (self.expression(argument, keys) for argument in call.arguments)
        match call.function:
            case "min":
                return words.smallest([first, *others])
            case "max":
                return words.largest([first, *others])
            case "sum":
                return words.total(first, self._is_map(call.arguments[0]))
            case "count":
                return words.count(first)
            case "at":
                return self._at(call, first, others)
            case "step":
                return column_lookups.step(self.codes, getattr(call.arguments[0], "name", ""), first, others[0])
            case "weighted":
                return column_lookups.weighted(self.codes, getattr(call.arguments[0], "name", ""), first, others[0])
            case "months_from":
                return self._months_from(first)
            case "year":
                return words.known(days.year, first) if not isinstance(first.said, Lazy) else _of_day(days.year, first)
            case "month":
                return (
                    words.known(days.month, first) if not isinstance(first.said, Lazy) else _of_day(days.month, first)
                )
            case "months_through" | "days_through":
                return self._term(call.function, first, others[0])
        raise NotInColumns(f"算式 {call.function} 还不能按列计算，请用 --engine python")

    def _is_map(self, expr: ir.Expr) -> bool:
        return isinstance(expr, ir.Name) and expr.kind == "fact" and facts()[expr.name].type == "counts"

    def _has(self, call: ir.Call) -> Value:
        of = self.expression(call.arguments[0], {})
        if not isinstance(of.said, Lazy):
            return Value(None, of.missing)
        if self._is_map(call.arguments[0]):
            there = [lift(lambda one, key=key: one.get(key, 0) > 0, of.said) for key in call.keys]
        else:
            there = [lift(lambda one, key=key: one.contains(key), of.said) for key in call.keys]
        found = lift(lambda *ones: sum((one.cast("int64") for one in ones[1:]), ones[0].cast("int64")), *there)
        if call.function == "lacks":
            found = lift(lambda one: len(call.keys) - one, found)
        return replace(of, said=found)

    def _aged(self, call: ir.Call, keys: Keys) -> Value:
        """Count an age on another day; an age given without a birth date stands all year."""
        leap = self.pack.leap_birthday
        day = call.arguments[-1]
        if call.function == "months_aged":
            years = self.expression(call.arguments[0], keys).said
            if isinstance(years, Lazy) or years is None or not isinstance(day, ir.Name):
                raise NotInColumns("months_aged 的年龄不是写定的数，还不能按列计算，请用 --engine python")
            made: Any = Value(None)
            named = day.name

            def by_birth(birth: Any) -> Any:
                return days.months_aged(birth, years, named, self.on, leap)

            def by_age(age: Any) -> Any:
                return lift(lambda one: (one >= years).cast("int64") * 12, age)
        else:
            made = self.expression(day, keys)

            def by_birth(birth: Any) -> Any:
                return days.age_on(birth, made.said, leap)

            def by_age(age: Any) -> Any:
                return age

        if made.said is None and made.missing is not None:
            return Value(None, made.missing)
        alone = "birth_date" not in self.shape
        if alone:
            age = self.fact("age")
            said = by_age(age.said) if age.said is not None else None
            return Value(said, first_there(made.missing, age.missing), risky=made.risky)
        birth = self._column(facts()["birth_date"])
        said = by_birth(birth)
        if said is None:
            raise NotInColumns("months_aged 在这一天还不能按列计算，请用 --engine python")
        missing = None
        if "birth_date" not in self.profile.whole:
            gap: Any = self.codes.wanted("fact", "age", counted=True)
            if "age" in self.shape:
                given = self._column(facts()["age"])
                said = choose([(negate(is_null(birth)), said)], by_age(given))
                gap = choose([(is_null(given), gap)])
            missing = choose([(is_null(birth), gap)])
        return Value(said, first_there(made.missing, missing), made.absent, made.risky)

    def _at(self, call: ir.Call, things: Value, places: Sequence[Value]) -> Value:
        first = call.arguments[0]
        if isinstance(first, ir.Name) and first.kind == "parameter":
            return column_lookups.at_parameter(self.codes, things, first.name, places)
        (place,) = places
        wants = words.first_missing(things, place)
        if not isinstance(things.said, Lazy) or place.said is None:
            return Value(None, wants.missing, risky=wants.risky)
        said = lift(lambda one, key: one.get(key, 0).fill_null(0), things.said, place.said)
        return Value(said, wants.missing, risky=wants.risky)

    def _months_from(self, day: Value) -> Value:
        if day.said is None:
            return Value(12) if day.missing is None else day
        said = days.months_from(day.said, self.on)
        return replace(day, said=choose([(is_null(day.said), 12)], said) if day.absent else said, absent=False)

    def _term(self, function: str, day: Value, length: Value) -> Value:
        if isinstance(length.said, Lazy):
            raise NotInColumns("期限的长短不是写定的数，还不能按列计算，请用 --engine python")
        wants = words.first_missing(day, length)
        if day.said is None or length.said is None:
            return Value(None, wants.missing, risky=wants.risky)
        term = days.term_of_months if function == "months_through" else days.term_of_days
        return Value(term(day.said, length.said), words.uncounted(wants.missing), day.absent, wants.risky)


def _of_day(part: Any, day: Value) -> Value:
    return replace(day, said=part(day.said), missing=words.uncounted(day.missing))
