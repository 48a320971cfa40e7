"""What quality refuses, in the words of the person who can act."""

from __future__ import annotations

from sangyu.kit.errors import Refusal


class ObjectionTooLate(Refusal):
    """The days for an objection have passed, or the appraisal is final."""

    code = "OBJECTION_TOO_LATE"


class StillOpen(Refusal):
    """The appraisal cannot be final while somebody may still object or waits for a ruling."""

    code = "STILL_OPEN"


class ItemsEmpty(Refusal):
    """A sheet with an item that nobody has scored has no total and goes nowhere."""

    code = "ITEMS_EMPTY"


class AlreadyReleased(Refusal):
    """The enterprise has the sheet; from here on only an objection changes a score."""

    code = "ALREADY_RELEASED"


class NotByHand(Refusal):
    """A computed item is nobody's to score."""

    code = "NOT_BY_HAND"


class OwnWork(Refusal):
    """Nobody rules on their own score, or decides on their own proposal."""

    code = "OWN_WORK"


class Undecided(Refusal):
    """A parameter of the appraisal is missing."""


class TextMissing(Refusal):
    """An objection, a ruling, a score or a result needs words."""


class ScoreOutOfRange(Refusal):
    """Nobody scores below nothing or above full marks."""


class BadSheet(Refusal):
    """The list of items of an appraisal sheet does not hold together."""

    code = "BAD_SHEET"


class BadStandard(Refusal):
    """An edition of a standard cannot be read, or cannot follow the one before."""

    code = "BAD_STANDARD"


class CheckNotFound(Refusal):
    """The number names no check of this enterprise."""

    code = "CHECK_NOT_FOUND"


class NotOver(Refusal):
    """A quarter or year is ranked when it is over and its scores are final."""

    code = "NOT_OVER"


class NotUpheldAgainst(Refusal):
    """An order or enterprise that a result names does not exist here."""

    code = "NOT_UPHELD_AGAINST"


class NoResultYet(Refusal):
    """A case is closed after its result."""

    code = "NO_RESULT_YET"


class AlreadyScored(Refusal):
    """A third party's scores of a site stand as they were filed."""

    code = "ALREADY_SCORED"


class DayPassed(Refusal):
    """Nobody is sent to a site for a day that is over."""

    code = "DAY_PASSED"
