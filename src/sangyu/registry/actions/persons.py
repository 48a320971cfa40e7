"""Where the records of a person point, and by what the person is found: both follow from rows that stand elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sangyu.kit.names import search_keys
from sangyu.registry import rules
from sangyu.registry.models import Contact, Document, Elder
from sangyu.registry.numbers import number_of, tail_key
from sangyu.registry.queries.duplicates import standing_merges


def settle(*touched: UUID) -> None:
    """Set where the records of some persons point, from the merges that stand, and their search keys.

    A record is found by its name, its own telephones and the ends of its documents' numbers; the one that stands for
    a person by those of all their records. The number of statements does not grow with the records.
    """
    around = set(touched)
    while True:
        merges = list(standing_merges().filter(gone__in=around) | standing_merges().filter(survivor__in=around))
        more = around | {merge.gone_id for merge in merges} | {merge.survivor_id for merge in merges}
        if more == around:
            break
        around = more
    goes = {merge.gone_id: merge.survivor_id for merge in merges}
    ends = {one: _end(one, goes) for one in around}
    rows = {row.pk: row for row in Elder.objects.filter(pk__in=around)}
    own = _own_keys(rows.values())
    keys: dict[UUID, list[str]] = {one: list(own[one]) for one in rows}
    for one in rows:
        if ends[one] != one:
            keys[ends[one]] += own[one]
    for one, row in rows.items():
        row.merged_into_id = ends[one] if ends[one] != one else None
        row.search_keys = rules.stored_keys(keys[one])
    Elder.objects.bulk_update(list(rows.values()), ["merged_into", "search_keys"])


def _end(one: UUID, goes: dict[UUID, UUID]) -> UUID:
    while one in goes:
        one = goes[one]
    return one


def _own_keys(elders: Collection[Elder]) -> dict[UUID, list[str]]:
    """Return for each record what it alone is found by."""
    phones: dict[UUID, list[str]] = {row.pk: [] for row in elders}
    for contact in Contact.objects.filter(elder__in=phones, relation="本人").order_by("order", "id"):
        phones[contact.elder_id].append(contact.phone)
    found = {row.pk: search_keys(row.name, phones=phones[row.pk]) for row in elders}
    for document in Document.objects.filter(elder__in=found).order_by("id"):
        found[document.elder_id].append(tail_key(number_of(document)))
    return found
