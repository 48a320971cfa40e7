"""kill -9 in the middle of everything: what was acknowledged is there, what was not is gone, nothing is twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from urllib.parse import quote

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from sangyu.config.processes import residents
from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import PROJECT, places_for
from sangyu.config.processes.ready import own_environment
from sangyu.ledger.verify import verify
from sangyu.quality import actions as quality
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Run
from tests.cast import BEIJING, Cast

UNACKNOWLEDGED = ("1%", "50%", "100%", "before COMMIT")


class Victim:
    """The process in which verbs are done and killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, verb: str, crash: str = "") -> str:
        """Let a verb be done; return `done`, `refused: ...`, `killed by 9` or `waiting`."""
        self.tell(verb, crash)
        return self.answer()

    def tell(self, verb: str, crash: str = "") -> None:
        self.process.stdin.write(json.dumps({"verb": verb, "crash": crash}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        return self.process.stdout.readline().strip()


@contextmanager
def victim(url: str) -> Iterator[Victim]:
    """Start the process on a database, and end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.walks.victim"],
        cwd=PROJECT,
        env=own_environment(SANGYU_DATABASE_URL=url, PYTHONPATH=os.pathsep.join([str(PROJECT / "src"), str(PROJECT)])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Victim(process)
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def address_of_this_database() -> str:
    here = connection.settings_dict
    login = ":".join(quote(here[part], safe="") for part in ("USER", "PASSWORD") if here[part])
    return f"postgresql://{login}@/{here['NAME']}?host={quote(str(here['HOST']), safe='')}&port={here['PORT']}"


def picture() -> dict[str, int | str]:
    """Count every table, and note the stages of orders: what a verb may have changed."""
    tables = sorted({model._meta.db_table for model in apps.get_models() if model.__module__.startswith("sangyu.")})
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        counts = dict(cursor.fetchall())
        cursor.execute("SELECT coalesce(string_agg(stage, ',' ORDER BY number), '') FROM orders_order")
        stages = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(sum(debit_fen + credit_fen + held_fen), 0)::bigint FROM ledger_account")
        return {**counts, "stages": stages, "moved_fen": cursor.fetchone()[0]}


def between(cast: Cast, verb: str) -> None:
    """Do what the walk needs before a verb and what is not killed here."""
    if verb == "follow_up":
        at = datetime(2026, 11, 10, 20, tzinfo=BEIJING)
        quality.draw_sample(day=at.date(), by=cast.clock, at=at)
    if verb == "draw_up":
        cast.appraised(at=datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    if verb == "pay":
        at = datetime(2026, 12, 6, 9, tzinfo=BEIJING)
        for statement in settlement_read.statements(cast.kangan_user):
            settlement.confirm(statement_id=statement.pk, invoice_number="0441", by=cast.kangan_user, at=at)
        for signer in (cast.feng, cast.deputy, cast.head):
            settlement.approve(run_id=Run.objects.get().pk, by=signer, at=at + timedelta(hours=1))


WALK = (
    "place",
    "send",
    "accept",
    "assign",
    "check_in",
    "check_out",
    "follow_up",
    "draw_up",
    "pay",
    "take_return",
)


@pytest.mark.django_db(transaction=True)
def test_every_verb_of_the_walk_may_be_killed_anywhere_and_repeated(cast):
    cast.call()
    with victim(address_of_this_database()) as killed:
        for verb in WALK:
            between(cast, verb)
            before = picture()
            for crash in UNACKNOWLEDGED:
                assert killed.ask(verb, crash) == "killed by 9", f"{verb} {crash}"
                assert picture() == before, f"{verb} left something behind when killed {crash}"
            assert killed.ask(verb, "after COMMIT") == "killed by 9", verb
            after = picture()
            assert after != before, f"{verb} was lost behind its COMMIT"
            answer = killed.ask(verb)
            assert answer == "done" or answer.startswith("refused: "), f"{verb}: {answer}"
            assert picture() == after, f"{verb} had a second effect"
            assert verify() == [], verb
    assert settlement_read.totals(cast.auditor, Run.objects.get()).paid_fen == 4750


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A cluster that keeps its promises, with every table in it, and nothing of it left afterwards."""
    cluster = Cluster(places_for(cluster=f"once-{os.getpid()}-kill"))
    cluster.open()
    try:
        migrate = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0", "--skip-checks"]
        addresses = {**cluster.environment(), "SANGYU_LOG_IN": "owner"}
        subprocess.run(migrate, cwd=PROJECT, env=own_environment(**addresses), check=True)
        yield cluster
    finally:
        cluster.close()
        subprocess.run(["rm", "-rf", str(cluster.places.home), str(cluster.places.sockets)], check=True)


def test_the_database_may_be_killed_in_the_middle_of_a_verb(durable):
    def placed() -> list[tuple]:
        with psycopg.connect(durable.url("owner")) as owner:
            query = "SELECT (SELECT count(*) FROM orders_order), (SELECT count(*) FROM ledger_hold)"
            return owner.execute(query).fetchone()

    with victim(durable.url("app")) as asked:
        assert asked.ask("found") == "done"
        assert asked.ask("order_1") == "done"
        before = placed()
        assert asked.ask("order_2", "wait before COMMIT") == "waiting"
        for process in residents.residents(durable.places):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        durable._server.wait(20)
        assert durable.mind()
        assert asked.answer().startswith("failed: ")
        assert placed() == before
        assert before[0] == 1
        assert asked.ask("verify") == "done"
        assert asked.ask("order_1") == "done"
        assert placed() == before
        assert asked.ask("order_2") == "done"
        assert placed()[0] == 2
        assert asked.ask("verify") == "done"
