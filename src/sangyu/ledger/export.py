"""The journal as plain text that hledger and a reader can add up without this software."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from sangyu.kit.money import Fen
from sangyu.ledger import rules
from sangyu.ledger.models import Entry
from sangyu.ledger.rules import AccountKey

_CHUNK = 2_000


def journal_text(programme_id: UUID | None = None) -> Iterator[str]:
    """Yield the journal as hledger and ledger read it, one transaction at a time, in the order of booking.

    Bookkeepers write debits as positive, so the signs are the opposite of `Entry.amount_fen`.
    """
    yield "; 桑榆账簿导出，金额单位为元，借方为正\ncommodity CNY\n    format 1000.00 CNY\n\n"
    entries = Entry.objects.select_related("journal", "account").order_by("journal__posted_at", "journal_id", "n")
    if programme_id is not None:
        entries = entries.filter(journal__programme_id=programme_id)
    for _, legs in groupby(entries.iterator(_CHUNK), key=lambda entry: entry.journal_id):
        yield _transaction(list(legs))


def account_name(key: AccountKey) -> str:
    """Return the name of an account as a path: programme, kind, fund, period, party."""
    return ":".join(
        [str(key.programme_id), key.kind, key.fund, key.period or "no-period", str(key.party_id or "nobody")]
    )


def amount_text(fen: Fen) -> str:
    """Write an amount without thousands marks, which plain-text ledgers read differently."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d} CNY"


def _transaction(entries: list[Entry]) -> str:
    journal = entries[0].journal
    booked_on = journal.posted_at.astimezone(rules.BEIJING).date()
    lines = [
        f"{booked_on} * ({journal.pk}) {journal.kind}",
        f"    ; service: {journal.service_on}, cause: {journal.cause_kind} {journal.cause_id}",
    ]
    if journal.rule_version:
        lines.append(f"    ; rule: {_one_line(journal.rule_version)}")
    if journal.reverses_id:
        lines.append(f"    ; reverses: {journal.reverses_id}")
    if journal.reason:
        lines.append(f"    ; reason: {_one_line(journal.reason)}")
    lines += [f"    {account_name(entry.account.key)}  {amount_text(-entry.amount_fen)}" for entry in entries]
    return "\n".join(lines) + "\n\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
