"""What printed Python stands on: values that may be unknown, tests that may not be decidable, and integer arithmetic.

An `Unknown` travels through every test and sum unless it cannot matter: false beats unknown, and nothing times an
unknown rate is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from sangyu.policy import dates
from sangyu.policy.errors import BadFact, BadParameter


@dataclass(frozen=True)
class Unknown:
    """A value that nobody has given: the name of the missing fact or parameter, and why if that is not all.

    `counted`: whatever it is, it is a number that is not negative (an age, an amount, a count).
    """

    kind: Literal["fact", "parameter"]
    name: str
    why: str = ""
    counted: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Part:
    """A payer's part as a rate of the price in per-mille."""

    rate_pm: int


REST = "rest"
NO_ACCOUNT = "none"
UNREAD = object()  # in a straight walk: a name that no row has asked for yet

Truth = bool | Unknown
Tests = tuple[tuple[str, Callable[[], Truth]], ...]
PrintedRow = tuple[int, Tests, Callable[[], dict[str, Any]]]
PrintedTable = Callable[[Any], Iterator[PrintedRow]]


def first_unknown(*values: Any) -> Unknown | None:
    """Find the leftmost value that is not known."""
    for value in values:
        if isinstance(value, Unknown):
            return value
    return None


def all_of(tests: Tests) -> Truth:
    """Join the tests of a row: false if one is false, else the leftmost unknown, else true."""
    unknown: Unknown | None = None
    for _, test in tests:
        truth = test()
        if truth is False:
            return False
        if isinstance(truth, Unknown) and unknown is None:
            unknown = truth
    return True if unknown is None else unknown


# -- tests -----------------------------------------------------------------------------------------------------------


def one_of(value: Any, *wanted: Any) -> Truth:
    """Test whether the value, or one member of a list, is among the wanted; a wanted list offers its members."""
    if isinstance(value, Unknown):
        return value
    have = value if isinstance(value, tuple) else (value,)
    for choice in wanted:
        if not isinstance(choice, Unknown) and any(one in have for one in _members(choice)):
            return True
    return first_unknown(*wanted) or False


def _members(choice: Any) -> tuple[Any, ...]:
    return tuple(choice) if isinstance(choice, (tuple, list)) else (choice,)


def none_of(value: Any, *wanted: Any) -> Truth:
    """Test the opposite of `one_of`; what is unknown stays unknown."""
    truth = one_of(value, *wanted)
    return truth if isinstance(truth, Unknown) else not truth


def all_in(value: Any, *wanted: Any) -> Truth:
    """Test whether a list has all of the wanted members."""
    if isinstance(value, Unknown):
        return value
    if any(one not in value for choice in wanted if not isinstance(choice, Unknown) for one in _members(choice)):
        return False
    return first_unknown(*wanted) or True


def within(value: Any, low: Any, high: Any, low_excluded: bool = False, high_excluded: bool = False) -> Truth:
    """Test whether a number or date lies in a range; None as a bound is open, None as a value lies in no range."""
    if isinstance(value, Unknown):
        return _counted_within(value, low, high, low_excluded, high_excluded)
    if value is None:
        return False
    if low is not None and not isinstance(low, Unknown) and (value <= low if low_excluded else value < low):
        return False
    if high is not None and not isinstance(high, Unknown) and (value >= high if high_excluded else value > high):
        return False
    return first_unknown(low, high) or True


def _counted_within(value: Unknown, low: Any, high: Any, low_excluded: bool, high_excluded: bool) -> Truth:
    """Decide a range even so where it begins at 0 or below, or ends below 0: there an unknown age decides nothing."""
    if value.counted and isinstance(high, int) and (high <= 0 if high_excluded else high < 0):
        return False
    if value.counted and high is None and isinstance(low, int) and (low < 0 if low_excluded else low <= 0):
        return True
    return value


def yes(value: Any) -> Truth:
    """Test whether the value is yes."""
    return value if isinstance(value, Unknown) else value is True


def no(value: Any) -> Truth:
    """Test whether the value is no."""
    return value if isinstance(value, Unknown) else value is False


# -- integer arithmetic ----------------------------------------------------------------------------------------------


def _known(operate: Callable[[], Any], *values: Any) -> Any:
    """Work something out if all it stands on is known; a date that there is not makes a figure that there is not."""
    missing = first_unknown(*values)
    if missing:
        return replace(missing, counted=False)  # a difference of amounts may be negative
    return None if None in values else operate()


def add(left: Any, right: Any) -> Any:
    """Add two integers."""
    return _known(lambda: left + right, left, right)


def subtract(left: Any, right: Any) -> Any:
    """Subtract the right integer from the left."""
    return _known(lambda: left - right, left, right)


def multiply(left: Any, right: Any) -> Any:
    """Multiply two integers; zero times an unknown is zero, for then the unknown does not decide."""
    for known, other in ((left, right), (right, left)):
        if isinstance(other, Unknown) and not isinstance(known, Unknown) and known == 0:
            return 0
    return _known(lambda: left * right, left, right)


