"""`./sangyu drill disk`: the disk of the database is full while people work, and later has room again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from sangyu.config.drills.ground import TEMPLATE, Ground, faults
from sangyu.config.drills.house import House, house
from sangyu.config.drills.load import ERRAND_S_MAX, Book, callers, compare, settle
from sangyu.config.drills.town import PASSWORD
from sangyu.config.drills.visitor import NotHeard, Visitor
from sangyu.config.processes.embedded import DATABASE, Cluster
from sangyu.config.processes.places import Places
from sangyu.config.setup.report import tell

DISK_BYTES = 400 * 1024 * 1024
SMALL = {"min_wal_size": "32MB", "max_wal_size": "64MB"}
FULL_ENOUGH = 5  # writes that were refused, before we are satisfied that the disk is full
LINES = 2
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def run(ground: Ground, *, work_s: float) -> dict[str, Any]:
    """Fill the disk under work, first the data and then the log; free it, and compare the log of yeses with the tables.

    Shape: the figures of the drill; `not_run` says why where it cannot be run.
    """
    if os.geteuid() != 0:
        return {"n": 0, "not_run": "a disk of limited size can only be made by root", "lost": 0, "twice": 0}
    began = time.monotonic()
    book = Book()
    with _small_disk(ground) as disk, _town_on(ground, disk) as other:
        with house(other, DATABASE) as home:
            reader = Visitor(home.port)
            reader.sign_in("dispatcher", PASSWORD)
            lines = callers(home.port, book, ground.town, lines=LINES, many=1_000_000)
            for line in lines:
                line.start()
            _work(home, work_s)
            data_full = _data_full(home, disk, reader)
            log_full = _log_full(home, disk, reader)
            heard = len(book.acks)
            freed = time.monotonic()
            (disk / "ballast").unlink()
            _work(home, work_s)
            while len(book.acks) == heard:
                _work(home, 0.2)
                if time.monotonic() - freed > ERRAND_S_MAX:
                    raise RuntimeError("nothing was acknowledged after the disk had room again")
            settle(lines)
        other.use(DATABASE)
        figures = compare(book)
        found = faults()
    silent = [name for name, seen in (("data", data_full), ("log", log_full)) if not seen["said_in_chinese"]]
    return {
        "n": len(book.wishes),
        **figures,
        "asked": book.asked,
        "unheard": book.silent,
        "data_full": data_full,
        "log_full": log_full,
        "faults": [*found, *(f"{name} full: the page did not say so" for name in silent)],
        "troubles": book.troubles,
        "seconds": round(time.monotonic() - began, 1),
    }


def _data_full(home: House, disk: Path, reader: Visitor) -> dict[str, Any]:
    """Leave no byte for new pages of tables: writes are refused, reads go on, the database stays up."""
    with psycopg.connect(home.ground.cluster.url("superuser", "postgres"), autocommit=True) as connection:
        # A log that happens to be at the end of its file would be full before the data is.
        for statement in ("SELECT pg_current_xact_id()", "SELECT pg_switch_wal()", "CHECKPOINT"):
            connection.execute(statement)
    _fill(disk)
    writer = Visitor(home.port, headers={"X-Cti-Key": settings.CTI_KEY})
    said: list[str] = []
    reads = reads_ok = 0
    until_s = time.monotonic() + ERRAND_S_MAX
    while len(said) < FULL_ENOUGH and time.monotonic() < until_s:
        home.mind()
        with suppress(NotHeard):
            answer = writer.ask("POST", "/exchange/cti/events", body=_ring(writer.asked))
            if answer.status >= 500:
                said.append(answer.body)
        reads += 1
        with suppress(NotHeard):
            reads_ok += reader.ask("GET", "/dispatching/").status == 200
        _fill(disk)  # what a checkpoint has freed meanwhile
    told = {
        "refused": len(said),
        "reads": reads,
        "reads_ok": reads_ok,
        "database_up": home.ground.cluster.healthy(),
        "said_in_chinese": bool(said) and all("磁盘满了" in page for page in said),
    }
    tell(f"  data full: {told}")
    return told


def _log_full(home: House, disk: Path, reader: Visitor) -> dict[str, Any]:
    """Use up the log: the database goes down by itself rather than forget, and pages say that they cannot save."""
    cluster = home.ground.cluster
    for _ in range(40):
        _fill(disk)
        try:
            with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as connection:
                connection.execute("SELECT pg_current_xact_id()")
                connection.execute("SELECT pg_switch_wal()")
        except psycopg.Error:
            break
    down = not cluster.healthy()
    home.mind()
    pages = []
    for _ in range(FULL_ENOUGH):
        with suppress(NotHeard):
            pages.append(reader.ask("GET", "/dispatching/"))
    told = {
        "database_down": down,
        "pages": len(pages),
        "pages_503": sum(page.status == 503 for page in pages),
        "said_in_chinese": bool(pages) and all(CHINESE.search(page.body) for page in pages),
    }
    tell(f"  log full: {told}")
    return told


def _fill(disk: Path) -> None:
    """Write ballast until not a byte is left."""
    with open(disk / "ballast", "ab", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(65_536))


def _ring(n: int) -> dict[str, str]:
    return {"event": "ring", "line_reference": f"full-{n}", "caller_number": "", "called_number": "965885"}


def _work(home: House, seconds: float) -> None:
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        home.mind()
        time.sleep(0.05)


@contextmanager
def _small_disk(ground: Ground) -> Iterator[Path]:
    """Mount a disk of limited size for the length of a block."""
    folder = Path(f"{ground.cluster.places.home}-disk")
    folder.mkdir(mode=0o755)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "sangyu-drill", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def _town_on(ground: Ground, disk: Path) -> Iterator[Ground]:
    """Bring a copy of the town to a cluster on a disk."""
    places = Places(home=disk / "cluster", binaries_home=ground.cluster.places.binaries_home)
    cluster = Cluster(places, more=SMALL)
    cluster.open()
    other = Ground(cluster, ground.var, ground.town)
    try:
        dump = ground.var / "town.sql"
        made = [str(cluster.bin / "pg_dump"), "--no-comments", "-f", str(dump), ground.cluster.url("owner", TEMPLATE)]
        subprocess.run(made, check=True)
        read = [str(cluster.bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(dump)]
        subprocess.run([*read, cluster.url("owner", DATABASE)], check=True)
        dump.unlink()
        other.use(DATABASE)
        yield other
    finally:
        from django.db import connections

        connections.close_all()
        cluster.close()
        shutil.rmtree(places.sockets, ignore_errors=True)
