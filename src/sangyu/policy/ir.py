"""The one small tree into which a pack is parsed; every printer (Python, Chinese, later columns) reads only this.

A decision table is kept as a table: rows of tests and of answers, each with the line it stands on, so that an answer
can always name its row. What is missing is part of the meaning, not an error: the names in the tree say whether they
are facts (missing: `needs_fact`) or parameters (missing: `needs_parameter`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

NameKind = Literal["fact", "derived", "figure", "setting", "parameter", "calendar"]
Form = Literal["eligible", "tier", "split", "account", "grant", "limit", "schedule", "statistic"]
ParameterType = Literal["int", "code", "map", "matrix", "steps"]
Level = Literal["national", "provincial", "municipal", "district", "street"]
Scalar = int | str | bool | date


# -- expressions: what an answer cell or an operand says -----------------------------------------------------------


@dataclass(frozen=True)
class Const:
    """A number, code, date or yes/no that stands in the cell itself."""

    value: Scalar


@dataclass(frozen=True)
class Name:
    """Something looked up: a fact, a derived fact, a figure, a setting, a parameter or a day of the calendar."""

    kind: NameKind
    name: str


@dataclass(frozen=True)
class Member:
    """One key of a map (`counts.age_65_74`); an absent key counts 0."""

    of: Name
    key: str


@dataclass(frozen=True)
class Arithmetic:
    """Integer addition, subtraction or multiplication."""

    operator: Literal["add", "subtract", "multiply"]
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Quotient:
    """A division that says how it rounds; there is no other division."""

    rounding: Literal["half_up", "up", "down"]
    over: Expr
    under: Expr


@dataclass(frozen=True)
class Call:
    """A function of the closed list in `cells.FUNCTIONS`."""

    function: str
    arguments: tuple[Expr, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count:
    """How many members of a list lie in a range."""

    of: Expr
    within: Within


@dataclass(frozen=True)
class PerMille:
    """A payer's part of the price in per-mille, as a number or a name; the parts are made by largest remainder."""

    rate_pm: int | Name


@dataclass(frozen=True)
class Rest:
    """A payer's part: what the others leave."""


@dataclass(frozen=True)
class NoAccount:
    """No credit is opened for this person."""


Expr = Const | Name | Member | Arithmetic | Quotient | Call | Count | PerMille | Rest | NoAccount


# -- tests: what a condition cell says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class OneOf:
    """The value (or, for a list, one of its members) is among these; `negated`: it is not."""

    wanted: tuple[Expr, ...]
    negated: bool = False


@dataclass(frozen=True)
class AllOf:
    """All of these are members of the list."""

    wanted: tuple[Expr, ...]


@dataclass(frozen=True)
class Within:
    """The value lies in a range; a bound that is None is open, `*_excluded` takes the bound itself out."""

    low: Expr | None
    high: Expr | None
    low_excluded: bool = False
    high_excluded: bool = False


@dataclass(frozen=True)
class Is:
    """The value is yes, or no."""

    wanted: bool


Test = OneOf | AllOf | Within | Is


def operands(test: Test) -> tuple[Expr, ...]:
    """List what a test compares with, open bounds left out."""
    match test:
        case OneOf(wanted, _) | AllOf(wanted):
            return wanted
        case Within(low, high):
            return tuple(bound for bound in (low, high) if bound is not None)
        case Is():
            return ()


@dataclass(frozen=True)
class Cell:
    """One non-empty condition cell: the column's name, its test, and the text the official wrote."""

    column: Name
    test: Test
    text: str


@dataclass(frozen=True)
class Row:
    """One row of a table; `line` is its line in the file and its number in every Decision."""

    line: int
    cells: tuple[Cell, ...]
    answers: Mapping[str, Expr]
    because: str


@dataclass(frozen=True, eq=False)
class Table:
    """A decision table: the first matching row wins."""

    file: str
    columns: tuple[Name, ...]
    outcomes: tuple[str, ...]
    rows: tuple[Row, ...]


# -- what a pack holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A policy text that rules are drawn from, or that such a text stands on; `level`: whose policy it is."""

    id: str
    title: str
    number: str
    issued_on: date | None
    file: str
    level: str = ""
    line: int = 0


@dataclass(frozen=True)
class Source:
    """Where a rule stands: the title and number of a document, and a string that occurs in it."""

    document: str
    number: str
    locator: str

    def __str__(self) -> str:
        return f"{self.number}《{self.document}》“{self.locator}”"


