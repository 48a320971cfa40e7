"""Keeps the processes of an installation alive, and leaves none behind.

Each service is a process group of its own and is told by the kernel when we die, so neither Ctrl-C nor kill -9 leaves
a server holding the port. What dies is started again, the sooner the longer it had lived.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.guard import die_with_parent
from sangyu.config.setup.trouble import Trouble

ROUND_S = 0.25
PAUSES_S = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # after the first, second, … fall in a row
SETTLED_S = 30.0  # a fall after this long a life counts as a first one
STOP_S_MAX = 10.0
DATABASE_PAUSE_S = 5.0  # before a database that would not start is tried again


@dataclass
class Service:
    """One program that should always run."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    resume_s: float = 0.0
    falls: int = 0

    def start(self) -> None:
        """Start the program in a group of its own, tied to us. Call it from the main thread."""
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=2,  # our own stdout belongs to the answer of the command
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def mind(self, say: Callable[[str], None]) -> None:
        """Start the program again if it has ended and its pause is over."""
        if self.process is None:
            if time.monotonic() >= self.resume_s:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self._end_group()  # a killed server leaves its own children, and they hold the port
        self.process = None
        now_s = time.monotonic()
        self.falls = 1 if now_s - self.started_s >= SETTLED_S else self.falls + 1
        pause_s = PAUSES_S[min(self.falls, len(PAUSES_S)) - 1]
        self.resume_s = now_s + pause_s
        say(f"! {self.name} 意外结束({code}),{pause_s:.0f} 秒后重启 / {self.name} ended, starting it again")

    def stop(self) -> None:
        """Ask the program to end, insist after ten seconds, and end whatever it started. May be repeated."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_S_MAX)
        self._end_group()
        self.process.wait()
        self.process = None

    def _end_group(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS's word for an empty group
            os.killpg(self.process.pid, signal.SIGKILL)


def supervise(
    services: Sequence[Service],
    *,
    cluster: Cluster | None,
    stop: threading.Event,
    say: Callable[[str], None],
    database_pause_s: float = DATABASE_PAUSE_S,
) -> None:
    """Run the services until `stop` is set, then stop them in the order given; the database is its owner's to stop.

    A database that would not start is tried again every `database_pause_s` seconds, and ends nothing else.
    """
    again_s = 0.0
    try:
        for service in services:
            service.start()
        while not stop.wait(ROUND_S):
            if cluster is not None and time.monotonic() >= again_s:
                try:
                    if cluster.mind():
                        say("! 数据库意外结束,已重新启动 / the database ended and has been started again")
                except Trouble as trouble:  # a full disk, say: the pages say so meanwhile, and it may pass
                    say(f"! {trouble.chinese} / {database_pause_s:.0f} s")
                    again_s = time.monotonic() + database_pause_s
            for service in services:
                service.mind(say)
    finally:
        for service in services:
            service.stop()
