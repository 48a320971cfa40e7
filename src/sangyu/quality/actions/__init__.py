"""Verbs of quality: ring, appraise, object and rule, look into complaints, check, rank, elect, keep standards."""

from sangyu.quality.actions.appraise import appraise, finalise, release, release_month, score_by_hand
from sangyu.quality.actions.complain import close_complaint, decide_complaint, gather_complaints, give_complaint
from sangyu.quality.actions.cycle import close_check, open_cycle, record_check
from sangyu.quality.actions.follow_up import AlreadyReached, AnswersMissing, draw_sample, follow_up
from sangyu.quality.actions.object_to import object_to, rule
from sangyu.quality.actions.rank import elect, open_election, rank
from sangyu.quality.actions.standards import publish_edition, register_standard
from sangyu.quality.actions.third_party import assign_site, score_site
from sangyu.quality.rules import TextMissing, Undecided

__all__ = [
    "AlreadyReached",
    "AnswersMissing",
    "TextMissing",
    "Undecided",
    "appraise",
    "assign_site",
    "close_check",
    "close_complaint",
    "decide_complaint",
    "draw_sample",
    "elect",
    "finalise",
    "follow_up",
    "gather_complaints",
    "give_complaint",
    "object_to",
    "open_cycle",
    "open_election",
    "publish_edition",
    "rank",
    "record_check",
    "register_standard",
    "release",
    "release_month",
    "rule",
    "score_by_hand",
    "score_site",
]
