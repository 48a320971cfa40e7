"""What the room of assessments refuses, each in words for the person who can act."""

from __future__ import annotations

from sangyu.kit.errors import Refusal


class BadScale(Refusal):
    """A scale file that contradicts itself; the sentence begins with file and line."""

    code = "BAD_SCALE"


class AnswersMissing(Refusal):
    """A sheet is scored whole or not at all."""

    code = "ANSWERS_MISSING"


class AnswerOutside(Refusal):
    """An answer that the item does not have."""

    code = "ANSWER_OUTSIDE"


class ScaleUnknown(Refusal):
    """No scale of this name, or one by which nobody is assessed any more."""

    code = "SCALE_UNKNOWN"


class PracticeMissing(Refusal):
    """The bureau has not laid down how assessments are done by this scale."""

    code = "PRACTICE_MISSING"


class NotThisPerson(Refusal):
    """Somebody who may not assess this elder, or may not decide on this assessment."""

    code = "NOT_THIS_PERSON"


class StillUnderWay(Refusal):
    """The elder already has an assessment by this scale that is not finished."""

    code = "STILL_UNDER_WAY"


class NotItsTurn(Refusal):
    """The step is not due: something comes before it, or it was done."""

    code = "NOT_ITS_TURN"


class SignatureWrong(Refusal):
    """A sheet is signed with one's own password."""

    code = "SIGNATURE_WRONG"


class DisputeTooLate(Refusal):
    """The days in which a result may be disputed are over, or it is disputed already."""

    code = "DISPUTE_TOO_LATE"


class ContentDamaged(Refusal):
    """What arrived is not what was sent."""

    code = "CONTENT_DAMAGED"


class WordsMissing(Refusal):
    """A sentence that has to be there."""

    code = "WORDS_MISSING"


class DayImpossible(Refusal):
    """A day on an old paper that cannot be."""

    code = "DAY_IMPOSSIBLE"
