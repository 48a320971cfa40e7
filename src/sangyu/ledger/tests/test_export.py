from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

import pytest

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.cli import main
from sangyu.ledger.export import account_name, amount_text, journal_text
from sangyu.ledger.tests.cast import (
    APPROPRIATION,
    CHENGGUAN,
    CREDIT_SOURCE,
    FINANCE,
    NOON,
    PAYABLE,
    TODAY,
    TREASURY,
    XIASHAN,
    grant,
    move,
    reserve,
)

pytestmark = pytest.mark.django_db

POSTING = re.compile(r"    (?P<account>\S+)  (?P<amount>-?\d+\.\d\d) CNY")


def read(text: str) -> list[list[tuple[str, Decimal]]]:
    """Read plain-text accounting as its rules say: a dated line opens a transaction, indented lines are postings."""
    transactions: list[list[tuple[str, Decimal]]] = []
    for line in text.splitlines():
        if re.match(r"\d{4}-\d{2}-\d{2} ", line):
            transactions.append([])
        elif found := POSTING.fullmatch(line):
            transactions[-1].append((found["account"], Decimal(found["amount"])))
        else:
            told = line in {"", "commodity CNY", "    format 1000.00 CNY"}
            assert told or line.lstrip().startswith(";"), line
    return transactions


@pytest.fixture
def books():
    move(TREASURY, APPROPRIATION, 123_456)
    mistaken = grant(5005)
    ledger.reverse(id=new_id(), journal_id=mistaken.pk, reason="第一行\n    第二行 ; 备注", at=NOON, by_id=FINANCE)
    hold = reserve(1999, account=APPROPRIATION)
    ledger.post_hold(hold_id=hold.pk, to=PAYABLE, service_on=TODAY, at=NOON, by_id=FINANCE, rule_version="2026.1")


def test_a_reader_without_this_software_gets_the_same_sums(books):
    transactions = read("".join(journal_text()))
    assert len(transactions) == 4
    assert all(sum(amount for _, amount in postings) == 0 for postings in transactions)

    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for postings in transactions:
        for account, amount in postings:
            totals[account] += amount
    balances = ledger_read.balances(CHENGGUAN)
    assert totals == {account_name(of.account): Decimal(-of.balance_fen) / 100 for of in balances}


def test_a_transaction_names_its_cause_its_rule_and_its_reason_on_one_line(books):
    text = "".join(journal_text())
    assert "    ; rule: 2026.1\n" in text
    assert "    ; reason: 第一行 第二行 ; 备注\n" in text
    assert f"2026-11-02 * ({ledger_read.statement(CREDIT_SOURCE).lines[0].journal_id}) GRANT\n" in text


@pytest.mark.parametrize(("fen", "text"), [(5, "0.05 CNY"), (-5, "-0.05 CNY"), (-123456, "-1234.56 CNY")])
def test_amounts_carry_no_thousands_marks(fen, text):
    assert amount_text(fen) == text


def test_the_command_exports_one_programme(books, capsys):
    assert main(["export", "--programme", str(XIASHAN)]) == 0
    assert read(capsys.readouterr().out) == []
    assert main(["export", "--programme", str(CHENGGUAN)]) == 0
    assert len(read(capsys.readouterr().out)) == 4
