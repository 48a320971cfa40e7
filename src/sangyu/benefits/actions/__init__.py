"""Verbs of benefits: hold, charge, reverse, let a credit lapse; give by hand; write down what the tables ask."""

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
from sangyu.benefits.actions.days import call_off, draw, note_cost, set_aside
from sangyu.benefits.actions.pieces import give_back, hand_over
from sangyu.benefits.actions.stating import state
from sangyu.benefits.pricing import quote

__all__ = [
    "MonthNotOver",
    "call_off",
    "charge",
    "charge_at_once",
    "credit_hold_id",
    "draw",
    "give_back",
    "hand_over",
    "hold_id",
    "lapse_credits",
    "note_cost",
    "quote",
    "release",
    "reserve",
    "reverse",
    "set_aside",
    "state",
]
