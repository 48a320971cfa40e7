"""What a rehearsal reads: the registry and the charges of a period as columns, streamed out of the database.

Facts stand with each charge in its decisions; what these did not ask for is what the registry said of that day. What
neither knows stays empty: it is counted as missing, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
from django.db import connection
from django.db.models import Min
from pyarrow import csv

from sangyu.adoption.models import Adoption
from sangyu.benefits.models import Charge
from sangyu.policy.vocabulary import facts

CHUNK_BYTES = 8_000_000
# What `registry.queries.facts` tells of an elder on a day, from the tables that `load_registry` makes.
REGISTRY: Mapping[str, str] = {
    "birth_date": "elder.birth_on",
    "registered": "true",
    "lives_in_area": "true",
    "hukou_in_area": "elder.hukou_in_area",
    "identities": "coalesce(held.codes, [])",
    "since": "held.since",
    "died_on": "elder.died_on",
}
_TYPES: Mapping[str, str] = {
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "code": "VARCHAR",
    "date": "DATE",
    "date_or_null": "DATE",
    "codes": '["VARCHAR"]',
    "ints": '["BIGINT"]',
    "dates": '["DATE"]',
    "counts": '"MAP(VARCHAR, BIGINT)"',
}
_ELDERS = """
SELECT elder.id, elder.birth_on, elder.hukou_in_area, elder.died_on,
       (elder.registered_at AT TIME ZONE 'Asia/Shanghai')::date, community.parent_id
  FROM registry_elder AS elder JOIN access_area AS community ON community.code = elder.community_id
 WHERE elder.programme_id = %(programme)s
"""
_IDENTITIES = """
SELECT identity.elder_id, identity.code, identity.valid_from, identity.valid_until, identity.recorded_at
  FROM registry_identity AS identity JOIN registry_elder AS elder ON elder.id = identity.elder_id
 WHERE elder.programme_id = %(programme)s
"""
# The facts of the few decisions of a charge are joined once; a later decision says the same or more.
DECISIONS_MAX = 6
_ALL_FACTS = " || ".join(f"coalesce(charge.decisions -> {n} -> 'facts_used', '{{}}')" for n in range(DECISIONS_MAX))
_CHARGES = """
SELECT charge.elder_id, charge.service_on, charge.at, item.offer, item.minutes, charge.price_fen,
       charge.public_fen{facts}
  FROM benefits_charge AS charge
  JOIN providers_serviceitem AS item ON item.id = charge.item_id
 CROSS JOIN LATERAL (
       SELECT {told} AS facts OFFSET 0) AS told
 WHERE charge.programme_id = %(programme)s AND charge.service_on >= %(since)s AND charge.service_on < %(until)s
   AND item.offer = ANY(%(offers)s)
   AND NOT EXISTS (SELECT FROM benefits_reversal AS reversal WHERE reversal.charge_id = charge.id)
"""
_BOOKED = """
SELECT to_char(charge.service_on, 'YYYY-MM'), community.parent_id, item.offer, count(*), sum(charge.price_fen)::bigint,
       sum(charge.public_fen)::bigint
  FROM benefits_charge AS charge
  JOIN providers_serviceitem AS item ON item.id = charge.item_id
  JOIN registry_elder AS elder ON elder.id = charge.elder_id
  JOIN access_area AS community ON community.code = elder.community_id
 WHERE charge.programme_id = %(programme)s AND charge.service_on >= %(since)s AND charge.service_on < %(until)s
   AND NOT item.offer = ANY(%(offers)s)
   AND NOT EXISTS (SELECT FROM benefits_reversal AS reversal WHERE reversal.charge_id = charge.id)
 GROUP BY 1, 2, 3
