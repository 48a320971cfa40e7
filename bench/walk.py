"""The desks' own measures in a district: ring to pop, an order, a ranking, a lunch, page weights, and a month settled.

One answer a line. `SANGYU_BENCH_ELDERS` and `SANGYU_BENCH_LINES` make it smaller for a quick look.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import date, timedelta
from http.cookiejar import CookieJar
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from _figures import fresh_database, spread, tell, timed

ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "110000"))
LINES = int(os.environ.get("SANGYU_BENCH_LINES", "81000"))
ENTERPRISES, WORKERS = 126, 10_000
CALLS, CALLS_A_MINUTE = 100, 200
ANSWER_S_MAX = 10.0


class Browser:
    """Somebody at a desk, over HTTP."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.cookies = base, CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.get("/sign-in/")
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": token}
        self.opener.open(self.base + "/sign-in/", urlencode(fields).encode()).close()

    def get(self, path: str) -> bytes:
        with self.opener.open(self.base + path, timeout=60) as answer:
            return answer.read()

    def stream(self, path: str):
        return self.opener.open(self.base + path, timeout=600)


def free_port() -> int:
    """Ask the system for a port that nobody has."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def served(offset_s: int) -> tuple[subprocess.Popen[bytes], str]:
    """Serve the pages as the demo does, and wait until they answer."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "sangyu.config.asgi:application", "--interface", "asgi"]
    command += ["--port", str(port), "--workers", "1", "--log-level", "warning"]
    environment = {**os.environ, "SANGYU_CLOCK_OFFSET_S": str(offset_s)}
    environment.pop("SANGYU_LOG_IN", None)
    server = subprocess.Popen(command, env=environment)
    base, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(base + "/sign-in/", timeout=5).close()
            return server, base
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the pages did not come up within a minute")


def pops(base: str, agent: Browser, numbers: list[str]) -> list[float]:
    """Ring at a steady pace and measure, for each call, from the event to the agent's bar that shows it; in ms."""
    from sangyu.config import settings
    from sangyu.portals.live.address import live_url

    heard: dict[str, float] = {}
    more = threading.Event()
    stream = agent.stream(live_url("hotline"))

    def listen() -> None:
        for line in stream:
            if line.startswith(b"data:"):
                more.set()

    threading.Thread(target=listen, daemon=True).start()
    began: dict[str, float] = {}

    def look() -> None:
        # As the page does: every event fetches the bar once more, one fetch at a time.
        while len(heard) < len(numbers):
            if not more.wait(ANSWER_S_MAX):
                return
            more.clear()
            bar = agent.get("/hotline/live/").decode()
            at = time.perf_counter()
            for number in list(began):
                if number not in heard and (number in bar or f"{number[:3]}****{number[-4:]}" in bar):
                    heard[number] = at

    watcher = threading.Thread(target=look)
    watcher.start()
    first = time.perf_counter()
    for n, number in enumerate(numbers):
        time.sleep(max(0.0, first + n * 60 / CALLS_A_MINUTE - time.perf_counter()))
        began[number] = time.perf_counter()
        cti(base, settings.CTI_KEY, "ring", n, number)
        if n >= 3:  # somebody took or gave up the call before last: the bar stays as long as it is by day
            cti(base, settings.CTI_KEY, "hangup", n - 3, numbers[n - 3])
    watcher.join(ANSWER_S_MAX + 5)
    assert len(heard) == len(numbers), f"{len(numbers) - len(heard)} calls never popped up"
    return sorted((heard[number] - began[number]) * 1000 for number in numbers)


def cti(base: str, key: str, event: str, n: int, number: str) -> None:
    """Say an event as the telephone exchange does."""
    body = {"event": event, "line_reference": f"bench-{n}", "caller_number": number, "called_number": "965885"}
    headers = {"Content-Type": "application/json", "X-Cti-Key": key}
    request = urllib.request.Request(base + "/exchange/cti/events", json.dumps(body).encode(), headers)
    urllib.request.urlopen(request, timeout=30).close()


def assets_of() -> list[Path]:
    """List what a desk's page loads besides itself."""
    import django_htmx

    built = Path(__file__).resolve().parents[1] / "build" / "static" / "sangyu"
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx"
    return [built / "desk.css", *(built / "js").glob("*.js"), htmx / "htmx-2.min.js"]


