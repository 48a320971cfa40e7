"""Take one decision: choose the version, find the first row that decides, finish the answer and say why.

Where nothing is missing the first row that matches decides (`straight`). Else three-valued from top to bottom: a row
that is certainly false is passed over, the first certain row ends the search, and a row that is only possible keeps its
answer in play. What is missing is asked for only if the answers in play differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sangyu.policy import ir, to_chinese
from sangyu.policy.corrections import taken_back, takes_back
from sangyu.policy.dates import birthday
from sangyu.policy.decision import Decision
from sangyu.policy.errors import BadAnswer, BadFact, UnknownRule
from sangyu.policy.forms import Fields, finish
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.runtime import Truth, Unknown, all_of
from sangyu.policy.straight import straight
from sangyu.policy.to_python import PRINTED_MAX, program
from sangyu.policy.versions import SHORT
from sangyu.policy.vocabulary import facts as vocabulary


class Settled(NamedTuple):
    """A row that decides, and its answer: fields, or what the answer still wants.

    `told` are the rows that an answer joins, each with its own fields; empty where one row decides alone.
    """

    row: ir.Row
    answer: Fields | Unknown
    told: tuple[tuple[ir.Row, Fields], ...] = ()


def decide(
    pack: ir.Pack,
    rule_id: str,
    facts: Mapping[str, Any],
    on: date | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Decision:
    """Decide one rule on one set of facts.

    The version follows from `on`, else from `facts["on"]`. `parameters` are the programme's own configuration;
    `facts["parameters"]` wins over them for this one decision.
    An amount below zero that a rule shares out takes a charge back (`corrections`).
    Raises: UnknownRule, BadFact, BadParameter, BadAnswer. What is merely missing is an outcome, never an error.
    """
    rule = pack.rules.get(rule_id)
    if rule is None:
        raise UnknownRule(f"规则包 {pack.id} 没有规则 {rule_id}，现有：{'、'.join(pack.rules)}")
    if takes_back(rule, facts):
        return taken_back(pack, rule, facts, lambda charged: _decide(pack, rule, charged, on, parameters))
    return _decide(pack, rule, facts, on, parameters)


def _decide(
    pack: ir.Pack, rule: ir.Rule, facts: Mapping[str, Any], on: date | None, parameters: Mapping[str, Any] | None
) -> Decision:
    day = on if on is not None else facts.get("on")
    if day is None:
        said = to_chinese.missing(pack, Unknown("fact", "on"))
        return Decision(
            pack.id, rule.id, "needs_fact", missing="on", because=said, source=rule.source, digest=pack.digest[:SHORT]
        )
    f = inquire(pack, facts, day if day.__class__ is date else vocabulary()["on"].read(day), parameters or {})
    version = rule.version_on(f.on)
    if version is None:
        said = to_chinese.not_in_force(rule, f.on)
        return Decision(
            pack.id, rule.id, "not_in_force", f.on, because=said, source=rule.source, digest=pack.digest[:SHORT]
        )
    settled = _settle_or_given(rule, version, f)
    if isinstance(settled, Unknown) or isinstance(settled.answer, Unknown):
        missing = settled if isinstance(settled, Unknown) else settled.answer
        assert isinstance(missing, Unknown)
        said = to_chinese.missing(pack, missing, rule.words)
        return _decision(rule, version, f, f"needs_{missing.kind}", said, {"missing": missing.name})
    return _answered(rule, version, f, settled)


def inquire(pack: ir.Pack, facts: Mapping[str, Any], on: date, parameters: Mapping[str, Any]) -> Inquiry:
    """Open a question on some facts and a day; the facts' own `parameters` win. Raises: BadFact, if they are no map."""
    own = facts.get("parameters")
    if not own:
        return Inquiry(pack, facts, on, parameters, _derive)
    if not isinstance(own, Mapping):
        raise BadFact("“参数与读法开关”（parameters）应为对照表")
    return Inquiry(pack, facts, on, {**parameters, **own}, _derive)


