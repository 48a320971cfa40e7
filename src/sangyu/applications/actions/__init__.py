"""Verbs of applications: apply, verify, post, object, approve, appeal, choose, agree, arrange, ask afterwards;
and find who is entitled and has not applied."""

from sangyu.applications.actions.accept import add_paper, apply, resubmit, withdraw
from sangyu.applications.actions.approve import answer_appeal, appeal, approve, open_in_full, refuse, send_back
from sangyu.applications.actions.serve import Offered, arrange, call_back, choose, draw_up, menu, sign
from sangyu.applications.actions.survey import hand_out, survey, waive
from sangyu.applications.actions.terms import set_term
from sangyu.applications.actions.verify import (
    answer_objection,
    classify,
    end_notices,
    object_to,
    post,
    review,
)

__all__ = [
    "Offered",
    "add_paper",
    "answer_appeal",
    "answer_objection",
    "appeal",
    "apply",
    "approve",
    "arrange",
    "call_back",
    "choose",
    "classify",
    "draw_up",
    "end_notices",
    "hand_out",
    "menu",
    "object_to",
    "open_in_full",
    "post",
    "refuse",
    "resubmit",
    "review",
    "send_back",
    "set_term",
    "sign",
    "survey",
    "waive",
    "withdraw",
]
