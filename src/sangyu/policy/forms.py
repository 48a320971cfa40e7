"""Bring a matched row into the answer of its form; what differs between forms is here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sangyu.policy.dates import periods_due
from sangyu.policy.errors import BadAnswer
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
    of it. Raises: BadAnswer, if the parts cannot add up to the price.
    """
    fixed = {payer: share for payer, share in shares.items() if isinstance(share, int)}
    rates = {payer: share.rate_pm for payer, share in shares.items() if isinstance(share, Part)}
    rest = [payer for payer, share in shares.items() if share == REST]
    if rates and rest and not any(fixed.values()):
        rates[rest[0]] = 1000 - sum(rates.values())
        rates = {payer: rates[payer] for payer in shares if payer in rates}
    parts = {payer: price_fen * rate_pm // 1000 for payer, rate_pm in rates.items()}
    if sum(rates.values()) == 1000:
        by_remainder = sorted(rates, key=lambda payer: -(price_fen * rates[payer] % 1000))
        for payer in by_remainder[: price_fen - sum(parts.values())]:
            parts[payer] += 1
    paid = {payer: fixed.get(payer, parts.get(payer, 0)) for payer in shares}
    left = price_fen - sum(paid.values())
    if rest and rest[0] not in rates:
        paid[rest[0]] = left
    if sum(paid.values()) != price_fen or min(paid.values(), default=0) < min(0, price_fen):
        said = "、".join(f"{payer} {fen}" for payer, fen in paid.items())
        raise BadAnswer(f"各方分担（{said}）不能合成价格 {price_fen} 分")
    return paid


def _plain(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    missing = first_unknown(*raw.values())
    return missing or dict(raw)


def _split(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    price_fen = raw[rule.shared] if rule.shared in raw else f.fact(rule.shared)
    missing = first_unknown(price_fen, *raw.values())
    if missing:
        return missing
    shares = share_out(price_fen, {payer: raw[payer] for payer in rule.payers})
    return {**{name: value for name, value in raw.items() if name not in rule.payers}, "shares_fen": shares}


def _statistic(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    return _split(rule, raw, f) if rule.payers else _plain(rule, raw, f)


def _account(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    """Draw one service from a periodic credit; it never falls below 0, and a refund never lifts it above itself."""
    unit = "fen" if rule.shared.endswith("_fen") else "minutes"
    wanted, granted = f.fact(rule.shared), raw["granted"]
    used_before, refund = f.fact(f"used_before_{unit}"), f.fact("refund_fen") if unit == "fen" else 0
    carried = f.fact(f"left_last_period_{unit}") if rule.roll_over and f.setting(rule.roll_over) else 0
    if granted == NO_ACCOUNT:
        granted, used_before, refund, carried = 0, 0, 0, 0
    missing = first_unknown(wanted, granted, used_before, refund, carried)
    if missing:
        return missing
    available = max(0, granted + carried - max(0, used_before - refund))
    used = min(wanted, available)
    fields = {f"granted_{unit}": granted, f"used_{unit}": used, f"balance_{unit}": available - used}
    if unit == "minutes":
        fields["rest_minutes"] = wanted - used
    if rule.payers:
        elder, public = rule.payers
        fields["shares_fen"] = {elder: wanted - used, public: used}
    return fields


def _schedule(rule: Rule, raw: Mapping[str, Any], f: Inquiry) -> Fields | Unknown:
    """Count the periods that are due, and those without an event inside them."""
    if "every" not in raw:
        return _plain(rule, raw, f)
    since, events = f.fact("since"), f.fact("events")
    if since is None:
        return Unknown("fact", "since")
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
