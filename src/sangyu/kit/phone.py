"""A telephone number is one number however it is written: what a clerk types must meet what the exchange reports."""

from __future__ import annotations

import re
import unicodedata

from sangyu.kit.errors import Refusal

_MARKS = re.compile(r"[\s()\-–—.]+")
_ABROAD = re.compile(r"(?:\+|00)86|86(?=1[3-9]\d{9}$)", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0[1-9]\d{8,10}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}|9[56]\d{3,4}|1\d{4}", re.ASCII)


class BadPhone(Refusal):
    code = "BAD_PHONE"


def plain(text: str) -> str:
    """Return a number as it is compared and stored: digits only, no +86, no 0 before a mobile.

    Nothing is refused here, because a call from an odd number must still ring.
    """
    number = _MARKS.sub("", unicodedata.normalize("NFKC", text))
    home = _ABROAD.sub("", number, count=1) if _ABROAD.match(number) else number
    if home != number and _MOBILE.fullmatch(home) is None and not home.startswith("0"):
        home = f"0{home}"
    return home[1:] if _MOBILE.fullmatch(home[1:]) and home.startswith("0") else home


def parse(text: str) -> str:
    """Read the number of a mobile, a landline with its area code, or a service line.

    Raises: BadPhone, saying what a number looks like.
    """
    number = plain(text)
    if not any(shape.fullmatch(number) for shape in (_MOBILE, _LANDLINE, _SERVICE)):
        raise BadPhone(
            f"电话号码“{text.strip()}”不对。手机是11位，固定电话请写区号（如0931），不写分机。请核对后重新填写。"
        )
    return number
