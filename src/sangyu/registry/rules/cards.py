"""Numbers of cards, and what may be wrong with a card; pure."""

from __future__ import annotations

from sangyu.kit.errors import Refusal

CARD_DIGITS_MIN = 6
CARD_DIGITS_MAX = 24


class BadCardNumber(Refusal):
    """A card number is digits, and not just a few."""

    code = "BAD_CARD_NUMBER"


class CardUnknown(Refusal):
    """No card with this number was given out here."""

    code = "CARD_UNKNOWN"


class CardBlocked(Refusal):
    """The card was reported lost or replaced."""

    code = "CARD_BLOCKED"


class CardTaken(Refusal):
    """The number was given to somebody already, or the elder still holds a card."""

    code = "CARD_TAKEN"


def card_number(text: str) -> str:
    """Read a card number as a reader or a person gives it, blanks and dashes left out.

    Raises: BadCardNumber.
    """
    number = text.replace(" ", "").replace("-", "")
    if not (number.isascii() and number.isdigit() and CARD_DIGITS_MIN <= len(number) <= CARD_DIGITS_MAX):
        raise BadCardNumber(f"卡号应是{CARD_DIGITS_MIN}至{CARD_DIGITS_MAX}位数字，请重新刷卡或核对卡面。")
    return number
