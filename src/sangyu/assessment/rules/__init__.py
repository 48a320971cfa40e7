"""How scales are read and checked, sheets scored and compared, and days counted; pure."""

from sangyu.assessment.rules.compare import differences, merged
from sangyu.assessment.rules.days import disputable_until, months_later
from sangyu.assessment.rules.particulars import Particular, Particulars, in_words, particulars_of
from sangyu.assessment.rules.read import digest_of, read_scale
from sangyu.assessment.rules.refusals import (
    AnswerOutside,
    AnswersMissing,
    BadScale,
    ContentDamaged,
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

EVIDENCE_MAX = 20  # photos and papers beside one sheet

__all__ = [
    "EVIDENCE_MAX",
    "AnswerOutside",
    "Answers",
    "AnswersMissing",
    "Applied",
    "BadScale",
    "ContentDamaged",
    "DayImpossible",
    "DisputeTooLate",
    "GroupScore",
    "Item",
    "Level",
    "NotItsTurn",
    "NotThisPerson",
    "Option",
    "Particular",
    "Particulars",
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
    "in_words",
    "merged",
    "missing",
    "months_later",
    "particulars_of",
    "read_scale",
    "score",
]
