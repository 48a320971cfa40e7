from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.cli import main
from sangyu.ledger.insert_only import INSERT_ONLY_TABLES
from sangyu.ledger.tests.cast import (
    APPROPRIATION,
    CHENGGUAN,
    CREDIT,
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
from sangyu.ledger.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books():
    """Some of everything: grants, an open hold, a posted one, a part, a void, a reversal."""
    move(TREASURY, APPROPRIATION, 100_000)
    grant(5000)
    reserve(100)
    for posted_fen in (None, 500, 0):
        ledger.post_hold(
            hold_id=reserve(1000).pk,
            to=PAYABLE,
            service_on=TODAY,
            at=NOON,
            by_id=FINANCE,
            posted_fen=posted_fen,
            reason="核减",
        )
    ledger.reverse(id=new_id(), journal_id=grant(70).pk, reason="重复", at=NOON, by_id=FINANCE)


@pytest.fixture
def forger() -> Iterator[psycopg.Connection]:
    """Log in as the owner with triggers off: the one who could falsify the books."""
    settings = connection.settings_dict
    who = settings.get("OWNER", settings)
    with psycopg.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        dbname=settings["NAME"],
        user=who["USER"],
        password=who["PASSWORD"] or None,
        autocommit=True,
    ) as forging:
        for table in INSERT_ONLY_TABLES:
            forging.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield forging
        finally:
            for table in INSERT_ONLY_TABLES:
                forging.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_sound_books_have_no_findings(books):
    assert verify() == []
    assert verify(CHENGGUAN) == []


@pytest.mark.parametrize(
    ("forgery", "codes"),
    [
        (
            "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE amount_fen = 100000",
            {"JOURNAL_UNBALANCED", "CACHE_WRONG", "JOURNAL_BODY_WRONG"},
        ),
        (
            "UPDATE ledger_entry SET amount_fen = amount_fen * 2 WHERE abs(amount_fen) = 100000",
            {"CACHE_WRONG", "JOURNAL_BODY_WRONG"},
        ),
        ("UPDATE ledger_account SET credit_fen = credit_fen + 1 WHERE kind = 'APPROPRIATION'", {"CACHE_WRONG"}),
        ("UPDATE ledger_account SET held_fen = 0 WHERE held_fen = 100", {"CACHE_WRONG"}),
        (
            "UPDATE ledger_account SET floor_fen = 100001, credit_fen = 100001 WHERE kind = 'APPROPRIATION'",
            {"BELOW_FLOOR", "CACHE_WRONG"},
        ),
        ("UPDATE ledger_account SET fund = 'CITY' WHERE kind = 'APPROPRIATION'", {"ACCOUNT_ID_WRONG"}),
        (
            f"UPDATE ledger_account SET programme_id = '{XIASHAN}' WHERE kind = 'APPROPRIATION'",
            {"FOREIGN_ENTRY", "ACCOUNT_ID_WRONG"},
        ),
        ("UPDATE ledger_journal SET reason = '另一个' WHERE reason = '重复'", {"JOURNAL_BODY_WRONG"}),
        ("UPDATE ledger_journal SET period = '2026-10' WHERE reason = '重复'", {"JOURNAL_BODY_WRONG"}),
        ("UPDATE ledger_hold SET by_id = id WHERE amount_fen = 100", {"HOLD_BODY_WRONG"}),
        ("UPDATE ledger_hold SET amount_fen = 99 WHERE amount_fen = 100", {"HOLD_BODY_WRONG", "CACHE_WRONG"}),
        ("UPDATE ledger_holdend SET voided_fen = 499 WHERE voided_fen = 500", {"HOLD_END_WRONG"}),
        ("UPDATE ledger_holdend SET posted_fen = 501, voided_fen = 499 WHERE voided_fen = 500", {"HOLD_END_WRONG"}),
        (
            (
                "UPDATE ledger_entry SET amount_fen = 2 * amount_fen FROM ledger_journal AS journal"
                " WHERE journal.id = journal_id AND reverses_id IS NOT NULL"
            ),
            {"REVERSAL_WRONG", "JOURNAL_BODY_WRONG", "CACHE_WRONG"},
        ),
    ],
)
def test_a_forgery_is_found(books, forger, forgery, codes):
    assert forger.execute(forgery).rowcount > 0
    assert {finding.code for finding in verify()} == codes


def test_findings_can_be_narrowed_to_a_programme(books, forger):
    forger.execute("UPDATE ledger_account SET credit_fen = credit_fen + 1 WHERE kind = 'APPROPRIATION'")
    assert verify(XIASHAN) == []
    assert [finding.subject_id for finding in verify(CHENGGUAN)] == [APPROPRIATION.id]


def test_the_command_says_so_when_all_is_well(books, capsys):
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "账簿核验无误。\n"


def test_the_command_fails_and_names_what_it_found(books, forger, capsys):
    forger.execute("UPDATE ledger_account SET credit_fen = 6000 WHERE kind = 'ELDER_CREDIT'")
    assert main(["verify", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["sound"] is False
    assert [(found["code"], found["subject_id"]) for found in answer["findings"]] == [("CACHE_WRONG", str(CREDIT.id))]
    assert main(["verify", "--programme", str(CHENGGUAN)]) == 1
    assert "账簿有 1 处不符" in capsys.readouterr().out
