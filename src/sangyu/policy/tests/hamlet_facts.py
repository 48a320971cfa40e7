"""The hamlet: a small invented pack with a rule of each form, and the few values on which its tables turn."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]

from sangyu.policy import load
from sangyu.policy.column_facts import COLUMN_TYPES
from sangyu.policy.tests.lines import read_by
from sangyu.policy.vocabulary import facts

PLACE = Path(__file__).with_name("hamlet")
PACK = load("pack", PLACE)
SAID: dict[str, Any] = {
    "strict": True,
    "how": "add",
    "least_age": 65,
    "groups": ["dibao", "needy"],
    "line_fen": 90_000,
    "own_pm": 150,
    "who": "government",
    "steps": [{"from_m": 500, "amount_fen": 700}, {"from_m": 0, "amount_fen": 300}],
    "weights": {"quality": 40, "staff": 60, "norms": 0},
    "hours": {"dibao": {"severe": 45, "mild": 5}, "home": {"severe": 30}, "dine_in": {"severe": 30, "mild": 2}},
}
ORDER = ("elder", "at", "id")
UNREAD = ("used_before_fen", "refund_fen")  # where services are drawn in order
SERVICE = {"elder": "string", "at": "timestamp('UTC')", "id": "int64"}


def shape(names: list[str] | tuple[str, ...]) -> ibis.Schema:
    """Give the columns of some facts, and of what tells one service from another."""
    return ibis.schema({name: SERVICE.get(name) or COLUMN_TYPES[facts()[name].type] for name in names})


def read(rule: str) -> list[str]:
    """List the facts of a charge that a rule reads."""
    return [name for name in read_by(PACK, PACK.rules[rule]) if name != "paid_fen"]


DAYS = [
    date(2015, 12, 31),
    date(2016, 2, 29),
    date(2016, 5, 31),
    date(2016, 6, 1),
    date(2016, 6, 15),
    date(2017, 3, 31),
]
BORN = [date(1936, 2, 29), date(1936, 6, 15), date(1941, 6, 16), date(1950, 12, 31), date(1951, 1, 1), date(1956, 6, 2)]
OTHER: dict[str, list[Any]] = {
    "on": DAYS,
    "birth_date": BORN,
    "age": [59, 60, 64, 65, 74, 75, 79, 80],
    "nth_of_day": [1, 2],
    "beds": [0, 4, 5, 9, 10, 700],
    "count": [*range(1, 20)],
    "total": [0, 1, 7, 90],
    "price_fen": [0, 899, 900, 901, 1001, 12_345],
    "amount_fen": [0, 1, 2, 500, 1001, 12_347],
    "higher_fen": [0, 500, 901],
    "income_month_fen": [0, 89_999, 90_000, 120_000],
    "hours_month": [0, 1, 5],
    "months": [0, 5, 6, 12],
    "balance_before_fen": [0, 700, 20_000],
    "used_before_fen": [0, 800, 5000, 6000],
    "left_last_period_fen": [0, 300],
    "refund_fen": [0, 500],
    "used_before_minutes": [0, 60, 4000],
    "left_last_period_minutes": [0, 30],
    "minutes": [0, 60, 150],
    "distance_m": [0, 499, 500, 900, 901],
    "score_tenths": [0, 500, 1000],
    "distances_m": [[], [900], [901, 900, 95_000], [90_000, 90_001]],
    "meal_subsidies_fen": [[], [300, 400]],
    "events": [[], [date(2016, 6, 1)], [date(2016, 5, 31), date(2016, 6, 15), date(2016, 6, 15)]],
    "identities": [[], ["dibao"], ["three_no"], ["needy"], ["severe_disability", "needy"], ["living_alone"]],
    "equipment": [[], ["seat"], ["seat", "staff", "telephone"]],
    "counts": [{}, {"meat": 3, "soup": 1}, {"meat": 2, "month": 5}, {"safety_officer": 1, "first_aider": 2}],
    "scores_tenths": [{"quality": 850, "staff": 900}, {"quality": 850}, {"quality": 1, "staff": 2, "norms": 3}],
    "paid_fen": [
        {},
        {"elder": 300, "government": 700},
        {"government": 12_345},
        {"district": 3, "street": 3, "elder": 2},
    ],
    "mode": ["dine_in", "delivery", "home", "institution"],
    "ability_level": ["none", "mild", "moderate", "severe"],
    "category": ["week", "month", "year", "home"],
    "area_kind": ["urban", "rural"],
    "service_class": ["A", "B", "paid"],
    "worth_fen": [0, 150, 900],
}
CODES = {"mode", "ability_level", "category", "area_kind", "service_class"}
LISTS = {"identities", "equipment", "distances_m", "meal_subsidies_fen", "events"}


def value(dice: random.Random, name: str, whole: bool) -> Any:
    """Throw a value of a fact; nothing, a code that nobody knows or a hole in a list only where it is not `whole`."""
    if not whole and name != "on" and dice.random() < 0.12:
        return None
    if not whole and dice.random() < 0.02:
        if name in CODES:
            return "nobody_knows"
        if name in LISTS:
            return [None]
        if name == "birth_date":
            return date(2030, 1, 1)
    values = OTHER.get(name)
    if values is None:
        values = DAYS if name in ("since", "licence_until", "last_respite_on") else [False, True]
    return dice.choice(values)


def lines(dice: random.Random, names: list[str], whole: bool, signed: bool, rows: int) -> pa.Table:
    """Throw lines of some facts; `signed`: some take back what was charged."""
    made = [{name: value(dice, name, whole) for name in names} for _ in range(rows)]
    for line in made:
        for name in ("price_fen", "amount_fen"):
            if signed and line.get(name) and dice.random() < 0.5:
                line[name] = -line[name]
    return pa.Table.from_pylist(
        [{name: list(one.items()) if isinstance(one, dict) else one for name, one in line.items()} for line in made],
        schema=shape(names).to_pyarrow(),
    )
