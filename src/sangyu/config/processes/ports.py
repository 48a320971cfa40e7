"""Ports of this machine: is one free, and if not, who has it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from sangyu.config.setup.trouble import Trouble

FIRST = 8000


def choose(host: str, port: int) -> int:
    """Answer the port to serve on: the one asked for, or with 0 the next free one from 8000 on.

    Raises: Trouble, if the port asked for is taken, naming who has it where the system tells us.
    """
    if port == 0:
        return next(candidate for candidate in range(FIRST, 65536) if is_free(host, candidate))
    if not is_free(host, port):
        holder = who_listens(port)
        raise Trouble(
            f"端口 {port} 已被占用{f'({holder})' if holder else ''}。请先停掉它,或用 --port 0 自动选一个空闲端口。",
            f"Port {port} is taken{f' by {holder}' if holder else ''}. Stop that program, or let --port 0 choose.",
        )
    return port


def is_free(host: str, port: int) -> bool:
    """Answer whether we could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port left a moment ago is free to us
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Trouble(
                f"没有权限使用端口 {port}。请用 1024 以上的端口。", f"No right to use port {port}. Use one above 1024."
            ) from error
        except OSError:
            return False
    return True


def who_listens(port: int) -> str | None:
    """Name the program that listens on a port, as `pid 123: command`; None if the system does not tell us."""
    wanted = f"socket:[{inode}]" if (inode := _inode(port)) else None
    if wanted is None:
        return None
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if any(os.readlink(link) == wanted for link in (folder / "fd").iterdir()):
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"pid {folder.name}: {words[:80]}"
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return None


def _inode(port: int) -> str | None:
    """Look up the listening socket of a port in the kernel's tables."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                return words[9]
    return None
