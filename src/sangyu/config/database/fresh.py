"""A fresh database: every table at once, as the last migration leaves it, instead of migration after migration.

For nearly every operation Django makes the classes of all models anew, which for some hundred tables takes most of the
time. What all the operations end at is known without a database; so only that is made, and then what the migrations
say in SQL and no model tells of (triggers). The rule for those who write one: docs/decisions/0022-fresh-databases.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation
from django.db.migrations.recorder import MigrationRecorder

from sangyu.access.reindexing import Reindex

_TOLD_TO_MODELS = (ModelOperation, FieldOperation, IndexOperation, Reindex)
_WHERE = "docs/decisions/0022-fresh-databases.md"


class UnknownOperation(TypeError):
    """A migration does something that would be missing from a fresh database."""


def is_fresh(connection: BaseDatabaseWrapper) -> bool:
    """Answer whether a database has no table of ours and no migration of ours behind it."""
    made = {label for label, _ in MigrationRecorder(connection).applied_migrations()}
    tables = {model._meta.db_table for label in _ours() for model in apps.get_app_config(label).get_models()}
    return made.isdisjoint(_ours()) and tables.isdisjoint(connection.introspection.table_names())


def lay_out(connection: BaseDatabaseWrapper) -> int:
    """Make every table in a fresh database and write all migrations down as done; return how many of ours there are.

    The tables of libraries come first, by their own migrations; ours come whole or not at all.
    Raises: UnknownOperation, before anything of ours is made.
    """
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate([node for node in leaves if node[0] not in _ours()])
    executor.loader.build_graph()
    ours = [migration for migration, _ in executor.migration_plan(leaves)]
    beside = [(migration, operation) for migration in ours for operation in beside_models(migration)]
    state = executor.loader.project_state()
    with connection.schema_editor() as editor:
        for label, name in state.models:
            if label in _ours():
                editor.create_model(state.apps.get_model(label, name))
        for migration, operation in beside:
            try:
                operation.database_forwards(migration.app_label, editor, state, state)
            except Exception as error:
                error.add_note(f"{migration} in a fresh database: does it move rows, and is not elidable? {_WHERE}")
                raise
        for migration in ours:
            executor.record_migration(migration)  # type: ignore[call-arg, arg-type]  # the stubs are of an older Django
    return len(ours)


def _ours() -> frozenset[str]:
    return frozenset(config.label for config in apps.get_app_configs() if config.name.startswith("sangyu."))


def beside_models(migration: Migration) -> Iterator[Operation]:
    """Pick what a fresh database needs besides the models; what only moves rows says so by being elidable."""
    for operation in migration.operations:
        if isinstance(operation, RunSQL | RunPython):
            if not operation.elidable:
                yield operation
        elif not isinstance(operation, _TOLD_TO_MODELS):
            kind = type(operation).__name__
            raise UnknownOperation(f"{migration}: what {kind} does is told neither to models nor as SQL. {_WHERE}")


__all__ = ["UnknownOperation", "beside_models", "is_fresh", "lay_out"]
