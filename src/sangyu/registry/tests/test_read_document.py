"""Which number a document may bear, and what it tells of its holder."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import resident_number

from sangyu.kit.errors import Refusal
from sangyu.kit.resident_id import check_digit
from sangyu.registry.models import DocumentKind
from sangyu.registry.rules import BadDocument, birth_and_sex, kind_of, mask_document, read_document

BORN = date(1944, 5, 12)
CITIZEN = resident_number(BORN, 22)
PERMIT = "810000194405120027"[:17] + check_digit("81000019440512002")
FOREIGNER = "911156194405120"[:15] + "02" + check_digit("911156194405120" + "02")

GOOD = [
    ("RESIDENT_ID", CITIZEN, CITIZEN),
    ("RESIDENT_ID", "11010519491231002x", "11010519491231002X"),
    ("RESIDENCE_PERMIT", PERMIT, PERMIT),
    ("HOUSEHOLD_BOOK", CITIZEN, CITIZEN),
    ("HK_MACAU_PERMIT", " h 1234 5678", "H12345678"),
    ("HK_MACAU_PERMIT", "Ｍ１２３４５６７８０１", "M1234567801"),
    ("TAIWAN_PERMIT", "12345678", "12345678"),
    ("TAIWAN_PERMIT", "1234567890b", "1234567890B"),
    ("FOREIGN_RESIDENCE", FOREIGNER, FOREIGNER),
    ("FOREIGN_RESIDENCE", "usa110112345601", "USA110112345601"),
    ("PASSPORT", "e12345678", "E12345678"),
]
BAD = [
    ("RESIDENT_ID", CITIZEN[:17] + ("1" if CITIZEN[17] != "1" else "2"), "校验位不符"),
    ("RESIDENT_ID", "620102440512022", "15位旧身份证"),
    ("RESIDENT_ID", "110105199002300021", "不存在"),
    ("RESIDENT_ID", FOREIGNER, "外国人永久居留身份证"),
    ("RESIDENCE_PERMIT", CITIZEN, "81、82或83开头"),
    ("HOUSEHOLD_BOOK", PERMIT, "公民身份号码"),
    ("HK_MACAU_PERMIT", "K12345678", "H或M"),
    ("HK_MACAU_PERMIT", "H123456789", "H或M"),
    ("TAIWAN_PERMIT", "1234567", "8位数字"),
    ("FOREIGN_RESIDENCE", FOREIGNER[:17] + ("1" if FOREIGNER[17] != "1" else "2"), "校验位不符"),
    ("FOREIGN_RESIDENCE", "US1101123456012", "以9开头"),
    ("PASSPORT", "E-1", "5至17位"),
    ("LIBRARY_CARD", "1", "没有“LIBRARY_CARD”这种证件"),
]


@pytest.mark.parametrize(("kind", "typed", "number"), GOOD)
def test_a_number_of_its_kind_is_read_however_it_is_typed(kind: str, typed: str, number: str) -> None:
    assert read_document(kind, typed).number == number


@pytest.mark.parametrize(("kind", "typed", "said"), BAD)
def test_a_number_that_is_none_of_its_kind_is_told_what_is_wrong(kind: str, typed: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        read_document(kind, typed)


def test_every_kind_that_can_be_chosen_can_be_read() -> None:
    assert {kind for kind, _, _ in GOOD} == set(DocumentKind.values)


def test_a_permit_at_the_counter_for_id_cards_is_taken_as_what_it_is() -> None:
    assert read_document("RESIDENT_ID", PERMIT).kind == "RESIDENCE_PERMIT"
    assert [kind_of(text) for text in (CITIZEN, FOREIGNER, "E1")] == ["RESIDENT_ID", "FOREIGN_RESIDENCE", "RESIDENT_ID"]


def test_what_is_typed_must_agree_with_what_the_number_tells() -> None:
    said = read_document("RESIDENT_ID", CITIZEN)
    assert birth_and_sex(said, birth_on=None, sex="") == (BORN, said.sex)
    assert birth_and_sex(said, birth_on=BORN, sex=said.sex) == (BORN, said.sex)
    with pytest.raises(BadDocument, match="出生日期1944-05-13与证件号码中的1944-05-12不一致"):
        birth_and_sex(said, birth_on=date(1944, 5, 13), sex="")
    with pytest.raises(BadDocument, match="性别与证件号码不一致"):
        birth_and_sex(said, birth_on=None, sex="MALE" if said.sex == "FEMALE" else "FEMALE")


def test_a_number_that_tells_nothing_needs_birth_and_sex() -> None:
    said = read_document("PASSPORT", "E12345678")
    assert birth_and_sex(said, birth_on=BORN, sex="FEMALE") == (BORN, "FEMALE")
    for birth_on, sex in ((None, "FEMALE"), (BORN, "")):
        with pytest.raises(BadDocument, match="没有出生日期和性别"):
            birth_and_sex(said, birth_on=birth_on, sex=sex)


@pytest.mark.parametrize(
    ("number", "shown"), [(CITIZEN, f"620102********{CITIZEN[14:]}"), ("H12345678", "*****5678"), ("12345", "****5")]
)
def test_a_number_is_masked_and_never_told_by_its_repr(number: str, shown: str) -> None:
    assert mask_document(number) == shown
    assert CITIZEN not in repr(read_document("RESIDENT_ID", CITIZEN))
