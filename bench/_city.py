"""What the city's benchmark needs besides: databases made from one template, people at desks, and their load."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

TEMPLATE = "template_city"
ANSWER_S_MAX = 120
LOOKED_EVERY_S = 5.0
# As a database of its own has them: a quarter of the machine, and room for the log of a build, which is small: tables
# that a build writes anew are not logged at `minimal`. To serve, the room for the log is what it is everywhere, for it
# decides how soon a database is back.
SERVING = {"shared_buffers": "2GB", "effective_cache_size": "8GB"}
BUILDING = {
    **SERVING,
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Cities:
    """The databases of one cluster: a template that was played once, and districts copied from it."""

    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster
        self._made: list[str] = []

    def make(self, name: str, *, like: str | None = None) -> None:
        """Make a database, empty or as another one stands."""
        owner = sql.SQL(" TEMPLATE {}").format(sql.Identifier(like)) if like else sql.SQL("")
        with psycopg.connect(self.cluster.url("superuser", "postgres"), autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier("sangyu_owner"))
                + owner
            )
        self._made.append(name)

    def drop(self, name: str) -> None:
        """Give a database's room back."""
        with psycopg.connect(self.cluster.url("superuser", "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def use(self, name: str) -> None:
        """Let this process and its children work on a database, as the log-in that serves."""
        from django.db import connections

        connections.close_all()
        os.environ.update(self.cluster.environment(name))
        connections["default"].settings_dict["NAME"] = name

    def serve(self, name: str) -> None:
        """Start the cluster anew as one that serves, with this database in use."""
        from django.db import connections

        connections.close_all()
        self.cluster.close()
        self.cluster.more = SERVING
        self.cluster.open()
        self.use(name)

    def build(self) -> None:
        """Start the cluster anew as one in which a district is built."""
        from django.db import connections

        connections.close_all()
        self.cluster.close()
        self.cluster.more = BUILDING
        self.cluster.open()

    def bytes_of(self, name: str) -> int:
        """Return how much room a database takes."""
        with psycopg.connect(self.cluster.url("superuser", "postgres")) as admin:
            return admin.execute("SELECT pg_database_size(%s)", [name]).fetchone()[0]


@contextmanager
def most_room(folder: Path) -> Iterator[Callable[[], int]]:
    """Watch how much room a folder takes; yields a way to ask for the most bytes there ever were."""
    most, over = 0, threading.Event()

    def look() -> int:
        nonlocal most
        room = 0
        for path, _, names in os.walk(folder):
            for name in names:
                with suppress(FileNotFoundError):  # it has just gone
                    room += os.stat(os.path.join(path, name)).st_blocks * 512
        most = max(most, room)
        return most

    def watch() -> None:
        while not over.wait(LOOKED_EVERY_S):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield look
    finally:
        over.set()
        watcher.join()


@contextmanager
def template() -> Iterator[tuple[Cities, Any, Any]]:
    """Play a month once in a cluster of our own; yields the cities, the plan and when the month is to be settled."""
    from sangyu.config.processes.embedded import Cluster
    from sangyu.config.processes.throw_away import places_once, remove

    cluster = Cluster(places_once(), durable=False, more=BUILDING)
    cluster.open()
    try:
        cities = Cities(cluster)
        cities.make(TEMPLATE)
        os.environ.update(cluster.environment(TEMPLATE))
        command = [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"]
        subprocess.run(command, env={**os.environ, "SANGYU_LOG_IN": "owner"}, check=True)
        import django

        django.setup()
        from sangyu.city.scale import grow

        plan = grow.long_plan(1)
        drawn_at = grow.play_template(plan, progress=say)
        cities.use(TEMPLATE)
        yield cities, plan, drawn_at
        cities.use(TEMPLATE)
    finally:
        cluster.close()
        remove(cluster.places)


def cpu_s(root: int) -> float:
    """Return the processor time of a process and of all that live below it."""
    parents: dict[int, int] = {}
    took: dict[int, float] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        took[pid] = sum(map(int, fields[11:15])) / tick  # its own, and that of its children who have ended
    below = {root}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(took.get(pid, 0.0) for pid in below)


def say(sentence: str) -> None:
    """Tell whoever waits what is being done."""
    print(sentence, file=sys.stderr, flush=True)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


# How the pages are served: in a demo by one process that also keeps the live streams, in operation as in ops/.
RECIPES = {
    "demo": ["sangyu.config.asgi:application", "--interface", "asgi", "--workers", "1"],
    "operated": ["sangyu.config.wsgi:application", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "8"],
}


@contextmanager
def served(recipe: str) -> Iterator[tuple[str, Callable[[], float], Callable[[], float]]]:
    """Serve the pages by a recipe; yields their address, a way to kill them and wait until they are back, and one to
    ask for the processor seconds that they have taken."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", *RECIPES[recipe], "--port", str(port), "--log-level", "warning"]
    servers: list[subprocess.Popen[bytes]] = []

    def start() -> float:
        began = time.perf_counter()
        # Its answers stand alone on the other stream; and what it starts can be killed together with it.
        servers.append(subprocess.Popen(command, stdout=sys.stderr, start_new_session=True))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(base + "/sign-in/", timeout=10).close()
                return time.perf_counter() - began
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("the pages did not come up within two minutes")

    def back() -> float:
        kill()
        return start()

    def kill() -> None:
        os.killpg(servers[-1].pid, signal.SIGKILL)
        servers[-1].wait()

    start()
    try:
        yield base, back, lambda: cpu_s(servers[-1].pid)
    finally:
        servers[-1].terminate()
        try:
            servers[-1].wait(timeout=30)
        except subprocess.TimeoutExpired:
            kill()


@dataclass
class Seat:
    """Somebody at a desk who has signed in: the cookies of a session, without the second that a password takes."""

    base: str
    cookies: str
    token: str

    def ask(self, path: str, fields: Mapping[str, object] | None = None) -> int:
        """Open a page, or send a form; return how many bytes came."""
        body = None
        headers = {"Cookie": self.cookies, "Referer": self.base}
        if fields is not None:
            body = urlencode({**fields, "csrfmiddlewaretoken": self.token}, doseq=True).encode()
        request = urllib.request.Request(self.base + quote(path, safe="/?=&"), body, headers)
        with _OPENER.open(request, timeout=ANSWER_S_MAX) as answer:
            return len(answer.read())


class _Stay(urllib.request.HTTPRedirectHandler):
    """What a form leads on to is another page and counted on its own."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Open:
    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())

    def open(self, request: urllib.request.Request, timeout: float) -> Any:
        try:
            return self._opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as answer:
            if answer.code in (302, 303):
                return answer
            raise


_OPENER = _Open()


def seat(base: str, username: str) -> Seat:
    """Sign somebody in."""
    from django.conf import settings
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    from sangyu.access.models import User

    client = Client()
    client.force_login(User.objects.get(username=username))
    token = _get_new_csrf_string()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    return Seat(base, cookies, token)


@dataclass
class Load:
    """Requests at a steady pace, whoever is still waiting: a slow answer delays nobody else's question."""

    users: int
    a_second: float
    runs: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def run(self, asked: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Ask everything in this order, each from the moment it was due; at most `users` at once.

        What failed counts as if it had been waited for to the end.
        """
        waiting: queue.SimpleQueue[tuple[str, float, Callable[[], object]] | None] = queue.SimpleQueue()
        lock = threading.Lock()

        def work() -> None:
            while (one := waiting.get()) is not None:
                name, due, ask = one
                try:
                    ask()
                    took_s = time.perf_counter() - due
                except (OSError, HTTPException) as error:
                    took_s = ANSWER_S_MAX  # a refusal is no quick answer
                    with lock:
                        self.failed[f"{name} {getattr(error, 'code', error)}"] += 1
                with lock:
                    self.runs[name].append(took_s * 1000)

        threads = [threading.Thread(target=work) for _ in range(self.users)]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        for n, (name, ask) in enumerate(asked):
            due = began + n / self.a_second
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.put((name, due, ask))
        for _ in threads:
            waiting.put(None)
        for thread in threads:
            thread.join()


def percentiles(runs: Sequence[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile, maximum and count of runs."""
    ranked = sorted(runs)
    if not ranked:
        return {"n": 0}
    at = {f"p{share}": ranked[min(len(ranked) - 1, len(ranked) * share // 100)] for share in (50, 95, 99)}
    return {**{name: round(ms, 1) for name, ms in at.items()}, "max": round(ranked[-1], 1), "n": len(ranked)}


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
    """Fit figure = c * size ** e over some sizes and return e: 0 does not grow, 1 grows with the size."""
    from math import log

    xs, ys = [log(size) for size in sizes], [log(figure) for figure in figures]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0
