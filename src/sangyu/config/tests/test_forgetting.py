"""The serving log-in may forget, of the books that are evidence, exactly what the rooms name, and change nothing else.

The tests run as the log-in that serves (`test_grant.py`); the rows here are of every table in which something may be
forgotten.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, models, transaction
from tests.cast import Cast
from tests.standing import standing

from sangyu.config.grants import forgettable_columns, insert_only_tables
from sangyu.kit.ids import new_id
from sangyu.kit.insert_only import FORGOTTEN
from sangyu.outbox.models import Text
from sangyu.registry import actions as registry
from sangyu.registry.models import Residence

MAY_CHANGE = """
SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
 WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) AND attnum > 0 AND NOT attisdropped
   AND has_column_privilege(pg_class.oid, attnum, 'UPDATE')"""


@standing
def rows(cast: Cast) -> dict[str, models.Model]:
    """A row of every table in which something may be forgotten."""
    registry.move(
        elder_id=cast.li.pk,
        moved_on=cast.at.date(),
        community_code=cast.li.community_id,
        address="南门巷99号",
        hukou_in_area=False,
        hukou_place="甘肃兰州",
        reason="搬到女儿家附近",
        by=cast.clerk,
        at=cast.at,
    )
    text = Text.objects.create(
        id=new_id(),
        programme_id=cast.programme.pk,
        cause_kind="ORDER",
        cause_id=new_id(),
        n=1,
        to="ELDER",
        elder_id=cast.li.pk,
        phone="13900000001",
        template="PLACED",
        body="您的保洁已预约",
        at=cast.at,
        not_before=cast.at,
        send_until=cast.at + timedelta(days=1),
    )
    return {row._meta.db_table: row for row in (text, Residence.objects.get(elder=cast.li))}


def refusal(statement: str, *values: object) -> type[BaseException] | None:
    """Try a statement, take it back, and return what the database refused it with."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return type(error.__cause__)
    return None


@pytest.mark.django_db
def test_no_other_column_of_any_insert_only_table_may_be_changed() -> None:
    named = {(table, column) for table, columns in forgettable_columns().items() for column in columns}
    assert {table for table, _ in named} <= insert_only_tables()
    with connection.cursor() as cursor:
        cursor.execute(MAY_CHANGE, [sorted(insert_only_tables())])
        assert set(cursor.fetchall()) == named


def test_what_is_named_is_forgotten_for_ever_and_takes_no_other_value(rows: dict[str, models.Model]) -> None:
    assert set(rows) == set(forgettable_columns())
    for table, columns in forgettable_columns().items():
        pk = rows[table].pk
        for column in columns:
            change = f"UPDATE {table} SET {column} = %s WHERE id = %s"
            assert refusal(change, "别的内容", pk) is psycopg.errors.RestrictViolation, (table, column)
            with connection.cursor() as cursor:
                cursor.execute(change, [FORGOTTEN, pk])
            before, rows[table] = rows[table], type(rows[table])._default_manager.get(pk=pk)
            changed = {
                field.column
                for field in rows[table]._meta.concrete_fields
                if getattr(before, field.attname) != getattr(rows[table], field.attname)
            }
            assert changed == {column}
            back = refusal(change, getattr(before, column), pk)
            assert back is psycopg.errors.RestrictViolation, "what is forgotten does not come back"


def test_nothing_else_of_such_a_row_is_changed_and_it_does_not_go(rows: dict[str, models.Model]) -> None:
    tried = 0
    for table, columns in forgettable_columns().items():
        row = rows[table]
        assert refusal(f"DELETE FROM {table} WHERE id = %s", row.pk) is psycopg.errors.InsufficientPrivilege
        assert refusal(f"TRUNCATE {table} CASCADE") is psycopg.errors.InsufficientPrivilege
        for field in row._meta.concrete_fields:
            if field.column not in columns:
                same = f'"{field.column}" = "{field.column}"'
                alone = f"UPDATE {table} SET {same} WHERE id = %s"
                beside = f"UPDATE {table} SET {columns[0]} = %s, {same} WHERE id = %s"
                assert refusal(alone, row.pk) is psycopg.errors.InsufficientPrivilege, (table, field.column)
                assert refusal(beside, FORGOTTEN, row.pk) is psycopg.errors.InsufficientPrivilege
                tried += 1
    assert tried > 15
