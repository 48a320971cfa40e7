"""Take charges back for a whole column: the counterpart of `corrections`.

The amount is put without its sign in the place of the fact, the rule is printed as for a charge, and the answers of the
lines that take something back are turned round. Where no amount is below zero nothing of this is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sangyu.policy import column_words as words
from sangyu.policy import ir
from sangyu.policy.column_words import Value
from sangyu.policy.corrections import PAID, REFUND, SHARING
from sangyu.policy.lazy import Lazy, both, choose, either, is_null, lift, negate
from sangyu.policy.vocabulary import facts

if TYPE_CHECKING:
    from sangyu.policy.to_columns import Printer


@dataclass(frozen=True)
class Correction:
    """Which lines take something back, which say what was paid, what goes to whom, and which cannot be so."""

    back: Any
    given: Any
    bad: Any
    parts: Mapping[str, Any]


def begin(rule: ir.Rule, f: Printer) -> Correction | None:
    """Put the amount without its sign in the place of the fact; None where no line takes anything back."""
    if rule.form not in SHARING or f.running or rule.shared not in f.shape or rule.shared in f.profile.positive:
        return None
    if rule.shared not in facts():
        return None
    keep, amount = f.layers.keep, f.fact(rule.shared)
    back = keep(lift(lambda one: (one < 0).fill_null(False), amount.said), "back")
    whole = keep(lift(lambda one: one.abs().cast("int64"), amount.said), "amount")
    f.put(rule.shared, replace(amount, said=whole))
    if PAID not in f.shape or not rule.payers:
        given: Any = keep(lift(lambda one: one.notnull(), f.raw(PAID)), "given") if PAID in f.shape else False
        return Correction(back, given, False, {})
    made = _paid(rule, whole, back, f)
    if _is_credit(rule):
        refund, goes = f.fact(REFUND), credit_of(rule, made, f)
        f.put(REFUND, replace(refund, said=keep(lift(lambda one, other: one + other, refund.said, goes), "refund")))
    return made


def _paid(rule: ir.Rule, amount: Any, back: Any, f: Printer) -> Correction:
    """Share the amounts over those who paid, by largest remainder, ties to the payer named first."""
    keep, paid = f.layers.keep, f.raw(PAID)
    given = keep(lift(lambda one: one.notnull(), paid), "given")
    each = {
        payer: keep(lift(lambda one, key=payer: one.get(key, 0).fill_null(0), paid), payer) for payer in rule.payers
    }
    whole = keep(lift(lambda *ones: sum(ones[1:], ones[0]), *each.values()), "whole")
    strangers = lift(lambda one: one.keys().filter(lambda own: ~own.isin(rule.payers)).length() > 0, paid)
    below = either(*(lift(lambda one: one < 0, part) for part in each.values()))
    bad = either(strangers, below, lift(lambda one, than: one > than, amount, whole))
    bad = keep(lift(lambda one: one.fill_null(False), both(back, given, bad)), "bad")
    product = {payer: keep(lift(lambda a, b: a * b, amount, part), "product") for payer, part in each.items()}
    floor = {payer: keep(words.floor(one, whole), "floor") for payer, one in product.items()}
    left = {payer: keep(lift(lambda a, b, c: a - b * c, product[payer], floor[payer], whole), "left") for payer in each}
    spare = keep(lift(lambda all_of_it, *ones: all_of_it - sum(ones), amount, *floor.values()), "spare")
    parts, order = {}, list(each)
    for payer in order:
        first = [other for other in order if order.index(other) < order.index(payer)]
        ahead = [
            lift(
                (lambda own, one: one >= own) if other in first else (lambda own, one: one > own),
                left[payer],
                left[other],
            )
            for other in order
            if other != payer
        ]
        place: Any = lift(lambda *ones: sum(one.cast("int64") for one in ones), *ahead)
        gains = lift(lambda rank, over: rank < over, place, spare)
        parts[payer] = keep(choose([(gains, lift(lambda one: one + 1, floor[payer]))], floor[payer]), payer)
    return Correction(back, given, bad, parts)


def end(rule: ir.Rule, made: Correction, fields: Mapping[str, Any], wants: Value, f: Printer) -> tuple[Any, Value]:
    """Turn the answers of the lines that take something back round. Shape: (fields, what they want)."""
    keep, back, turned = f.layers.keep, made.back, dict(fields)
    by_payer = both(back, made.given)
    shares = {payer: f"share_{payer}_fen" for payer in rule.payers}
    for payer, name in shares.items():
        share = fields.get(name)
        mirrored = lift(lambda one: -one, share) if share is not None else None
        paid = lift(lambda one: -one, made.parts[payer]) if payer in made.parts else mirrored
        turned[name] = keep(choose([(by_payer, paid), (back, mirrored)], share), name)
    fault: Any = choose([(made.bad, f.codes.fault("BAD_FACT"))])
    if rule.form == "account" and not _is_credit(rule):
        fault = choose([(back, f.codes.fault("BAD_FACT"))])
    elif rule.form == "account":
        fault = choose([(both(back, negate(made.given)), f.codes.wanted("fact", PAID))], fault)
        credit = made.parts.get(rule.payers[1], 0)
        used, balance, granted = (fields.get(name) for name in ("used_fen", "balance_fen", "granted_fen"))
        left = lift(lambda a, b: a + b, used, balance)
        more = choose([(is_null(granted), lift(lambda a, b: a + b, left, credit))], left)
        turned["used_fen"] = keep(choose([(back, lift(lambda one: -one, credit))], used), "used")
        turned["balance_fen"] = keep(choose([(back, more)], balance), "balance")
    missing = fault if wants.missing is None else choose([(is_null(wants.missing), fault)], wants.missing)
    return turned, Value(None, keep(missing, "missing"), risky=True)


# -- in order of service -----------------------------------------------------------------------------------------------


def in_order(rule: ir.Rule, wanted: Any, f: Printer) -> Correction | None:
    """Find what services that are drawn in order take back; None where none does, or none says what was paid."""
    if rule.shared in f.profile.positive or PAID not in f.shape or not _is_credit(rule):
        return None
    back = f.layers.keep(lift(lambda one: (one < 0).fill_null(False), wanted), "back")
    return _paid(rule, f.layers.keep(lift(lambda one: one.abs().cast("int64"), wanted), "amount"), back, f)


def credit_of(rule: ir.Rule, made: Correction, f: Printer) -> Any:
    """Give what goes back to the credit, 0 for a service and for what cannot be given back."""
    sound = both(made.back, made.given, negate(made.bad))
    return f.layers.keep(choose([(sound, made.parts[rule.payers[1]])], 0), "credit")


def _is_credit(rule: ir.Rule) -> bool:
    return rule.form == "account" and len(rule.payers) == 2 and rule.shared.endswith("_fen")


def mirrored(price_fen: Any, fixed: Mapping[str, Any], f: Printer) -> tuple[Any, Any, dict[str, Any]]:
    """Take the sign off an amount that is shared out. Shape: (below zero or not, amount, fixed parts)."""
    if not isinstance(price_fen, Lazy):
        below = price_fen < 0
        return below, abs(price_fen), turned(below, fixed, f)
    back = f.layers.keep(lift(lambda one: (one < 0).fill_null(False), price_fen), "below")
    return back, f.layers.keep(lift(lambda one: one.abs().cast("int64"), price_fen), "amount"), turned(back, fixed, f)


def turned(back: Any, parts: Mapping[str, Any], f: Printer) -> dict[str, Any]:
    """Turn parts round where something is below zero."""
    if back is False:
        return dict(parts)
    return {
        payer: f.layers.keep(choose([(back, lift(lambda one: -one, part))], part), payer) if part is not None else None
        for payer, part in parts.items()
    }
