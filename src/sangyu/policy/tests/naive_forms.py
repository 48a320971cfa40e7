"""Accounts and schedules once more: a credit drawn down, periods counted day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .naive_words import Asked, Open, Refused, starts

Answer = dict[str, Any]


def account(asked: Asked, rule: Mapping[str, Any], fields: Answer) -> Answer:
    """Draw one service from a credit."""
    shared = rule.get("shared", "price_fen")
    unit, wanted, made = ("fen" if shared.endswith("_fen") else "minutes"), asked.value(shared), {}
    if "available" in fields:
        there = fields["available"]
    else:
        granted = 0 if fields["granted"] == "none" else fields["granted"]
        there, made = 0, {f"granted_{unit}": granted}
        if fields["granted"] != "none":
            carried = rule.get("roll_over") and asked.value(rule["roll_over"])
            back = asked.value("refund_fen") if unit == "fen" else 0
            there = granted + (asked.value(f"left_last_period_{unit}") if carried else 0)
            there -= max(0, asked.value(f"used_before_{unit}") - back)
    there = max(0, there)
    used = min(wanted, there)
    made |= {f"used_{unit}": used, f"balance_{unit}": there - used}
    if unit == "minutes":
        made["rest_minutes"] = wanted - used
    if rule.get("payers"):
        made["shares_fen"] = dict(zip(rule["payers"], (wanted - used, used), strict=True))
    return made


def schedule(asked: Asked, fields: Answer) -> Answer:
    """Count the periods that are over and those without an event."""
    since = asked.value("since")
    if since is None:
        raise Open
    if "due" in fields:
        fields["overdue"] = max(0, fields["due"] - fields["done"])
    if None in fields.values():
        raise Refused("a day that there is not")
    if "every" not in fields:
        return fields
    every, first, missed, due = fields["every"], since, 0, 0
    while not starts(every, first):
        first -= timedelta(days=1)
    while True:
        following = first + timedelta(days=1)
        while not starts(every, following):
            following += timedelta(days=1)
        if following > asked.on:
            return {"due": due, "done": due - missed, "overdue": missed}
        due += 1
        missed += not any(first <= event < following for event in asked.value("events"))
        first = following
