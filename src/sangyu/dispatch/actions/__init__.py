"""Verbs of dispatch, from sending to closing out. Locks are taken in one order: elder, order, enterprise, worker."""

from sangyu.dispatch.actions.answer import NoteMissing, accept, let_lapse, refuse
from sangyu.dispatch.actions.assign import assign
from sangyu.dispatch.actions.close_out import close_out, take_back
from sangyu.dispatch.actions.propose import SameTime, agree, decline, propose
from sangyu.dispatch.actions.send import send
from sangyu.dispatch.actions.steps import ANSWER_MINUTES_MAX
from sangyu.dispatch.actions.wish import wish

__all__ = [
    "ANSWER_MINUTES_MAX",
    "NoteMissing",
    "SameTime",
    "accept",
    "agree",
    "assign",
    "close_out",
    "decline",
    "let_lapse",
    "propose",
    "refuse",
    "send",
    "take_back",
    "wish",
]
