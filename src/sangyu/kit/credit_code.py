"""Enterprises and associations are known by their unified social credit code (GB 32100-2015)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sangyu.kit.errors import Refusal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


class BadCreditCode(Refusal):
    code = "BAD_CREDIT_CODE"


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code that has passed every check; make one with `parse`."""

    code: str

    def __str__(self) -> str:
        return self.code

    @property
    def area_code(self) -> str:
        return self.code[2:8]

    @property
    def is_social_organisation(self) -> bool:
        """Tell whether a civil-affairs office registered it (associations, private non-enterprise units, funds)."""
        return self.code[0] == "5"


def check_character(first_17: str) -> str:
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def parse(text: str) -> CreditCode:
    """Read a unified social credit code; spaces, lower case and full-width characters are forgiven.

    Raises: BadCreditCode, saying which check failed.
    """
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(code) != 18:
        raise BadCreditCode(f"统一社会信用代码应为18位，现为{len(code)}位。请对照营业执照重新填写。")
    wrong = sorted(set(code) - set(ALPHABET))
    if wrong:
        raise BadCreditCode(
            f"统一社会信用代码含有不应出现的字符“{''.join(wrong)}”（不使用字母I、O、S、V、Z）。请核对。"
        )
    if not code[2:8].isdigit():
        raise BadCreditCode("统一社会信用代码第3至8位应为数字（登记机关行政区划码）。请核对。")
    if check_character(code[:17]) != code[17]:
        raise BadCreditCode("统一社会信用代码校验位不符，可能有一位填错。请对照营业执照重新填写。")
    return CreditCode(code)
