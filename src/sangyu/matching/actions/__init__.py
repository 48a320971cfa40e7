"""Verbs of matching: hand a register in, have it compared or set it aside, settle what differs; hear of a death."""

from sangyu.matching.actions.hand_in import hand_in
from sangyu.matching.actions.report_death import REPORTERS, report_death
from sangyu.matching.actions.rule import compare, discard
from sangyu.matching.actions.settle import LOOKED_AT, settle, settle_plain

__all__ = ["LOOKED_AT", "REPORTERS", "compare", "discard", "hand_in", "report_death", "settle", "settle_plain"]
