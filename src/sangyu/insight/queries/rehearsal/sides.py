"""The two sides of a rehearsal: a pack's rules as they hold on one day, with a programme's figures; what differs. Pure.

Charges of last year are decided by rules that begin next year, so the version in force on the day is the only one here;
ages and days still follow from each service.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sangyu.policy import ir
from sangyu.policy.many import COLUMNS_FROM
from sangyu.policy.names import names_in, names_of
from sangyu.policy.vocabulary import facts

USED_BEFORE = frozenset({"used_before_fen", "used_before_minutes"})  # worked out in order of service, never taken over


@dataclass(frozen=True, eq=False)
class Side:
    """A pack as it holds on a day, and the figures and readings that a programme has set.

    So many lines and more are decided in columns, fewer one by one. `grants_from`: the day since which the programme
    grants anything; `read_from`: the first day of the charges that are decided.
    """

    pack: ir.Pack
    parameters: Mapping[str, Any] = field(default_factory=dict)
    columns_from: int = COLUMNS_FROM
    grants_from: date = date.min
    read_from: date = date.min


def as_of(pack: ir.Pack, day: date, parameters: Mapping[str, Any], columns_from: int = COLUMNS_FROM) -> Side:
    """Keep of each rule only the version in force on a day, for all days; a rule without one stays as it is."""
    rules = {}
    for rule in pack.rules.values():
        version = rule.version_on(day)
        rules[rule.id] = replace(rule, versions=(ir.Version(None, None, version.table),)) if version else rule
    digest = hashlib.sha256(f"{pack.digest}@{day}".encode()).hexdigest()
    return Side(replace(pack, rules=rules, digest=digest), dict(parameters), columns_from)


def digest_of(parameters: Mapping[str, Any]) -> str:
    """Hash the figures and readings that a programme has set, whatever their order."""
    return hashlib.sha256(json.dumps(dict(parameters), sort_keys=True, default=str).encode()).hexdigest()


def begins_on(pack: ir.Pack, today: date) -> date:
    """Name the day from which all that a pack says holds: the start of its last version that is still to come."""
    starts = (version.from_on for rule in pack.rules.values() for version in rule.versions if version.from_on)
    return max((day for day in starts if day > today), default=today)


def touched(before: Side, after: Side) -> list[str]:
    """List the rules on both sides whose answers may differ, through whatever figures and derived facts they read."""
    both = [name for name in after.pack.rules if name in before.pack.rules]
    return [name for name in both if _meaning(before, name) != _meaning(after, name)]


def rules_of(offer: ir.Offer, pack: ir.Pack) -> list[str]:
    """List the rules by which an order of an offer is allowed, priced, split and charged to a credit."""
    classes = [pack.derived[name].rule for name in offer.account_when if offer.account]
    answers = [rule for rule, _ in offer.answers.values()]
    return [name for name in (offer.eligible, *answers, offer.price, *classes, offer.account, offer.split) if name]


def asked_of_charges(both: Iterable[Side], offers: Iterable[str]) -> set[str]:
    """List the facts that charges of some offers need on any side; what the chain itself works out is left out."""
    wanted = {"market_price_fen"}
    worked_out = {"price_fen", "free_minutes"}
    for side in both:
        for offer in (side.pack.offers[kind] for kind in offers):
            wanted |= asked(side, rules_of(offer, side.pack))
            worked_out |= set(offer.answers)
            if offer.grants:
                worked_out |= {"balance_before_fen", "balance_before_minutes"}
    return wanted - worked_out


def is_carried(side: Side, rule: ir.Rule) -> bool:
    """Tell whether what is left of a credit goes into its next period."""
    if not rule.roll_over:
        return False
    given = side.parameters.get(rule.roll_over)
    return bool(side.pack.settings[rule.roll_over].default if given is None else given)


def fills_a_year(both: Iterable[Side], offers: Iterable[str]) -> bool:
    """Tell whether any of some offers is paid from an account that is filled through the year."""
    return any(side.pack.offers[kind].account and side.pack.offers[kind].grants for side in both for kind in offers)


def changed_offers(before: Side, after: Side) -> list[str]:
    """List the kinds of items on both sides whose price or split may differ, also through a credit that they share."""
    rules = set(touched(before, after))
    both = [kind for kind in after.pack.offers if kind in before.pack.offers]
    sides = [(side.pack, {kind: side.pack.offers[kind] for kind in both}) for side in (before, after)]
    found = {
        kind
        for pack, offers in sides
        for kind, offer in offers.items()
        if rules & {*rules_of(offer, pack), *offer.grants}
    }
    found |= {kind for kind in both if before.pack.offers[kind] != after.pack.offers[kind]}
    shared = {
        (offers[kind].fund, offers[kind].account) for _, offers in sides for kind in found if offers[kind].account
    }
    found |= {kind for _, offers in sides for kind in both if (offers[kind].fund, offers[kind].account) in shared}
    return [kind for kind in both if kind in found]


def asked(side: Side, rules: Iterable[str]) -> set[str]:
    """List the facts of the vocabulary that rules may ask for, those of their derived facts and figures included."""
    found: set[str] = set()
    for rule in rules:
        _ask(side.pack, rule, found, set())
    if "age" in found:
        found = found - {"age"} | {"birth_date"}  # an age kept with a decision was that of its day only
    return found - USED_BEFORE - {"on"}


def reads(side: Side, rule_id: str) -> set[str]:
    """List everything that a rule reads, directly or through others: facts, figures, readings, other rules' facts."""
    found: set[str] = set()
    _walk(side.pack, rule_id, found)
    return found


