"""PostgreSQL without deferrable constraints.

Django makes every foreign key DEFERRABLE INITIALLY DEFERRED. Engines that speak PostgreSQL's wire but are not
PostgreSQL lack that, and a check at commit names no line of code. Here a constraint is checked by the statement that
breaks it, and nothing ever says SET CONSTRAINTS.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.postgresql import base, features, operations, schema


class DatabaseFeatures(features.DatabaseFeatures):
    can_defer_constraint_checks = False
    supports_deferrable_unique_constraints = False
    supports_forward_references = False


class DatabaseOperations(operations.DatabaseOperations):
    def deferrable_sql(self) -> str:
        return ""


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    sql_update_with_default = "UPDATE %(table)s SET %(column)s = %(default)s WHERE %(column)s IS NULL"
    sql_create_column_inline_fk = "CONSTRAINT %(name)s REFERENCES %(to_table)s(%(to_column)s)%(deferrable)s"
    sql_delete_fk = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor

    def check_constraints(self, table_names: Iterable[str] | None = None) -> None:
        """Do nothing: every statement has already checked its own."""
