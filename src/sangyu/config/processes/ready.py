"""A database with every table in it, for whoever needs one: the given address, or the embedded cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sangyu.config.processes.embedded import Cluster, embedded_postgres
from sangyu.config.processes.places import PROJECT
from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble


@contextmanager
def database_ready(*, say: Callable[[str], None] = tell) -> Iterator[Cluster | None]:
    """Make this process and its children find a migrated database for the length of a block.

    Yields the embedded cluster, or None where `SANGYU_DATABASE_URL` names a server somebody else runs.
    """
    if os.environ.get("SANGYU_DATABASE_URL"):
        migrate(dict(os.environ))
        yield None
        return
    with embedded_postgres(say=say) as cluster:
        os.environ["SANGYU_DATABASE_URL"] = cluster.url("app")  # the owner's address stays with those who migrate
        os.environ.setdefault("SANGYU_ANCHORS", str(cluster.places.home / "anchors"))
        migrate(cluster.environment())
        yield cluster


def migrate(addresses: dict[str, str]) -> None:
    """Bring the tables up to this code, as their owner, in a process of its own. Up to date already: no effect.

    Sets up Django in this process, which must already find its database.
    Raises: Trouble, when a migration fails; what the database said is shown above it.
    """
    if not _is_behind():
        return
    ended = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0", "--skip-checks"],
        cwd=PROJECT,
        env=own_environment(**{**addresses, "SANGYU_LOG_IN": "owner"}),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    if ended.returncode != 0:
        raise Trouble(
            "数据库结构没有更新成功,原因见上。修正后重新运行即可,已完成的部分不会重做。",
            "The tables could not be brought up to date; the reason is above. Mend it and run again.",
        )


def _is_behind() -> bool:
    """Answer whether any migration of this code is not yet in the database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sangyu.config.settings"
    import django

    django.setup()
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OperationalError as error:
        raise Trouble(f"连不上数据库:{error}", "The database cannot be reached; the reason is above.") from error
    finally:
        connection.close()


def own_environment(**more: str) -> dict[str, str]:
    """Answer the environment of a Python process of ours."""
    ours = {"PYTHONPATH": str(PROJECT / "src"), "DJANGO_SETTINGS_MODULE": "sangyu.config.settings"}
    return os.environ | ours | more
