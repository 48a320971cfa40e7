"""What a printed expression for columns stands on: the words of `runtime`, for a whole column at once.

Every function here says of a column what its namesake in `runtime` says of one value. What is missing travels as a
number beside the value (`Codes`): nothing, a fact or parameter that is wanted, or a fault that refuses the row. A
quotient is exact: whole numbers are divided by whole numbers, and nothing in between is a floating number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
from ibis.expr import datatypes

from sangyu.policy.lazy import Lazy, both, choose, either, equals, first_there, is_null, lift, negate

FAULT = 1_000_000  # from here on a number beside a value is a fault


@ibis.udf.scalar.builtin(name="divide")  # type: ignore[untyped-decorator]
def _divide(over: datatypes.int64, under: datatypes.int64) -> datatypes.int64:
    """Divide whole numbers, towards zero."""


@dataclass(frozen=True)
class Value:
    """A value, and the number of what it misses (None: nothing ever is).

    `absent`: it may be nothing though nothing is missing (a date that there is not). `risky`: it may be a fault.
    """

    said: Any
    missing: Any = None
    absent: bool = False
    risky: bool = False


class Codes:
    """Number what may be missing: an even number for each name, the odd one above it if it is never negative."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str, str]] = []
        self.faults: list[str] = []

    def wanted(self, kind: str, name: str, why: str = "", counted: bool = False) -> int:
        """Number a fact or parameter that is wanted."""
        key = (kind, name, why)
        if key not in self.names:
            self.names.append(key)
        return 2 * self.names.index(key) + 2 + counted

    def fault(self, code: str) -> int:
        """Number a fault by its code (`BAD_FACT`)."""
        if code not in self.faults:
            self.faults.append(code)
        return FAULT + self.faults.index(code)


def is_fault(missing: Any) -> Any:
    """Tell whether a number is that of a fault."""
    if missing is None:
        return False
    return lift(lambda one: (one >= FAULT).fill_null(False), missing) if isinstance(missing, Lazy) else missing >= FAULT


def first_missing(*values: Value) -> Value:
    """Carry what several values miss: a fault first, else the leftmost. The value itself is left open."""
    codes = [value.missing for value in values if value.missing is not None]
    risky = any(value.risky for value in values)
    if risky and len(codes) > 1:
        faults = [choose([(is_fault(value.missing), value.missing)]) for value in values if value.risky]
        return Value(None, first_there(*faults, *codes), risky=True)
    return Value(None, first_there(*codes), risky=risky)


def uncounted(missing: Any) -> Any:
    """Forget that a missing number is a count: a difference of counts may be negative."""
    if missing is None:
        return None
    if not isinstance(missing, Lazy):
        return missing if missing >= FAULT else missing - missing % 2
    return lift(lambda one: (one >= FAULT).ifelse(one, one - one % 2), missing)


def known(operate: Callable[..., Any], *values: Value) -> Value:
    """Work something out where all it stands on is known; of what there is not comes what there is not."""
    wants = first_missing(*values)
    if any(value.missing is not None and not isinstance(value.missing, Lazy) for value in values) or any(
        value.said is None for value in values
    ):
        said = None
    else:
        said = lift(operate, *(value.said for value in values))
        holes = [is_null(value.said) for value in values if value.absent]
        said = choose([(either(*holes), None)], said) if holes else said
    return Value(said, uncounted(wants.missing), any(value.absent for value in values), wants.risky)


# -- tests -----------------------------------------------------------------------------------------------------------


def all_of(truths: Sequence[Value], keep: Callable[[Any, str], Any]) -> Value:
    """Join the tests of a row: false if one is false, else the leftmost unknown, else true."""
    if all(truth.missing is None for truth in truths):
        return Value(both(*(truth.said for truth in truths)))
    refuses = [_refuses(truth) for truth in truths]
    open_codes = first_there(*(truth.missing for truth in truths))
    if not any(truth.risky for truth in truths):
        refused = keep(either(*refuses), "refused")
        return Value(negate(refused), keep(choose([(refused, None)], open_codes), "open"))
    steps: list[tuple[Any, Any]] = []
    for refuse, truth in zip(refuses, truths, strict=True):
        steps += [(refuse, 0), (is_fault(truth.missing), truth.missing)]
    ended = keep(choose(steps), "ended")
    missing = choose([(is_null(ended), open_codes), (_is(ended, 0), None)], ended)
    return Value(is_null(ended), keep(missing, "open"), risky=True)


