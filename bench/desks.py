"""Two desks worked by keyboard alone in a real browser: a stack of approvals, and an elder registered at the community.

And the list that nobody types: who of a whole district is entitled to something and has not applied.

Keystrokes are counted as a practised clerk makes them: a Chinese word is typed by its sounds and a space. What the
machine takes is measured; what the hand takes is reckoned at three keystrokes a second. `SANGYU_BENCH_CASES` makes the
stack smaller, `SANGYU_BENCH_ELDERS` the district.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, redirect_stdout
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _figures import fresh_database, spread, tell, timed, when_quiet

CASES = int(os.environ.get("SANGYU_BENCH_CASES", "100"))
ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "110000"))
STACK_S_MAX, REGISTER_S_MAX, SURVEY_S_MAX, LIST_MS_MAX = 300, 90, 60, 300
LIST_TURNS = 20
# Births of their own over 45 years; one or two in sixteen are severely disabled.
BIRTHS = """
UPDATE registry_elder SET birth_on = DATE '1927-01-01' + (hashtext(id::text) & 16383),
       registered_at = TIMESTAMPTZ '2025-01-05 09:00+08'
 WHERE registration_number LIKE 'B%%'
"""
DISABLED = """
INSERT INTO registry_identity (id, elder_id, code, source, evidence, valid_from, recorded_by_id, recorded_at)
SELECT gen_random_uuid(), id, 'severe_disability', 'DOCUMENT', '残疾证', DATE '2025-01-01', %s, now()
  FROM registry_elder WHERE registration_number LIKE 'B%%' AND (hashtext(name) & 15) IN (0, 12)
"""
KEYS_A_SECOND = 3
NEWCOMERS = (
    ("陈桂英", date(1950, 6, 1), "南门巷12号2单元301", "13912345601", "陈建国", "儿子", "13912345602"),
    ("刘淑珍", date(1947, 2, 28), "北园街5号1单元102", "13912345603", "刘敏", "女儿", "13912345604"),
    ("何福贵", date(1943, 11, 30), "南门巷8号4单元702", "13912345605", "何永强", "儿子", "13912345606"),
)


class Hands:
    """A keyboard that counts: nothing here touches a mouse."""

    def __init__(self, page: Any) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other; a key held down with another counts as one more."""
        for key in keys:
            self.keys += key.count("+") + 1
            self.page.keyboard.press(key)

    def go(self, key: str) -> None:
        """Press a key that leads to another page, and wait until it can be read."""
        with self.page.expect_navigation(wait_until="load"):
            self.press(key)

    def write(self, text: str) -> None:
        """Type digits and letters as they are, Chinese by its sounds and a space a word."""
        from sangyu.kit.names import sort_key

        for part in re.findall(r"[一-鿿]+|[^一-鿿]+", text):
            if part.isascii():
                self.keys += len(part)
                self.page.keyboard.type(part)
            else:
                sounds = "".join(sort_key(part).split()[:-1])
                self.keys += len(sounds) + 1
                self.page.keyboard.insert_text(part)


