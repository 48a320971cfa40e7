"""Make random lines for a rule, of facts that its tables turn on, and random settings and parameters for its pack."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]

from sangyu.policy import Pack, Rule
from sangyu.policy.column_facts import COLUMN_TYPES
from sangyu.policy.names import names_in, names_of
from sangyu.policy.vocabulary import Fact, facts

_NUMBERS = (0, 1, 2, 3, 5, 7, 12, 15, 20, 59, 60, 61, 64, 65, 74, 75, 79, 80, 90, 100, 200, 800, 900, 999, 1000, 1499)
_MONEY = (1500, 1501, 2000, 5000, 12345, 179_999, 180_000, 180_001, 1_000_001, 6_000_000, 10_000_000)
_KEYS = (
    *("age_65_74", "age_75_up", "three_no", "severe_disability", "unsubsidised", "safety_officer", "first_aider"),
    *("meat", "vegetable", "soup", "meal_emergency", "domestic", "rehab", "comfort", "other", "base", "helper"),
)
_PAYERS = ("elder", "government", "district", "street")
_DAYS = [
    date(2014, 9, 30),
    date(2014, 10, 1),
    date(2016, 2, 29),
    date(2017, 5, 31),
    date(2017, 6, 1),
    date(2020, 12, 31),
]


def read_by(pack: Pack, rule: Rule) -> list[str]:
    """List the facts that a rule may read, by its figures and derived facts too."""
    seen: set[str] = set()
    reach = [name for version in rule.versions for name in names_of(version.table)]
    reach += ["on", rule.shared, "age", "birth_date", "since", "used_before_fen", "used_before_minutes", "refund_fen"]
    reach += ["paid_fen"] if rule.payers else []
    while reach:
        name = reach.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in pack.figures:
            reach += names_in(pack.figures[name].formula)
        if name in pack.derived:
            reach += [
                one for version in pack.rules[pack.derived[name].rule].versions for one in names_of(version.table)
            ]
    return [name for name in facts() if name in seen]


def day(dice: random.Random) -> date:
    """Throw a day on which something may change."""
    return dice.choice(_DAYS) if dice.random() < 0.5 else date(2013, 1, 1) + timedelta(days=dice.randrange(3000))


def fact(dice: random.Random, kind: Fact) -> Any:
    """Throw a value of a fact, or nothing."""
    if dice.random() < 0.08:
        return None
    codes, number = list(kind.codes) or ["a", "b"], lambda: dice.choice(_NUMBERS + _MONEY)
    match kind.type:
        case "int":
            return number() if dice.random() < 0.97 else -dice.choice(_NUMBERS)
        case "bool":
            return dice.random() < 0.5
        case "code":
            return dice.choice(codes) if dice.random() < 0.98 else "nobody_knows"
        case "date" | "date_or_null" if kind.name == "birth_date":
            return dice.choice(
                [date(1936, 2, 29), date(2020, 1, 1), date(1920, 1, 1) + timedelta(days=dice.randrange(14_000))]
            )
        case "date" | "date_or_null":
            return day(dice)
        case "ints":
            return [number() for _ in range(dice.randrange(4))]
        case "codes":
            return dice.sample(codes, min(len(codes), dice.choice([0, 1, 1, 2, 3, 5])))
        case "dates":
            return [day(dice) for _ in range(dice.randrange(4))]
    if kind.name == "paid_fen":
        return {payer: dice.choice((*_NUMBERS, *_MONEY)) for payer in dice.sample(_PAYERS, dice.randrange(1, 4))}
    some = dice.sample(_KEYS, dice.randrange(4))
    if dice.random() < 0.2:
        some = ["enterprise", "norms", "quality", "staff"]
    return {key: dice.randrange(900) for key in some}


def table(dice: random.Random, names: list[str], rows: int) -> pa.Table:
    """Throw lines of some facts."""
    shape = ibis.schema({name: COLUMN_TYPES[facts()[name].type] for name in names}).to_pyarrow()
    lines: list[dict[str, Any]] = [{name: fact(dice, facts()[name]) for name in names} for _ in range(rows)]
    for line in lines:
        line["on"] = day(dice)
    columns = {name: [line[name] for line in lines] for name in names}
    return pa.table(
        {
            name: pa.array(
                [list(one.items()) if isinstance(one, dict) else one for one in column], shape.field(name).type
            )
            for name, column in columns.items()
        }
    )


def parameters(dice: random.Random, pack: Pack) -> dict[str, Any]:
    """Throw the settings and parameters of a pack; some are left unset."""
    said: dict[str, Any] = {}
    for name, setting in pack.settings.items():
        value = dice.choice(setting.values)
        said[name] = list(value) if isinstance(value, tuple) else value
    for name, parameter in pack.parameters.items():
        if dice.random() < 0.2:
            continue
        match parameter.type:
            case "int":
                said[name] = dice.choice([*_NUMBERS[:-8], 300, 500, 1000])
            case "code":
                said[name] = dice.choice(parameter.codes)
            case "steps":
                bounds = sorted(dice.sample([0, 50, 100, 600, 900], 2))
                said[name] = [{"from_x": bound, "y_fen": dice.randrange(2000)} for bound in bounds]
            case "map":
                said[name] = (
                    {"enterprise": 25, "norms": 25, "quality": 25, "staff": 25}
                    if parameter.sum_to
                    else {
                        code: dice.randrange(500)
                        for code in ["extreme_poor", "dibao", "entitled_group", "special_needy"]
                    }
                )
            case "matrix":
                levels = ["mild", "moderate", "severe"]
                said[name] = {
                    code: {level: dice.randrange(60) for level in dice.sample(levels, dice.choice([2, 3]))}
                    for code in ["extreme_poor", "dibao", "other"]
                }
    return said
