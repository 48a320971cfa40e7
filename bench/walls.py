"""What row-level security would cost: the board, a search with its lists and an order placed, with and without it.

A second lock beside the scope in the queries: each large table shows the serving log-in only the rows of the programme
that the session has named. The two are measured in turns on the same rows, so that a busy machine slows both alike.
`SANGYU_BENCH_ELDERS` and `SANGYU_BENCH_LINES` make the district smaller for a quick look.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

from _figures import fresh_database, tell

ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "20000"))
LINES = int(os.environ.get("SANGYU_BENCH_LINES", "100000"))
TURNS = int(os.environ.get("SANGYU_BENCH_TURNS", "150"))
MAY_COST = 1.10

with fresh_database():
    import _district as district
    import psycopg
    from django.apps import apps
    from django.db import connection, transaction
    from django.test import Client
    from tests.cast import Cast
    from tests.neighbours import neighbour

    from sangyu.access.models import Role
    from sangyu.orders import actions as orders
    from sangyu.orders import queries as orders_read
    from sangyu.orders.models import Order
    from sangyu.portals.clock import now
    from sangyu.registry import actions as registry
    from sangyu.registry import queries as registry_read
    from sangyu.registry.models import Elder

    cast = Cast(budget_fen=100_000_000_00)
    registry.recognise(
        elder=cast.grandpa,
        code="three_no",
        evidence="低保和三无认定表 7号",
        valid_from=date(2020, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    visit = cast.visited(cast.order(elder=cast.grandpa))
    for n in range(40):
        cast.order(days=2 + n // 8, hour=8 + n % 8, elder=(cast.li, cast.grandpa)[n % 2])
    district.elders(cast.li, ELDERS)
    district.month(cast, visit, date(2026, 11, 1), LINES, ELDERS)
    district.analyze()
    os.environ["SANGYU_CLOCK_OFFSET_S"] = str(int((cast.at - now()).total_seconds()))
    stranger = neighbour(cast, Role.DISPATCHER)

    tables = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "programme_id" for field in model._meta.concrete_fields)
        and model._meta.app_label not in {"access", "adoption"}  # read before anybody knows whose session it is
    )

    def as_owner(*statements: str) -> None:
        """Do what only the owner of the tables may."""
        known, owner = connection.settings_dict, connection.settings_dict["OWNER"]
        with psycopg.connect(
            host=known["HOST"] or None,
            port=known["PORT"] or None,
            dbname=known["NAME"],
            user=owner["USER"],
            password=owner["PASSWORD"] or None,
            autocommit=True,
        ) as session:
            for statement in statements:
                session.execute(statement)

    # The sub-select is worked out once a statement and not once a row.
    as_owner(
        *(
            f"CREATE POLICY of_programme ON {table} USING (programme_id ="
            " (SELECT NULLIF(current_setting('sangyu.programme', true), '')::uuid))"
            for table in tables
        )
    )

    def lock(*, on: bool) -> None:
        """Lock or unlock every table, for sessions that begin afterwards as for this one."""
        as_owner(*(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} ROW LEVEL SECURITY" for table in tables))

    def name_programme(programme_id: object) -> None:
        """Name the programme of a session, as every request would have to."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('sangyu.programme', %s, false)", [str(programme_id)])

    slots = count()
    people = list(Elder.objects.filter(programme=cast.programme).order_by("id").values_list("pk", flat=True)[:300])
    desk = Client()
    desk.force_login(cast.wang)

    def placed() -> None:
        n = next(slots)
        with transaction.atomic():
            orders.place(
                elder_id=people[n % len(people)],
                item=cast.cleaning,
                wanted_from=cast.at.replace(hour=9) + timedelta(days=30 + n // len(people)),
                by=cast.ma,
                at=cast.at,
                key=f"walls-{n}",
            )

    def listed() -> None:
        assert registry_read.search(cast.ma, "李")
        for elder_id in people[:5]:
            assert len(orders_read.orders(cast.ma).filter(elder_id=elder_id).order_by("-wanted_from", "-id")[:20])

    def board() -> None:
        assert desk.get("/dispatching/").status_code == 200

    def in_turns(work: Callable[[], object]) -> dict[bool, list[float]]:
        """Run `work` in turns of ten without and with the lock; milliseconds of each run."""
        runs: dict[bool, list[float]] = {False: [], True: []}
        for turn in range(TURNS // 10 * 2):
            on = bool(turn % 2)
            lock(on=on)
            name_programme(cast.programme.pk)
            work()
            for _ in range(10):
                began = time.perf_counter()
                if on:
                    name_programme(cast.programme.pk)
                work()
                runs[on].append((time.perf_counter() - began) * 1000)
        lock(on=False)
        return runs

    size = f"{LINES} orders, {ELDERS} elders, {len(tables)} tables locked"
    for name, work in (("list", listed), ("board", board), ("place", placed)):
        runs = in_turns(work)
        plain, locked = (statistics.median(runs[on]) for on in (False, True))
        tell(
            f"walls.{name}",
            figure=locked / plain,
            unit="times as long with row-level security, median",
            limit=MAY_COST,
            size=size,
            plain_ms=round(plain, 2),
            locked_ms=round(locked, 2),
            runs=len(runs[True]),
        )

    lock(on=True)
    seen = {}
    for whose, programme_id in (("own", cast.programme.pk), ("next door", stranger.programme_id), ("nobody", "")):
        name_programme(programme_id)
        seen[whose] = Order.objects.count()
    lock(on=False)
    tell(
        "walls.leaks",
        figure=seen["next door"] + seen["nobody"],
        unit="orders seen by a query without any scope, for another programme and for none",
        limit=1,
        size=f"{seen['own']} orders of the own programme",
    )
    print(f"tables: {', '.join(tables)}", file=sys.stderr)
