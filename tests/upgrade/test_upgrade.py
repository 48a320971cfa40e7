"""A database of the release before comes up to this code with every row, every right and every sum it had."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment

pytestmark = pytest.mark.django_db  # all of them, so that they run one after another on one upgraded database

FOLDER = Path(__file__).resolve().parent
RELEASES = sorted(FOLDER.glob("*.sql.gz"))
BEFORE = RELEASES[-1]
BYTES_MAX = 300_000
# What Django itself writes about the tables, and the rows of signed-in browsers, which a release does not hand on.
NOT_OURS = {"django_migrations", "django_content_type", "auth_permission", "django_session"}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Brackets and casts are left out of what is said in words: they change when a database is written out and read again.
WORDS = r"regexp_replace({}, '::[a-z ]+(\(\d+\))?(\[\])?|[() ]', '', 'g')"
SHAPE = rf"""
SELECT attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull::text,
       concat_ws(' ', attidentity, nullif(attcollation, 0)::regcollation, {WORDS.format("pg_get_expr(adbin, adrelid)")})
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  JOIN pg_class c ON c.oid = attrelid AND relkind = 'r' AND relnamespace = 'public'::regnamespace
 WHERE attnum > 0 AND NOT attisdropped
 UNION ALL
SELECT conrelid::regclass::text, conname::text, contype::text, {WORDS.format("pg_get_constraintdef(oid)")}, ''
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
 UNION ALL
SELECT tablename::text, indexname::text, 'index', {WORDS.format("indexdef")}, ''
  FROM pg_indexes WHERE schemaname = 'public'
 UNION ALL
SELECT tgrelid::regclass::text, tgname::text, 'trigger', pg_get_triggerdef(oid), tgenabled::text
  FROM pg_trigger WHERE NOT tgisinternal
 UNION ALL
SELECT 'function', oid::regprocedure::text, prorettype::regtype::text, regexp_replace(prosrc, '\s+', ' ', 'g'), ''
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
 UNION ALL
SELECT 'type', typname::text, enumlabel::text, '', '' FROM pg_enum JOIN pg_type t ON t.oid = enumtypid
"""
RIGHTS = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
 WHERE grantee = %s AND table_schema = 'public'
"""


@dataclass
class Upgraded:
    """A database of the release before, after this code's migrations."""

    app_url: str
    owner_url: str
    before: dict[str, int]

    def environment(self, log_in: str) -> dict[str, str]:
        """Answer the environment of a process of ours on it."""
        addresses = {"SANGYU_DATABASE_URL": self.app_url, "SANGYU_OWNER_DATABASE_URL": self.owner_url}
        return own_environment(**addresses, SANGYU_LOG_IN=log_in, SANGYU_ANCHORS="")

    def django(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of Django's commands as the owner."""
        command = [sys.executable, "-m", "django", *words]
        return subprocess.run(command, env=self.environment("owner"), capture_output=True, text=True)


def counted(owner: psycopg.Connection[tuple[str]]) -> dict[str, int]:
    """Count the rows of every table."""
    names = [row[0] for row in owner.execute(TABLES)]
    counts = {}
    for name in names:
        found = owner.execute(sql.SQL("SELECT count(*)::text FROM {}").format(sql.Identifier(name))).fetchone()
        assert found is not None
        counts[name] = int(found[0])
    return counts


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, cluster: Cluster | None) -> Iterator[Upgraded]:
    """The release before, brought up to this code as an installation does it."""
    if cluster is None:
        pytest.skip("needs a server on which it may make a database: run without SANGYU_DATABASE_URL")
    name = f"upgraded_{os.getpid()}"
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = cluster.url("owner", name)
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute(gzip.decompress(BEFORE.read_bytes()))
    with psycopg.connect(address) as owner:
        before = counted(owner)
    made = Upgraded(cluster.url("app", name), address, before)
    ended = made.django("migrate", "--no-input", "--verbosity=0", "--skip-checks")
    if ended.returncode != 0:
        pytest.fail(f"{BEFORE.name} does not come up to this code:\n{ended.stderr}", pytrace=False)
    yield made
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_release_before_is_a_small_file_named_in_the_changelog() -> None:
    assert BEFORE.stat().st_size < BYTES_MAX
    release = BEFORE.name.removesuffix(".sql.gz")
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(release)}\b", changelog, re.MULTILINE)


def test_it_holds_something_in_every_part_of_the_walk(upgraded: Upgraded) -> None:
    for table in (
        "hotline_call", "orders_order", "dispatch_dispatch", "visits_visit", "benefits_charge", "quality_followup",
        "settlement_statement", "settlement_payment", "ledger_entry", "access_auditentry", "meals_sale",
    ):  # fmt: skip
        assert upgraded.before[table] > 0, table


def test_no_row_and_no_table_is_lost(upgraded: Upgraded) -> None:
    with psycopg.connect(upgraded.owner_url) as owner:
        after = counted(owner)
    assert set(upgraded.before) - set(after) == set()
    kept = {name: after[name] for name in upgraded.before}
    less = {name: (many, kept[name]) for name, many in upgraded.before.items() if kept[name] < many}
    assert {name: counts for name, counts in less.items() if name not in NOT_OURS} == {}


def test_everything_that_is_kept_twice_still_agrees(upgraded: Upgraded) -> None:
    command = [sys.executable, "-m", "sangyu.config.cli", "verify", "--json"]
    ended = subprocess.run(command, env=upgraded.environment(""), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["sound"] is True
    assert {"stages", "books", "chain", "statements"} <= set(told["checks"])


def test_it_is_shaped_like_a_fresh_installation_and_gives_the_same_rights(upgraded: Upgraded) -> None:
    app = connection.settings_dict["APP"]["USER"]
    with connection.cursor() as cursor:
        cursor.execute(SHAPE)
        fresh = set(cursor.fetchall())
        cursor.execute(RIGHTS, [app])
        fresh_rights = set(cursor.fetchall())
    with psycopg.connect(upgraded.owner_url) as owner:
        shape = set(owner.execute(SHAPE).fetchall())
    with psycopg.connect(upgraded.app_url) as serving:
        rights = set(serving.execute(RIGHTS, [app]).fetchall())
    assert sorted(row for row in shape ^ fresh if row[0] not in NOT_OURS) == []
    assert sorted(row for row in rights ^ fresh_rights if row[0] not in NOT_OURS) == []
    assert ("access_auditentry", "INSERT") in rights
    assert ("access_auditentry", "UPDATE") not in rights


def test_migrating_again_finds_nothing_to_do(upgraded: Upgraded) -> None:
    assert upgraded.django("migrate", "--check", "--skip-checks").returncode == 0
