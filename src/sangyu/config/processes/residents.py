"""Who still lives in a data folder. After a kill -9 this decides whether a new server may start there.

PostgreSQL refuses to start while processes of an earlier server are alive, and a second server over living processes
would destroy data. A postmaster is known by its `-D`, its children by the cluster name in their titles; both can be
read without special rights.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from sangyu.config.processes.places import Places
from sangyu.config.setup.trouble import Trouble


def residents(places: Places) -> list[int]:
    """List the process ids of every PostgreSQL process of this cluster, oldest id first."""
    title = f"postgres: {places.title}: ".encode()
    data = os.fsencode(places.data)
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:  # gone meanwhile, or none of our business
            continue
        words = line.split(b"\0")
        postmaster = words[0].endswith(b"postgres") and words[1:3] == [b"-D", data]
        if postmaster or line.startswith(title):
            found.append(int(folder.name))
    return sorted(found)


def clear(places: Places, *, patience_s: float = 20.0) -> int:
    """Stop what an earlier launcher left behind, politely first; answer how many processes that was.

    Call it only while holding the cluster's launcher lock. Afterwards the stale `postmaster.pid` is removed: its number
    may meanwhile belong to a stranger, and PostgreSQL would refuse to start.
    Raises: Trouble, if something survives.
    """
    left = residents(places)
    many = len(left)
    began = time.monotonic()
    # SIGINT: fast shutdown. SIGQUIT: at once, recovery on the next start. SIGKILL only for what hangs.
    for polite, until_s in ((signal.SIGINT, 0.5), (signal.SIGQUIT, 0.8), (signal.SIGKILL, 1.0)):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, polite)
        while left and time.monotonic() - began < patience_s * until_s:
            time.sleep(0.03)
            left = residents(places)
    if left:
        raise Trouble(
            f"旧的数据库进程 {left} 无法结束,不能安全启动。请手工结束它们后重试。",
            f"Old database processes {left} cannot be stopped, so it is not safe to start. End them and try again.",
        )
    (places.data / "postmaster.pid").unlink(missing_ok=True)
    return many
