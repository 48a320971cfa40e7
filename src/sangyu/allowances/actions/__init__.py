"""Verbs of allowances: reckon a run, approve it, write the payment file, take the bank's answer, take money back."""

from sangyu.allowances.actions.approve import approve
from sangyu.allowances.actions.draw_up import draw_up
from sangyu.allowances.actions.pay import pay, set_account, take_return
from sangyu.allowances.actions.recover import recover

__all__ = ["approve", "draw_up", "pay", "recover", "set_account", "take_return"]