def free_port() -> int:
    """Ask the system for a port that nobody has."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def served(at: datetime) -> Any:
    """Serve the pages as the demo does, with the clock of the desks at a moment."""
    from sangyu.portals.clock import now

    port = free_port()
    command = [sys.executable, "-m", "granian", "sangyu.config.asgi:application", "--interface", "asgi"]
    command += ["--port", str(port), "--workers", "1", "--log-level", "warning"]
    offset_s = int((at - now()).total_seconds())
    environment = {**os.environ, "SANGYU_CLOCK_OFFSET_S": str(offset_s)}
    environment.pop("SANGYU_LOG_IN", None)
    server = subprocess.Popen(command, env=environment)
    base, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while True:
            try:
                urllib.request.urlopen(base + "/sign-in/", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield base
    finally:
        server.terminate()
        server.wait(30)


def signed_in(chromium: Any, base: str, username: str, password: str, path: str) -> Any:
    """Open an office screen in which somebody has signed in, at a page."""
    page = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}).new_page()
    page.goto(base + "/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    page.goto(base + path)
    return page


def approvals(town: Any, page: Any) -> None:
    """Work a stack off: each is looked at, the drawn ones are opened in full first."""
    from sangyu.applications.models import Award, Reading

    hands, read, slowest = Hands(page), 0, 0.0
    began = time.perf_counter()
    for _ in range(CASES):
        turn = time.perf_counter()
        if page.locator("[data-key=o]").count():
            hands.go("o")
            read += 1
        hands.go("a")
        slowest = max(slowest, time.perf_counter() - turn)
    seconds = time.perf_counter() - began
    assert Award.objects.count() == CASES, "not every case was approved"
    assert Reading.objects.count() == read, "a drawn one was not read"
    tell(
        "desks.approvals",
        figure=seconds,
        unit="s",
        limit=STACK_S_MAX,
        size=f"{CASES} cases",
        keystrokes=hands.keys,
        read_in_full=read,
        slowest_ms=round(slowest * 1000),
        left_for_the_eyes_s_each=round((STACK_S_MAX * CASES / 100 - seconds) / CASES, 2),
    )


def registered(page: Any, base: str) -> None:
    """Register newcomers one after the other, from the list of elders to the registration number."""
    from tests.cast import resident_number

    keys, machine = [], []
    for n, (name, born, home, phone, kin, relation, kin_phone) in enumerate(NEWCOMERS):
        page.goto(base + "/community/")
        hands, began = Hands(page), time.perf_counter()
        hands.go("n")
        hands.press("Alt+n")
        wanted = {
            "name": name,
            "document_number": resident_number(born, 700 + n),
            "address": home,
            "phone": phone,
            "kin_1_name": kin,
            "kin_1_relation": relation,
            "kin_1_phone": kin_phone,
        }
        for field, text in wanted.items():
            while page.evaluate("document.activeElement.name") != field:
                assert len(keys) == n, field
                hands.press("Tab")
            hands.write(text)
        hands.go("Control+Enter")
        hands.go("Control+Enter")
        assert "已登记入院" in page.locator("h1").inner_text()
        keys.append(hands.keys)
        machine.append(time.perf_counter() - began)
    seconds = max(key / KEYS_A_SECOND + one for key, one in zip(keys, machine, strict=True))
    tell(
        "desks.register",
        figure=seconds,
        unit="s",
        limit=REGISTER_S_MAX,
        size="one elder with a family member",
        keystrokes=max(keys),
        machine_s=round(max(machine), 2),
        keys_a_second=KEYS_A_SECOND,
    )


def unclaimed(town: Any) -> None:
    """Look at a whole district, once and once more when nothing has changed, and open the lists."""
    import _district as district
    from django.db import connection

    from sangyu.applications import actions as applications
    from sangyu.applications import queries as applications_read
    from sangyu.applications.models import Unclaimed

    district.elders(town.li, ELDERS)
    with connection.cursor() as cursor:
        cursor.execute(BIRTHS)
        cursor.execute(DISABLED, [town.clerk.pk])
    district.analyze()
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        lines = applications.survey(programme_id=town.programme.pk, by=town.clock, at=town.at)
        seconds.append(time.perf_counter() - began)
    assert lines == Unclaimed.objects.count() > ELDERS // 2
    size = f"{ELDERS:,} elders, {lines:,} lines"
    tell(
        "desks.unclaimed",
        figure=seconds[0],
        unit="s",
        limit=SURVEY_S_MAX,
        size=size,
        once_more_s=round(seconds[1], 2),
        memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )
    district.analyze()
    rows = applications_read.unclaimed(town.head, kind="service", lacking=False)
    middle = rows[lines // 4 : lines // 4 + 1].get().pk

    def opened() -> None:
        applications_read.tallies(town.head)
        assert len(applications_read.behind(rows, middle)[:50]) == 50

    runs = timed(opened, times=LIST_TURNS)
    tell("desks.lists", figure=runs[-1], unit="ms", limit=LIST_MS_MAX, size=size, **spread(runs))


with fresh_database(), TemporaryDirectory() as folder:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver keeps an event loop in this thread
    from playwright.sync_api import sync_playwright
    from tests.cast import PASSWORD

    from sangyu.applications.tests.town import HULI, Town

    with redirect_stdout(StringIO()):  # founding a programme tells its first password
        town = Town(Path(folder), HULI)
    for n in range(CASES):
        town.at += timedelta(seconds=10)
        one = town.elder(f"周桂{'兰芳英珍秀华'[n % 6]}", date(1946, 3, 5), 100 + n, [f"139000{n:05}"])
        town.classified("paid", elder=one, key=str(n))
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    assert chrome is not None, "no browser chromium"
    with served(town.at + timedelta(hours=1)) as base, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox", "--disable-gpu"])
        when_quiet()
        approvals(town, signed_in(chromium, base, town.second.username, PASSWORD, "/bureau/approvals/"))
        registered(signed_in(chromium, base, town.clerk.username, PASSWORD, "/community/"), base)
        chromium.close()
    unclaimed(town)
