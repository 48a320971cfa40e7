"""The processes of the demo on the ground of a drill: web server and job worker, minded as the demo minds them."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sangyu.config.drills.ground import Ground
from sangyu.config.drills.visitor import NotHeard, Visitor
from sangyu.config.processes.guard import lifeline
from sangyu.config.processes.supervisor import Service
from sangyu.config.setup.trouble import Trouble

READY_S_MAX = 300.0  # how long it took is a figure; only what does not come back at all ends a drill


@dataclass
class House:
    """A running web server and worker over one database."""

    ground: Ground
    port: int
    web: Service
    worker: Service
    said: list[str] = field(default_factory=list)

    def mind(self) -> None:
        """Bring back what has died, once, as the supervisor does four times a second.

        The supervisor waits longer after every fall of a short life; here every fall counts as the first, since lives
        of half a minute between two hundred kills would take hours.
        """
        try:
            self.ground.cluster.mind()
        except Trouble as trouble:  # a full disk, say: it may pass
            self.said.append(trouble.chinese)
        for service in (self.web, self.worker):
            service.falls = 0
            service.mind(self.said.append)

    def answers(self) -> bool:
        """Tell whether a page that reads the database is served."""
        try:
            return Visitor(self.port).ask("GET", "/sign-in/").status == 200
        except NotHeard:
            return False

    def wait(self) -> float:
        """Mind the house until its pages answer; return the seconds that took."""
        began = time.monotonic()
        while not self.answers():
            if time.monotonic() - began > READY_S_MAX:
                raise RuntimeError("the pages did not come back: " + " | ".join(self.said[-5:]))
            self.mind()
            time.sleep(0.02)
        return time.monotonic() - began


@contextmanager
def house(ground: Ground, database: str, *, worker: bool = False, **more: str) -> Iterator[House]:
    """Serve a database of the ground for the length of a block; a drill that is killed takes its house along."""
    port = free_port()
    environment = ground.environment(database) | {"SANGYU_STAGE": "0", **more}
    web = [sys.executable, "-m", "granian", "sangyu.config.asgi:application", "--interface", "asgi"]
    web += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--workers-kill-timeout", "5"]
    web += ["--log-level", "critical"]
    worker_command = [sys.executable, "-m", "sangyu.config.processes.worker"]
    with lifeline(ground.var / "lifeline") as on_the_line:
        open_house = House(
            ground,
            port,
            Service("web", on_the_line(_quietly(web, ground.var / "web.log")), environment),
            Service("worker", on_the_line(_quietly(worker_command, ground.var / "worker.log")), environment),
        )
        try:
            open_house.web.start()
            if worker:
                open_house.worker.start()
            else:
                open_house.worker.resume_s = float("inf")  # never: this drill needs none
            open_house.wait()
            yield open_house
        finally:
            open_house.web.stop()
            open_house.worker.stop()


def _quietly(command: Sequence[str], log: Path) -> list[str]:
    """Let a program say what it has to say to a file: in a drill it will have much to complain of."""
    return ["/bin/sh", "-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "sh", str(log), *command]


def free_port() -> int:
    """Find a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
