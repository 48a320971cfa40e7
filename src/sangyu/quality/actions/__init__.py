"""Verbs of quality: draw the day's sample, follow up, appraise, object, rule, finalise."""

from sangyu.quality.actions.appraise import appraise, finalise, object_to, rule
from sangyu.quality.actions.follow_up import AlreadyReached, AnswersMissing, draw_sample, follow_up
from sangyu.quality.rules import TextMissing, Undecided

__all__ = [
    "AlreadyReached",
    "AnswersMissing",
    "TextMissing",
    "Undecided",
    "appraise",
    "draw_sample",
    "finalise",
    "follow_up",
    "object_to",
    "rule",
]