"""


def load_registry(duck: duckdb.DuckDBPyConnection, programme_id: UUID) -> None:
    """Lay out the elders of a programme as `elder` (numbered) and their recognitions as `identity`."""
    elders = _whole(
        _ELDERS,
        {"programme": programme_id},
        {
            "uuid": pa.string(),
            "birth_on": pa.date32(),
            "hukou_in_area": pa.string(),
            "died_on": pa.date32(),
            "registered_on": pa.date32(),
            "street": pa.string(),
        },
    )
    identities = _whole(
        _IDENTITIES,
        {"programme": programme_id},
        {
            "uuid": pa.string(),
            "code": pa.string(),
            "valid_from": pa.date32(),
            "valid_until": pa.date32(),
            "recorded_at": pa.timestamp("us", "UTC"),
        },
    )
    duck.register("read_elder", elders)
    duck.register("read_identity", identities)
    duck.execute(
        """CREATE TABLE elder AS SELECT row_number() OVER (ORDER BY uuid) AS n, uuid::UUID AS uuid, birth_on,
           hukou_in_area = 't' AS hukou_in_area, died_on, registered_on, street FROM read_elder"""
    )
    duck.execute(
        """CREATE TABLE identity AS SELECT elder.n AS elder, code, valid_from, valid_until, recorded_at
           FROM read_identity JOIN elder ON elder.uuid = read_identity.uuid::UUID"""
    )
    duck.unregister("read_elder")
    duck.unregister("read_identity")


@dataclass(frozen=True)
class Span:
    """The days of the charges that are read, and since when they are added up; half-open."""

    read_from: date
    since: date
    until: date


def charges_of(programme_ids: Sequence[UUID], since: date, until: date, at_most: int | None = None) -> int:
    """Count the charges of some programmes in a span of days; a larger number than `at_most` is not counted out."""
    rows = Charge.objects.filter(programme_id__in=programme_ids, service_on__gte=since, service_on__lt=until)
    return rows.count() if at_most is None else rows[: at_most + 1].count()


def adopted_from(programme_id: UUID) -> date:
    """Give the first day on which a programme had a policy: before it nothing was granted."""
    first = Adoption.objects.filter(programme_id=programme_id).aggregate(first=Min("valid_from"))["first"]
    return first or date.min


def load_charges(
    duck: duckdb.DuckDBPyConnection,
    programme_id: UUID,
    span: Span,
    offers: Sequence[str],
    wanted: Iterable[str],
    progress: Callable[[int, int], None] = lambda done_pm, charges: None,
) -> None:
    """Lay out the charges of some offers as `line`, numbered in order of service, with the facts that are wanted.

    Those before the period are there for the credits that they drew on and are not added up (`in_period`). Charges
    that were taken back are left out. `progress` is told the per-mille that is read, and of how many charges.
    """
    names = sorted(set(wanted))
    columns = {"uuid": pa.string(), "service_on": pa.date32(), "at": pa.timestamp("us", "UTC"), "offer": pa.string()}
    columns |= {"item_minutes": pa.int64(), "booked_price_fen": pa.int64(), "booked_public_fen": pa.int64()}
    columns |= {f"told_{name}": pa.string() for name in names}
    told = "".join(f", told.facts ->> '{name}'" for name in names)
    asked = {"programme": programme_id, "since": span.read_from, "until": span.until, "offers": list(offers)}
    total = charges_of([programme_id], span.read_from, span.until)
    progress(0, total)
    duck.register("one_chunk", _empty(columns))
    duck.execute("CREATE TABLE read_charge AS FROM one_chunk")
    done = 0
    for chunk in _copied(_CHARGES.format(facts=told, told=_ALL_FACTS), asked, columns):
        duck.register("one_chunk", chunk)
        duck.execute("INSERT INTO read_charge FROM one_chunk")
        done += chunk.num_rows
        progress(min(done * 1000 // total, 1000), total)
    duck.unregister("one_chunk")
    chosen = "".join(f', {_fact(name)} AS "{name}"' for name in names)
    duck.execute(
        f"""CREATE TABLE line AS
        WITH charge AS (
            SELECT row_number() OVER (ORDER BY service_on, "at", uuid) AS id, * FROM read_charge
        ), held AS (
            SELECT charge.id, {_held(names)}
            FROM charge JOIN elder ON elder.uuid = charge.uuid::UUID JOIN identity ON identity.elder = elder.n
             AND identity.valid_from <= charge.service_on
             AND (identity.valid_until IS NULL OR charge.service_on < identity.valid_until)
            GROUP BY charge.id
        )
        SELECT charge.id, charge.id AS "at", elder.n AS elder, charge.service_on AS "on", elder.street, charge.offer,
               strftime(charge.service_on, '%Y-%m') AS month, charge.service_on >= DATE '{span.since}' AS in_period,
               charge.booked_price_fen, charge.booked_public_fen,
               {REGISTRY["identities"]} AS held{chosen}
        FROM charge JOIN elder ON elder.uuid = charge.uuid::UUID LEFT JOIN held ON held.id = charge.id"""
    )
    duck.execute("DROP TABLE read_charge")


def slices(duck: duckdb.DuckDBPyConnection, lines: int) -> list[tuple[int, int]]:
    """Cut the elders who have lines into stretches of so many lines each, so that memory does not grow with a district.

    Shape: the first and the last number of the elders of each.
    """
    return duck.execute(
        """SELECT min(elder), max(elder) FROM (
               SELECT elder, (sum(count(*)) OVER (ORDER BY elder) - 1) // ? AS slice FROM line GROUP BY elder)
           GROUP BY slice ORDER BY 1""",
        [lines],
    ).fetchall()


def booked_elsewhere(
    programme_id: UUID, since: date, until: date, offers: Sequence[str]
) -> list[tuple[str, str, str, int, int, int]]:
    """Add up the charges of every other offer as they stand on the books.

    Shape: month, street, offer, charges, price in fen, public part in fen.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, {"programme": programme_id, "since": since, "until": until, "offers": list(offers)})
        return list(cursor.fetchall())


