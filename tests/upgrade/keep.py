"""Keep a small database of a release, for the upgrades that come after it: `python -m tests.upgrade.keep 0.1.0`.

Run it in the code of that release: it migrates an empty database, lets the full house happen in it and writes down
tables and rows as plain SQL, which any PostgreSQL from 15 on reads without a client of its own.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.ready import migrate
from sangyu.config.processes.throw_away import throw_away_postgres

FOLDER = Path(__file__).resolve().parent
# What the client adds for itself, and settings that older servers do not know.
LEFT_OUT = ("\\", "--", "SET transaction_timeout", "CREATE SCHEMA public")
DUMP = ["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", "--no-comments"]


def main(argv: list[str]) -> int:
    """Write the database of this code under the name of a release; return 0."""
    (release,) = argv
    with tempfile.TemporaryDirectory() as var, throw_away_postgres() as cluster:
        os.environ |= {"SANGYU_VAR": var, "SANGYU_CLOCK_OFFSET_S": "0", **cluster.environment()}
        migrate(cluster.environment())
        _fill()
        path = FOLDER / f"{release}.sql.gz"
        path.write_bytes(gzip.compress(_text(cluster).encode(), mtime=0))
    print(f"{path.name}: {path.stat().st_size} bytes")
    return 0


def _fill() -> None:
    from django.db import connections

    from tests.walks.full_house import FullHouse

    FullHouse()
    connections.close_all()


def _text(cluster: Cluster) -> str:
    command = [str(cluster.bin / "pg_dump"), *DUMP, "--exclude-table-data=django_session", cluster.url("owner")]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in dumped.split("\n") if line and not line.startswith(LEFT_OUT)) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
