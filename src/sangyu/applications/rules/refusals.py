"""What the room of applications refuses, each in words for the person who can act."""

from __future__ import annotations

from sangyu.kit.errors import Refusal


class KindUnknown(Refusal):
    """The policy in force does not say that this may be applied for."""

    code = "KIND_UNKNOWN"


class AlreadyApplied(Refusal):
    """The elder's application for the same thing is still under way."""

    code = "ALREADY_APPLIED"


class NotItsTurn(Refusal):
    """The step is not due: another comes before it, or the application is over."""

    code = "NOT_ITS_TURN"


class NotThisPerson(Refusal):
    """Somebody who took part before, is close to the elder, or pays what they would approve."""

    code = "NOT_THIS_PERSON"


class NotThisClass(Refusal):
    """A class that cannot be given on what the rule found."""

    code = "NOT_THIS_CLASS"


class StillOpen(Refusal):
    """A rule that has to be asked lacks a fact, or a figure that the bureau has not set."""

    code = "STILL_OPEN"


class NotPosted(Refusal):
    """No name is posted that no rule requires posted."""

    code = "NOT_POSTED"


class NoticeNotClear(Refusal):
    """The posting has not ended, or an objection waits for its answer."""

    code = "NOTICE_NOT_CLEAR"


class ObjectionTooLate(Refusal):
    """Nothing is posted about this application on that day."""

    code = "OBJECTION_TOO_LATE"


class AppealTooLate(Refusal):
    """The days in which a decision may be appealed against are over, or nothing was refused."""

    code = "APPEAL_TOO_LATE"


class ReadFirst(Refusal):
    """A drawn application is opened in full before it is approved."""

    code = "READ_FIRST"


class WordsMissing(Refusal):
    """A sentence that has to be there."""

    code = "WORDS_MISSING"


class DoesNotFit(Refusal):
    """An item that cannot be bought in this way, or a day that cannot be."""

    code = "DOES_NOT_FIT"