def people(duck: duckdb.DuckDBPyConnection, on: date, wanted: Iterable[str]) -> pa.Table:
    """Give every living elder on a day with the facts that the registry has of those that are wanted."""
    living = f"SELECT n AS elder, DATE '{on}' AS \"on\" FROM elder WHERE died_on IS NULL OR died_on > DATE '{on}'"
    return told_on(duck, living, wanted, f", elder.street, {REGISTRY['identities']} AS held")


def told_on(duck: duckdb.DuckDBPyConnection, days: str, wanted: Iterable[str], more: str = "") -> pa.Table:
    """Give elders on days with the facts that the registry has of those that are wanted.

    Shape: `days` is SQL of `elder`, `on`; the answer has these, `more` and a column for each fact, in their order.
    """
    names = sorted(set(wanted))
    known = {**REGISTRY, **{name: f'held."stated_{name}"' for name in _stated(names)}}
    chosen = more + "".join(f', {known[name]} AS "{name}"' for name in names if name in known)
    held = (
        f"""LEFT JOIN (SELECT asking.elder, asking."on", {_held(names)}
            FROM asking JOIN identity ON identity.elder = asking.elder AND identity.valid_from <= asking."on"
             AND (identity.valid_until IS NULL OR asking."on" < identity.valid_until)
            GROUP BY ALL) AS held ON held.elder = asking.elder AND held."on" = asking."on\""""
        if "held." in chosen
        else ""
    )
    return duck.sql(
        f"""WITH asking AS MATERIALIZED ({days})
        SELECT asking.elder, asking."on"{chosen} FROM asking JOIN elder ON elder.n = asking.elder {held}
        ORDER BY asking.elder, asking."on\""""
    ).to_arrow_table()


def _fact(name: str) -> str:
    """Write where a fact of a charge comes from: from its decisions, else from the registry of that day."""
    kind, told = facts()[name].type, f'charge."told_{name}"'
    wanted = _TYPES[kind]
    said = f"from_json({told}, '{wanted}')" if wanted[0] in '["' else f"{told}::{wanted}"
    if name == "market_price_fen":  # an offer without a price rule asks what the place itself asked
        return f"coalesce({said}, charge.booked_price_fen)"
    if name == "minutes":
        return f"coalesce({said}, charge.item_minutes)"
    if name in _stated([name]):
        return f'coalesce({said}, held."stated_{name}")'
    return f"coalesce({said}, {REGISTRY[name]})" if name in REGISTRY else said


def _stated(names: Iterable[str]) -> list[str]:
    """List the facts that a recognition may state by itself (`ability_level:severe`)."""
    return [name for name in names if facts()[name].type == "code" and name not in REGISTRY]


def _held(names: Iterable[str]) -> str:
    """Write what the recognitions of a day come to: who somebody is, since when, and the facts stated last."""
    plain = "FILTER (NOT contains(identity.code, ':'))"
    stated = "".join(
        f""", arg_max(substr(identity.code, {len(name) + 2}), row(identity.valid_from, identity.recorded_at))
            FILTER (starts_with(identity.code, '{name}:')) AS "stated_{name}\""""
        for name in _stated(names)
    )
    codes = f"list(identity.code ORDER BY identity.code) {plain} AS codes"
    return f"{codes}, min(identity.valid_from) {plain} AS since{stated}"


def _copied(sql: str, parameters: Mapping[str, Any], columns: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Read the rows of a statement, a few megabytes of text at a time."""
    waiting = bytearray()
    read = csv.ReadOptions(column_names=list(columns))
    convert = csv.ConvertOptions(column_types=dict(columns), strings_can_be_null=True, quoted_strings_can_be_null=False)
    copy = f"COPY ({sql}) TO STDOUT (FORMAT csv)"
    with connection.cursor() as cursor, cursor.cursor.copy(copy, parameters) as rows:
        for row in rows:
            waiting += row
            if len(waiting) > CHUNK_BYTES:
                yield csv.read_csv(pa.py_buffer(bytes(waiting)), read_options=read, convert_options=convert)
                waiting.clear()
    if waiting:
        yield csv.read_csv(pa.py_buffer(bytes(waiting)), read_options=read, convert_options=convert)


def _whole(sql: str, parameters: Mapping[str, Any], columns: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.concat_tables([_empty(columns), *_copied(sql, parameters, columns)])


def _empty(columns: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.table({name: pa.array([], kind) for name, kind in columns.items()})
