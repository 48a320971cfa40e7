"""Packs that nobody wrote: tables of one form with everything a cell can say, as files that the reader reads.

A pack that a test fails on is shown as its files, and hypothesis makes it as short as it can.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

FORMS = ("eligible", "tier", "split", "account", "grant", "limit", "schedule", "statistic")
Draw = Callable[[st.SearchStrategy[Any]], Any]

# What every pack has beside the rule that is asked for: each kind of name that a cell may use.
_HEAD = """[pack]
title = "一处"
area = "000000"
leap_birthday = "{leap}"
[documents.notice]
title = "通知"
[switches.strict]
values = [false, true]
[switches.way]
values = ["ease", "care"]
[switches.how]
values = ["first", "best", "add"]
[settings.least_age]
values = [60, 65]
[settings.groups]
values = [["dibao"], ["dibao", "needy"]]
[parameters.line_fen]
type = "int"
[parameters.own_pm]
type = "int"
[parameters.who]
type = "code"
codes = ["government", "elder"]
[parameters.steps]
type = "steps"
[parameters.weights]
type = "map"
[parameters.hours]
type = "matrix"
[figures.figure_fen]
formula = "{figure}"
[derived.service_class]
rule = "class"
[derived.low_income]
rule = "low"
answer = "eligible"
[derived.worth_fen]
rule = "worth"
answer = "amount_fen"
"""
_HELPERS = {
    "class": (
        "eligible",
        "identities,age,eligible,ground,because\ndibao|three_no,>=60,yes,A,\n,>=least_age,yes,B,\n,,no,,{lacking}\n",
    ),
    "low": ("eligible", "income_month_fen,eligible,ground,because\n<line_fen,yes,below,\n,no,,\n"),
    "worth": ("grant", 'beds,amount_fen,because\n>=10,"min(beds * 1.50, 900.00)",\n,0,\n'),
}
_INTS = ("count", "total", "years", "beds", "distance_m", "amount_fen", "market_price_fen", "higher_fen", "age")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "bool": ("registered", "sponsored", "strict", "low_income"),
    "int": ("age", "count", "price_fen", "worth_fen", "figure_fen", "distance_m"),
    "code": ("mode", "ability_level", "way", "service_class", "who"),
    "codes": ("identities",),
    "date": ("since", "licence_until", "last_respite_on", "on"),
}
_CODES = {
    "mode": ("dine_in", "delivery", "home"),
    "ability_level": ("none", "mild", "severe"),
    "way": ("ease", "care"),
    "service_class": ("A", "B"),
    "who": ("government", "elder"),
    "identities": ("dibao", "needy", "three_no", "severe_disability"),
}
_DAYS = ("on", "month_start", "month_end", "last_month_end", "quarter_start", "quarter_end", "year_end", "year_ago")
_PLAIN_DAYS = ("2014-10-01", "2016-02-29", "2017-06-01", "2020-12-31")
_BOUNDS = st.sampled_from([0, 1, 3, 7, 20, 60, 65, 75, 90, 200, 900, 1500])
_YUAN = st.sampled_from(["0.01", "5.00", "9.00", "12.34", "150.00", "1800.00"])


@dataclass(frozen=True)
class Written:
    """The files of a pack, and the rule in it that is asked for."""

    files: tuple[tuple[str, str], ...]
    rule: str = "asked"

    def into(self, folder: Path) -> Path:
        """Write the files into a folder of their own."""
        (folder / "elsewhere" / "tables").mkdir(parents=True)
        for name, text in self.files:
            (folder / "elsewhere" / name).write_text(text, encoding="utf-8")
        return folder / "elsewhere"

    def __repr__(self) -> str:
        own = [f"--- {name}\n{text}" for name, text in self.files if self.rule in text or self.rule in name]
        return "\n" + "\n".join(own)


def packs(form: str) -> st.SearchStrategy[Written]:
    """Make packs whose rule `asked` is of one form."""
    return st.composite(_pack)(form)


def _pack(draw: Draw, form: str) -> Written:
    options, head, answers = _FORM[form](draw)
    columns = draw(st.lists(_a(tuple(_COLUMNS)).flatmap(lambda kind: _a(_COLUMNS[kind])), max_size=3))
    tables = {"tables/asked.csv": _table(draw, columns, head, answers)}
    versions = ""
    if draw(st.integers(0, 3)) == 3:
        tables["tables/asked.later.csv"] = _table(draw, columns, head, answers)
        early, late = '{ until = 2016-06-01, table = "asked.csv" }', '{ from = 2016-06-01, table = "asked.later.csv" }'
        versions = f"versions = [{early}, {late}]\n"
    toml = _HEAD.format(leap=draw(_a(("03-01", "02-28"))), figure=draw(formulas(1, figure=False)))
    for name, (kind, text) in _HELPERS.items():
        toml += _section(name, f'form = "{kind}"\n')
        tables[f"tables/{name}.csv"] = text
    toml += _section("asked", f'form = "{form}"\n{options}{versions}')
    return Written((("pack.toml", toml), *tables.items()))


def _section(name: str, said: str) -> str:
    return f'[rules.{name}]\ndocument = "notice"\nlocator = "第一条"\n{said}'


def _a(of: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(of)


def _table(draw: Draw, columns: list[str], head: list[str], answers: Callable[[Draw], list[str]]) -> str:
    lines = [[*columns, *head, "because"]]
    for _ in range(draw(st.integers(0, 3))):
        lines.append([*(draw(st.just("") | cells(name)) for name in columns), *answers(draw), ""])
    if draw(st.integers(0, 9)) < 9:
        lines.append([*("" for _ in columns), *answers(draw), ""])
    if len(lines) == 1:
        lines.append([*("" for _ in columns), *answers(draw), ""])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


# -- conditions --------------------------------------------------------------------------------------------------------


def cells(name: str) -> st.SearchStrategy[str]:
    """Make what may stand in a condition cell under a column."""
    kind = next(kind for kind, names in _COLUMNS.items() if name in names)
    if kind == "bool":
        return st.sampled_from(["yes", "no"])
    if kind in ("code", "codes"):
        code = _a(_CODES[name])
        one = st.lists(code, min_size=1, max_size=2, unique=True).map("|".join)
        said = one | one.map(lambda text: f"not {text}")
        if kind == "codes":
            return said | st.just("groups") | st.tuples(code, code).map("&".join)
        return said
    if kind == "date":
        bound = _a(_DAYS) | _a(_PLAIN_DAYS)
        ranges = st.tuples(_a(_PLAIN_DAYS), _a(_PLAIN_DAYS)).map(lambda two: "..".join(sorted(two)))
        return ranges | st.tuples(_a((">", ">=", "<", "<=")), bound).map("".join)
    bound = _BOUNDS.map(str) | _YUAN | _a(("least_age", "line_fen", "count * 3", "figure_fen"))
    ranges = st.tuples(_BOUNDS, _BOUNDS).map(lambda two: f"{min(two)}..{max(two)}")
    some = st.lists(_BOUNDS.map(str), min_size=1, max_size=2).map("|".join)
    return (
        ranges | some | some.map(lambda text: f"not {text}") | st.tuples(_a((">", ">=", "<", "<=")), bound).map("".join)
    )


# -- formulas ----------------------------------------------------------------------------------------------------------

_ATOMS = (
    *(*_INTS, "line_fen", "worth_fen", "least_age", "figure_fen"),
    *("counts.meat", "counts.soup", "at(counts, meat)", "at(counts, category)", "has(counts, meat, soup)"),
    *("at(hours, dibao, ability_level)", "at(hours, needy, mild)", "at(weights, mode)"),
    *("count(distances_m)", "count(distances_m <= 900)", "sum(distances_m)", "sum(meal_subsidies_fen)", "sum(counts)"),
    *("count(events)", "count(distinct(events))", "count(month_start <= events <= on)", "count(events > since)"),
    *("has(equipment, seat, staff)", "lacks(equipment, telephone)", "lacks(identities, dibao)"),
    *("step(steps, distance_m)", "weighted(scores_tenths, weights)"),
    *("age_on(month_end)", "age_on(year_end)", "months_aged(80, month_end)", "months_aged(65, last_month_end)"),
    *("months_from(since)", "year(since) - 2000", "month(on)"),
)


def formulas(depth: int = 2, figure: bool = True) -> st.SearchStrategy[str]:
    """Make formulas that give a whole number."""
    atoms = _ATOMS if figure else tuple(text for text in _ATOMS if text not in ("figure_fen", "worth_fen"))
    made = st.integers(0, 2000).map(str) | _YUAN | _a(atoms)
    return made if not depth else made | _joined(formulas(depth - 1, figure))


def _joined(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two, rate = st.tuples(part, part), st.integers(0, 1000)
    return (
        two.map(lambda of: f"{of[0]} + {of[1]}")
        | two.map(lambda of: f"{of[0]} - ({of[1]})")
        | two.map(lambda of: f"min({of[0]}, {of[1]})")
        | two.map(lambda of: f"max(0, {of[0]} - ({of[1]}))")
        | st.tuples(part, st.integers(0, 60)).map(lambda of: f"({of[0]}) * {of[1]}")
        | st.tuples(_a(("half_up", "up", "down")), part, rate).map(lambda of: f"{of[0]}(({of[1]}) * {of[2]} / 1000)")
        | st.tuples(_a(("half_up", "up", "down")), part, _a(("count", "7", "total + 1"))).map(
            lambda of: f"{of[0]}(({of[1]}) / ({of[2]}))"
        )
    )


# -- forms: (options of the rule, outcome columns, what a row answers) -------------------------------------------------

Form = tuple[str, list[str], Callable[[Draw], list[str]]]


def _numbers(*names: str) -> Callable[[Draw], Form]:
    return lambda draw: ("", list(names), lambda draw: [draw(formulas()) for _ in names])


def _eligible(draw: Draw) -> Form:
    return "", ["eligible", "ground"], lambda draw: draw(_a((["yes", "a"], ["yes", "b"], ["no", ""])))


def _several(*names: str) -> Callable[[Draw], Form]:
    def form(draw: Draw) -> Form:
        rows = draw(_a(("first", "best", "add", "how")))
        return f'rows = "{rows}"\n', [draw(_a(names))], lambda draw: [draw(formulas())]

    return form


def _shares(draw: Draw, payers: list[str]) -> list[str]:
    """Share something out in one of the ways a row may: rates, a rest, amounts; now and then so that it cannot be."""
    match draw(st.integers(0, 5)):
        case 0:
            return ["rest", *("0" for _ in payers[1:])]
        case 1:
            cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=len(payers) - 1, max_size=len(payers) - 1)))
            return [f"{high - low} pm" for low, high in zip([0, *cuts], [*cuts, 1000], strict=True)]
        case 2:
            return [*(f"{draw(st.integers(0, 600))} pm" for _ in payers[1:]), "rest"]
        case 3:
            return ["rest", "min(price_fen, 9.00)", *("0" for _ in payers[2:])]
        case 4:
            return ["rest", "own_pm pm", *("0" for _ in payers[2:])]
    return ["rest", *(draw(formulas(1)) for _ in payers[1:])]


def _split(draw: Draw) -> Form:
    payers = draw(_a((["elder", "government"], ["district", "street", "elder"])))
    shared = draw(_a(("", 'shared = "amount_fen"\n', 'shared = "figure_fen"\n')))
    named = ", ".join(f'"{payer}"' for payer in payers)
    return f"payers = [{named}]\n{shared}", payers, lambda draw: _shares(draw, payers)


def _account(draw: Draw) -> Form:
    kind = draw(_a(("granted", "granted", "available")))
    options = draw(_a(('payers = ["elder", "government"]\n', "", 'shared = "minutes"\n')))
    if kind == "granted":
        options += draw(_a(("", 'roll_over = "strict"\n')))
    said = formulas(1) | (st.just("none") if kind == "granted" else st.just("balance_before_fen"))
    return options, [kind], lambda draw: [draw(said)]


def _limit(draw: Draw) -> Form:
    if draw(st.booleans()):
        return "", ["result"], lambda draw: [draw(_a(("pass", "warn", "fail")))]
    return "", ["result", "figure"], lambda draw: [draw(_a(("pass", "warn", "fail"))), draw(formulas())]


def _schedule(draw: Draw) -> Form:
    match draw(st.integers(0, 2)):
        case 0:
            return "", ["every"], lambda draw: [draw(_a(("week", "month", "quarter", "year")))]
        case 1:
            days = _a(("on", "licence_until", "months_through(since, 1)", "months_through(on, 13)"))
            return "", ["until"], lambda draw: [draw(days | st.just("days_through(since, 30)"))]
    return "", ["due", "done"], lambda draw: [draw(formulas(1)), draw(formulas(1))]


def _statistic(draw: Draw) -> Form:
    match draw(st.integers(0, 2)):
        case 0:
            return "", ["value"], lambda draw: [draw(formulas())]
        case 1:
            return "", ["value", "denominator"], lambda draw: [draw(formulas()), draw(formulas(1))]
    payers = ["street", "district"]
    options = 'payers = ["street", "district"]\nshared = "value"\n'
    return options, ["value", *payers], lambda draw: [draw(formulas()), *_shares(draw, payers)]


_FORM: dict[str, Callable[[Draw], Form]] = {
    "eligible": _eligible,
    "tier": _several("amount_fen", "hours", "units"),
    "split": _split,
    "account": _account,
    "grant": _several("amount_fen"),
    "limit": _limit,
    "schedule": _schedule,
    "statistic": _statistic,
}
