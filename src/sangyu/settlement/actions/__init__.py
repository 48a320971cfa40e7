"""Verbs of settlement: draw up, agree on statements, sign or decline, pay, take the bank's return, correct."""

from sangyu.settlement.actions.agree import answer, confirm, object_to, withdraw
from sangyu.settlement.actions.correct import take_back, waive
from sangyu.settlement.actions.draw_up import draw_up
from sangyu.settlement.actions.keep import keep_ledger_sums
from sangyu.settlement.actions.pay import pay, pay_again, release
from sangyu.settlement.actions.returns import payable_key, take_return
from sangyu.settlement.actions.sign import approve, decline, explain

__all__ = [
    "answer",
    "approve",
    "confirm",
    "decline",
    "draw_up",
    "explain",
    "keep_ledger_sums",
    "object_to",
    "pay",
    "pay_again",
    "payable_key",
    "release",
    "take_back",
    "take_return",
    "waive",
    "withdraw",
]
