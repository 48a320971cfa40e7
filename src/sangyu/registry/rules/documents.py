"""Which number a document may bear, and what it tells of its holder; pure.

Source: GB 11643-1999 for resident ids and residence permits; the form of the other numbers is that of the cards issued
today and before (two generations of the permanent residence card, permits with and without the count of re-issues).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from sangyu.kit import resident_id
from sangyu.kit.errors import Refusal
from sangyu.kit.names import mask_resident_id

RESIDENT_ID = "RESIDENT_ID"
RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
HOUSEHOLD_BOOK = "HOUSEHOLD_BOOK"
HK_MACAU_PERMIT = "HK_MACAU_PERMIT"
TAIWAN_PERMIT = "TAIWAN_PERMIT"
FOREIGN_RESIDENCE = "FOREIGN_RESIDENCE"
PASSPORT = "PASSPORT"

_LENGTH = 18
_CITIZENS = frozenset({RESIDENT_ID, HOUSEHOLD_BOOK})
# The first digit of a permanent residence card of 2023; citizens' numbers begin with 1 to 6, permits with 8.
_FOREIGNER = "9"
_PATTERNS = {
    HK_MACAU_PERMIT: (re.compile(r"[HM](?:\d{8}|\d{10})", re.ASCII), "H或M加8位数字（旧证为10位），如H12345678"),
    TAIWAN_PERMIT: (re.compile(r"\d{8}|\d{10}[A-Z]?", re.ASCII), "8位数字（旧证为10位数字，可带一个字母）"),
    PASSPORT: (re.compile(r"[A-Z0-9]{5,17}", re.ASCII), "5至17位字母和数字"),
    FOREIGN_RESIDENCE: (re.compile(r"[A-Z]{3}\d{12}", re.ASCII), "新证18位、以9开头；旧证为3个字母加12位数字"),
}
_SHOWN = 4


class BadDocument(Refusal):
    """A document's number is not of its kind, or contradicts what is told of its holder."""

    code = "BAD_DOCUMENT"


@dataclass(frozen=True, slots=True, repr=False)
class DocumentSaid:
    """A number that has passed every check of its kind. `birth_on` and `sex` are what the number itself tells, if it
    does. The `repr` shows no number."""

    kind: str
    number: str
    birth_on: date | None = None
    sex: str = ""

    def __repr__(self) -> str:
        return f"DocumentSaid({self.kind}, {mask_document(self.number)})"


def read_document(kind: str, text: str) -> DocumentSaid:
    """Read a document's number; spaces, full-width letters and case are forgiven.

    A resident id that is really a residence permit is taken as what it is: the two look alike at a counter.
    Raises: BadResidentId and BadDocument, saying what is wrong and what the number looks like.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if kind in _CITIZENS or kind == RESIDENCE_PERMIT:
        return _resident(kind, number)
    if kind == FOREIGN_RESIDENCE and number.startswith(_FOREIGNER):
        return _told_by(resident_id.parse(number), kind)
    if kind not in _PATTERNS:
        raise BadDocument(f"没有“{kind}”这种证件，请重新选择证件种类。")
    pattern, words = _PATTERNS[kind]
    if pattern.fullmatch(number) is None:
        raise BadDocument(f"证件号码与证件种类不符，应为{words}。请对照证件重新填写，或改选证件种类。")
    return DocumentSaid(kind, number)


def kind_of(text: str) -> str:
    """Tell the kind of a number of 18 digits by how it begins; any other number is taken for a resident id."""
    number = "".join(unicodedata.normalize("NFKC", text).split())
    if len(number) == _LENGTH and number.startswith(_FOREIGNER):
        return FOREIGN_RESIDENCE
    return RESIDENT_ID


def birth_and_sex(said: DocumentSaid, *, birth_on: date | None, sex: str) -> tuple[date, str]:
    """Return when a holder was born and of which sex, by the number where it tells and by what was typed where not.

    Raises: BadDocument, if both tell and differ, or neither does.
    """
    if said.birth_on and birth_on and said.birth_on != birth_on:
        raise BadDocument(f"填写的出生日期{birth_on}与证件号码中的{said.birth_on}不一致。请对照证件改正其中一个。")
    if said.sex and sex and said.sex != sex:
        raise BadDocument("填写的性别与证件号码不一致。请对照证件改正其中一个。")
    born, known = said.birth_on or birth_on, said.sex or sex
    if born is None or not known:
        raise BadDocument("这种证件的号码里没有出生日期和性别，请对照证件填写这两项。")
    return born, known


def mask_document(number: str) -> str:
    """Hide all that identifies in a number: the day of birth of a resident id, the beginning of any other."""
    if len(number) == _LENGTH:
        return mask_resident_id(number)
    shown = number[-_SHOWN:] if len(number) > _SHOWN + 1 else number[-1:]
    return "*" * (len(number) - len(shown)) + shown


def _resident(kind: str, number: str) -> DocumentSaid:
    person = resident_id.parse(number)
    if number.startswith(_FOREIGNER):
        raise BadDocument("这是外国人永久居留身份证的号码，请把证件种类改为外国人永久居留身份证。")
    if kind == RESIDENCE_PERMIT and not person.residence_permit:
        raise BadDocument("港澳台居民居住证的号码以81、82或83开头，这是居民身份证号码。请改选证件种类。")
    if kind == HOUSEHOLD_BOOK and person.residence_permit:
        raise BadDocument("户口簿上登记的是公民身份号码，这是港澳台居民居住证号码。请改选证件种类。")
    return _told_by(person, RESIDENCE_PERMIT if person.residence_permit else kind)


def _told_by(person: resident_id.ResidentId, kind: str) -> DocumentSaid:
    return DocumentSaid(kind, person.number, person.birth_on, person.sex.value)