def _refuses(truth: Value) -> Any:
    if truth.missing is None:
        return negate(truth.said)
    return both(is_null(truth.missing), negate(truth.said)) if truth.said is not None else False


def _is(value: Any, wanted: Any) -> Any:
    return lift(lambda one: (one == wanted).fill_null(False), value) if isinstance(value, Lazy) else value == wanted


def one_of(value: Value, wanted: Sequence[Value], listed: bool) -> Value:
    """Test whether the value, or one member of a list, is among the wanted."""
    hits, opens = [], []
    for choice in wanted:
        hit = _among(value.said, choice.said, listed) if choice.said is not None and value.said is not None else False
        known_hit = both(is_null(choice.missing), hit) if choice.missing is not None else hit
        hits.append(known_hit)
        opens.append(choice)
    truth = either(*hits)
    if value.absent:
        truth = both(negate(is_null(value.said)), truth)
    open_wanted = first_missing(*opens)
    missing: Any = choose([(truth, None)], open_wanted.missing) if open_wanted.missing is not None else None
    return Value(truth, first_there(value.missing, missing), risky=value.risky or open_wanted.risky)


def _among(value: Any, choice: Any, listed: bool) -> Any:
    choices = choice if isinstance(choice, tuple) else (choice,)
    if isinstance(value, tuple):
        return any(one in value for one in choices)
    if listed:
        return either(*(lift(lambda have, one: have.contains(one), value, one) for one in choices))
    if not isinstance(value, Lazy) and not isinstance(choice, Lazy):
        return value in choices
    if isinstance(choice, Lazy):
        return lift(lambda have, one: have == one, value, choice)
    if len(choices) == 1 or value.told:
        return either(*(equals(value, one) for one in choices))
    return lift(lambda have: have.isin(choices), value) if choices else False


def all_in(value: Value, wanted: Sequence[Value]) -> Value:
    """Test whether a list has all of the wanted members."""
    lacks = []
    for choice in wanted:
        if choice.said is not None and value.said is not None:
            members = choice.said if isinstance(choice.said, tuple) else (choice.said,)
            lack = negate(both(*(_among(value.said, one, listed=True) for one in members)))
            lacks.append(both(is_null(choice.missing), lack) if choice.missing is not None else lack)
    truth, opens = negate(either(*lacks)), first_missing(*wanted)
    missing: Any = choose([(negate(truth), None)], opens.missing) if opens.missing is not None else None
    return Value(truth, first_there(value.missing, missing), risky=value.risky or opens.risky)


def within(value: Value, low: Value | None, high: Value | None, low_out: bool, high_out: bool) -> Value:
    """Test whether a number or date lies in a range; nothing as a bound is open, nothing as a value lies in none."""
    bounds = [bound for bound in (low, high) if bound is not None]
    wants = first_missing(*bounds)
    if value.said is None and value.missing is None:
        return Value(False, wants.missing if wants.risky else None, risky=wants.risky)
    inside = [_passes(value, low, low_out, "low"), _passes(value, high, high_out, "high")]
    if value.absent:
        inside.append(negate(is_null(value.said)))
    truth = both(*inside)
    if wants.missing is None:
        missing = None
    elif wants.risky:
        missing = choose([(is_fault(wants.missing), wants.missing), (negate(truth), None)], wants.missing)
    else:
        missing = choose([(negate(truth), None)], wants.missing)
    if value.missing is None:
        return Value(truth, missing, risky=wants.risky)
    decided, counted_truth = _counted_within(value.missing, low, high, low_out, high_out)
    first = choose([(decided, None)], value.missing)
    if wants.risky:
        first = choose([(is_fault(wants.missing), wants.missing)], first)
    there = is_null(value.missing)
    return Value(
        choose([(there, truth)], counted_truth),
        choose([(there, missing)], first),
        risky=value.risky or wants.risky,
    )