def p95(runs: list[float]) -> float:
    return runs[min(len(runs) - 1, len(runs) * 95 // 100)]


with fresh_database():
    import _district as district
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from tests.cast import PASSWORD, Cast

    from sangyu.access.models import Role
    from sangyu.dispatch import queries as dispatch_read
    from sangyu.kit.ids import new_id
    from sangyu.kit.month import Month
    from sangyu.meals.tests.kitchen import Kitchen
    from sangyu.orders import actions as orders
    from sangyu.portals.clock import now
    from sangyu.providers.models import Certificate, Worker
    from sangyu.registry import actions as registry
    from sangyu.registry.models import Elder
    from sangyu.settlement import actions as settlement
    from sangyu.settlement import queries as settlement_read

    began = time.perf_counter()
    cast = Cast(budget_fen=100_000_000_00)
    registry.recognise(
        elder=cast.grandpa,
        code="three_no",
        evidence="低保和三无认定表 7号",
        valid_from=date(2020, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    for n in range(3, ENTERPRISES + 1):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n, lng=103.80 + n / 2000)
    firms = list(cast.kangan.__class__.objects.order_by("credit_code"))
    workers = [
        Worker(
            id=new_id(),
            enterprise=firms[n % ENTERPRISES],
            name=f"服务员{n}",
            sex="FEMALE",
            phone=f"154{n:08d}",
            skills=["保洁", "助浴"] if n % 3 else ["保洁"],
            lng=103.83,
            lat=36.06,
        )
        for n in range(WORKERS)
    ]
    Worker.objects.bulk_create(workers, batch_size=2000)
    Certificate.objects.bulk_create(
        [
            Certificate(
                id=new_id(),
                worker=worker,
                kind="养老护理员证",
                number=str(n),
                valid_from=date(2024, 1, 1),
                valid_until=date(2028, 1, 1),
            )
            for n, worker in enumerate(workers)
        ],
        batch_size=2000,
    )
    visit = cast.visited(cast.order(elder=cast.grandpa))
    district.elders(cast.li, ELDERS)
    district.month(cast, visit, date(2026, 11, 1), LINES, ELDERS)
    district.analyze()
    district_size = f"{ELDERS} elders, {ENTERPRISES} enterprises, {WORKERS} workers, {LINES} orders in the month"
    print(f"district loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr)

    slots = count()

    def place() -> None:
        """Take an order for Grandmother Li or one of ten thousand others, at an hour of their own."""
        n = next(slots)
        orders.place(
            elder_id=people[n % len(people)],
            item=cast.cleaning,
            wanted_from=cast.at.replace(hour=8) + timedelta(days=30 + n // len(people)),
            by=cast.ma,
            at=cast.at,
            key=f"bench-{n}",
        )

    people = list(Elder.objects.order_by("id").values_list("pk", flat=True)[:300])
    runs = timed(place, times=250)
    tell("walk.order", figure=p95(runs), unit="ms p95", limit=100, size=district_size, **spread(runs))

    order = cast.order(item=cast.bathing, days=40)
    runs = timed(lambda: dispatch_read.candidates(order), times=50)
    tell("walk.rank", figure=p95(runs), unit="ms p95", limit=200, size=district_size, **spread(runs))

    kitchen = Kitchen(cast)
    diners = iter(list(Elder.objects.order_by("-id").values_list("pk", flat=True)[:200]))
    runs = timed(lambda: kitchen.sell(Elder.objects.get(pk=next(diners))), times=150)
    tell("walk.till", figure=spread(runs)["median"], unit="ms median", limit=300, size=district_size, **spread(runs))

    desk_time = int((cast.at - now()).total_seconds())
    server, base = served(desk_time)
    try:
        agent = Browser(base, "agent2", PASSWORD)
        agent.get("/hotline/")
        numbers = [f"137{n:08d}" for n in range(1, CALLS + 1)]
        runs = pops(base, agent, numbers)
        tell(
            "walk.pop",
            figure=p95(runs),
            unit="ms p95",
            limit=500,
            size=f"{CALLS} calls at {CALLS_A_MINUTE} a minute, {ELDERS} elders",
            **spread(runs),
        )
        pages = {
            "agent2": ["/hotline/", "/hotline/calls/", "/hotline/shift/"],
            "dispatcher": ["/dispatching/", "/dispatching/enterprises/"],
            "kangan": ["/provider/", "/provider/statements/"],
            "community": ["/community/"],
            "quality": ["/quality/"],
            "finance": ["/finance/"],
            "bureau": ["/bureau/", "/audit/"],
        }
        weights = {}
        for username, paths in pages.items():
            person = Browser(base, username, PASSWORD)
            for path in paths:
                runs = timed(lambda asked=path, who=person: who.get(asked), times=8)
                weights[path] = (len(gzip.compress(person.get(path))) / 1000, spread(runs)["median"])
        assets = sum(len(gzip.compress(path.read_bytes())) for path in sorted(assets_of())) / 1000
        heaviest = max(weights, key=lambda path: weights[path][0])
        tell(
            "walk.pages",
            figure=weights[heaviest][0] + assets,
            unit="kB gz, page with all styles and scripts",
            limit=150,
            size=district_size,
            heaviest=heaviest,
            pages={path: {"kB": round(kb, 1), "ms": ms} for path, (kb, ms) in sorted(weights.items())},
        )
    finally:
        server.terminate()
        server.wait(timeout=20)

    with CaptureQueriesContext(connection) as queries:
        cast.visited(cast.called_order(days=20, hour=9, reference="counted"))
    tell("walk.queries", figure=len(queries), unit="queries from ring to charge", limit=200, size="1 order")

    ready_at = cast.month_end()
    began = time.perf_counter()
    run = settlement.draw_up(month=Month(2026, 11), by=cast.qian, at=ready_at)
    drawn_s = time.perf_counter() - began
    for n, statement in enumerate(settlement_read.statements(cast.qian).filter(run=run).select_related("enterprise")):
        if statement.enterprise_id not in (cast.kangan.pk, cast.letter.pk):
            manager = cast.user(statement.enterprise.organisation, f"firm{n}", "企业管理员", Role.ENTERPRISE)
            settlement.confirm(statement_id=statement.pk, invoice_number=f"0441{n:04d}", by=manager, at=run.drawn_at)
    cast.approved(run)
    began = time.perf_counter()
    settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=30))
    paid_s = time.perf_counter() - began
    totals = settlement_read.totals(cast.qian, run)
    tell(
        "walk.settle",
        figure=drawn_s + paid_s,
        unit="s drawn up and paid",
        limit=60,
        size=f"{LINES} lines of {ENTERPRISES} enterprises",
        drawn_s=round(drawn_s, 1),
        paid_s=round(paid_s, 1),
        net_fen=totals.net_fen,
    )
