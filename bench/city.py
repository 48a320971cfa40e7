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
from collections.abc import Callable
from functools import partial
from itertools import count, cycle

from _city import ANSWER_S_MAX, TEMPLATE, Cities, Load, Seat, exponent, percentiles, say, seat, served, template
from _figures import tell
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


def copied_plainly() -> float:
    """Write the rows of the large tables once more, as they are and without an index; return rows a second."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        began, rows = time.perf_counter(), 0
        for table in _FLOOR_TABLES:
            cursor.execute(f"CREATE TEMP TABLE floor_{table} ON COMMIT DROP AS SELECT * FROM {table} LIMIT 200000")
            rows += cursor.rowcount
        return rows / (time.perf_counter() - began)


def build(cities: Cities, plan: object, orders: int, **wish: object) -> tuple[str, dict[str, float], float]:
    """Copy the template into a database of its own; return its name, the seconds of the steps, and their sum."""
    from sangyu.city.scale import grow

    name = f"city_{orders}" + ("_open" if wish else "")
    cities.make(name, like=TEMPLATE)
    cities.use(name)
    began = time.perf_counter()
    seconds = grow.multiply(plan, orders=orders, progress=say, **wish)
    return name, seconds, time.perf_counter() - began


def told_build(cities: Cities, name: str, seconds: dict[str, float], whole_s: float) -> None:
    rows, plainly = all_rows(), copied_plainly()
    tell(
        "city.build",
        figure=whole_s,
        unit="s",
        limit=3600,
        size=f"{rows_of('orders_order')} orders, {rows_of('registry_elder')} elders, {rows} rows in all",
        steps=seconds,
        gigabytes=round(cities.bytes_of(name) / GB, 2),
        rows_a_second=round(rows / whole_s),
        floor_s=round(rows / plainly, 1),
        over_floor=round(whole_s * plainly / rows, 2),
    )


# --- pages and verbs under load


def asked(base: str) -> list[tuple[str, Callable[[], object]]]:
    """Line up what fifty people ask: of ten kinds, the frequent ones more often."""
    from _pages import pages
    from django.conf import settings

    from sangyu.city import players
    from sangyu.city.build import HOTLINE
    from sangyu.orders.models import Order
    from sangyu.registry.models import Contact, Elder

    where = pages()
    seats: dict[str, Seat] = {}

    def look(page: str) -> Callable[[], object]:
        who, path = where[page]
        if who not in seats:
            seats[who] = seat(base, who)
        return lambda: seats[who].ask(path)

    numbers = cycle(Contact.objects.filter(relation="本人").order_by("-id").values_list("phone", flat=True)[:2000])
    people = cycle(Elder.objects.order_by("-id").values_list("pk", flat=True)[:2000])
    orders = cycle(Order.objects.order_by("-id").values_list("pk", flat=True)[:2000])
    agent = seat(base, "agent1")
    serial = count()

    def ring() -> Callable[[], object]:
        body = {"event": "ring", "line_reference": f"b-{next(serial)}", "called_number": HOTLINE}
        return partial(cti, base, settings.CTI_KEY, {**body, "caller_number": next(numbers)})

    def order_page() -> Callable[[], object]:
        return partial(agent.ask, f"/hotline/orders/{next(orders)}/")

    def history() -> Callable[[], object]:
        return partial(agent.ask, f"/hotline/elders/{next(people)}/orders/")

    place = placing(base, players.programme())
    kinds: list[tuple[int, str, Callable[[], Callable[[], object]]]] = [
        (4, "hotline:desk", lambda: look("hotline:desk")),
        (3, "ring (verb)", ring),
        (3, "hotline:elder-orders", history),
        (2, "order placed (verb)", place),
        (2, "hotline:order", order_page),
        (2, "dispatching:board", lambda: look("dispatching:board")),
        (2, "provider:inbox", lambda: look("provider:inbox")),
        (2, "carer:today", lambda: look("carer:today")),
        (1, "community:elders?q", lambda: look("community:elders?q=王")),
        (1, "quality:queue", lambda: look("quality:queue")),
    ]
    line: list[tuple[str, Callable[[], object]]] = []
    row = [(name, make) for weight, name, make in kinds for _ in range(weight)]
    for n in range(ASKED):
        name, make = row[n * 7 % len(row)]
        line.append((name, make()))
    return line


def cti(base: str, key: str, event: dict[str, str]) -> None:
    """Say an event as the telephone exchange does."""
    import urllib.request

    headers = {"Content-Type": "application/json", "X-Cti-Key": key}
    request = urllib.request.Request(base + "/exchange/cti/events", json.dumps(event).encode(), headers)
    urllib.request.urlopen(request, timeout=ANSWER_S_MAX).close()


def placing(base: str, programme: object) -> Callable[[], Callable[[], object]]:
    """Return what makes a form that takes an order; the calls it answers are taken in advance."""
    from datetime import timedelta

    from sangyu.access.models import User
    from sangyu.city.blueprint import BEIJING
    from sangyu.hotline import actions as hotline
    from sangyu.kit.ids import new_id
    from sangyu.portals.clock import now
    from sangyu.providers.models import ServiceItem
    from sangyu.registry.models import Elder

    agent, at = seat(base, "agent2"), now()
    user = User.objects.get(username="agent2")
    item = ServiceItem.objects.filter(skill="保洁", certificate="").order_by("code").first()
    elders = iter(Elder.objects.order_by("id").values_list("pk", flat=True)[:2000])
    slots = count()

    def make() -> Callable[[], object]:
        n, elder_id = next(slots), next(elders)
        call = hotline.ring(
            programme=programme, line_reference=f"p-{n}", caller_number="", called_number="965885", at=at
        )
        hotline.answer(call_id=call.pk, by=user, at=at)
        day = (at.astimezone(BEIJING) + timedelta(days=2 + n % 5)).date()
        fields = {"elder": elder_id, "q": item.code, "day": day.isoformat(), "hour": 9 + n % 8, "key": str(new_id())}
        return lambda: agent.ask(f"/hotline/calls/{call.pk}/order/", fields)

    return make


def told_load(size: str) -> None:
    with served() as (base, _):
        line = asked(base)
        Load(users=USERS, a_second=A_SECOND).run(
            line[: len(line) // 10]
        )  # what is read for the first time is not counted
        load = Load(users=USERS, a_second=A_SECOND)
        load.run(line[len(line) // 10 :])
        every = [ms for runs in load.runs.values() for ms in runs]
        tell(
            "city.load",
            figure=percentiles(every)["p95"],
            unit="ms p95 over ten pages and verbs",
            limit=300,
            size=f"{size}; {USERS} users, open loop, {A_SECOND:.0f} requests a second, 1 web worker",
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


SETTLE = """
import json, resource, sys, time
import django; django.setup()
from datetime import datetime
from sangyu.city.scale import grow
from sangyu.city import players
from sangyu.settlement import actions as settlement
plan = grow.long_plan(1)
finance = players.load(plan).users["finance"]
began = time.perf_counter()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run = settlement.draw_up(month=plan.month, by=finance, at=datetime.fromisoformat(sys.argv[1]))
drawn = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"drawn_s": drawn, "before_mb": before / 1024, "peak_mb": peak / 1024, "run": str(run.pk)}))
"""


def told_settling(plan: object, drawn_at: object) -> None:
    """Settle the month that was played by the verbs: drawn up in a process of its own, so that its memory is seen."""
    from django.db import connection

    from sangyu.city.scale import grow

    ended = subprocess.run([sys.executable, "-c", SETTLE, drawn_at.isoformat()], capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"the month could not be drawn up:\n{ended.stderr.strip()[-2000:]}")
    drawn = json.loads(ended.stdout.splitlines()[-1])
    began = time.perf_counter()
    grow.settle_played(plan, drawn_at=drawn_at, progress=say)
    rest_s = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM settlement_line l JOIN settlement_statement s ON s.id = l.statement_id"
            " WHERE s.run_id = %s",
            [drawn["run"]],
        )
        lines = cursor.fetchone()[0]
        began = time.perf_counter()
        cursor.execute(
            "SELECT charge.enterprise_id, count(*), sum(charge.public_fen) FROM settlement_line l"
            "  JOIN settlement_statement s ON s.id = l.statement_id"
            "  JOIN benefits_charge charge ON charge.id = l.charge_id"
            " WHERE s.run_id = %s GROUP BY 1",
            [drawn["run"]],
        )
        cursor.fetchall()
        floor_s = time.perf_counter() - began
    tell(
        "city.settle",
        figure=drawn["drawn_s"] + rest_s,
        unit="s drawn up, confirmed, signed, paid and answered by the bank",
        limit=60 * max(1.0, lines / 81_000),
        size=f"{lines} lines",
        drawn_s=round(drawn["drawn_s"], 1),
        rest_s=round(rest_s, 1),
        peak_mb=round(drawn["peak_mb"]),
        bytes_a_line=round((drawn["peak_mb"] - drawn["before_mb"]) * 1024 * 1024 / max(lines, 1)),
        floor_s=round(floor_s, 2),
        over_floor=round((drawn["drawn_s"] + rest_s) / floor_s, 1),
    )


def told_kill(cities: Cities) -> None:
    import signal

    with served() as (_, back):
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
        size=f"{ORDERS} orders, throw-away cluster (no fsync)",
        web_s=round(web_s, 2),
    )


def main() -> None:
    """Run the parts that were asked for, the smaller districts first."""
    with template() as (cities, plan, drawn_at):
        grown: dict[int, dict[str, float]] = {}
        for orders in [*sorted(SMALLER), ORDERS] if "growth" in PARTS else [ORDERS]:
            name, seconds, whole_s = build(cities, plan, orders)
            size = f"{rows_of('orders_order')} orders"
            if "build" in PARTS:
                told_build(cities, name, seconds, whole_s)
            told_settling(plan, drawn_at)  # the pages show a month that was settled
            if {"every", "growth"} & set(PARTS):
                grown[orders] = told_every(size)
            if orders != ORDERS:
                cities.use(TEMPLATE)
                cities.drop(name)
        if "pages" in PARTS:
            told_load(size)
        if len(grown) > 1:
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
        if LINES:
            cities.use(TEMPLATE)
            # A month has half as many meals as orders, and each is a line.
            build(cities, plan, LINES * 2 // 3, is_settled=False, meals=1000)
            told_settling(plan, drawn_at)
        if "kill" in PARTS:
            told_kill(cities)


if __name__ == "__main__":
    main()
