"""Vouchers and statements carry the total in capital numerals, which cannot be altered by a stroke."""

from __future__ import annotations

from sangyu.kit.money import BadAmount, Fen, yuan

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_IN_SECTION = ("仟", "佰", "拾", "")
_LIMIT_FEN = 10**18


def in_capitals(fen: Fen) -> str:
    """Write an amount in capital numerals: 123450 -> "人民币壹仟贰佰叁拾肆元伍角整".

    Where one or more zeros stand between two other digits, one 零 is written, in the yuan part as
    between yuan, jiao and fen. The amount closes with 整 unless it ends in fen.
    Raises: BadAmount from ten thousand trillion yuan on, where the units end.
    """
    if abs(fen) >= _LIMIT_FEN:
        raise BadAmount(f"{yuan(fen)} 元超出大写金额的位数。请核对金额。")
    whole, part = divmod(abs(fen), 100)
    jiao, last = divmod(part, 10)
    text, owed_zero = _yuan(whole)
    if not text and not part:
        text = DIGITS[0] + "元"
    if jiao:
        text += ("零" if owed_zero else "") + DIGITS[jiao] + "角"
    if last:
        text += ("零" if whole and not jiao else "") + DIGITS[last] + "分"
    else:
        text += "整"
    return "人民币" + ("负" if fen < 0 else "") + text


def _yuan(whole: int) -> tuple[str, bool]:
    """Return the yuan part, empty for none, and whether it ends in zeros that a later digit must announce."""
    digits = str(whole).rjust(16, "0")
    text, owed_zero = "", False
    for section in range(4):
        four = digits[section * 4 : section * 4 + 4]
        for digit, unit in zip(four, _IN_SECTION, strict=True):
            if digit == "0":
                owed_zero = bool(text)
            else:
                text += ("零" if owed_zero else "") + DIGITS[int(digit)] + unit
                owed_zero = False
        if section in (0, 2) and int(four):
            text += "万"
        if section == 1 and text:
            text += "亿"
    return text + "元" if text else "", owed_zero
