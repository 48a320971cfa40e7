"""An operation for migrations: take indexes away, and make others, without touching a row or a foreign key.

Django's own way to take the index off a foreign key drops the key too and checks it anew over every row, with the
table locked: minutes for a district's years. Why indexes are taken away at all: docs/decisions/0018-indexes.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from django.db.models import Index

# A foreign key's own index: of its column alone, and of every row.
_OWN = """
SELECT i.indexrelid::regclass::text FROM pg_index i
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = %s AND i.indkey::text = a.attnum::text
 WHERE i.indrelid = %s::regclass AND NOT i.indisunique AND i.indpred IS NULL
"""


class Reindex(Operation):
    """Take the own index off foreign keys, and replace other indexes, in the models of one room.

    Shape: by model in lower case, `keys` are foreign keys that have `db_index=False` from now on, `old` the names of
    indexes that go and `new` the indexes that come.
    """

    category = OperationCategory.ALTERATION
    reversible = True

    def __init__(
        self,
        *,
        keys: Mapping[str, Sequence[str]],
        old: Mapping[str, Sequence[str]] | None = None,
        new: Mapping[str, Sequence[Index]] | None = None,
    ) -> None:
        self.keys, self.old, self.new = keys, old or {}, new or {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Let the models say it; they are made anew once for all of it, which is what takes the time."""
        for name, fields in self.keys.items():
            model = state.models[app_label, name]
            for field in fields:
                model.fields[field] = without = model.fields[field].clone()
                without.db_index = False
        for name in {*self.old, *self.new}:
            options = state.models[app_label, name].options
            kept = [index for index in options["indexes"] if index.name not in self.old.get(name, ())]
            options["indexes"] = [*kept, *(index.clone() for index in self.new.get(name, ()))]
        state.reload_models([(app_label, name) for name in {*self.keys, *self.old, *self.new}], delay=True)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the indexes that go, then make those that come."""
        for name, gone in self.old.items():
            for index_name in gone:
                before = from_state.models[app_label, name].get_index_by_name(index_name)
                schema_editor.remove_index(from_state.apps.get_model(app_label, name), before)
        for name, fields in self.keys.items():
            meta = from_state.apps.get_model(app_label, name)._meta
            for field in fields:
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute(_OWN, [meta.get_field(field).column, meta.db_table])
                    for (own,) in cursor.fetchall():
                        schema_editor.execute(f"DROP INDEX {own}")
        for name, made in self.new.items():
            for index in made:
                schema_editor.add_index(to_state.apps.get_model(app_label, name), index)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop what came, then make what went."""
        for name, made in self.new.items():
            for index in made:
                schema_editor.remove_index(from_state.apps.get_model(app_label, name), index)
        for name, fields in self.keys.items():
            model = to_state.apps.get_model(app_label, name)
            for field in fields:
                schema_editor.add_index(model, Index(fields=[field], name=f"{name}_{field}_own"[:30]))
        for name, gone in self.old.items():
            for index_name in gone:
                before = to_state.models[app_label, name].get_index_by_name(index_name)
                schema_editor.add_index(to_state.apps.get_model(app_label, name), before)

    def describe(self) -> str:
        """Say what it does."""
        return "Take away the indexes that nothing asks for"


__all__ = ["Reindex"]