def _passes(value: Value, bound: Value | None, excluded: bool, side: str) -> Any:
    if bound is None or bound.said is None or value.said is None:
        return True
    if side == "low":
        truth = lift(lambda one, than: one > than if excluded else one >= than, value.said, bound.said)
    else:
        truth = lift(lambda one, than: one < than if excluded else one <= than, value.said, bound.said)
    frees = [is_null(bound.missing) if bound.missing is not None else True]
    opens = either(negate(frees[0]), is_null(bound.said) if bound.absent else False)
    return truth if opens is False else either(opens, truth)


def _counted_within(
    missing: Any, low: Value | None, high: Value | None, low_out: bool, high_out: bool
) -> tuple[Any, Any]:
    """Decide a range for a missing count, where the range lies wholly on one side of 0. Shape: (decided, truth)."""
    counted = (
        lift(lambda one: (one % 2 == 1) & (one < FAULT), missing)
        if isinstance(missing, Lazy)
        else (missing % 2 == 1 and missing < FAULT)
    )
    below = _sided(high, lambda bound: bound <= 0 if high_out else bound < 0)
    above = _sided(low, lambda bound: bound < 0 if low_out else bound <= 0) if high is None else False
    return both(counted, either(below, above)), negate(below)


def _sided(bound: Value | None, test: Callable[[Any], Any]) -> Any:
    if bound is None or bound.said is None:
        return False
    if not isinstance(bound.said, Lazy) and (isinstance(bound.said, bool) or not isinstance(bound.said, int)):
        return False
    truth = lift(
        lambda one: test(one) if isinstance(one, int) or one.type().is_integer() else ibis.literal(False), bound.said
    )
    return both(is_null(bound.missing), truth) if bound.missing is not None else truth


def yes(value: Value, wanted: bool) -> Value:
    """Test whether the value is yes, or no."""
    said = value.said
    if isinstance(said, Lazy):
        said = lift(lambda one: one if wanted else ~one, said)
    elif value.missing is None:
        said = said is wanted
    return Value(said, value.missing, risky=value.risky)


# -- integer arithmetic ----------------------------------------------------------------------------------------------


def floor(over: Any, under: Any) -> Any:
    """Divide and round down, below zero too."""
    if not isinstance(over, Lazy) and not isinstance(under, Lazy):
        return over // under
    if isinstance(under, Lazy):
        return lift(
            lambda a, b: _divide(a - ((a % b.nullif(0)) + b) % b.nullif(0), b.nullif(0)), lift(_whole, over), under
        )
    return lift(lambda a: _divide(a, under) - ((a % under) < 0 if under > 0 else (a % under) > 0).cast("int64"), over)


def _whole(value: Any) -> Any:
    return ibis.literal(value, type="int64") if isinstance(value, int) else value


def remainder(over: Any, under: int) -> Any:
    """Give what `floor` leaves, 0 or above."""
    return lift(lambda a: a % under if isinstance(a, int) else ((a % under) + under) % under, over)


def quotient(rounding: str, over: Value, under: Value, codes: Codes) -> Value:
    """Divide and round once; a division by nothing is a fault."""
    made = known(lambda whole, parts: whole, over, under)
    if rounding == "half_up":
        said = _both_said(over, under, lambda a, b: floor(_plus(_times(a, 2), b), _times(b, 2)))
    elif rounding == "up":
        said = _both_said(over, under, lambda a, b: _times(floor(_times(a, -1), b), -1))
    else:
        said = _both_said(over, under, floor)
    nothing = _is(under.said, 0) if under.said is not None else False
    if nothing is False:
        return Value(said, made.missing, made.absent, made.risky)
    nothing = both(is_null(under.missing), nothing) if under.missing is not None else nothing
    before = choose([(is_fault(made.missing), made.missing), (nothing, codes.fault("BAD_FACT"))], made.missing)
    return Value(said, before, made.absent, risky=True)