def half_up(over: Any, under: Any) -> Any:
    """Divide and round to the nearest integer, halves upwards."""
    return _quotient(over, under, lambda: (2 * over + under) // (2 * under))


def up(over: Any, under: Any) -> Any:
    """Divide and round up."""
    return _quotient(over, under, lambda: -(-over // under))


def down(over: Any, under: Any) -> Any:
    """Divide and round down."""
    return _quotient(over, under, lambda: over // under)


def _quotient(over: Any, under: Any, divide: Callable[[], int]) -> Any:
    """Divide if both are known. Raises: BadFact, if it is by nothing: a share of nothing is no figure."""
    if under == 0:
        raise BadFact("分母为 0，算不出比例，请核对数量")
    return _known(divide, over, under)


def smallest(*values: Any) -> Any:
    """Give the least of some integers."""
    return _known(lambda: min(values), *values)


def largest(*values: Any) -> Any:
    """Give the greatest of some integers."""
    return _known(lambda: max(values), *values)


def total(values: Any) -> Any:
    """Add up a list or the values of a map."""
    if isinstance(values, Unknown):
        return values
    return sum(values.values() if isinstance(values, Mapping) else values)


def count(values: Any) -> Any:
    """Count the members of a list."""
    return values if isinstance(values, Unknown) else len(values)


def count_within(values: Any, low: Any, high: Any, low_excluded: bool = False, high_excluded: bool = False) -> Any:
    """Count the members of a list that lie in a range; an empty list has none, whatever the range."""
    if isinstance(values, Unknown):
        return values
    truths = [within(value, low, high, low_excluded, high_excluded) for value in values]
    return first_unknown(*truths) or sum(truth is True for truth in truths)


def distinct(values: Any) -> Any:
    """Give each member of a list once."""
    return values if isinstance(values, Unknown) else tuple(dict.fromkeys(values))


def part(rate_pm: Any) -> Any:
    """Give a payer's part at a rate. Raises: BadParameter, if it is no rate from 0 to 1000 per-mille."""
    if isinstance(rate_pm, Unknown):
        return rate_pm
    if not 0 <= rate_pm <= 1000:
        raise BadParameter(f"千分比 {rate_pm} 不在 0 至 1000 之间，请核对设定")
    return Part(rate_pm)


def months_through(day: Any, months: Any) -> Any:
    """Give the last day of a term of months from a day on."""
    return _known(lambda: dates.months_through(day, months), day, months)


def days_through(day: Any, days: Any) -> Any:
    """Give the last day of a term of days from a day on, that day the first of them."""
    return _known(lambda: day + timedelta(days=days - 1), day, days)


def year(day: Any) -> Any:
    """Give the year of a day."""
    return _known(lambda: day.year, day)


def month(day: Any) -> Any:
    """Give the month of a day, 1 to 12."""
    return _known(lambda: day.month, day)


def at_fact(things: Any, key: Any) -> Any:
    """Read one key of a map that is a fact, 0 if absent."""
    return first_unknown(things, key) or things.get(key, 0)


def at_parameter(things: Any, name: str, *keys: Any) -> Any:
    """Read one entry of a map that the bureau sets; an absent one is still wanted."""
    missing = first_unknown(things, *keys)
    if missing:
        return missing
    for key in keys:
        if key not in things:
            return Unknown("parameter", name, f"其中没有“{key}”一项")
        things = things[key]
    return things


def member(counts: Any, key: str, name: str, keys: tuple[str, ...]) -> Any:
    """Read one key of a map, 0 if absent.

    Raises: BadFact, if the map holds a key that the table does not count: dropping it would lose people silently.
    """
    if isinstance(counts, Unknown):
        return counts
    strangers = [stranger for stranger in counts if stranger not in keys]
    if strangers:
        raise BadFact(f"{name} 中的 {strangers[0]!r} 不在本规则的分类内，可用：{'、'.join(keys)}")
    return counts.get(key, 0)


def has(things: Any, *keys: str) -> Any:
    """Count which of the named things are there: members of a list, or keys of a map with a number above 0."""
    if isinstance(things, Unknown):
        return things
    return sum(1 for key in keys if (things.get(key, 0) > 0 if isinstance(things, Mapping) else key in things))


def lacks(things: Any, *keys: str) -> Any:
    """Count which of the named things are not there."""
    found = has(things, *keys)
    return found if isinstance(found, Unknown) else len(keys) - found


def step(steps: Any, value: Any, name: str) -> Any:
    """Look a value up in steps: the one with the greatest lower bound that is not above the value.

    A value below every step finds nothing: the parameter does not cover it, so it is still wanted.
    """
    missing = first_unknown(steps, value)
    if missing:
        return missing
    reached = [(bound, result) for bound, result in steps if bound <= value]
    return max(reached)[1] if reached else Unknown("parameter", name, f"分档表没有覆盖 {value}")


def weighted(values: Any, weights: Any, name: str) -> Any:
    """Add up values times weights; a weight whose value is absent leaves the sum unknown, unless the weight is 0."""
    missing = first_unknown(values, weights)
    if missing:
        return missing
    for key, weight in weights.items():
        if key not in values and weight != 0:
            return Unknown("fact", name, f"缺少分项 {key}")
    return sum(values[key] * weight for key, weight in weights.items() if weight != 0)
