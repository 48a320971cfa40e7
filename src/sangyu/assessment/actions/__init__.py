"""Verbs of assessment: lay down a practice, appoint, fill in, sign, decide, conclude, dispute, review; old papers."""

from sangyu.assessment.actions.appoint import Sent, appoint, call_in, review, withdraw
from sangyu.assessment.actions.decide import adjudicate, certify, conclude, dispute
from sangyu.assessment.actions.papers import enter_paper
from sangyu.assessment.actions.practice import admit_body, set_practice
from sangyu.assessment.actions.remind import remind
from sangyu.assessment.actions.visit import Kept, add_evidence, save_draft, sign

__all__ = [
    "Kept",
    "Sent",
    "add_evidence",
    "adjudicate",
    "admit_body",
    "appoint",
    "call_in",
    "certify",
    "conclude",
    "dispute",
    "enter_paper",
    "remind",
    "review",
    "save_draft",
    "set_practice",
    "sign",
    "withdraw",
]
