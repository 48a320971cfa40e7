"""The supervisor brings back what dies, at a growing pace, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sangyu.config.processes.ready import own_environment
from sangyu.config.processes.supervisor import PAUSES_S, Service, supervise
from sangyu.config.processes.throw_away import throw_away_postgres

# A server that has a child of its own and writes both numbers down.
SERVER = """
import subprocess, sys, os, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "a").write(f"{os.getpid()} {child.pid}\\n")
time.sleep(60)
"""


def _alive(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def _await(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.03)


def _starts(book: Path) -> list[list[int]]:
    lines = book.read_text().splitlines() if book.exists() else []
    return [[int(word) for word in line.split()] for line in lines]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "starts"


@pytest.fixture
def service(book: Path) -> Iterator[Service]:
    made = Service("server", [sys.executable, "-c", SERVER, str(book)], own_environment())
    yield made
    made.stop()


def test_what_was_killed_is_started_again_and_its_children_go_with_it(service: Service, book: Path) -> None:
    said: list[str] = []
    service.start()
    _await(lambda: len(_starts(book)) == 1)
    server, child = _starts(book)[0]
    os.kill(server, signal.SIGKILL)

    def again() -> bool:
        service.mind(said.append)
        return len(_starts(book)) == 2

    _await(again)
    _await(lambda: not _alive(child), 2.0)
    assert len(said) == 1
    assert "server" in said[0]


def test_what_falls_at_once_is_started_ever_more_slowly() -> None:
    service = Service("broken", [sys.executable, "-c", "raise SystemExit(3)"], own_environment())
    said: list[str] = []
    service.start()
    for falls in (1, 2, 3):
        service.resume_s = 0.0  # the pause itself is not the point: its length is
        while service.falls < falls:
            service.mind(said.append)
            service.resume_s = min(service.resume_s, time.monotonic()) if service.falls < falls else service.resume_s
        assert service.resume_s - time.monotonic() <= PAUSES_S[falls - 1]
    assert [f"{pause:.0f} 秒" in line for pause, line in zip(PAUSES_S, said, strict=False)] == [True] * 3


def test_stopping_leaves_nobody(service: Service, book: Path) -> None:
    stop = threading.Event()
    watcher = threading.Timer(0.0, lambda: (_await(lambda: len(_starts(book)) == 1), stop.set()))
    watcher.start()
    supervise([service], cluster=None, stop=stop, say=print)
    server, child = _starts(book)[0]
    _await(lambda: not _alive(server) and not _alive(child), 2.0)


def test_a_database_that_will_not_start_ends_nothing_else_and_is_tried_again(service: Service, book: Path) -> None:
    said: list[str] = []
    stop = threading.Event()
    with throw_away_postgres() as cluster:
        version = cluster.places.data / "PG_VERSION"
        right = version.read_text()
        version.write_text("9\n")
        assert cluster.pid is not None
        os.kill(cluster.pid, signal.SIGKILL)

        def mend() -> None:
            try:
                _await(lambda: any("PostgreSQL 9" in line for line in said))
                version.write_text(right)
                _await(cluster.healthy)
                _await(lambda: any("已重新启动" in line for line in said))
            finally:
                stop.set()

        mender = threading.Thread(target=mend)
        mender.start()
        supervise([service], cluster=cluster, stop=stop, say=said.append, database_pause_s=0.1)
        mender.join()
        assert cluster.healthy()
    assert len(_starts(book)) == 1


def test_a_killed_supervisor_takes_its_services_along(book: Path) -> None:
    code = (
        "import sys, threading\n"
        "from sangyu.config.processes.supervisor import Service, supervise\n"
        "import os\n"
        f"service = Service('server', [sys.executable, '-c', {SERVER!r}, {str(book)!r}], dict(os.environ))\n"
        "supervise([service], cluster=None, stop=threading.Event(), say=print)\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", code], env=own_environment())
    _await(lambda: len(_starts(book)) == 1)
    server, child = _starts(book)[0]
    killed.kill()
    killed.wait()
    _await(lambda: not _alive(server))
    os.kill(child, signal.SIGKILL)  # a stranger's grandchild: granian's own end with granian
