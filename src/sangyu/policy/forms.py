"""Bring a matched row into the answer of its form; what differs between forms is here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sangyu.policy.dates import periods_due
from sangyu.policy.errors import BadAnswer, BadFact
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.ir import Rule
from sangyu.policy.runtime import NO_ACCOUNT, REST, Part, Unknown, first_unknown

Fields = dict[str, Any]


def finish(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    """Make the answer fields of a rule from the values of its matched row, or name what is missing."""
    return _FINISH[rule.form](rule, raw, f)


def share_out(price_fen: int, shares: Mapping[str, Any]) -> dict[str, int]:
    """Split a price over payers so that the parts add up to it exactly.

    Shape: payer -> fen, in the order of `shares`. A share is fen, a `Part` in per-mille, or `REST` (once at most).
    Parts are made by largest remainder, ties to the payer named first; with a rest, what the per-mille leave is part
    of it. An amount below zero is shared as the same amount above zero, turned round. Raises: BadAnswer, if the parts
    cannot add up to the price.
    """
    if price_fen < 0:
        mirrored = {payer: -share if isinstance(share, int) else share for payer, share in shares.items()}
        return {payer: -fen for payer, fen in share_out(-price_fen, mirrored).items()}
    fixed, rates, rest = _by_kind(shares)
    paid = dict.fromkeys(shares, 0)
    if rates:
        if rest and not any(fixed.values()):
            rates[rest[0]] = 1000 - sum(rates.values())
            rates = {payer: rates[payer] for payer in shares if payer in rates}
        whole = sum(rates.values()) == 1000
        paid |= allot(price_fen, rates) if whole else {payer: price_fen * rate // 1000 for payer, rate in rates.items()}
    paid |= fixed
    left = price_fen - sum(paid.values())
    if rest and rest[0] not in rates:
        paid[rest[0]], left = left, 0
    if left or min(paid.values(), default=0) < 0:
        said = "、".join(f"{payer} {fen}" for payer, fen in paid.items())
        raise BadAnswer(f"各方分担（{said}）不能合成价格 {price_fen} 分")
    return paid


def _by_kind(shares: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, int], list[str]]:
    """Sort shares by kind. Shape: (payer -> fen, payer -> per-mille, payers of the rest)."""
    fixed, rates, rest = {}, {}, []
    for payer, share in shares.items():
        if isinstance(share, int):
            fixed[payer] = share
        elif isinstance(share, Part):
            rates[payer] = share.rate_pm
        elif share == REST:
            rest.append(payer)
    return fixed, rates, rest


def allot(price_fen: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Allot an amount in proportion to weights, by largest remainder, ties to the one named first.

    Raises: BadFact, if a weight is negative or all are 0: then there is nobody to allot it to.
    """
    if price_fen < 0:
        return {key: -fen for key, fen in allot(-price_fen, weights).items()}
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise BadFact("没有可以分配的数量（合计为 0，或有负数），请核对各项数量")
    parts = {key: price_fen * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: -(price_fen * weights[key] % whole))
    for key in by_remainder[: price_fen - sum(parts.values())]:
        parts[key] += 1
    return parts


def _plain(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    missing = first_unknown(*raw.values())
    if missing is None and None in raw.values():
        raise BadAnswer(f"“{rule.title}”的算式用到了一个没有的日期，表里应先写这种情形的一行")
    return missing or dict(raw)


def _split(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    price_fen = raw[rule.shared] if rule.shared in raw else _shared(rule, f)
    missing = first_unknown(price_fen, *raw.values())
    if missing and price_fen == 0:  # there is nothing to share, so a rate that nobody has set does not decide
        raw = {name: 0 if name in rule.payers and isinstance(value, Unknown) else value for name, value in raw.items()}
        missing = first_unknown(*raw.values())
    if missing:
        return missing
    if "by" in raw:
        return {"shares_fen": allot(price_fen, raw["by"])}
    shares = share_out(price_fen, {payer: raw[payer] for payer in rule.payers})
    if len(raw) == len(shares):
        return {"shares_fen": shares}
    return {**{name: value for name, value in raw.items() if name not in rule.payers}, "shares_fen": shares}


def _shared(rule: Rule, f: Inquiry) -> Any:
    return f.figure(rule.shared) if rule.shared in f.pack.figures else f.fact(rule.shared)


def _statistic(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    return _split(rule, raw, f) if rule.payers else _plain(rule, raw, f)


def _account(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    """Draw one service from a credit: this period's (`granted`), or what is there of it (`available`)."""
    unit = "fen" if rule.shared.endswith("_fen") else "minutes"
    wanted = _shared(rule, f)
    granted = raw.get("granted")
    available = raw["available"] if granted is None else _left_of(granted, unit, rule, f)
    missing = first_unknown(wanted, available)
    if missing:
        return missing
    used = min(wanted, max(0, available))
    fields = {f"used_{unit}": used, f"balance_{unit}": max(0, available) - used}
    if granted is not None:
        fields = {f"granted_{unit}": 0 if granted == NO_ACCOUNT else granted, **fields}
    if unit == "minutes":
        fields["rest_minutes"] = wanted - used
    if rule.payers:
        elder, public = rule.payers
        fields["shares_fen"] = {elder: wanted - used, public: used}
    return fields


def _left_of(granted: Any, unit: str, rule: Rule, f: Inquiry) -> Any:
    """Work out what is left of this period's credit; a refund never lifts it above the credit itself."""
    if granted == NO_ACCOUNT:
        return 0
    used_before, refund = f.fact(f"used_before_{unit}"), f.fact("refund_fen") if unit == "fen" else 0
    carried = f.fact(f"left_last_period_{unit}") if rule.roll_over and f.setting(rule.roll_over) else 0
    missing = first_unknown(granted, used_before, refund, carried)
    return missing or granted + carried - max(0, used_before - refund)


def _schedule(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    """Count the periods that are due and those without an event inside them; or take what the row itself says."""
    since = f.fact("since")
    if since is None:
        return Unknown("fact", "since")
    if "every" not in raw:
        fields = _plain(rule, raw, f)
        if isinstance(fields, Unknown) or "due" not in fields:
            return fields
        return {**fields, "overdue": max(0, fields["due"] - fields["done"])}
    events = f.fact("events")
    due = list(periods_due(raw["every"], since, f.on))
    if due and isinstance(events, Unknown):
        return events
    missed = [label for label, first, following in due if not any(first <= event < following for event in events)]
    overdue = len(missed)
    return {"due": len(due), "done": len(due) - overdue, "overdue": overdue, "overdue_periods": tuple(missed)}


_FINISH: dict[str, Callable[[Rule, Mapping[str, Any], Inquiry], Fields | Unknown]] = {
    "eligible": _plain,
    "tier": _plain,
    "grant": _plain,
    "limit": _plain,
    "split": _split,
    "account": _account,
    "schedule": _schedule,
    "statistic": _statistic,
}
