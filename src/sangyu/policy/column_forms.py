"""Bring a row's values into the answer of its form, for a whole column: the counterpart of `forms`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sangyu.policy import column_corrections, ir
from sangyu.policy import column_words as words
from sangyu.policy.column_facts import NotInColumns
from sangyu.policy.column_words import Value
from sangyu.policy.lazy import Lazy, both, choose, either, is_null, less, lift, negate

if TYPE_CHECKING:
    from sangyu.policy.to_columns import Printer

Fields = dict[str, Any]


def finish(rule: ir.Rule, row: ir.Row, raw: Mapping[str, Value], f: Printer) -> tuple[Fields, Value]:
    """Make the answer fields of a row, and what they still want. Raises: NotInColumns."""
    match rule.form:
        case "split":
            return _split(rule, row, raw, f)
        case "statistic" if rule.payers:
            return _split(rule, row, raw, f)
        case "account":
            return _account(rule, row, raw, f)
        case "schedule":
            return _schedule(raw, f)
        case _:
            return _plain(raw, f)


def unit_of(rule: ir.Rule) -> str:
    """Name the unit of an account: fen or minutes."""
    return "fen" if rule.shared.endswith("_fen") else "minutes"


def _plain(raw: Mapping[str, Value], f: Printer) -> tuple[Fields, Value]:
    wants = words.first_missing(*raw.values())
    holes = [is_null(value.said) for value in raw.values() if value.absent]
    if holes:
        hole = either(*holes)
        missing = choose([(is_null(wants.missing), choose([(hole, f.codes.fault("BAD_ANSWER"))]))], wants.missing)
        if wants.missing is None:
            missing = choose([(hole, f.codes.fault("BAD_ANSWER"))])
        wants = Value(None, missing, risky=True)
    kept = Value(None, f.layers.keep(wants.missing, "wants"), risky=wants.risky)
    return {name: f.layers.keep(value.said, name) for name, value in raw.items()}, kept


def _shared(rule: ir.Rule, f: Printer) -> Value:
    return f.figure(rule.shared) if rule.shared in f.pack.figures else f.fact(rule.shared)


# -- shares ------------------------------------------------------------------------------------------------------------


def _split(rule: ir.Rule, row: ir.Row, raw: Mapping[str, Value], f: Printer) -> tuple[Fields, Value]:
    if "by" in raw:
        raise NotInColumns(
            f"“{rule.title}”按一张对照表的各项分配，付款方因行而异，还不能按列计算，请用 --engine python"
        )
    price = raw[rule.shared] if rule.shared in raw else _shared(rule, f)
    wants = words.first_missing(price, *raw.values())
    rates = {name: value for name, value in raw.items() if isinstance(row.answers[name], ir.PerMille)}
    nothing: Any = False
    if price.said is not None and wants.missing is not None:
        here = is_null(price.missing) if price.missing is not None else True
        nothing = both(here, lift(lambda one: one == 0, price.said))
        others = words.first_missing(price, *(value for name, value in raw.items() if name not in rule.payers))
        faults = choose([(words.is_fault(wants.missing), wants.missing)], others.missing)
        wants = Value(None, choose([(nothing, faults)], wants.missing), risky=wants.risky)
    if price.said is None:
        return {}, wants
    price_fen = f.layers.keep(price.said, "price")
    shares = {name: f.layers.keep(raw[name].said, name) for name in rule.payers}
    for name in rule.payers:
        if raw[name].missing is not None:  # of a price of 0 a rate that nobody has set does not decide
            unset = both(nothing, negate(is_null(raw[name].missing)))
            shares[name] = choose([(unset, 0)], shares[name]) if shares[name] is not None else 0
    rest = [name for name in rule.payers if isinstance(row.answers[name], ir.Rest)]
    signed = not f.above_zero(rule.shared)
    paid, sound = share_out(price_fen, shares, list(rates), rest, f, signed)
    bad = negate(sound) if signed or not rest or not _lies_within(rule, row, f) else False
    if bad is not False:
        fault = choose([(bad, f.codes.fault("BAD_ANSWER"))])
        missing = fault if wants.missing is None else choose([(is_null(wants.missing), fault)], wants.missing)
        wants = Value(None, missing, risky=True)
    named = {f"share_{payer}_fen": f.layers.keep(part, payer) for payer, part in paid.items()}
    fields = {name: value.said for name, value in raw.items() if name not in rule.payers}
    return {**fields, **named}, Value(None, f.layers.keep(wants.missing, "wants"), risky=wants.risky)


def _lies_within(rule: ir.Rule, row: ir.Row, f: Printer) -> bool:
    """Tell whether all that is taken from a price is the least of itself and of amounts that are not below zero."""
    taken = [expr for expr in row.answers.values() if not isinstance(expr, ir.Rest) and expr != ir.Const(0)]
    if len(taken) != 1 or not isinstance(taken[0], ir.Call) or taken[0].function != "min":
        return False
    price, least = ir.Name("fact", rule.shared), taken[0].arguments
    said = [f.expression(one, {}).said for one in least if one != price]
    return price in least and all(isinstance(one, int) and one >= 0 for one in said)


def share_out(
    price_fen: Any, shares: Mapping[str, Any], rated: Sequence[str], rest: Sequence[str], f: Printer, signed: bool
) -> tuple[Fields, Any]:
    """Split a price over payers so that the parts add up to it exactly. Shape: (payer -> fen, whether they do).

    `signed`: it may be below zero, and is then shared out as if it were above and turned round.
    Raises: NotInColumns, for a row that mixes a rate, a rest and an amount that is not known beforehand.
    """
    rates = {payer: shares[payer] for payer in rated}
    fixed = {payer: share for payer, share in shares.items() if payer not in rated and payer not in rest}
    if any(isinstance(rate, Lazy) for rate in rates.values()):
        rates = {payer: choose([(lift(lambda one: one < 0, rate), 0)], rate) for payer, rate in rates.items()}
    if rates and rest:
        if any(isinstance(share, Lazy) for share in fixed.values()):
            raise NotInColumns("一行里既有千分比、又有余额和要算出来的金额，还不能按列计算，请用 --engine python")
        if not any(fixed.values()):
            left = lift(lambda *ones: 1000 - sum(ones), *rates.values())
            rates[rest[0]] = left
            rates = {payer: rates[payer] for payer in shares if payer in rates}
    back: Any = False
    if signed:
        back, price_fen, fixed = column_corrections.mirrored(price_fen, fixed, f)
    sound: Any = True
    for rate in rates.values():
        sound = both(sound, lift(lambda one: (one >= 0) & (one <= 1000), rate))
    paid = {**fixed, **_parts(price_fen, rates, f)}
    paid = {payer: paid.get(payer, 0) for payer in shares}
    given = [part for payer, part in paid.items() if payer not in rest or payer in rates]
    if rest and rest[0] not in rates:
        paid[rest[0]] = f.layers.keep(less(price_fen, given), rest[0])
    else:
        sound = both(sound, lift(lambda whole, *ones: sum(ones) == whole, price_fen, *paid.values()))
    for part in paid.values():
        if part is price_fen or (not isinstance(part, Lazy) and part == 0):
            continue  # 0 and the price itself are never below
        sound = both(sound, lift(lambda one: one >= 0, part))
    return column_corrections.turned(back, paid, f), sound


def _parts(price_fen: Any, rates: Mapping[str, Any], f: Printer) -> Fields:
    """Take per-mille parts: by largest remainder where the rates are the whole, else rounded down."""
    whole = {
        payer: f.layers.keep(lift(lambda a, b: a * b, price_fen, rate), "product") for payer, rate in rates.items()
    }
    parts = {payer: f.layers.keep(words.floor(product, 1000), "floor") for payer, product in whole.items()}
    if len(rates) < 2:
        return parts
    summed = lift(lambda *ones: sum(ones) == 1000, *rates.values())
    left = {payer: f.layers.keep(words.remainder(product, 1000), "left") for payer, product in whole.items()}
    over = f.layers.keep(lift(lambda price, *ones: price - sum(ones), price_fen, *parts.values()), "over")
    made: Fields = {}
    order = list(rates)
    for payer in order:
        ahead = [
            lift(
                (lambda own, other: other >= own) if order.index(other) < order.index(payer) else (lambda o, p: p > o),
                left[payer],
                left[other],
            )
            for other in order
            if other != payer
        ]
        place = lift(lambda *ones: sum(one if isinstance(one, bool) else one.cast("int64") for one in ones), *ahead)
        gains = both(summed, lift(lambda rank, spare: rank < spare, place, over))
        made[payer] = choose([(gains, lift(lambda one: one + 1, parts[payer]))], parts[payer])
    return made


# -- accounts ----------------------------------------------------------------------------------------------------------


def _account(rule: ir.Rule, row: ir.Row, raw: Mapping[str, Value], f: Printer) -> tuple[Fields, Value]:
    """Draw one service from a credit; in order of service (`running`) only what the row grants is worked out here."""
    unit = unit_of(rule)
    wanted = _shared(rule, f)
    none = isinstance(row.answers.get("granted"), ir.NoAccount)
    granted = raw.get("granted")
    carries = rule.roll_over and f.setting(rule.roll_over).said
    carried = f.fact(f"left_last_period_{unit}") if granted and carries and not none else Value(0)
    if f.running and granted is not None:
        wants = words.first_missing(wanted, granted, carried)
        base = words.known(lambda one, other: one + other, granted, carried).said
        return {f"granted_{unit}": granted.said, "base": base, "wanted": wanted.said}, wants
    available = (
        _left_of(granted, carried, unit, f) if granted is not None and not none else raw.get("available", Value(0))
    )
    wants = words.first_missing(wanted, available)
    if wanted.said is None or available.said is None:
        return {}, wants
    return drawn(rule, granted.said if granted is not None else None, wanted.said, available.said, f), wants


def _left_of(granted: Value, carried: Value, unit: str, f: Printer) -> Value:
    used_before = f.fact(f"used_before_{unit}")
    refund = f.fact("refund_fen") if unit == "fen" else Value(0)
    wants = words.first_missing(granted, used_before, refund, carried)
    used = words.largest([Value(0), words.known(lambda a, b: less(a, [b]), used_before, refund)])
    left = words.known(lambda a, b, c: a + b - c, granted, carried, used)
    return Value(left.said, wants.missing, risky=wants.risky)


def drawn(rule: ir.Rule, granted: Any, wanted: Any, available: Any, f: Printer) -> Fields:
    """Work out what a service uses of what there is, and what is left."""
    unit, keep = unit_of(rule), f.layers.keep
    there = keep(words.largest([Value(0), Value(available)]).said, "there")
    nothing = not isinstance(there, Lazy) and there == 0 and f.above_zero(rule.shared)
    used = 0 if nothing else keep(words.smallest([Value(wanted), Value(there)]).said, "used")
    fields = {f"used_{unit}": used, f"balance_{unit}": less(there, [used])}
    if granted is not None:
        fields = {f"granted_{unit}": granted, **fields}
    over = less(wanted, [used])
    if unit == "minutes":
        fields["rest_minutes"] = over
    if rule.payers:
        elder, public = rule.payers
        fields |= {f"share_{elder}_fen": over, f"share_{public}_fen": used}
    return {name: keep(value, name) for name, value in fields.items()}


# -- schedules ---------------------------------------------------------------------------------------------------------


def _schedule(raw: Mapping[str, Value], f: Printer) -> tuple[Fields, Value]:
    since = f.fact("since")
    code = f.codes.wanted("fact", "since")
    if "every" in raw:
        raise NotInColumns("逐期检查的规则要列出每一期，还不能按列计算，请用 --engine python")
    fields, wants = _plain(raw, f)
    asked = words.first_missing(*raw.values())  # a fact that is refused is refused without a first day too
    refused = [(words.is_fault(asked.missing), asked.missing)] if asked.risky else []
    if since.said is None:
        return {}, Value(None, choose(refused, code), risky=asked.risky)
    if since.absent:
        missing = choose([*refused, (is_null(since.said), code)], wants.missing)
        wants = Value(None, missing, risky=wants.risky)
    if "due" in fields:
        overdue = words.largest(
            [Value(0), words.known(lambda a, b: a - b, Value(raw["due"].said), Value(raw["done"].said))]
        )
        fields["overdue"] = f.layers.keep(overdue.said, "overdue")
    return fields, wants
