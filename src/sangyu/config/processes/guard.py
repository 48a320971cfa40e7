"""Tie a child process to its parent: when the parent is killed, however hard, the kernel tells the child.

Who is told may not hear: a server that hangs, or one whose clock stands still. And grandchildren are told nothing.
Where that matters more than an orderly end, a whole group of processes hangs on a line, and dies when it breaks.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PR_SET_PDEATHSIG = 1
# Reading ends when nobody holds the other end any more. No clock is asked, and SIGKILL cannot be unheard.
ON_A_LINE = 'line=$1; shift; (read -r _ <"$line"; kill -KILL 0) >/dev/null 2>&1 & exec "$@"'


def die_with_parent(told_by: signal.Signals) -> Callable[[], None]:
    """Make a `preexec_fn` after which the child gets `told_by` when this process ends.

    The kernel watches the *thread* that started the child: start children from a thread that lives as long as they do.
    Elsewhere than on Linux it does nothing; a later start then finds and stops what was left behind.
    """
    parent = os.getpid()
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork: afterwards only system calls are safe

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(told_by), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl: nobody would ever tell us
            os.kill(os.getpid(), signal.SIGKILL)

    return tie


@contextmanager
def lifeline(path: Path) -> Iterator[Callable[[Sequence[str]], list[str]]]:
    """Lay a line that breaks when the block or this process ends, however; yield what hangs a command on it.

    The command must be started as the leader of a process group: all of the group is killed when the line breaks.
    """
    os.mkfifo(path, 0o600)
    end = os.open(path, os.O_RDWR)  # not inherited: nobody else holds the line
    try:
        yield lambda command: ["/bin/sh", "-c", ON_A_LINE, "sh", str(path), *command]
    finally:
        os.close(end)
        path.unlink()