def _both_said(over: Value, under: Value, make: Callable[[Any, Any], Any]) -> Any:
    if over.said is None or under.said is None or (not isinstance(under.said, Lazy) and under.said == 0):
        return None
    return make(over.said, under.said)


def _plus(one: Any, other: Any) -> Any:
    return lift(lambda a, b: a + b, one, other)


def _times(one: Any, factor: int) -> Any:
    return lift(lambda a: a * factor, one)


def multiply(left: Value, right: Value) -> Value:
    """Multiply two integers; zero times an unknown is zero."""
    made = known(lambda a, b: a * b, left, right)
    if made.missing is None:
        return made
    zeros = []
    for one, other in ((left, right), (right, left)):
        if other.missing is not None and one.said is not None:
            unknown = both(negate(is_null(other.missing)), negate(is_fault(other.missing)))
            here = is_null(one.missing) if one.missing is not None else True
            zeros.append(both(unknown, here, _is(one.said, 0)))
    zero = either(*zeros)
    return replace(made, said=choose([(zero, 0)], made.said), missing=choose([(zero, None)], made.missing))


def smallest(values: Sequence[Value]) -> Value:
    """Give the least of some integers."""
    return known(lambda *ones: _extreme(ibis.least, min, ones), *values)


def largest(values: Sequence[Value]) -> Value:
    """Give the greatest of some integers."""
    return known(lambda *ones: _extreme(ibis.greatest, max, ones), *values)


def greatest(*ones: Any) -> Any:
    """Take the greatest of some numbers, those left out that are not there."""
    return _extreme(ibis.greatest, max, ones)


def _extreme(over: Callable[..., Any], among: Callable[..., Any], ones: Sequence[Any]) -> Any:
    numbers = [one for one in ones if isinstance(one, int)]
    return over(*ones) if len(numbers) < len(ones) else among(numbers)


# -- lists and maps ----------------------------------------------------------------------------------------------------


def total(value: Value, is_map: bool) -> Value:
    """Add up a list or the values of a map."""
    if not isinstance(value.said, Lazy):
        plain = value.said.values() if isinstance(value.said, Mapping) else value.said
        return Value(sum(plain) if plain is not None else None, value.missing)
    said = lift(lambda one: _sum(one.values() if is_map else one), value.said)
    return replace(value, said=said)


def _sum(values: Any) -> Any:
    return values.sums().cast("decimal(38, 0)").cast("int64").fill_null(0)


def count(value: Value) -> Value:
    """Count the members of a list."""
    said = value.said
    if isinstance(said, Lazy):
        return replace(value, said=lift(lambda one: one.length(), said))
    return Value(len(said) if said is not None else None, value.missing)


def count_within(value: Value, low: Value | None, high: Value | None, low_out: bool, high_out: bool) -> Value:
    """Count the members of a list that lie in a range; an empty list has none, whatever the range."""
    if not isinstance(value.said, Lazy):
        return Value(0) if value.missing is None else value  # the only constant list is the empty one
    bounds = [bound for bound in (low, high) if bound is not None]
    sides = [bound.said if bound else None for bound in (low, high)]
    holes = [bool(bound and (bound.absent or bound.missing is not None)) for bound in (low, high)]

    def make(values: Any, least: Any, most: Any) -> Any:
        return values.filter(lambda one: _lies(one, least, most, low_out, high_out, holes)).length()

    number = lift(make, value.said, *sides)
    wants = first_missing(*bounds)
    open_bound = choose([(_is(number, 0), None)], wants.missing) if wants.missing is not None else None
    first = choose([(is_fault(wants.missing), wants.missing)], None) if wants.risky else None
    return Value(number, first_there(first, value.missing, open_bound), risky=value.risky or wants.risky)


def _lies(one: Any, least: Any, most: Any, low_out: bool, high_out: bool, holes: Sequence[bool]) -> Any:
    truth = ibis.literal(True)
    if least is not None:
        low = one > least if low_out else one >= least
        truth = truth & (low | least.isnull() if holes[0] and not isinstance(least, int) else low)
    if most is not None:
        high = one < most if high_out else one <= most
        truth = truth & (high | most.isnull() if holes[1] and not isinstance(most, int) else high)
    return truth
