"""Books that are evidence are written once; this makes the database itself refuse to change them.

A room lists its tables and adds the SQL to its migration:
`migrations.RunSQL(create_sql("ledger_journal"), drop_sql("ledger_journal"))`.

Some rows are evidence that something happened and also say of whom. What names the person may then be forgotten, and
nothing else changed: `forgetting_sql("outbox_text", ["phone", "body"])` lets these columns become `FORGOTTEN`, and
refuses every other change as before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FORGOTTEN = "—"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,50}")

_FUNCTION = """
CREATE OR REPLACE FUNCTION sangyu_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('账簿“%s”只许新增，不许修改或删除（%s）。 Table %s is insert-only: %s refused.',
                         TG_TABLE_NAME, TG_OP, TG_TABLE_NAME, TG_OP),
        HINT = '如有差错，请用一笔相反的记录更正。 Correct a mistake by an opposite row.';
END
$body$;
"""

_FORGETTING = f"""
CREATE OR REPLACE FUNCTION sangyu_let_forget() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND NOT EXISTS (
        SELECT FROM unnest(TG_ARGV) AS told (name)
        WHERE to_jsonb(NEW) ->> name IS DISTINCT FROM to_jsonb(OLD) ->> name
        AND to_jsonb(NEW) ->> name IS DISTINCT FROM '{FORGOTTEN}'
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('账簿“%s”只许新增，不许修改或删除（%s）。 Table %s is insert-only: %s refused.',
                         TG_TABLE_NAME, TG_OP, TG_TABLE_NAME, TG_OP),
        HINT = '只有到期的个人信息可以抹去。 Only what names a person may be forgotten.';
END
$body$;
"""


def create_sql(table: str) -> str:
    """Return the SQL that makes a table insert-only; running it twice changes nothing."""
    _ensure_name(table)
    return (
        _FUNCTION
        + drop_sql(table)
        + f"""
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION sangyu_refuse_change();
CREATE TRIGGER {table}_no_empty BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION sangyu_refuse_change();
"""
    )


def forgetting_sql(table: str, columns: Sequence[str]) -> str:
    """Return the SQL that lets some columns of an insert-only table be forgotten; it follows that of `create_sql`."""
    for name in (table, *columns):
        _ensure_name(name)
    told = ", ".join(f"'{name}'" for name in columns)
    return (
        _FORGETTING
        + f"""
DROP TRIGGER IF EXISTS {table}_no_change ON {table};
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION sangyu_let_forget({told});
"""
    )


def drop_sql(table: str) -> str:
    """Return the SQL that lets a table be changed again, for undoing a migration."""
    _ensure_name(table)
    return f"""
DROP TRIGGER IF EXISTS {table}_no_change ON {table};
DROP TRIGGER IF EXISTS {table}_no_empty ON {table};
"""


def _ensure_name(table: str) -> None:
    # The name is pasted into SQL, so only a plain lower-case identifier passes.
    if _NAME.fullmatch(table) is None:
        raise ValueError(f"not a plain table name: {table!r}")
