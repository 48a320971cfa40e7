"""One statement that copies the rows of a table, column by column: ids moved on, days shifted, the rest as it was.

What a column means follows from the catalogue: a foreign key says whose id it holds, a type says whether it is a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from django.db import connection

# Whose ids change how: with tile and month, with the tile, or by the list of who stands for whom.
OF_CELL = frozenset(
    {
        "benefits_charge",
        "dispatch_dispatch",
        "hotline_call",
        "ledger_hold",
        "ledger_journal",
        "meals_sale",
        "orders_order",
        "quality_complaint",
        "quality_followup",
        "quality_followuptask",
        "safety_alarm",
        "safety_closure",
        "visits_visit",
    }
)
OF_TILE = frozenset({"providers_worker", "registry_elder", "registry_eldercard"})
STAND_INS = frozenset({"access_user", "access_organisation", "providers_canteen", "providers_enterprise"})
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attidentity <> '',
       (SELECT f.confrelid::regclass::text FROM pg_constraint f
         WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND f.conkey = ARRAY[a.attnum]),
       EXISTS (SELECT FROM pg_constraint p
                WHERE p.contype = 'p' AND p.conrelid = a.attrelid AND p.conkey = ARRAY[a.attnum])
  FROM pg_attribute a
 WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 ORDER BY a.attnum"""


@dataclass(frozen=True)
class Column:
    """A column as the catalogue has it; `points_at` is the table of its foreign key."""

    name: str
    kind: str
    counts_itself: bool
    points_at: str | None
    is_key: bool


@dataclass(frozen=True)
class Copy:
    """A table to copy: `day` is SQL of the day of the month on which a row `s` belongs, by which months are cut.

    `where` leaves rows out, `meal` tells what belongs to a canteen, `set` says in SQL what a column holds instead and
    `first` what is done to it once for all copies; `points_at` names the table of an id that has no foreign key. In
    all of them `s` is the template's row and `c` the copy (`t`, `p`, `tile`).
    """

    table: str
    day: str = "1"
    where: str = "true"
    meal: str = "false"
    set: Mapping[str, str] = field(default_factory=dict)
    first: Mapping[str, str] = field(default_factory=dict)
    points_at: Mapping[str, str] = field(default_factory=dict)


@cache
def columns(table: str) -> tuple[Column, ...]:
    """Read a table's columns from the catalogue; to be asked first while its foreign keys still stand."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table])
        return tuple(Column(*row) for row in cursor.fetchall())


def moved(alias: str, column: str, prefix: str) -> str:
    """Return the SQL of an id with the prefix of its copy."""
    return f'({prefix} || substr({alias}."{column}"::text, 9))::uuid'


def template_sql(copy: Copy) -> str:
    """Return the SQL that keeps the template's rows beside, each with the day it belongs to."""
    return (
        f"CREATE TEMP TABLE t_{copy.table} ON COMMIT DROP AS"
        f" SELECT s.*, ({copy.day})::int AS of_day, ({copy.meal}) AS of_meal FROM {copy.table} s WHERE {copy.where}"
    )


def copy_sql(copy: Copy, *, cells: str = "cell", moves: frozenset[str] = OF_CELL) -> str:
    """Return the SQL that copies the template's rows of a month to its tiles.

    Parameters: `days`, the days the month has; `shift`, by how many days it lies off the template's; `meals`, whether
    there were canteens. The copies are the rows of the temporary table `cells`, who stands for whom is in `stand_in`;
    `moves` are the tables whose ids get the prefix of the copy.
    """
    names, kept, made, joins = [], [], [], []
    for column in columns(copy.table):
        if column.counts_itself:
            continue
        name = column.name
        names.append(f'"{name}"')
        points_at = copy.points_at.get(name, column.points_at)
        kept.append(f'{copy.first[name]} AS "{name}"' if name in copy.first else f's."{name}"')
        if name in copy.set:
            made.append(copy.set[name])
        elif points_at in moves or (column.is_key and points_at is None and column.kind == "uuid"):
            made.append(moved("s", name, "c.p"))
        elif points_at in OF_TILE:
            made.append(moved("s", name, "c.tile"))
        elif points_at in STAND_INS:
            joins.append(f'LEFT JOIN stand_in "i_{name}" ON "i_{name}".old = s."{name}" AND "i_{name}".t = c.t')
            made.append(f'coalesce("i_{name}".new, s."{name}")')
        elif column.kind == "timestamp with time zone":
            made.append(f's."{name}" + make_interval(days => %(shift)s)')
        elif column.kind == "date":
            made.append(f's."{name}" + %(shift)s::int')
        else:
            made.append(f's."{name}"')
    return (
        f"INSERT INTO {copy.table} ({', '.join(names)})\n"
        f"  WITH s AS MATERIALIZED (SELECT {', '.join(kept)}, s.of_day, row_number() OVER () AS place"
        f" FROM t_{copy.table} s WHERE s.of_day <= %(days)s AND (%(meals)s OR NOT s.of_meal))\n"
        f"SELECT {', '.join(made)}\n  FROM s CROSS JOIN {cells} c\n  " + "\n  ".join(joins)
    )


LATER = "pg_temp.on_other_days(s.{0}, %(shift)s)"

# The days of the month that was played stand in decisions; an earlier one is replaced first, so none is moved twice.
ON_OTHER_DAYS = """
CREATE FUNCTION pg_temp.on_other_days(body jsonb, shift int) RETURNS jsonb LANGUAGE plpgsql AS $body$
DECLARE
    told text := body::text;
    day text;
BEGIN
    FOR day IN
        SELECT DISTINCT hit[1] FROM regexp_matches(told, '"on": "(\\d{4}-\\d\\d-\\d\\d)"', 'g') hit ORDER BY 1
    LOOP
        told := replace(told, '"on": "' || day || '"', '"on": "' || (day::date + shift) || '"');
    END LOOP;
    RETURN told::jsonb;
END
$body$"""

# A telephone of its own for every copy, of the same kind.
PHONE_OF = """
CREATE FUNCTION pg_temp.phone_of(phone text, tile int) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
    SELECT CASE
        WHEN tile = 0 OR phone = '' THEN phone
        WHEN length(phone) = 11 AND phone LIKE '1%'
            THEN left(phone, 3) || lpad(((substr(phone, 4)::bigint + tile * 499979) % 100000000)::text, 8, '0')
        ELSE left(phone, 5) || lpad(((substr(phone, 6)::bigint + tile * 4999) % 1000000)::text, 6, '0') END
$body$"""
