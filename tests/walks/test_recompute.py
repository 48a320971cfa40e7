"""The books are added up by programs that know nothing of this one, and every balance is the same to the fen."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import connection

from sangyu.ledger import cli
from sangyu.ledger.export import account_name
from sangyu.ledger.models import Account
from tests.cast import Cast

pytestmark = pytest.mark.django_db

BALANCES = """
SELECT entry.account_id, sum(entry.amount_fen)::bigint FROM ledger_entry AS entry GROUP BY entry.account_id
"""
AMOUNT = re.compile(r"(-?)(\d+)\.(\d\d) CNY")


@pytest.fixture
def journal(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A month from the first order to the bank's answer, as plain text."""
    cast.visited(cast.order())
    cast.visited(cast.order(days=2))
    cast.paid(cast.drawn_up())
    capsys.readouterr()
    assert cli.main(["export"]) == 0
    path = tmp_path / "sangyu.journal"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


def by_the_database() -> dict[str, int]:
    """Add up the entries by one query; debits are positive, as bookkeepers write them."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES)
        sums = dict(cursor.fetchall())
    named = {account_name(account.key): -sums[account.pk] for account in Account.objects.filter(pk__in=sums)}
    return {name: fen for name, fen in named.items() if fen}


def fen(text: str) -> int:
    found = AMOUNT.fullmatch(text.strip())
    assert found is not None, text
    return int(found[1] + "1") * (int(found[2]) * 100 + int(found[3]))


def test_the_months_books_have_something_in_them(journal: Path) -> None:
    assert len(by_the_database()) >= 4
    assert any(balance > 0 for balance in by_the_database().values())


def test_adding_up_the_text_by_hand_gives_the_same(journal: Path) -> None:
    balances: dict[str, int] = defaultdict(int)
    moved = 0
    for line in journal.read_text(encoding="utf-8").splitlines():
        if line.startswith("    ") and "  " in line.strip():
            account, _, amount = line.strip().rpartition("  ")
            balances[account] += fen(amount)
            moved += fen(amount)
    assert moved == 0
    assert {name: balance for name, balance in balances.items() if balance} == by_the_database()


def test_the_caches_of_the_accounts_are_the_sums_of_the_text(journal: Path) -> None:
    cached = {account_name(account.key): account.debit_fen - account.credit_fen for account in Account.objects.all()}
    assert {name: balance for name, balance in cached.items() if balance} == by_the_database()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["hledger", "balance", "--flat", "--output-format=csv", "--no-total"], id="hledger"),
        pytest.param(
            ["ledger", "balance", "--flat", "--no-total", "--balance-format", "%(account),%(display_total)\n"],
            id="ledger",
        ),
    ],
)
def test_a_bookkeeping_program_gives_the_same(journal: Path, words: list[str]) -> None:
    program = shutil.which(words[0])
    if program is None:
        pytest.skip(f"{words[0]} is not installed: apt-get install {words[0]}")
    ended = subprocess.run([program, "-f", journal, *words[1:]], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    rows = [
        row for row in csv.reader(io.StringIO(ended.stdout)) if row and row[0] not in {"account", "total", "Total:"}
    ]
    assert {name: fen(balance) for name, balance in rows} == by_the_database()


def test_hledger_finds_every_transfer_balanced(journal: Path) -> None:
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed: apt-get install hledger")
    checks = ["check", "commodities"]
    assert subprocess.run([program, "-f", journal, *checks]).returncode == 0
    whole, last, rest = journal.read_text(encoding="utf-8").rpartition(" CNY")
    journal.write_text(f"{whole}9{last}{rest}", encoding="utf-8")
    assert subprocess.run([program, "-f", journal, *checks], capture_output=True).returncode != 0