def _ask(pack: ir.Pack, rule_id: str, found: set[str], seen: set[str]) -> None:
    if rule_id in seen:
        return
    seen.add(rule_id)
    names: set[str] = set()
    _walk(pack, rule_id, names)
    found |= {name for name in names if name in facts() and name not in pack.derived}
    tables = [version.table for version in pack.rules[rule_id].versions]
    if any(_counts_ages(expr) for table in tables for row in table.rows for expr in row.answers.values()):
        found.add("birth_date")


def _walk(pack: ir.Pack, rule_id: str, found: set[str]) -> None:
    rule = pack.rules[rule_id]
    waiting = [name for version in rule.versions for name in names_of(version.table)]
    waiting += [name for name in (rule.shared, rule.roll_over, rule.rows) if name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name in pack.figures:
            waiting += names_in(pack.figures[name].formula)
            if _counts_ages(pack.figures[name].formula):
                found.add("birth_date")
        elif name in pack.derived:
            _walk(pack, pack.derived[name].rule, found)


def _counts_ages(expr: ir.Expr) -> bool:
    match expr:
        case ir.Call(function, arguments):
            return function in ("age_on", "months_aged") or any(map(_counts_ages, arguments))
        case ir.Arithmetic(_, left, right) | ir.Quotient(_, left, right):
            return _counts_ages(left) or _counts_ages(right)
    return False


def _meaning(side: Side, rule_id: str) -> str:
    """Write down all that an answer of a rule follows from; the wording and the place of its rows are left out."""
    pack, rule = side.pack, side.pack.rules[rule_id]
    parts = [repr((rule.form, rule.payers, rule.shared, rule.roll_over, rule.rows, rule.group, pack.leap_birthday))]
    for version in rule.versions:
        rows = [
            ([(cell.column, cell.test) for cell in row.cells], sorted(row.answers.items()))
            for row in version.table.rows
        ]
        parts.append(repr((version.from_on, version.until_on, rows)))
    names: set[str] = set()
    _walk(pack, rule_id, names)
    for name in sorted(names):
        if name in pack.figures:
            parts.append(f"{name} = {pack.figures[name].formula!r}")
        elif name in pack.derived:
            derived = pack.derived[name]
            parts.append(f"{name}: {derived.answer} {_meaning(side, derived.rule) if derived.rule != rule_id else ''}")
        elif name in pack.settings:
            given = side.parameters.get(name)
            parts.append(f"{name} = {pack.settings[name].default if given is None else _plain(given)!r}")
        elif name in pack.parameters:
            parts.append(f"{name} = {side.parameters.get(name)!r}")
    return "\n".join(parts)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
