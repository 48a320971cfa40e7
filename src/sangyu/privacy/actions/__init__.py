"""Verbs of privacy: note what somebody agrees to, take in and answer requests, take away what is past its days."""

from sangyu.privacy.actions.consent import HEARERS, note_consent
from sangyu.privacy.actions.removals import forget_texts, note_removal
from sangyu.privacy.actions.requests import ANSWERERS, TAKERS, answer, erase, hand_over, take_in

__all__ = [
    "ANSWERERS",
    "HEARERS",
    "TAKERS",
    "answer",
    "erase",
    "forget_texts",
    "hand_over",
    "note_consent",
    "note_removal",
    "take_in",
]
