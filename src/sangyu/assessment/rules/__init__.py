"""How scales are read and checked, sheets scored and compared, and days counted; pure."""

from sangyu.assessment.rules.compare import differences, merged
from sangyu.assessment.rules.days import disputable_until, months_later
from sangyu.assessment.rules.read import digest_of, read_scale
from sangyu.assessment.rules.refusals import (
    AnswerOutside,
    AnswersMissing,
    BadScale,
    DayImpossible,
    DisputeTooLate,
    NotItsTurn,
    NotThisPerson,
    PracticeMissing,
    ScaleUnknown,
    SignatureWrong,
    StillUnderWay,
    WordsMissing,
)
from sangyu.assessment.rules.scale import Item, Level, Option, Scale, Stacking
from sangyu.assessment.rules.score import Answers, Applied, GroupScore, Result, ensure_answers, missing, score

__all__ = [
    "AnswerOutside",
    "Answers",
    "AnswersMissing",
    "Applied",
    "BadScale",
    "DayImpossible",
    "DisputeTooLate",
    "GroupScore",
    "Item",
    "Level",
    "NotItsTurn",
    "NotThisPerson",
    "Option",
    "PracticeMissing",
    "Result",
    "Scale",
    "ScaleUnknown",
    "SignatureWrong",
    "Stacking",
    "StillUnderWay",
    "WordsMissing",
    "differences",
    "digest_of",
    "disputable_until",
    "ensure_answers",
    "merged",
    "missing",
    "months_later",
    "read_scale",
    "score",
]
