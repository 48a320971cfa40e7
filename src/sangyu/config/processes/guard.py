"""Tie a child process to its parent: when the parent is killed, however hard, the kernel tells the child."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


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
