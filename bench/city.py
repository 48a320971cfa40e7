"""A district of full size and years of orders: how long it takes to build, its pages under load, a month settled, what
grows with the orders, and how soon it is back after a kill. One answer a line; see README.md for what each is held
against and which variables make it smaller.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from _asked import asked
from _city import RECIPES, TEMPLATE, Cities, Load, cpu_s, exponent, most_room, percentiles, say, served, template
from _figures import tell, when_quiet
from _pages import looked_at

ORDERS = int(os.environ.get("SANGYU_BENCH_ORDERS", "1000000"))
SMALLER = [int(n) for n in os.environ.get("SANGYU_BENCH_SIZES", "10000,100000").split(",") if n]
LINES = int(os.environ.get("SANGYU_BENCH_CITY_LINES", "0"))
PARTS = os.environ.get("SANGYU_BENCH_PARTS", "build pages every growth kill").split()
USERS, A_SECOND, ASKED = 50, 10.0, int(os.environ.get("SANGYU_BENCH_REQUESTS", "600"))
GB = 1e9
# Pages whose time must not grow with the years: what is asked all day.
LISTS = frozenset(
    [
        "hotline:desk",
        "hotline:calls",
        "hotline:elder-orders",
        "hotline:order",
        "dispatching:board",
        "community:elders",
        "provider:inbox",
        "carer:today",
        "quality:queue",
        "finance:months",
        "finance:month",
        "bureau:home",
        "audit:search",
    ]
)
# As many rows as a district has of them, in their widths.
_FLOOR_TABLES = [
    "orders_order",
    "dispatch_dispatch",
    "visits_visit",
    "visits_departure",
    "benefits_charge",
    "benefits_chargeshare",
    "settlement_line",
    "ledger_hold",
    "ledger_journal",
    "ledger_entry",
]


def rows_of(table: str) -> int:
    """Estimate a table's rows, as the planner knows them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return cursor.fetchone()[0]


def all_rows() -> int:
    """Estimate the rows of all tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(greatest(reltuples, 0))::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return cursor.fetchone()[0]


def index_bytes() -> int:
    """Return how much room all indexes take."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_indexes_size(oid))::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return cursor.fetchone()[0]


def copied_plainly() -> float:
    """Write the rows of the large tables once more, as they are and without an index; return rows a second."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        began, rows = time.perf_counter(), 0
        for table in _FLOOR_TABLES:
            cursor.execute(f"CREATE TEMP TABLE floor_{table} ON COMMIT DROP AS SELECT * FROM {table} LIMIT 200000")
            rows += cursor.rowcount
        return rows / (time.perf_counter() - began)


def build(cities: Cities, plan: object, orders: int, **wish: object) -> tuple[str, dict[str, float], float, int]:
    """Copy the template into a database of its own; return its name, the seconds of the steps, their sum, and the most
    bytes that all of the cluster took meanwhile."""
    from sangyu.city.scale import grow

    name = f"city_{orders}" + ("_open" if wish else "")
    cities.make(name, like=TEMPLATE)
    cities.use(name)
    began = time.perf_counter()
    with most_room(cities.cluster.places.home) as most:
        seconds = grow.multiply(plan, orders=orders, progress=say, **wish)
        return name, seconds, time.perf_counter() - began, most()


def told_build(cities: Cities, name: str, seconds: dict[str, float], whole_s: float, most_bytes: int) -> None:
    rows, plainly = all_rows(), copied_plainly()
    tell(
        "city.build",
        figure=whole_s,
        unit="s",
        limit=3600,
        size=f"{rows_of('orders_order')} orders, {rows_of('registry_elder')} elders, {rows} rows in all",
        steps=seconds,
        gigabytes=round(cities.bytes_of(name) / GB, 2),
        gigabytes_of_indexes=round(index_bytes() / GB, 2),
        gigabytes_at_most=round(most_bytes / GB, 2),
        rows_a_second=round(rows / whole_s),
        floor_s=round(rows / plainly, 1),
        over_floor=round(whole_s * plainly / rows, 2),
    )


# --- pages


def told_load(size: str, recipe: str, cities: Cities) -> None:
    with served(recipe) as (base, _, web_s):
        line = asked(base, ASKED, hour=list(RECIPES).index(recipe))
        warm = len(line) // 10  # what is read for the first time is not counted
        Load(users=USERS, a_second=A_SECOND).run(line[:warm])
        load = Load(users=USERS, a_second=A_SECOND)
        before = web_s(), cpu_s(cities.cluster.pid)
        load.run(line[warm:])
        after = web_s(), cpu_s(cities.cluster.pid)
        every = [ms for runs in load.runs.values() for ms in runs]
        workers = RECIPES[recipe][RECIPES[recipe].index("--workers") + 1]
        tell(
            "city.load",
            figure=percentiles(every)["p95"],
            unit="ms p95 over ten pages and verbs",
            limit=300,
            size=f"{size}; {USERS} users, open loop, {A_SECOND:.0f} requests a second, {workers} web workers",
            recipe=recipe,
            # What a request costs on any day, however busy the machine is with other things.
            web_cpu_ms=round((after[0] - before[0]) * 1000 / len(line[warm:]), 1),
            database_cpu_ms=round((after[1] - before[1]) * 1000 / len(line[warm:]), 1),
            all=percentiles(every),
            failed=dict(load.failed),
            kinds={name: percentiles(runs) for name, runs in sorted(load.runs.items())},
        )


def told_every(size: str) -> dict[str, float]:
    """Open every page by itself; tell the slowest and what it asks for."""
    found = sorted(looked_at(), key=lambda one: -one.ms)
    for one in found:
        if one.ms > 1000 or one.status >= 500:
            say(f"{one.page} {one.status} {one.ms:.0f} ms, {one.statements} statements; {one.slowest_ms:.0f} ms: "
                f"{one.slowest[:1500]}")  # fmt: skip
    tell(
        "city.every",
        figure=found[0].ms,
        unit="ms, the slowest page",
        limit=1000,
        size=f"{size}; one at a time, inside the process",
        over_1_s=sum(one.ms > 1000 for one in found),
        pages={one.page: [one.status, round(one.ms), round(one.sql_ms), one.statements] for one in found},
    )
    return {one.page: one.sql_ms for one in found if one.page in LISTS}


# --- money


def settled(drawn_at: datetime, *, killed_after: str = "") -> dict[str, dict[str, float]]:
    """Settle the month that was played in a process of its own; return what it said after every step.

    It is killed one second after the step named.
    """
    command = [sys.executable, str(Path(__file__).with_name("_settling.py")), drawn_at.isoformat()]
    steps: dict[str, dict[str, float]] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            said = json.loads(line)
            steps[said["step"]] = said
            if said["step"] == killed_after:
                time.sleep(1)
                process.kill()
    if process.returncode and not killed_after:
        raise RuntimeError("the month could not be settled; the reason is above")
    return steps


def told_settling(drawn_at: datetime, plain_lines_a_second: float | None, *, is_killed: bool = False) -> None:
    """Settle the month that was played by the verbs of the desks, once killed in the middle where that is asked for."""
    before = settled(drawn_at, killed_after="drawn") if is_killed else {}
    steps = settled(drawn_at)
    took_s = steps["settled"]["s"]
    lines, twice = settled_lines()
    tell(
        "city.settle",
        figure=took_s,
        unit="s drawn up, confirmed, signed, paid and answered by the bank",
        limit=60 * max(1.0, lines / 81_000),
        size=f"{lines} lines",
        drawn_s=round((before or steps)["drawn"]["s"], 1),
        peak_mb=round(max(one["peak_mb"] for one in [*before.values(), *steps.values()])),
        before_mb=round(steps["begun"]["peak_mb"]),
        killed=is_killed,
        charges_twice=twice,
        floor_s=round(lines / plain_lines_a_second, 2) if plain_lines_a_second else None,
        over_floor=round(took_s / lines * plain_lines_a_second, 1) if plain_lines_a_second else None,
    )


def settled_lines() -> tuple[int, int]:
    """Count the lines of the last run, and the charges that stand on more than one line."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) - count(DISTINCT line.charge_id) FROM settlement_line line"
            " JOIN settlement_statement statement ON statement.id = line.statement_id"
            " WHERE statement.run_id = (SELECT id FROM settlement_run ORDER BY month DESC LIMIT 1)"
        )
        return cursor.fetchone()


