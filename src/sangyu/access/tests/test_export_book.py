"""A stranger with a Python and nothing of ours finds every edit of the book, whoever made it and however cleverly."""

from __future__ import annotations

import ast
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from django.conf import settings
from tests.cast import Cast
from tests.owner import past_the_guards

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.cli import main
from sangyu.access.export import book
from sangyu.access.models import AuditEntry, AuditLink, Programme

VERIFIER = settings.ROOT / "tools" / "verify_audit.py"
MONDAY = date(2026, 11, 9)
EDITS = 70
ACTS = 40
LINES_MAX = 300
Row = dict[str, Any]


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    """The verifier as a stranger has it: one file."""
    spec = importlib.util.spec_from_file_location("verify_audit", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filled(cast: Cast, folder: Path, acts: int = ACTS) -> str:
    """Let three days pass and return what is kept of them outside."""
    for day in range(3):
        for n in range(acts // 3):
            access.record(
                by=cast.ma,
                at=cast.at + timedelta(days=day, minutes=n),
                verb="test.act",
                object_kind="elder",
                object_id=cast.li.pk,
                facts={"n": n, "share": 0.5, "名": "李秀兰", "at": [None, True, -(2**53)]},
            )
        access.seal(programme_id=cast.programme.pk)
        access.anchor(programme=cast.programme, on=MONDAY + timedelta(days=day), folder=folder)
    return access_read.anchor_file(cast.programme, folder).read_text(encoding="ascii")


def codes(verifier: ModuleType, lines: list[str], anchors: str) -> set[str]:
    return {fault.code for fault in verifier.verify(lines, anchors)[1]}


def test_the_verifier_is_short_and_needs_nothing_but_python() -> None:
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_MAX
    tree = ast.walk(ast.parse(text))
    needed = {alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names}
    tree = ast.walk(ast.parse(text))
    needed |= {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}
    assert needed <= sys.stdlib_module_names


def test_an_untouched_book_is_whole_and_says_what_nobody_vouches_for(
    cast: Cast, tmp_path: Path, verifier: ModuleType
) -> None:
    anchors = filled(cast, tmp_path)
    sealed = AuditLink.objects.count()
    access.record(by=cast.ma, at=cast.at, verb="test.late", object_kind="elder", object_id=cast.li.pk)
    check, faults, vouched = verifier.verify(list(book(cast.programme)), anchors)
    assert faults == []
    assert (check.links, check.loose, vouched) == (sealed, 1, sealed)


@pytest.mark.django_db(transaction=True)
def test_the_command_and_the_verifier_meet_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cast = Cast()
    filled(cast, tmp_path)
    path = access_read.anchor_file(cast.programme, tmp_path)
    assert main(["export"]) == 0
    exported = tmp_path / "book.jsonl"
    exported.write_text(capsys.readouterr().out, encoding="utf-8")
    alone = [sys.executable, "-I", str(VERIFIER), str(exported), "--anchors", str(path)]
    ended = subprocess.run(alone, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "账簿完整" in ended.stdout
    last = access_read.anchors(cast.programme, tmp_path)[-1]
    for root, code in ((last.shown, 0), ("0123-4567-89ab-cdef", 1), ("12", 2)):
        ended = subprocess.run([*alone[:4], "--root", f"{last.n}:{root}"], capture_output=True, text=True)
        assert ended.returncode == code, ended.stdout + ended.stderr
    exported.write_text("{}\n", encoding="utf-8")
    assert subprocess.run(alone, capture_output=True).returncode == 2


def test_the_export_runs_in_one_moment_of_the_database(transactional_db: None, capsys) -> None:
    cast = Cast()
    access.seal(programme_id=cast.programme.pk)
    assert main(["export"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == AuditEntry.objects.count() + 1


# --- what a superuser may do to the tables: each leaves the database as another single edit would

Edit = Callable[[psycopg.Connection, random.Random, Cast], None]


def _place(owner: psycopg.Connection, dice: random.Random) -> int:
    row = owner.execute("SELECT max(n) FROM access_auditlink").fetchone()
    assert row is not None
    return dice.randint(1, row[0])


def _act_at(owner: psycopg.Connection, dice: random.Random) -> Any:
    found = owner.execute("SELECT entry_id FROM access_auditlink WHERE n = %s", [_place(owner, dice)]).fetchone()
    assert found is not None
    return found[0]


def edit_a_column(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    change = dice.choice(
        [
            "at = at + interval '1 microsecond'",
            "verb = verb || 'x'",
            "object_kind = 'other'",
            "object_id = gen_random_uuid()",
            f"by_id = '{cast.feng.pk}'",
            """facts = facts || '{"n": 999}'""",
            "facts = facts || '{\"more\": null}'",
            "body_hash = repeat('0', 64)",
        ]
    )
    owner.execute(f"UPDATE access_auditentry SET {change} WHERE id = %s", [_act_at(owner, dice)])


def edit_a_link(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    change = dice.choice(["hash = repeat('a', 64)", "previous_hash = repeat('b', 64)", "n = n + 1000000"])
    owner.execute(f"UPDATE access_auditlink SET {change} WHERE n = %s", [_place(owner, dice)])


def take_one_out(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    act = _act_at(owner, dice)
    owner.execute("DELETE FROM access_auditlink WHERE entry_id = %s", [act])
    if dice.random() < 0.5:
        owner.execute("DELETE FROM access_auditentry WHERE id = %s", [act])


def exchange_two(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    n = _place(owner, dice)
    m = n - 1 if n > 1 else n + 1
    owner.execute("UPDATE access_auditlink SET n = -1 WHERE n = %s", [n])
    owner.execute("UPDATE access_auditlink SET n = %s WHERE n = %s", [n, m])
    owner.execute("UPDATE access_auditlink SET n = %s WHERE n = -1", [m])


def cut_the_tail(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    n = _place(owner, dice) - 1
    owner.execute("DELETE FROM access_auditlink WHERE n > %s", [n])
    if dice.random() < 0.7:
        owner.execute("DELETE FROM access_auditentry WHERE id NOT IN (SELECT entry_id FROM access_auditlink)")
    if dice.random() < 0.7:
        owner.execute(
            "UPDATE access_audithead SET n = %s, hash ="
            " coalesce((SELECT hash FROM access_auditlink WHERE n = %s), repeat('0', 64))",
            [n, n],
        )


def set_the_head(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    owner.execute(dice.choice(["UPDATE access_audithead SET n = n - 1", "UPDATE access_audithead SET hash = ''"]))


def compute_anew(owner: psycopg.Connection, dice: random.Random, cast: Cast) -> None:
    """Edit one act and hash everything after it again, head and all: the book then proves itself."""
    edit_a_column(owner, dice, cast)
    rewrite(owner, cast)


EDITORS: list[Edit] = [
    edit_a_column, edit_a_link, take_one_out, exchange_two, cut_the_tail, set_the_head, compute_anew,
]  # fmt: skip


def rewrite(owner: psycopg.Connection, cast: Cast) -> None:
    """Do what an intruder with our source and every right would do."""
    from sangyu.access.rules import entry_hash, link_hash

    previous, n = "0" * 64, 0
    query = (
        "SELECT link.id, entry.id, entry.at, entry.by_id, entry.verb, entry.object_kind, entry.object_id, entry.facts"
        " FROM access_auditlink AS link JOIN access_auditentry AS entry ON entry.id = link.entry_id ORDER BY link.n"
    )
    for link_id, entry_id, at, by_id, verb, object_kind, object_id, facts in owner.execute(query).fetchall():
        n += 1
        hashed = entry_hash(
            entry_id=entry_id, at=at, by_id=by_id, verb=verb, object_kind=object_kind, object_id=object_id, facts=facts
        )
        own = link_hash(previous_hash=previous, n=n, entry_hash=hashed)
        owner.execute("UPDATE access_auditentry SET body_hash = %s WHERE id = %s", [hashed, entry_id])
        owner.execute(
            "UPDATE access_auditlink SET previous_hash = %s, hash = %s WHERE id = %s", [previous, own, link_id]
        )
        previous = own
    owner.execute("UPDATE access_audithead SET n = %s, hash = %s", [n, previous])


BOOK = ["access_auditentry", "access_auditlink", "access_audithead"]


@pytest.mark.django_db(transaction=True)
def test_every_single_edit_by_a_superuser_is_found(tmp_path: Path, verifier: ModuleType) -> None:
    cast = Cast()
    anchors = filled(cast, tmp_path)
    untouched = list(book(cast.programme))
    dice = random.Random(96)
    missed: list[str] = []
    done: dict[str, int] = {}
    with past_the_guards() as owner:
        for table in BOOK:
            owner.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}")
        for turn in range(EDITS):
            edit = EDITORS[turn % len(EDITORS)]
            with owner.transaction():
                edit(owner, dice, cast)
            lines = list(book(Programme.objects.get()))
            if lines != untouched:  # what was set to what it was is no edit
                done[edit.__name__] = done.get(edit.__name__, 0) + 1
                if not codes(verifier, lines, anchors):
                    missed.append(f"{turn}: {edit.__name__}")
            with owner.transaction():
                for table in reversed(BOOK[:2]):
                    owner.execute(f"DELETE FROM {table}")
                for table in BOOK[:2]:
                    owner.execute(f"INSERT INTO {table} TABLE kept_{table}")
                owner.execute("UPDATE access_audithead AS head SET n = kept.n, hash = kept.hash"
                              " FROM kept_access_audithead AS kept")  # fmt: skip
    assert missed == []
    assert sum(done.values()) >= EDITS * 0.9
    assert set(done) == {edit.__name__ for edit in EDITORS}


@pytest.mark.django_db(transaction=True)
def test_a_book_computed_anew_proves_itself_and_is_told_by_the_anchors_alone(
    tmp_path: Path, verifier: ModuleType
) -> None:
    cast = Cast()
    anchors = filled(cast, tmp_path)
    with past_the_guards() as owner:
        owner.execute("UPDATE access_auditentry SET verb = 'nothing' WHERE verb = 'test.act' AND facts->>'n' = '3'")
        rewrite(owner, cast)
    assert access_read.verify_chain(cast.programme.pk) == []
    lines = list(book(cast.programme))
    assert codes(verifier, lines, "") == set()
    assert codes(verifier, lines, anchors) == {"ROOT"}
    root = json.loads(lines[-1])
    assert verifier.verify(lines, "", [f"{root['n']}:{root['hash']}"])[1] == []


def test_every_edit_of_the_exported_file_is_found(cast: Cast, tmp_path: Path, verifier: ModuleType) -> None:
    anchors = filled(cast, tmp_path, acts=12)
    lines = list(book(cast.programme))
    for n in range(1, len(lines)):
        assert codes(verifier, lines[:n] + lines[n + 1 :], anchors), f"row {n} left out"
        assert codes(verifier, [*lines[:n], lines[n], *lines[n:]], anchors), f"row {n} told twice"
        row: Row = json.loads(lines[n])
        for part in row["act"]:
            told = {**row, "act": {**row["act"], part: "another"}}
            assert codes(verifier, [*lines[:n], json.dumps(told), *lines[n + 1 :]], anchors), f"{part} of row {n}"
