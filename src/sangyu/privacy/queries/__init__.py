"""Reads of privacy: the register of purposes, who agrees, what was asked, who looked, and what was taken away."""

from sangyu.privacy.queries.consents import Word, consented, history, topic_called, words_of
from sangyu.privacy.queries.purposes import edition_of, register
from sangyu.privacy.queries.requests import (
    Case,
    answered_requests,
    get_request,
    open_requests,
    removals,
    requests,
    requests_of,
)
from sangyu.privacy.queries.seen import Sight, looks_count, sights

__all__ = [
    "Case",
    "Sight",
    "Word",
    "answered_requests",
    "consented",
    "edition_of",
    "get_request",
    "history",
    "looks_count",
    "open_requests",
    "register",
    "removals",
    "requests",
    "requests_of",
    "sights",
    "topic_called",
    "words_of",
]
