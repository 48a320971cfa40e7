"""Find records that may be one person: in steps that each read a few thousand rows by an index, however large the city.

Records meet by birthday, by a document's number or by a telephone. Who meets is gathered here; on which grounds two may
be one person is then asked of the database for these pairs alone, and judged by the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.registry import rules
from sangyu.registry.models import DuplicateCase

STEP = 5_000
PAIRS_MAX = 2_000
# A number that more call their own is that of an office, a home with more of one birthday is an institution with a
# birthday that nobody knew.
SHARED_MAX = 5
Row = tuple[Any, ...]
Pair = tuple[UUID, UUID]

# Each reads the rows of whole keys only, from behind the last key of the step before to the key that ends this one.
_BORN = ("registry_elder", "birth_on", "merged_into_id IS NULL", "id, birth_on, sort_key, community_id, address")
_NUMBERED = ("registry_document", "number_index", "true", "elder_id, number_index")
_RUNG = ("registry_contact", "phone", "relation = '本人'", "elder_id, phone")
_JUDGED = f"""
SELECT one.id, other.id, one.name, one.birth_on, one.sex, one.address,
       other.name, other.birth_on, other.sex, other.address,
       EXISTS (SELECT FROM registry_document a JOIN registry_document b USING (programme_id, number_index)
                WHERE a.elder_id = one.id AND b.elder_id = other.id),
       EXISTS (SELECT FROM registry_contact a JOIN registry_contact b USING (programme_id, phone)
                WHERE a.elder_id = one.id AND b.elder_id = other.id AND a.relation = '本人' AND b.relation = '本人'
                  AND (SELECT count(DISTINCT c.elder_id) FROM registry_contact c
                        WHERE c.programme_id = a.programme_id AND c.phone = a.phone AND c.relation = '本人')
                      <= {SHARED_MAX}),
       (one.registered_at, one.id) > (other.registered_at, other.id)
  FROM unnest(%(one)s::uuid[], %(other)s::uuid[]) AS pair (one, other)
  JOIN registry_elder one ON one.id = pair.one JOIN registry_elder other ON other.id = pair.other
 WHERE one.merged_into_id IS NULL AND other.merged_into_id IS NULL
   AND (one.community_id LIKE %(area)s OR other.community_id LIKE %(area)s)
   AND NOT EXISTS (SELECT FROM registry_duplicatecase WHERE one_id = pair.one AND other_id = pair.other)
   AND NOT EXISTS (SELECT FROM registry_duplicatecase WHERE one_id = pair.other AND other_id = pair.one)
"""


def find_duplicates(*, by: User, at: datetime, step: int = STEP) -> int:
    """Open a case for every two records of the actor's area that may be one person; return how many are new.

    Two that were a case before, however it ended, are none again. Each step is a transaction of its own: one that was
    broken off has opened what it came upon, and the next search opens the rest. The audit book has an entry of every
    search by a person, and of the clock's where it found something.
    Raises: NotAllowed.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU, Role.CLOCK)
    found = 0
    for meet, read in ((_met_by_birth, _BORN), (_met_by_key, _NUMBERED), (_met_by_key, _RUNG)):
        for rows in _steps(by.programme_id, read, step):
            found += sum(_opened(by, at, pairs) for pairs in _portions(meet(rows)))
    if found or Role.CLOCK not in by.roles:
        access.record(
            by=by,
            at=at,
            verb="registry.find_duplicates",
            object_kind="programme",
            object_id=by.programme_id,
            facts={"found": found},
        )
    return found


def _steps(programme_id: UUID, read: Sequence[str], step: int) -> Iterator[list[Row]]:
    """Give the rows of a table in the order of a key, some thousand at a time, all rows of one key together."""
    table, key, which, columns = read
    last: Any = None
    while True:
        told: dict[str, Any] = {"programme": programme_id, "last": last, "step": step}
        behind = f"AND {key} > %(last)s" if last is not None else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key} FROM {table} WHERE programme_id = %(programme)s {behind}"
                f" ORDER BY {key} OFFSET %(step)s LIMIT 1",
                told,
            )
            end = cursor.fetchone()
            until = f"AND {key} <= %(until)s" if end else ""
            cursor.execute(
                f"SELECT {columns} FROM {table} WHERE programme_id = %(programme)s {behind} {until} AND {which}",
                {**told, "until": end[0] if end else None},
            )
            yield cursor.fetchall()
        if end is None:
            return
        last = end[0]


def _met_by_birth(rows: Iterable[Row]) -> Iterator[Pair]:
    """Pair who is born on one day and is called the same, or lives at one address."""
    rows = list(rows)
    for alike in _together(rows, lambda row: (row[1], row[2])):
        yield from combinations(sorted(row[0] for row in alike), 2)
    for at_home in _together(rows, lambda row: row[1:2] + row[3:]):
        if len(at_home) <= SHARED_MAX:
            yield from combinations(sorted(row[0] for row in at_home), 2)


def _met_by_key(rows: Iterable[Row]) -> Iterator[Pair]:
    """Pair who has one number; one that many have is nobody's own."""
    for alike in _together(set(rows), lambda row: row[1]):
        if len(alike) <= SHARED_MAX:
            yield from combinations(sorted(row[0] for row in alike), 2)


def _together(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> Iterator[list[Row]]:
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return (group for group in groups.values() if len(group) > 1)


def _portions(pairs: Iterable[Pair]) -> Iterator[set[Pair]]:
    portion: set[Pair] = set()
    for pair in pairs:
        portion.add(pair)
        if len(portion) == PAIRS_MAX:
            yield portion
            portion = set()
    if portion:
        yield portion


@transaction.atomic
def _opened(by: User, at: datetime, pairs: set[Pair]) -> int:
    """Open the cases of those pairs that are sure enough; return how many are new."""
    ordered = sorted(pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            _JUDGED,
            {
                "one": [one for one, _ in ordered],
                "other": [other for _, other in ordered],
                "area": f"{by.area_code}%",
            },
        )
        rows = cursor.fetchall()
    cases = []
    for x, y, *told, document, phone, swapped in rows:
        grounds, score_pm = rules.judge(
            rules.Record(*told[:4]), rules.Record(*told[4:]), document=document, phone=phone
        )
        if score_pm >= rules.SCORE_PM_MIN:
            one, other = (y, x) if swapped else (x, y)
            cases.append(
                DuplicateCase(
                    id=derived_id("duplicate", one, other),
                    programme_id=by.programme_id,
                    one_id=one,
                    other_id=other,
                    grounds=grounds,
                    score_pm=score_pm,
                    found_at=at,
                )
            )
    DuplicateCase.objects.bulk_create(cases, ignore_conflicts=True)
    return len(cases)
