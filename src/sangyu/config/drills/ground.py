"""The ground of a drill: a cluster that keeps its promises, one town, and copies of its database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment
from sangyu.config.processes.throw_away import places_once, remove
from sangyu.config.setup.report import tell

if TYPE_CHECKING:
    from sangyu.config.drills.town import Town

TEMPLATE = "town"


@dataclass
class Ground:
    """A cluster with a founded town in it; Django in this process works on the copy that was `use`d last."""

    cluster: Cluster
    var: Path
    town: Town
    copies: set[str] = field(default_factory=set)

    def copy(self, name: str, *, of: str = TEMPLATE) -> str:
        """Make a copy of the town's database, or of another, and return its name; costs a fraction of a second."""
        from django.db import connections

        connections.close_all()
        with psycopg.connect(self.cluster.url("owner", "postgres"), autocommit=True) as owner:
            name_of, template = sql.Identifier(name), sql.Identifier(of)
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name_of))
            owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name_of, template))
        self.copies.add(name)
        return name

    def clear(self) -> None:
        """Drop every copy, so that the next drill does not carry what the last one left."""
        self.use(TEMPLATE)
        with psycopg.connect(self.cluster.url("owner", "postgres"), autocommit=True) as owner:
            for name in self.copies:
                owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self.copies.clear()

    def use(self, name: str) -> str:
        """Let Django in this process, and in every thread of it, work on a database from now on."""
        from sangyu.config.database.address import from_url

        use(name)
        from django.db import connections

        connections.settings["default"].update(from_url(self.cluster.url("app", name)))
        return name

    def fresh(self, name: str, *, of: str = TEMPLATE) -> str:
        """Make a copy of a database and work on it."""
        return self.use(self.copy(name, of=of))

    def use_other(self, cluster: Cluster) -> None:
        """Let Django in this process work on the database of another cluster, until `use` comes back to this one."""
        from django.db import connections

        from sangyu.config.database.address import from_url

        connections.close_all()
        connections.settings["default"].update(from_url(cluster.url("app")))

    def environment(self, database: str) -> dict[str, str]:
        """Answer the environment of a process of ours that serves from a database of this ground."""
        return own_environment(SANGYU_DATABASE_URL=self.cluster.url("app", database), SANGYU_VAR=str(self.var))


def use(name: str) -> None:
    """Point every connection of this process at another database of the same server."""
    from django.db import connections

    connections.close_all()
    connections.settings["default"]["NAME"] = name


@contextmanager
def ground(*, at: datetime, elders: int) -> Iterator[Ground]:
    """Make a ground for the length of a block and leave nothing of it behind. Sets up Django in this process."""
    places = places_once()
    var = places.home.with_name(f"{places.home.name}-var")  # swept up with it, should this drill be killed
    (var / "static").mkdir(parents=True)
    cluster = Cluster(places)
    began = time.monotonic()
    cluster.open()
    try:
        _migrated(cluster)
        _set_up_django(cluster, var)
        from sangyu.config.drills import town

        founded = town.found(at=at, elders=elders)
        from django.db import connections

        connections.close_all()
        tell(f"· 演练场就绪：{time.monotonic() - began:.1f} s / the ground is ready")
        yield Ground(cluster, var, founded)
        connections.close_all()
    finally:
        cluster.close()
        remove(places)
        for folder in places.home.parent.glob(f"{places.home.name}-*"):
            shutil.rmtree(folder, ignore_errors=True)


def _migrated(cluster: Cluster) -> None:
    """Make the template database with every table."""
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    addresses = {**cluster.environment(TEMPLATE), "SANGYU_LOG_IN": "owner"}
    migrate = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0", "--skip-checks"]
    subprocess.run(migrate, cwd=PROJECT, env=own_environment(**addresses), stdin=subprocess.DEVNULL, check=True)


def _set_up_django(cluster: Cluster, var: Path) -> None:
    os.environ["SANGYU_DATABASE_URL"] = cluster.url("app", TEMPLATE)
    os.environ["SANGYU_VAR"] = str(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "sangyu.config.settings"
    import django

    django.setup()


def picture() -> dict[str, int | str]:
    """Count every table of ours, and note stages and sums: all that a verb may have changed."""
    from django.apps import apps
    from django.db import connection

    tables = sorted({model._meta.db_table for model in apps.get_models() if model.__module__.startswith("sangyu.")})
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        found: dict[str, int | str] = dict(cursor.fetchall())
        cursor.execute("SELECT coalesce(string_agg(stage, ',' ORDER BY id), '') FROM orders_order")
        found["stages"] = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(sum(debit_fen + credit_fen + held_fen), 0)::bigint FROM ledger_account")
        found["moved_fen"] = cursor.fetchone()[0]
    return found


def faults() -> list[str]:
    """Seal the audit book and recompute everything in the database in use; answer what does not add up."""
    from sangyu.access import actions as access
    from sangyu.access import queries as access_read
    from sangyu.insight.verify import verify

    for programme in access_read.programmes():
        access.seal(programme_id=programme.pk)
    return [f"{fault.check} {fault.subject}: {fault.what}" for outcome in verify() for fault in outcome.faults]