@dataclass(frozen=True, eq=False)
class Version:
    """A rule's table in one half-open period [from_on, until_on); None is open."""

    from_on: date | None
    until_on: date | None
    table: Table

    def holds(self, day: date) -> bool:
        """Tell whether this version is in force on `day`."""
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day < self.until_on)

    @cached_property
    def label(self) -> str:
        """Name the version by its dates: `..2014-10-01`, `2014-10-01..`, `..`."""
        return f"{self.from_on or ''}..{self.until_on or ''}"


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of a pack in all its versions.

    `shared` is what the payers share, or an account is drawn on for: a fact, a figure or an answer of the row.
    `roll_over` is the setting that carries an account's rest over. `rows` says how rows that match together join: the
    `first`, the `best`, `add`, or a switch that says which. `domains`: name -> the values that the rule is asked about;
    `words`: fact -> what it counts in this rule (`count`: 已有的免费设备数).
    """

    id: str
    form: Form
    title: str
    source: Source
    area: str
    priority: int
    group: str
    stacking: Literal["add", "best", "first"]
    payers: tuple[str, ...]
    shared: str
    roll_over: str
    rows: str
    domains: Mapping[str, tuple[Scalar, ...]]
    words: Mapping[str, str]
    line: int
    versions: tuple[Version, ...]

    def version_on(self, day: date) -> Version | None:
        """Choose the version in force on `day`, or None."""
        for version in self.versions:
            if version.holds(day):
                return version
        return None


@dataclass(frozen=True)
class Setting:
    """A reading (switch) or an implied figure (setting): it has a default, the first of its `values`.

    A switch takes only its values; a setting takes any value of the same type.
    """

    name: str
    label: str
    closed: bool
    values: tuple[Any, ...]
    readings: tuple[str, ...] = ()
    line: int = 0

    @property
    def default(self) -> Any:
        """Give the proposed reading."""
        return self.values[0]

    def reading(self, value: Any) -> str | None:
        """Give the words for one of the values; None for a value that has none."""
        return self.readings[self.values.index(value)] if self.readings and value in self.values else None


@dataclass(frozen=True)
class Band:
    """The norm that a figure has to keep: a rule of the form `limit`, asked with the figure as one fact."""

    rule: str
    fact: str


@dataclass(frozen=True)
class Parameter:
    """A figure that the document leaves open; it never has a default."""

    name: str
    label: str
    type: ParameterType
    sum_to: int | None = None
    codes: tuple[str, ...] = ()
    line: int = 0
    band: Band | None = None


@dataclass(frozen=True, eq=False)
class Figure:
    """A named formula that several cells use."""

    name: str
    label: str
    formula: Expr
    line: int = 0


@dataclass(frozen=True)
class Derived:
    """A fact that is itself decided by a rule of the pack, unless it is given.

    `answer` is the field of the rule's answer that it takes: a code (`ground`), yes/no (`eligible`) or a number.
    """

    name: str
    label: str
    rule: str
    answer: str
    codes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Fund:
    """Public money that a pack's rules spend."""

    id: str
    title: str
    level: str
    budget: str


@dataclass(frozen=True)
class Offer:
    """How an order of one kind of item is priced, split and, for some people, charged to a credit.

    `eligible` must say yes before anything is priced. `facts` hold where the registry knows nothing better, `answers`
    (fact -> rule and field) are facts that other rules of the pack answer. `account` is used instead of `split` when
    every derived fact in `account_when` has the value given there; an account of minutes goes before the split, which
    is told `free_minutes`. `grants` (rule -> "month" or "year") fill an account that grants nothing itself.
    """

    kind: str
    title: str
    fund: str
    price: str | None = None
    split: str | None = None
    account: str | None = None
    account_when: Mapping[str, str] = field(default_factory=dict)
    eligible: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    grants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Pack:
    """A city's rules: everything that `decide` needs, read once."""

    id: str
    title: str
    area: str
    leap_birthday: Literal["03-01", "02-28"]
    folder: Path
    digest: str
    documents: Mapping[str, Document]
    funds: Mapping[str, Fund]
    parameters: Mapping[str, Parameter]
    settings: Mapping[str, Setting]
    figures: Mapping[str, Figure]
    derived: Mapping[str, Derived]
    rules: Mapping[str, Rule]
    offers: Mapping[str, Offer]
