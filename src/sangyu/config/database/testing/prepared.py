"""A migrated test database kept as a file, since running every migration takes many times as long as reading one dump.

The file is named after everything that shapes it, so a changed migration makes a new one. Of several processes that
begin at once, one runs the migrations and the others wait for its file.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import PROJECT
from sangyu.config.setup.clone import digest, var

PACKAGE = PROJECT / "src" / "sangyu"

_turn: IO[str] | None = None  # held from finding no file until it is written


def restore(cluster: Cluster, name: str) -> None:
    """Make database `name` from the kept file; without one make nothing, and the migrations will run."""
    global _turn
    dump = _dump()
    if not dump.is_file():
        _turn = dump.with_name("test-database.turn").open("w")
        fcntl.flock(_turn, fcntl.LOCK_EX)
        if not dump.is_file():
            return
        _turn.close()
        _turn = None
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    psql = [cluster.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-o", os.devnull, "-f", dump]
    subprocess.run([*psql, cluster.url("owner", name)], check=True)


def keep(cluster: Cluster, name: str) -> None:
    """Write the migrated database `name` to its file, whole or not at all, and forget older ones."""
    global _turn
    try:
        if not _dump().is_file():
            _write(cluster, name, _dump())
    finally:
        if _turn is not None:
            _turn.close()
            _turn = None


def _write(cluster: Cluster, name: str, dump: Path) -> None:
    partial = dump.with_name(f"{dump.name}.{os.getpid()}")
    subprocess.run([cluster.bin / "pg_dump", "--no-comments", "-f", partial, cluster.url("owner", name)], check=True)
    for older in dump.parent.glob("test-database-*.sql"):
        older.unlink(missing_ok=True)
    partial.rename(dump)


def _dump() -> Path:
    shaping = [PROJECT / "requirements.lock", *(PACKAGE / "config").glob("*.py"), *PACKAGE.rglob("insert_only.py")]
    migrations = (path for path in PACKAGE.rglob("*.py") if path.parent.name in {"migrations", "database"})
    return var() / f"test-database-{digest([*shaping, *migrations])[:12]}.sql"
