"""Whoever is registered with any name and any document is found, handed out, handed in elsewhere, and is the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

from tests.cast import Cast

from sangyu.access.models import User
from sangyu.intake import actions as intake
from sangyu.kit.names import fold
from sangyu.kit.resident_id import check_digit
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Document, DocumentKind, Elder
from sangyu.registry.numbers import may_be_tail, number_of

# Beyond the basic plane, old forms, dots of every kind, letters, and what a database or a spreadsheet could trip over.
CHARACTERS = "王李𠮷𡈽㐂龘欧阳é玛丽O"
DOTS = "·•・‧∙⋅．"
ODD = ["阿依古丽·买买提", '马"克', "让\\皮埃尔", "{张,三}", "=李四", "'王五", "O'Neil", "𠮷"]
TOGETHER = ("name", "birth_on", "sex", "address", "hukou_in_area", "habits", "warnings", "sort_key")


PLACES = {
    "RESIDENT_ID": "620102",
    "HOUSEHOLD_BOOK": "620103",
    "RESIDENCE_PERMIT": "810000",
    "FOREIGN_RESIDENCE": "911562",
}


def number(dice: Random, kind: str, born: date, n: int) -> str:
    """Make a number of a kind, of today's form or an older one, that no other `n` has."""
    first_17 = f"{PLACES[kind]}{born:%Y%m%d}{n:03d}" if kind in PLACES else ""
    personal = [first_17 + check_digit(first_17)] if first_17 else []
    forms = {
        "HK_MACAU_PERMIT": [f"H{10_000_000 + n}", f"M{1_000_000_000 + n}"],
        "TAIWAN_PERMIT": [f"{20_000_000 + n}", f"{2_000_000_000 + n}", f"{3_000_000_000 + n}B"],
        "FOREIGN_RESIDENCE": [f"USA{100_000_000_000 + n}", *personal],
        "PASSPORT": [f"E{n:07d}"],
    }
    return dice.choice(forms.get(kind, personal))


def name(dice: Random) -> str:
    parts = ["".join(dice.choices(CHARACTERS, k=dice.randint(1, 4))) for _ in range(dice.randint(1, 3))]
    return dice.choice(DOTS).join(parts)


def registered(cast: Cast, by: User, seed: int, count: int) -> list[Elder]:
    dice, kinds = Random(seed), DocumentKind.values
    found = []
    for n in range(count):
        born = date(1930 + dice.randrange(25), dice.randint(1, 12), dice.randint(1, 28))
        kind = kinds[n % len(kinds)]
        said = number(dice, kind, born, n)
        told = len(said) == 18
        found.append(
            registry.register(
                name=ODD[n] if n < len(ODD) else name(dice),
                document_kind=kind,
                document_number=said,
                birth_on=None if told else born,
                sex="" if told else dice.choice(["MALE", "FEMALE"]),
                community_code=cast.community_code,
                address=dice.choice(["南门巷8号", "=1+1号", "𡈽巷·9号"]),
                phones=[f"139{n:08d}"],
                hukou_in_area=dice.random() < 0.5,
                habits=dice.choice(["", "-怕冷", "'喜欢“𠮷他”"]),
                by=by,
                at=cast.at,
            )
        )
    return found


def as_told(elder: Elder) -> tuple[object, ...]:
    """Return who an elder is, and by what document and number."""
    papers = Document.objects.filter(elder=elder).order_by("kind")
    return (
        *(getattr(elder, column) for column in TOGETHER),
        elder.community_id,
        *((paper.kind, number_of(paper)) for paper in papers),
        *sorted(contact.phone for contact in registry_read.contacts_of(elder.pk)),
    )


def is_found(viewer: User, elder: Elder) -> bool:
    """Say whether an elder is found by the name, its first character, and the ends of telephone and number."""
    tail = number_of(Document.objects.get(elder=elder))[-4:]
    words = [elder.name, fold(elder.name)[0], registry_read.contacts_of(elder.pk)[0].phone[-4:]]
    words += [tail] if may_be_tail(tail.lower()) else []
    return all(elder in registry_read.search(viewer, text, limit=100) for text in words)


def test_any_name_and_any_document_goes_round(cast: Cast, another: User, checked, tmp_path: Path) -> None:
    elders = registered(cast, cast.head, 2026, 42)
    assert all(is_found(cast.head, elder) for elder in elders)
    path = tmp_path / "全部.xlsx"
    intake.hand_out(template="elders", area_code="", reason="年度核对", path=path, by=cast.head, at=cast.at)
    batch = checked(path, by=another)
    assert (batch.stage, batch.counts["WRONG"]) == ("CHECKED", 0), batch.fault
    intake.begin_writing(batch_id=batch.pk, by=another, at=cast.at)
    intake.go_on(batch_id=batch.pk, at=cast.at)
    there = Elder.objects.filter(programme=another.programme)
    came = sorted((as_told(elder) for elder in there), key=repr)
    mine = Elder.objects.filter(programme=cast.programme)
    assert came == sorted((as_told(elder) for elder in mine), key=repr)
    assert all(is_found(another, elder) for elder in there.exclude(name__in=[cast.li.name, cast.grandpa.name]))
