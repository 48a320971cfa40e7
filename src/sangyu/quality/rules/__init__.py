"""How samples are drawn, sheets are scored and enterprises are ranked; pure, so that all can be repeated by anyone."""

from sangyu.quality.rules.draw import draw, share_of
from sangyu.quality.rules.ranking import TIES, BadQuarter, Place, Quarter, Score, nominees, rank
from sangyu.quality.rules.refusals import (
    AlreadyReleased,
    BadSheet,
    CheckNotFound,
    ItemsEmpty,
    NoResultYet,
    NotByHand,
    NotOver,
    NotUpheldAgainst,
    ObjectionTooLate,
    OwnWork,
    ScoreOutOfRange,
    StillOpen,
    TextMissing,
    Undecided,
)
from sangyu.quality.rules.sheet import (
    COMPUTED,
    DIMENSIONS,
    HAND,
    LATE_MINUTES_MAX,
    OBJECTION_WORKING_DAYS,
    SATISFACTION_FULL,
    Definition,
    Item,
    Month,
    dimension_scores,
    read_definitions,
    sheet,
)

WEEKLY_SHARE_PM = 100
CORRECTION_DAYS = 7
COMPLAINT_WORKING_DAYS = 5

__all__ = [
    "COMPLAINT_WORKING_DAYS",
    "COMPUTED",
    "CORRECTION_DAYS",
    "DIMENSIONS",
    "HAND",
    "LATE_MINUTES_MAX",
    "OBJECTION_WORKING_DAYS",
    "SATISFACTION_FULL",
    "TIES",
    "WEEKLY_SHARE_PM",
    "AlreadyReleased",
    "BadQuarter",
    "BadSheet",
    "CheckNotFound",
    "Definition",
    "Item",
    "ItemsEmpty",
    "Month",
    "NoResultYet",
    "NotByHand",
    "NotOver",
    "NotUpheldAgainst",
    "ObjectionTooLate",
    "OwnWork",
    "Place",
    "Quarter",
    "Score",
    "ScoreOutOfRange",
    "StillOpen",
    "TextMissing",
    "Undecided",
    "dimension_scores",
    "draw",
    "nominees",
    "rank",
    "read_definitions",
    "share_of",
    "sheet",
]
