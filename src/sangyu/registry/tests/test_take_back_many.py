"""A registration by the sheet goes as if it had never been, unless something has happened; every room is asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast

from sangyu.kit.ids import new_id
from sangyu.registry import actions as registry
from sangyu.registry.actions.register_many import register_many
from sangyu.registry.actions.take_back_many import take_back_many
from sangyu.registry.models import Contact, Document, Elder, Identity
from sangyu.registry.tests.test_register_many import newcomer

# A key whose rows cannot be found by an index costs a whole table for every elder that is deleted. An index of those
# rows only that have the key serves as well; one of some other rows does not.
WITHOUT_INDEX = """
SELECT k.conrelid::regclass::text, a.attname
  FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'f' AND k.confrelid::regclass::text = ANY(%s)
   AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]
                      AND (i.indpred IS NULL
                           OR pg_get_expr(i.indpred, i.indrelid) = format('(%%s IS NOT NULL)', a.attname)))
 ORDER BY 1, 2"""


def register(cast: Cast, first: int, count: int) -> list:
    told = register_many(
        newcomers=[newcomer(n) for n in range(first, first + count)], batch_id=new_id(), by=cast.head, at=cast.at
    )
    return [one.elder_id for one in told]


def take_back(cast: Cast, *elder_ids) -> dict:
    return take_back_many(elder_ids=elder_ids, batch_id=new_id(), by=cast.head, at=cast.at)


@pytest.mark.django_db
def test_every_row_that_points_at_what_is_deleted_is_found_by_an_index() -> None:
    deleted = [model._meta.db_table for model in (Elder, Contact, Identity, Document)]
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_INDEX, [deleted])
        assert cursor.fetchall() == []


def test_whoever_something_happened_to_is_not_taken_back(cast: Cast) -> None:
    ordered, rang, renamed, nothing = register(cast, 1, 4)
    cast.order(elder=Elder.objects.get(pk=ordered))
    call = cast.call("13900000002")
    call.elder_id = rang
    call.save()
    registry.add_contact(
        elder_id=renamed, name="贺小红", relation="女儿", number="13800000077", by=cast.clerk, at=cast.at
    )
    found = take_back(cast, ordered, rang, renamed, nothing)
    assert found == {ordered: found[ordered], rang: "hotline", renamed: "registry.add_contact", nothing: ""}
    assert found[ordered]
    assert set(Elder.objects.filter(pk__in=found).values_list("pk", flat=True)) == {ordered, rang, renamed}
    assert Contact.objects.filter(elder_id=renamed).count() == 3
    for part in (Contact, Document, Identity):
        assert not part.objects.filter(elder_id=nothing).exists()
    assert take_back(cast, nothing) == {nothing: ""}, "who is there no more counts as taken back"


def test_more_of_them_take_no_more_statements(cast: Cast) -> None:
    def statements(first: int, count: int) -> int:
        elder_ids = register(cast, first, count)
        with CaptureQueriesContext(connection) as asked:
            assert set(take_back(cast, *elder_ids).values()) == {""}
        return len(asked)

    assert statements(200, 30) == statements(300, 2)
