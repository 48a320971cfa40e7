"""Verbs of settlement: draw up, object, answer, withdraw, confirm, approve, pay, take the bank's return."""

from sangyu.settlement.actions.agree import answer, approve, confirm, object_to, withdraw
from sangyu.settlement.actions.draw_up import draw_up
from sangyu.settlement.actions.pay import pay, payable_key, take_return

__all__ = [
    "answer",
    "approve",
    "confirm",
    "draw_up",
    "object_to",
    "pay",
    "payable_key",
    "take_return",
    "withdraw",
]
