"""Verbs of benefits: hold, charge, reverse, let a credit lapse, and write down what the tables ask of an elder."""

from sangyu.benefits.actions.charging import (
    MonthNotOver,
    charge,
    charge_at_once,
    credit_hold_id,
    hold_id,
    lapse_credits,
    release,
    reserve,
    reverse,
)
from sangyu.benefits.actions.stating import state
from sangyu.benefits.pricing import quote

__all__ = [
    "MonthNotOver",
    "charge",
    "charge_at_once",
    "credit_hold_id",
    "hold_id",
    "lapse_credits",
    "quote",
    "release",
    "reserve",
    "reverse",
    "state",
]
