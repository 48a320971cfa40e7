"""Verbs of allowances: reckon a run, approve it, write the payment file, take the bank's answer, take money back."""

from sangyu.allowances.actions.approve import approve
from sangyu.allowances.actions.draw_up import draw_up
from sangyu.allowances.actions.pay import pay, set_account, take_return
from sangyu.allowances.actions.recover import recover
from sangyu.allowances.actions.renew import renew_numbers

__all__ = ["approve", "draw_up", "pay", "recover", "renew_numbers", "set_account", "take_return"]
