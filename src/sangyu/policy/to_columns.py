"""Print a rule as one expression over columns: the third printer beside `to_python` and `to_chinese`.

The same three-valued walk as in `engine`, row of the table by row of the table, but for all lines of the input at
once. What the scalar engine would ask for or refuse, the column says in `missing` and `fault`; what cannot yet be said
in columns is refused before anything is run (`NotInColumns`), never worked out otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sangyu.policy import column_corrections, column_forms, ir
from sangyu.policy import column_words as words
from sangyu.policy.column_facts import ColumnFacts, NotInColumns
from sangyu.policy.column_files import Profile
from sangyu.policy.column_words import Value
from sangyu.policy.lazy import Lazy, both, by_number, choose, differ, either, equals, first_there, is_null, lift, negate
from sangyu.policy.to_python import counted_keys

__all__ = ["Answer", "NotInColumns", "Printer", "Profile"]

# A walk ends at the line of the row that decides; how else it may end at a row is numbered beyond all lines.
_DIFFERS, _REFUSED, _FAULT = 1_000_000, 2_000_000, 3_000_000


@dataclass(frozen=True)
class Answer:
    """What a rule answers in columns: the line that decided, what is missing, and the fields."""

    line: Any
    wants: Value
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    row: ir.Row
    truth: Value
    wants: Value
    fields: Mapping[str, Any]

    @property
    def line(self) -> int:
        return self.row.line

    @property
    def in_play(self) -> Any:
        if self.truth.missing is None:
            return self.truth.said
        return either(negate(is_null(self.truth.missing)), self.truth.said)

    @property
    def sure(self) -> Any:
        return both(is_null(self.truth.missing) if self.truth.missing is not None else True, self.truth.said)

    @property
    def open(self) -> Any:
        if self.truth.missing is None:
            return False
        return both(negate(is_null(self.truth.missing)), negate(words.is_fault(self.truth.missing)))


class Printer(ColumnFacts):
    """Print the rules of one pack for one shape of input."""

    def __init__(
        self,
        pack: ir.Pack,
        shape: Mapping[str, Any],
        parameters: Mapping[str, Any],
        profile: Profile,
        on: date | None = None,
        running: bool = False,
    ) -> None:
        super().__init__(pack, shape, parameters, profile, on)
        self.running = running
        self.drawing = True  # that is: the lines now printed draw on a credit
        self.draws: Any = None  # which lines do, where the others may be printed for themselves
        self._derived_answers: dict[str, Value] = {}
        self._corrects = ""

    # -- a whole rule --------------------------------------------------------------------------------------------------

    def answer(self, rule: ir.Rule) -> tuple[Answer, Any]:
        """Print a rule in all its versions. Shape: (answer, label of the version that holds, None if none does)."""
        given, correction = self._given(rule), column_corrections.begin(rule, self)
        self._corrects = rule.shared if correction else ""
        printed = [(self._holds(version), version, self.settle(rule, version)) for version in self.reached(rule)]
        if given is not None:
            printed = [
                (holds, version, self._or_given(given, rule, version, answer)) for holds, version, answer in printed
            ]
        if rule.form == "eligible":
            printed = [(holds, version, self._explained(version.table, answer)) for holds, version, answer in printed]
        names = dict.fromkeys(name for _, _, answer in printed for name in answer.fields)
        joined = Answer(
            choose([(holds, answer.line) for holds, _, answer in printed]),
            Value(None, choose([(holds, answer.wants.missing) for holds, _, answer in printed])),
            {name: choose([(holds, answer.fields.get(name)) for holds, _, answer in printed]) for name in names},
        )
        if correction is not None:
            fields, wants = column_corrections.end(rule, correction, joined.fields, joined.wants, self)
            joined = Answer(joined.line, wants, fields)
        return joined, choose([(holds, version.label) for holds, version, _ in printed])

    def above_zero(self, name: str) -> bool:
        """Tell whether an amount is never below zero, or stands here without its sign."""
        return name == self._corrects or name in self.profile.positive

    def reached(self, rule: ir.Rule) -> Sequence[ir.Version]:
        """List the versions of a rule that some line may be decided by; all of them, if none is."""
        return [version for version in rule.versions if self._holds(version) is not False] or rule.versions

    def _holds(self, version: ir.Version) -> Any:
        begun = True if version.from_on is None else self._begun(version.from_on)
        over = False if version.until_on is None else self._begun(version.until_on)
        return both(begun, negate(over))

    def _begun(self, day: date) -> Any:
        """Tell whether a day is come; the lines are not asked where the profile says it of all of them."""
        first, last = self.profile.first_on, self.profile.last_on
        known = isinstance(self.on, Lazy) and "on" in self.profile.whole
        if known and first and last and (day <= first or last < day):
            return day <= first
        return lift(lambda on: on >= day, self.on)

    def _given(self, rule: ir.Rule) -> tuple[ir.Derived, Value] | None:
        """Find a derived fact that the input states though this very rule decides it."""
        by_row = ("ground", "eligible")
        derived = next(
            (one for one in self.pack.derived.values() if one.rule == rule.id and one.answer in by_row), None
        )
        stated = self.stated(derived) if derived else None
        return (derived, stated) if derived and stated else None

    def _or_given(self, given: tuple[ir.Derived, Value], rule: ir.Rule, version: ir.Version, answer: Answer) -> Answer:
        derived, stated = given
        rows: dict[Any, ir.Row] = {}
        for row in version.table.rows:
            said = row.answers.get(derived.answer)
            if isinstance(said, ir.Const):
                rows.setdefault(said.value, row)
        here = {code: lift(lambda one, code=code: one == code, stated.said) for code in rows}
        there = negate(is_null(stated.said))
        unread = both(there, negate(either(*here.values())))
        fault = choose([(words.is_fault(stated.missing), stated.missing)], self.codes.fault("BAD_FACT"))
        refused = either(unread, words.is_fault(stated.missing))
        fields = {
            name: choose(
                [
                    (here[code], said.value if isinstance(said := row.answers.get(name), ir.Const) else None)
                    for code, row in rows.items()
                ],
                answer.fields.get(name),
            )
            for name in version.table.outcomes
        }
        return Answer(
            choose([(here[code], row.line) for code, row in rows.items()], answer.line),
            Value(None, choose([(refused, fault), (there, None)], answer.wants.missing), risky=True),
            fields,
        )

    def _explained(self, table: ir.Table, answer: Answer) -> Answer:
        """Refuse what could not be explained: a refusal names what lacks, so it reads all that the grounds read."""
        grounds = [row for row in table.rows if row.answers["eligible"] == ir.Const(True)]
        truths = [self.test(cell) for row in grounds for cell in row.cells]
        risky = [truth.missing for truth in truths if truth.risky]
        lines = [row.line for row in table.rows if row not in grounds and (not row.cells or "{lacking}" in row.because)]
        if not risky or not lines or answer.line is None:
            return answer
        fault = self.layers.keep(choose([(words.is_fault(one), one) for one in risky]), "fault")
        refused = lift(lambda one: one.isin(lines) if not isinstance(one, int) else one in lines, answer.line)
        whole = is_null(answer.wants.missing) if answer.wants.missing is not None else True
        missing = choose([(both(whole, refused, negate(is_null(fault))), fault)], answer.wants.missing)
        return Answer(answer.line, Value(None, self.layers.keep(missing, "missing"), risky=True), answer.fields)

    def settle(self, rule: ir.Rule, version: ir.Version) -> Answer:
        """Print the walk through one table: which row decides, or what is missing without it."""
        how = self.setting(rule.rows).said if rule.rows in self.pack.settings else rule.rows
        rows = self._rows(rule, version.table)
        if how == "first":
            return self._first(rows)
        return self._together(rows, version.table.outcomes[0], how)

    def _rows(self, rule: ir.Rule, table: ir.Table) -> list[_Row]:
        keys = counted_keys(expr for row in table.rows for expr in row.answers.values())
        rows = []
        for row in table.rows:
            truth = words.all_of([self.test(cell) for cell in row.cells], self.layers.keep)
            truth = Value(self.layers.keep(truth.said, "row"), truth.missing, risky=truth.risky)
            if truth.said is False and truth.missing is None:
                continue
            raw = {name: self.expression(expr, keys) for name, expr in row.answers.items()}
            fields, wants = column_forms.finish(rule, row, raw, self)
            rows.append(_Row(row, truth, wants, fields))
            if truth.said is True and truth.missing is None and rule.rows == "first":
                break
        return rows

    def _first(self, rows: Sequence[_Row]) -> Answer:
        """Let the first certain row decide; a possible one before it matters only if the answers in play differ."""
        keep = self.layers.keep
        names = list(dict.fromkeys(name for row in rows for name in row.fields))
        first_open = keep(choose([(row.open, row.line) for row in rows], 0), "first_open")
        opened = [row for row in rows if row.open is not False]
        missing = by_number(first_open, [(row.line, words.uncounted(row.wants.missing)) for row in opened], None)
        before = {
            name: by_number(first_open, [(row.line, row.fields.get(name)) for row in opened], None) for name in names
        }
        if opened:
            missing = keep(missing, "missing_before")
            before = {name: keep(value, "before") for name, value in before.items()}
        events: list[tuple[Any, int]] = []
        ends: list[tuple[int, Any]] = []
        for row in rows:
            if row.truth.risky:
                events.append((words.is_fault(row.truth.missing), row.line + _FAULT))
                ends.append((row.line + _FAULT, row.truth.missing))
            if row.wants.risky:
                events.append((both(row.in_play, words.is_fault(row.wants.missing)), row.line + _REFUSED))
                ends.append((row.line + _REFUSED, row.wants.missing))
            if any(other.line < row.line for other in opened):
                after = lift(lambda one, line=row.line: (one > 0) & (one < line), first_open)
                differs = _differs(row, missing, before, names)
                events.append((both(after, row.in_play, differs), row.line + _DIFFERS))
            events.append((row.sure, row.line))
            ends.append((row.line, row.wants.missing))
        end = keep(choose(events, 0), "end")
        open_code = by_number(first_open, [(row.line, row.truth.missing) for row in opened], None)
        closed = bool(rows) and rows[-1].truth == Value(True)  # then the walk ends, and nothing falls through
        if not closed:
            fell = both(equals(end, 0), equals(first_open, 0))
            open_code = choose([(fell, self.codes.fault("BAD_ANSWER"))], open_code)
        risky = not closed or any(row.truth.risky or row.wants.risky for row in rows)
        return Answer(
            end,
            Value(None, keep(by_number(end, ends, open_code), "missing"), risky=risky),
            {name: by_number(end, [(row.line, row.fields.get(name)) for row in rows]) for name in names},
        )

    def _together(self, rows: Sequence[_Row], name: str, how: Any) -> Answer:
        """Join all rows that match: the best of their amounts, or their sum; a possible row that would matter asks."""
        keep = self.layers.keep
        certain = {
            number: keep(both(row.sure, is_null(row.wants.missing) if row.wants.missing is not None else True), "sure")
            for number, row in enumerate(rows)
        }
        sure = [choose([(certain[number], row.fields[name])]) for number, row in enumerate(rows)]
        there = [one for one in sure if one is not None]
        best = keep(first_there(lift(words.greatest, *there), 0) if there else 0, "best")
        whole = keep(lift(lambda *ones: sum(ones[1:], ones[0]), *(first_there(one, 0) for one in sure)), "sum")
        faults: list[tuple[Any, Any]] = []
        asked: list[tuple[Any, Any]] = []
        for row in rows:
            faults.append((words.is_fault(row.truth.missing), row.truth.missing))
            faults.append((both(row.in_play, words.is_fault(row.wants.missing)), row.wants.missing))
            amount = row.fields[name]
            more = (
                lift(lambda one, than: one > than, amount, best if how == "best" else 0)
                if amount is not None
                else False
            )
            unclear = negate(is_null(row.wants.missing)) if row.wants.missing is not None else False
            asked.append((both(row.open, either(unclear, more)), row.truth.missing))
            asked.append((both(row.sure, unclear), row.wants.missing))
        nobody = negate(either(*certain.values()))
        missing = choose([*faults, *asked, (nobody, self.codes.fault("BAD_ANSWER"))])
        amount = best if how == "best" else whole
        if how == "best":
            lines = [(both(one, _same(rows[at].fields[name], best)), rows[at].row.line) for at, one in certain.items()]
        else:
            nothing = {at: equals(rows[at].fields[name], 0) for at in certain}
            lines = [(both(one, negate(nothing[at])), rows[at].row.line) for at, one in certain.items()]
            lines += [(one, rows[at].row.line) for at, one in reversed(certain.items())]
        return Answer(choose(lines), Value(None, missing, risky=True), {name: amount})

    # -- derived facts -------------------------------------------------------------------------------------------------

    def derived(self, name: str) -> Value:
        """Read a derived fact: as stated, else as its rule decides on the same day."""
        if name not in self._derived_answers:
            self._derived_answers[name] = self._derive(self.pack.derived[name])
        return self._derived_answers[name]

    def _derive(self, derived: ir.Derived) -> Value:
        keep, rule = self.layers.keep, self.pack.rules[derived.rule]
        printed = [(self._holds(version), self.settle(rule, version)) for version in self.reached(rule)]
        said = choose([(holds, answer.fields.get(derived.answer)) for holds, answer in printed])
        missing = choose([(holds, answer.wants.missing) for holds, answer in printed], self.codes.fault("BAD_ANSWER"))
        stated = self.stated(derived)
        if stated is not None:
            there = negate(is_null(stated.said))
            said = choose([(there, stated.said)], said)
            missing = choose([(words.is_fault(stated.missing), stated.missing), (there, None)], missing)
        risky = missing is not None and (isinstance(missing, Lazy) or missing >= words.FAULT)
        none = any(derived.answer not in row.answers for version in rule.versions for row in version.table.rows)
        return Value(keep(said, derived.name), keep(missing, "missing"), absent=none, risky=risky)


def _same(one: Any, other: Any) -> Any:
    return lift(lambda left, right: left == right, one, other)


def _differs(row: _Row, missing: Any, before: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Tell whether a row's answer differs from that of the first open row: what it misses, else a field."""
    own = words.uncounted(row.wants.missing)
    other = either(*(differ(row.fields.get(name), before[name]) for name in names))
    if own is None and missing is None:
        return other
    whole = both(is_null(own), is_null(missing))
    return either(differ(own, missing), both(whole, other))