def _derive(f: Inquiry, derived: ir.Derived) -> Any:
    """Decide a derived fact by its rule, on the same facts and the same day."""
    rule = f.pack.rules[derived.rule]
    version = rule.version_on(f.on)
    if version is None:
        raise BadAnswer(to_chinese.not_in_force(rule, f.on))
    settled = settle(rule, version, f)
    if isinstance(settled, Unknown):
        return settled
    if isinstance(settled.answer, Unknown):
        return settled.answer
    return settled.answer.get(derived.answer)  # who is refused has no ground, and so is of no class


def _settle_or_given(rule: ir.Rule, version: ir.Version, f: Inquiry) -> Settled | Unknown:
    """Settle a rule; a derived fact that is given wins over its derivation, also when its own rule is asked."""
    derived = _told_by_row(f.pack, rule.id) if f.pack.derived else None
    code = f.stated(derived) if derived else None
    if derived is None or code is None:
        return settle(rule, version, f)
    f.facts_used[derived.name] = code
    row = next((row for row in version.table.rows if row.answers.get(derived.answer) == ir.Const(code)), None)
    if row is None:
        raise BadFact(f"“{derived.label}”（{derived.name}）在 {f.on} 没有 {code!r} 这一类")
    fields = {name: expr.value for name, expr in row.answers.items() if isinstance(expr, ir.Const)}
    return Settled(ir.Row(row.line, (), row.answers, to_chinese.given(derived, code)), fields)


@lru_cache(maxsize=PRINTED_MAX)
def _told_by_row(pack: ir.Pack, rule_id: str) -> ir.Derived | None:
    """Find the derived fact that tells a rule's row; a number does not say which row it came from."""
    by_row = ("ground", "eligible")
    return next((one for one in pack.derived.values() if one.rule == rule_id and one.answer in by_row), None)


def settle(rule: ir.Rule, version: ir.Version, f: Inquiry) -> Settled | Unknown:
    """Find the row that decides, or the missing name without which none does.

    Raises: BadAnswer, if no row can match: the table has a gap.
    """
    how = f.setting(rule.rows) if rule.rows in f.pack.settings else rule.rows
    if how != "first":
        return _settle_together(rule, version, f, how)
    found = straight(f.pack, rule, version.table).run(f)
    if found is not None:
        place, answer = found
        return Settled(version.table.rows[place], answer)
    rows = {row.line: row for row in version.table.rows}
    first_open: Unknown | None = None
    in_play: list[Settled] = []
    for line, tests, raw in program(version.table).run(f):
        truth = all_of(tests)
        if truth is False:
            continue
        first_open = first_open or (truth if isinstance(truth, Unknown) else None)
        in_play.append(Settled(rows[line], finish(rule, raw(), f)))
        if first_open and in_play[-1].answer != in_play[0].answer:
            return first_open
        if truth is True:
            return in_play[-1]
    if first_open is None:
        raise _gap(version.table)
    return first_open


def _settle_together(rule: ir.Rule, version: ir.Version, f: Inquiry, how: str) -> Settled | Unknown:
    """Join all rows that match: the `best` of their amounts, or their sum (`add`).

    A row that is only possible is asked about if it would change the amount.
    Raises: BadAnswer, if no row can match.
    """
    rows = {row.line: row for row in version.table.rows}
    (name,) = version.table.outcomes
    printed = ((line, all_of(tests), answer) for line, tests, answer in program(version.table).run(f))
    in_play = [(truth, rows[line], finish(rule, answer(), f)) for line, truth, answer in printed if truth is not False]
    sure = [(row, fields) for truth, row, fields in in_play if truth is True and not isinstance(fields, Unknown)]
    best = max((fields[name] for _, fields in sure), default=0)
    for truth, row, fields in in_play:
        if isinstance(truth, Unknown):
            if isinstance(fields, Unknown) or fields[name] > (best if how == "best" else 0):
                return truth
        elif isinstance(fields, Unknown):
            return Settled(row, fields)
    if not sure:
        raise _gap(version.table)
    if how == "best":
        return next(Settled(row, fields) for row, fields in sure if fields[name] == best)
    told = tuple((row, fields) for row, fields in sure if fields[name]) or (sure[-1],)
    return Settled(told[0][0], {name: sum(fields[name] for _, fields in sure)}, told)


