"""An intruder with the owner's rights lifts the guards; the chain tells where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

import pytest
from tests.cast import Cast
from tests.owner import past_the_guards

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import AuditLink

PLACE, LENGTH = 4, 13
ENTRY = "(SELECT entry_id FROM access_auditlink WHERE n = 4)"
LOOSE = "(SELECT id FROM access_auditentry WHERE id NOT IN (SELECT entry_id FROM access_auditlink))"
OTHER_BODY, OTHER_LINK = "记录内容与当时的摘要不符", "与前一环不衔接"
BOOK = ["access_auditentry", "access_auditlink", "access_audithead"]


@pytest.mark.django_db(transaction=True)
def test_what_an_intruder_changes_is_found_at_its_place():
    cast = Cast()
    assert access.seal(programme_id=cast.programme.pk) == LENGTH
    assert faults(cast) == []
    body, whole = forged()
    edited = f"UPDATE access_auditentry SET verb = 'x', body_hash = '{body}' WHERE id = {ENTRY}"
    relinked = f"UPDATE access_auditlink SET hash = '{whole}' WHERE n = 4"
    cut = "DELETE FROM access_auditlink WHERE n > 4"
    one = [(PLACE, OTHER_BODY), (PLACE, OTHER_LINK)]
    for what, statements, expected in [
        ("the facts", [f"UPDATE access_auditentry SET facts = '{{}}' WHERE id = {ENTRY}"], one),
        ("the time", [f"UPDATE access_auditentry SET at = at - interval '1 microsecond' WHERE id = {ENTRY}"], one),
        ("the verb", [f"UPDATE access_auditentry SET verb = 'x' WHERE id = {ENTRY}"], one),
        ("the object's kind", [f"UPDATE access_auditentry SET object_kind = 'x' WHERE id = {ENTRY}"], one),
        ("the object", [f"UPDATE access_auditentry SET object_id = gen_random_uuid() WHERE id = {ENTRY}"], one),
        ("the person", [f"UPDATE access_auditentry SET by_id = '{cast.feng.pk}' WHERE id = {ENTRY}"], one),
        ("an act and its hash", [edited], [(PLACE, OTHER_LINK)]),
        ("an act, its hash and its link", [edited, relinked], [(PLACE + 1, OTHER_LINK)]),
        (
            "a link taken out",
            ["DELETE FROM access_auditlink WHERE n = 4"],
            [(PLACE, "缺少第4环，接着的是第5环"), (PLACE + 1, OTHER_LINK)],
        ),
        ("the tail cut off", [cut], [(PLACE, f"链尾被截断：应有{LENGTH}环")]),
        ("the head set back, not its hash", [cut, "UPDATE access_audithead SET n = 4"], [(4, "链尾被截断：应有4环")]),
        (
            "two acts exchanged",
            [
                "CREATE TEMP TABLE swap AS SELECT 9 - n AS n, entry_id FROM access_auditlink WHERE n IN (4, 5)",
                "DELETE FROM access_auditlink WHERE n = 1",  # frees an act to stand in while two change places
                f"UPDATE access_auditlink SET entry_id = {LOOSE} WHERE n = 4",
                "UPDATE access_auditlink AS a SET entry_id = swap.entry_id FROM swap WHERE a.n = 5 AND swap.n = 5",
                "UPDATE access_auditlink AS a SET entry_id = swap.entry_id FROM swap WHERE a.n = 4 AND swap.n = 4",
            ],
            [(1, "缺少第1环，接着的是第2环"), (2, OTHER_LINK), (PLACE, OTHER_LINK), (PLACE + 1, OTHER_LINK)],
        ),
    ]:
        with tampered(*statements):
            assert faults(cast) == expected, what
        assert faults(cast) == [], f"{what}: put back"


@contextmanager
def tampered(*statements: str) -> Iterator[None]:
    """Change the book past its guards, and put it back as it was."""
    with past_the_guards() as owner:
        for table in BOOK:
            owner.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}")
        for statement in statements:
            owner.execute(statement)
        yield
        for table in reversed(BOOK[:2]):
            owner.execute(f"DELETE FROM {table}")
        for table in BOOK[:2]:
            owner.execute(f"INSERT INTO {table} TABLE kept_{table}")
        owner.execute("UPDATE access_audithead AS head SET n = kept.n FROM kept_access_audithead AS kept")


def faults(cast: Cast) -> list[tuple[int, str]]:
    return [(fault.n, fault.what) for fault in access_read.verify_chain(cast.programme.pk)]


def forged() -> tuple[str, str]:
    """Hash the act at `PLACE` with another verb, and its link, as an outsider who knows the recipe would."""
    link = AuditLink.objects.select_related("entry").get(n=PLACE)
    body = {
        "id": str(link.entry.pk),
        "at": link.entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": str(link.entry.by_id),
        "verb": "x",
        "object_kind": link.entry.object_kind,
        "object_id": str(link.entry.object_id),
        "facts": link.entry.facts,
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    hashed = hashlib.sha256(text.encode()).hexdigest()
    return hashed, hashlib.sha256(f"{link.previous_hash}:{PLACE}:{hashed}".encode()).hexdigest()
