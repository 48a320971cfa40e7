"""Verbs of matching: hand a register in, have it compared or set it aside, settle what differs; ask what they
say of one elder; hear of a death.
"""

from sangyu.matching.actions.hand_in import hand_in
from sangyu.matching.actions.look_up import LOOKERS, look_up
from sangyu.matching.actions.report_death import REPORTERS, report_death
from sangyu.matching.actions.rule import compare, discard
from sangyu.matching.actions.settle import LOOKED_AT, settle, settle_plain

__all__ = [
    "LOOKED_AT",
    "LOOKERS",
    "REPORTERS",
    "compare",
    "discard",
    "hand_in",
    "look_up",
    "report_death",
    "settle",
    "settle_plain",
]