def _gap(table: ir.Table) -> BadAnswer:
    return BadAnswer(f"{table.file} 没有一行适用于这些事实，表末应有兜底的一行")


def _answered(rule: ir.Rule, version: ir.Version, f: Inquiry, settled: Settled) -> Decision:
    assert not isinstance(settled.answer, Unknown)
    answer = dict(settled.answer)
    lack: ir.Cell | None = None
    if answer.get("eligible") is False:
        answer.pop("ground", None)
        lack = _lacking(version.table, f) if not settled.row.cells or "{lacking}" in settled.row.because else None
        # A row that refuses by its own words names its last condition: context stands left, what refuses right.
        refused_by = lack or next((cell for cell in reversed(settled.row.cells) if _about_person(cell)), None)
        if refused_by is not None:
            answer["lacking"] = refused_by.column.name
            answer["changes_on"] = _changes_on(rule, f, refused_by)
    if len(settled.told) > 1:
        said = to_chinese.joined(settled.told, answer, f)
    else:
        said = to_chinese.because(settled.row, answer, f, lack)
    answer["row"] = settled.row.line
    return _decision(rule, version, f, "decided", said, answer)


def _decision(
    rule: ir.Rule, version: ir.Version, f: Inquiry, outcome: str, because: str, answer: Mapping[str, Any]
) -> Decision:
    fields = {
        **answer,
        "pack": f.pack.id,
        "rule": rule.id,
        "outcome": outcome,
        "on": f.on,
        "version": version.label,
        "because": because,
        "source": rule.source,
        "facts_used": f.facts_used,
        "parameters_used": f.parameters_used,
        "digest": f.pack.digest[:SHORT],
    }
    return Decision.of(fields)


# -- refusals ----------------------------------------------------------------------------------------------------------


def _lacking(table: ir.Table, f: Inquiry) -> ir.Cell | None:
    """Find the leftmost cell that refuses in the ground that came nearest: fewest such cells, then first."""
    printed = {line: tests for line, tests, _ in program(table).run(f)}
    nearest: list[ir.Cell] = []
    for row in table.rows:
        if row.answers["eligible"] != ir.Const(True):
            continue
        truths: list[Truth] = [test() for _, test in printed[row.line]]
        refusing = [cell for cell, truth in zip(row.cells, truths, strict=True) if truth is False]
        about_person = [cell for cell in refusing if _about_person(cell)]
        if about_person and (not nearest or len(about_person) < len(nearest)):
            nearest = about_person
    return nearest[0] if nearest else None


def _about_person(cell: ir.Cell) -> bool:
    return cell.column.kind in ("fact", "derived", "figure")


def _changes_on(rule: ir.Rule, f: Inquiry, lack: ir.Cell) -> date | None:
    """Find the first day on which age refuses no longer, later versions included; None without a birth date."""
    birth = f.given.get("birth_date")
    day = _age_reached_on(lack, vocabulary()["birth_date"].read(birth), f) if birth is not None else None
    if day is None or day <= f.on:
        return None
    facts = {name: value for name, value in f.given.items() if name not in ("age", "on")}
    later = decide(f.pack, rule.id, facts, on=day, parameters=f.parameters)
    if later.outcome == "not_in_force":
        return None
    return later.changes_on if later.lacking == "age" else day


def _age_reached_on(lack: ir.Cell, birth: date, f: Inquiry) -> date | None:
    """Give the birthday on which somebody born on `birth` passes a lower bound of age; None for any other cell."""
    if lack.column.name != "age" or not isinstance(lack.test, ir.Within) or lack.test.low is None:
        return None
    years = _bound(lack.test.low, f)
    if years is None:
        return None
    return birthday(birth, years + (1 if lack.test.low_excluded else 0), f.pack.leap_birthday)


def _bound(expr: ir.Expr, f: Inquiry) -> int | None:
    value = getattr(f, expr.kind)(expr.name) if isinstance(expr, ir.Name) else getattr(expr, "value", None)
    return value if isinstance(value, int) else None