def count_days(plan: object) -> None:
    """Count the days as the clock does every night, so that the pages read what they read in service."""
    from sangyu.city.scale import grow

    grow.count_days(plan, progress=say)


def told_kill(cities: Cities, size: str) -> None:
    import signal

    with served("operated") as (_, back, _):
        web_s = back()
    pid = cities.cluster.pid
    os.kill(pid, signal.SIGKILL)
    began = time.perf_counter()
    while not (cities.cluster.mind() and cities.cluster.healthy()):
        time.sleep(0.01)
    tell(
        "city.kill",
        figure=time.perf_counter() - began,
        unit="s until the database answers after kill -9",
        limit=15,
        size=f"{size}, throw-away cluster (no fsync)",
        web_s=round(web_s, 2),
    )


def told_growth(grown: dict[int, dict[str, float]]) -> None:
    """Fit how the statements of every list grow with the orders."""
    pages = sorted(set.intersection(*(set(found) for found in grown.values())))
    fitted = {
        page: {
            "exponent": round(exponent(list(grown), [max(found[page], 0.1) for found in grown.values()]), 2),
            "sql_ms": {str(orders): round(found[page], 1) for orders, found in grown.items()},
        }
        for page in pages
    }
    steepest = max(fitted, key=lambda page: fitted[page]["exponent"])
    tell(
        "city.growth",
        figure=fitted[steepest]["exponent"],
        unit="exponent of the steepest list's statements",
        limit=0.3,
        size=f"{min(grown)} to {max(grown)} orders",
        steepest=steepest,
        pages=fitted,
    )


def main() -> None:
    """Run the parts that were asked for, the smaller districts first."""
    with template() as (cities, plan, drawn_at):
        grown: dict[int, dict[str, float]] = {}
        for orders in [*sorted(SMALLER), ORDERS] if "growth" in PARTS else [ORDERS]:
            name, *took = build(cities, plan, orders)
            seconds = took[0]
            size = f"{rows_of('orders_order')} orders"
            plain = rows_of("settlement_line") / seconds["settled"] if seconds.get("settled") else None
            if "build" in PARTS:
                told_build(cities, name, *took)
            if orders == ORDERS:
                when_quiet()
            told_settling(drawn_at, plain)  # the pages show a month that was settled
            count_days(plan)
            if {"every", "growth"} & set(PARTS):
                grown[orders] = told_every(size)
            if orders != ORDERS:
                cities.use(TEMPLATE)
                cities.drop(name)
        cities.serve(name)
        if "pages" in PARTS:
            told_load(size, "demo", cities)
            told_load(size, "operated", cities)
        if len(grown) > 1:
            told_growth(grown)
        if "kill" in PARTS:
            told_kill(cities, size)
        if LINES:
            cities.use(TEMPLATE)
            cities.drop(name)  # two districts of years may be more than the disk holds
            cities.build()
            # A month has half as many meals as orders, and each is a line.
            build(cities, plan, LINES * 2 // 3, is_settled=False, meals=1000)
            told_settling(drawn_at, plain, is_killed=True)


if __name__ == "__main__":
    main()
