"""Ages, sexes and rates hang on the resident id; a wrong digit is caught here and told in plain words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sangyu.kit.errors import Refusal

_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECKS = "10X98765432"
_RESIDENCE_PERMITS = {"81": "港澳居民居住证（香港）", "82": "港澳居民居住证（澳门）", "83": "台湾居民居住证"}


class BadResidentId(Refusal):
    code = "BAD_RESIDENT_ID"


class Sex(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"


@dataclass(frozen=True, slots=True, repr=False)
class ResidentId:
    """A number that has passed every check; make one with `parse` or `from_old`.

    Its `repr` is masked, so that a log line never carries the number.
    """

    number: str

    def __str__(self) -> str:
        return self.number

    def __repr__(self) -> str:
        return f"ResidentId({self.masked()})"

    @property
    def area_code(self) -> str:
        """Return the place of first issue, which is not the current address."""
        return self.number[:6]

    @property
    def birth_on(self) -> date:
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.number[16]) % 2 else Sex.FEMALE

    @property
    def residence_permit(self) -> str:
        """Return the kind of residence permit (Hong Kong, Macau, Taiwan), or nothing for a mainland id."""
        return _RESIDENCE_PERMITS.get(self.number[:2], "")

    def masked(self) -> str:
        return self.number[:6] + "********" + self.number[14:]


def check_digit(first_17: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def parse(text: str) -> ResidentId:
    """Read an 18-digit resident id or residence permit (GB 11643-1999); spaces and full-width digits are forgiven.

    Raises: BadResidentId, saying which check failed: length, character, date or check digit.
    """
    number = _plain(text)
    if len(number) == 15:
        raise BadResidentId("这是15位旧身份证号码，办理业务须用18位号码。请对照现用身份证填写。")
    if len(number) != 18:
        raise BadResidentId(f"身份证号码应为18位，现为{len(number)}位。请对照证件重新填写。")
    if not _all_digits(number[:17]) or number[17] not in _CHECKS:
        raise BadResidentId("身份证号码前17位只能是数字，最后一位只能是数字或X。请对照证件重新填写。")
    _ensure_date(number[6:14])
    if check_digit(number[:17]) != number[17]:
        raise BadResidentId("身份证号码校验位不符，可能有一位填错。请对照证件重新填写。")
    return ResidentId(number)


def from_old(text: str) -> ResidentId:
    """Turn a 15-digit number of before 1999 into today's 18 digits; for imports of old registers only.

    Raises: BadResidentId.
    """
    number = _plain(text)
    if len(number) != 15:
        raise BadResidentId(f"旧身份证号码应为15位，现为{len(number)}位。请核对。")
    if not _all_digits(number):
        raise BadResidentId("15位旧身份证号码只能是数字。请核对。")
    first_17 = number[:6] + "19" + number[6:]
    _ensure_date(first_17[6:14])
    return ResidentId(first_17 + check_digit(first_17))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _ensure_date(eight: str) -> None:
    year, month, day = int(eight[:4]), int(eight[4:6]), int(eight[6:])
    try:
        date(year, month, day)
    except ValueError:
        year = 0
    if not 1800 <= year < 2100:
        raise BadResidentId(f"身份证号码中的出生日期“{eight}”不存在。请对照证件重新填写。") from None
