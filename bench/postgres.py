"""The embedded cluster: made, started again, and back after kill -9; and a fresh database with every table in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from _figures import tell

from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.throw_away import throw_away_postgres

AT_ONCE = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0", "--skip-checks"]
ONE_BY_ONE = """
import django; django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), interactive=False, verbosity=0, skip_checks=True)
"""


def made(cluster: Cluster, name: str, command: list[str]) -> float:
    """Make a database and its tables by a command; return the seconds of the whole process."""
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    began = time.perf_counter()
    subprocess.run(command, env=os.environ | cluster.environment(name) | {"SANGYU_LOG_IN": "owner"}, check=True)
    return time.perf_counter() - began


def schema(cluster: Cluster, name: str) -> str:
    """Write a database's tables out, without the keys that each writing draws anew."""
    command = [cluster.bin / "pg_dump", "--schema-only", cluster.url("owner", name)]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in written.split("\n") if not line.startswith(("\\restrict", "\\unrestrict")))


with tempfile.TemporaryDirectory() as folder:
    began = time.perf_counter()
    with throw_away_postgres(Path(folder)) as cluster:
        made_s = time.perf_counter() - began
        pid = cluster.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        began = time.perf_counter()
        while not (cluster.mind() and cluster.healthy()):
            time.sleep(0.01)
        back_s = time.perf_counter() - began
        assert cluster.pid != pid
tell("postgres", figure=back_s, unit="s after kill -9", limit=15, size="empty cluster", made_s=round(made_s, 2))

with throw_away_postgres() as cluster:
    at_once_s = made(cluster, "at_once", AT_ONCE)
    one_by_one_s = made(cluster, "one_by_one", [sys.executable, "-c", ONE_BY_ONE])
    tables = schema(cluster, "at_once")
    assert tables == schema(cluster, "one_by_one")
    tell(
        "postgres.tables",
        figure=at_once_s,
        unit="s",
        limit=10,
        size=f"{tables.count('CREATE TABLE')} tables",
        one_by_one_s=round(one_by_one_s, 2),
    )
