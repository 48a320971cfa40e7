"""Every foreign key of a table that grows with the orders has an index for a reason, or none for a reason.

Django makes one for each. On tables of millions of rows most of them are asked for by nobody, or are the beginning of
another, and every order pays for them. See docs/decisions/0018-indexes.md.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from sangyu.city.scale import books, months, settled

LARGE = frozenset({*months.TABLES, *books.TABLES, *settled.TABLES})
DECIDED = {
    (row["table"], row["key"]): row["index"]
    for row in csv.DictReader(Path(__file__).with_name("indexes.csv").read_text(encoding="utf-8").splitlines())
}
KEYS = [
    (model, key)
    for model in apps.get_models()
    if model._meta.db_table in LARGE
    for key in model._meta.local_fields
    if key.remote_field and not key.unique
]
# An index of one column and every row, as Django makes it for a foreign key.
OWN = """
SELECT t.relname, a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_attribute a ON a.attrelid = t.oid AND i.indkey::text = a.attnum::text
 WHERE NOT i.indisunique AND i.indpred IS NULL AND t.relname = ANY(%s)"""


def begins_another(model: type[models.Model], name: str) -> bool:
    """Say whether a key is the first column of a unique rule or of another index."""
    meta = model._meta
    rules = [rule for rule in meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return name in {index.fields[0] for index in [*rules, *meta.indexes]}


@pytest.mark.parametrize(
    ("model", "key"), KEYS, ids=lambda one: one._meta.db_table if hasattr(one, "_meta") else one.name
)
def test_a_key_that_begins_another_index_has_none_of_its_own_and_every_other_one_is_decided(model, key):
    decided = DECIDED.get((model._meta.db_table, key.name))
    if begins_another(model, key.name):
        assert not key.db_index, "its own index is the beginning of another; write db_index=False"
        assert decided is None
    else:
        assert decided == ("own" if key.db_index else "none"), (
            "say in tests/indexes.csv who asks for it, or that nobody"
        )


def test_nothing_is_decided_about_keys_that_are_not_there():
    assert set(DECIDED) <= {(model._meta.db_table, key.name) for model, key in KEYS}


@pytest.mark.django_db
def test_the_database_has_the_indexes_that_the_models_say():
    said = {
        (model._meta.db_table, key.column)
        for model, key in KEYS
        if key.db_index or [key.name] in [index.fields for index in model._meta.indexes if not index.condition]
    }
    with connection.cursor() as cursor:
        cursor.execute(OWN, [sorted(LARGE)])
        made = set(cursor.fetchall())
    assert made & {(model._meta.db_table, key.column) for model, key in KEYS} == said
