"""A worker whose database went away for a moment ends itself, so that whoever minds it starts one that works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.db import connection

from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment

NAME = "worker-of-this-test"


def _address() -> str:
    here = connection.settings_dict
    login = ":".join(quote(here[part], safe="") for part in ("USER", "PASSWORD") if here[part])
    return f"postgresql://{login}@/{here['NAME']}?host={quote(str(here['HOST']), safe='')}&port={here['PORT']}"


def _count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_sessions_are_ended_ends_itself() -> None:
    command = [sys.executable, "-m", "sangyu.config.processes.worker"]
    environment = own_environment(SANGYU_DATABASE_URL=_address(), PGAPPNAME=NAME)
    worker = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        _await(lambda: _count("SELECT count(*) FROM procrastinate_workers") == 1)
        assert worker.poll() is None
        ours = f"FROM pg_stat_activity WHERE application_name = '{NAME}'"
        _await(lambda: _count(f"SELECT count(*) {ours}") >= 2)
        assert _count(f"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) {ours}") >= 2
        _, said = worker.communicate(timeout=60)
    finally:
        worker.kill()
    assert worker.returncode == 1
    assert "to begin anew" in said


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_asked_to_stop_signs_off() -> None:
    command = [sys.executable, "-m", "sangyu.config.processes.worker"]
    environment = own_environment(SANGYU_DATABASE_URL=_address(), PGAPPNAME=NAME)
    worker = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _await(lambda: _count("SELECT count(*) FROM procrastinate_workers") == 1)
        os.kill(worker.pid, 15)
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    assert _count("SELECT count(*) FROM procrastinate_workers") == 0
