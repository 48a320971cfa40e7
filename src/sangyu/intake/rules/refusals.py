"""What a batch may be refused for, in words for whoever handed it in; pure."""

from __future__ import annotations

from sangyu.kit.errors import Refusal


class BadFile(Refusal):
    """The file cannot be read as a table; nothing was taken from it."""

    code = "BAD_FILE"


class BadCell(Refusal):
    """What stands in a cell cannot be taken as it is."""

    code = "BAD_CELL"


class NotNow(Refusal):
    """The batch has gone on, or has not come so far yet, for what is asked."""

    code = "BATCH_NOT_NOW"


class TooLate(Refusal):
    """The day within which a batch can be taken back is over."""

    code = "BATCH_TOO_LATE"


class NothingChosen(Refusal):
    """No line was chosen, or none of those chosen is right."""

    code = "NOTHING_CHOSEN"
