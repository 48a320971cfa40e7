"""What this room refuses."""

from __future__ import annotations

from sangyu.kit.errors import Refusal


class RegisterUnknown(Refusal):
    """No register has this name."""

    code = "REGISTER_UNKNOWN"


class FileUnreadable(Refusal):
    """The file is no table with the columns of its register."""

    code = "REGISTER_FILE_UNREADABLE"


class FileKnown(Refusal):
    """The same bytes were handed in for another month."""

    code = "REGISTER_FILE_KNOWN"


class MonthOver(Refusal):
    """A later month was already compared."""

    code = "REGISTER_MONTH_OVER"


class Settled(Refusal):
    """Somebody has already decided this, and otherwise."""

    code = "DIFFERENCE_SETTLED"


class ReasonMissing(Refusal):
    """A register is not set aside without a word."""

    code = "MATCHING_REASON_MISSING"


class PurposeMissing(Refusal):
    """Nobody compares the data of another authority without saying what for."""

    code = "MATCHING_PURPOSE_MISSING"


class DayMissing(Refusal):
    """A change of hukou holds from a day on."""

    code = "MATCHING_DAY_MISSING"


class NotToBeActedOn(Refusal):
    """What the register says cannot simply be taken over."""

    code = "DIFFERENCE_NOT_ACTED_ON"
