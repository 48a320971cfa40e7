"""How a document's number is kept: encrypted, with an index to find it by, and nowhere else.

A number of 18 digits belongs to one person on whatever document it stands (the household book once, the id card another
time), so its index leaves the kind out; other numbers are counted by each office for itself. The last four characters
are found by a keyed digest too, for a day of birth stands in the clear beside it, and with the last four a number would
be as good as told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from sangyu.access.cipher import Unreadable, field_cipher
from sangyu.kit.ids import derived_id
from sangyu.registry.models import Document, Elder

TAIL = 4
_PERSONAL = 18
_MARK = "#"
_DIGEST = 16
_A_TAIL = re.compile(r"[0-9]{3}[0-9x]", re.ASCII)


def plain(text: str) -> str:
    """Return a number as it is compared: without spaces, capital letters, no full-width ones."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def index_of(number: str, kind: str = "") -> str:
    """Return the index by which a number is found; the kind counts only where a number is not a person's own."""
    told = plain(number)
    return field_cipher().index(told if len(told) == _PERSONAL else f"{kind}:{told}", kind="document")


def elder_id(programme_id: UUID, number: str, kind: str = "", *, again: int = 0) -> UUID:
    """Name the elder whom a programme makes of a number; who has no key cannot tell the number from the name.

    `again` counts how often the person came back after having been forgotten.
    """
    return _named(programme_id, index_of(number, kind), again)


def free_elder_id(programme_id: UUID, number: str, kind: str = "") -> UUID:
    """Name an elder to be registered: whoever had the number and was forgotten keeps the name they had."""
    return _free(programme_id, index_of(number, kind))


def free_elder_ids(programme_id: UUID, indexes: Sequence[str]) -> list[UUID]:
    """Name many elders to be, by the indexes of numbers; only for who was forgotten the register is asked once more."""
    names = [_named(programme_id, index) for index in indexes]
    taken = set(Elder.objects.filter(pk__in=names).values_list("pk", flat=True))
    return [_free(programme_id, index) if name in taken else name for name, index in zip(names, indexes, strict=True)]


def _free(programme_id: UUID, index: str) -> UUID:
    names = (_named(programme_id, index, again) for again in count())
    return next(name for name in names if not Elder.objects.filter(pk=name).exists())


def _named(programme_id: UUID, index: str, again: int = 0) -> UUID:
    return derived_id("elder", programme_id, index, *([again] if again else []))


def tail_key(number: str) -> str:
    """Return the search key of a number's last four characters."""
    return _MARK + field_cipher().index(plain(number)[-TAIL:], kind="document tail")[:_DIGEST]


def may_be_tail(word: str) -> bool:
    """Say whether a word that somebody searches for may be the end of a document's number."""
    return _A_TAIL.fullmatch(word) is not None


def kept(programme_id: UUID, kind: str, number: str) -> dict[str, Any]:
    """Return the columns in which a number is kept. Shape: `number_cipher`, then `number_index`."""
    cipher = field_cipher().encrypt(number, bound_to=_bond(programme_id, kind))
    return {"number_cipher": cipher, "number_index": index_of(number, kind)}


def number_of(document: Document) -> str:
    """Return the number of a document, for whoever has the right and the reason to see it.

    Raises: Unreadable, also for a number that was moved here from another row.
    """
    number = field_cipher().decrypt(document.number_cipher, bound_to=_bond(document.programme_id, document.kind))
    if index_of(number, document.kind) != document.number_index:
        raise Unreadable("证件号码与它的索引不符，记录可能被改动。请系统管理员保全数据库，并核对这份档案。")
    return number


def _bond(programme_id: UUID, kind: str) -> str:
    return f"{programme_id}:{kind}"


def unreadable(step: int = 2_000) -> tuple[int, list[UUID]]:
    """Read every number that is kept; return how many there are, and the documents that cannot be read."""
    total, bad = 0, []
    for document in Document.objects.order_by("id").iterator(step):
        total += 1
        try:
            number_of(document)
        except Unreadable:
            bad.append(document.pk)
    return total, bad
