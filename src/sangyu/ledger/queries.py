"""Reads of the books. The ledger knows no viewers: the rooms above narrow what a person may ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum

from sangyu.kit.money import Fen
from sangyu.ledger import rules
from sangyu.ledger.models import Account, Entry, Hold, HoldEnd, Journal
from sangyu.ledger.rules import AccountKey, Reference


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds; an account nobody has used yet is empty."""

    account: AccountKey
    credit_fen: Fen
    debit_fen: Fen
    held_fen: Fen
    floor_fen: Fen | None

    @property
    def balance_fen(self) -> Fen:
        return self.credit_fen - self.debit_fen

    @property
    def available_fen(self) -> Fen:
        """What may still be taken: above the floor where there is one, and not promised to a hold."""
        return self.balance_fen - self.held_fen - (self.floor_fen or 0)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of an account with the balance after it."""

    journal_id: UUID
    kind: str
    cause: Reference
    posted_at: datetime
    reason: str
    amount_fen: Fen
    balance_fen: Fen


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of an account in a stretch of time, between the balances before and after it."""

    account: AccountKey
    opening_fen: Fen
    lines: list[StatementLine]

    @property
    def closing_fen(self) -> Fen:
        return self.lines[-1].balance_fen if self.lines else self.opening_fen


@dataclass(frozen=True, slots=True)
class TracedHold:
    """A hold and its end; `end` is None while it is open."""

    hold: Hold
    account: AccountKey
    end: HoldEnd | None


@dataclass(frozen=True, slots=True)
class TracedJournal:
    journal: Journal
    legs: list[rules.Leg]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything the ledger did for one cause, each list in the order of time."""

    holds: list[TracedHold]
    journals: list[TracedJournal]


def balance(account: AccountKey) -> Balance:
    row = Account.objects.filter(pk=account.id).first()
    return _balance(row) if row else Balance(account, 0, 0, 0, rules.kind_of(account.kind).floor_fen)


def balances(
    programme_id: UUID,
    *,
    kind: str | None = None,
    period: str | None = None,
    fund: str | None = None,
    party_ids: Iterable[UUID] | None = None,
) -> list[Balance]:
    """Return the balances of a programme's accounts, sorted by kind, period, fund and party."""
    rows = Account.objects.filter(programme_id=programme_id)
    for field, value in (("kind", kind), ("period", period), ("fund", fund)):
        if value is not None:
            rows = rows.filter(**{field: value})
    if party_ids is not None:
        rows = rows.filter(party_id__in=list(party_ids))
    return [_balance(row) for row in rows.order_by("kind", "period", "fund", "party_id")]


def statement(account: AccountKey, *, since: datetime | None = None, until: datetime | None = None) -> Statement:
    """Return the entries of an account booked in `since <= posted_at < until`, oldest first, with running balances."""
    entries = Entry.objects.filter(account_id=account.id).select_related("journal")
    opening_fen = 0
    if since is not None:
        earlier = entries.filter(journal__posted_at__lt=since)
        opening_fen = earlier.aggregate(sum=Sum("amount_fen"))["sum"] or 0
        entries = entries.filter(journal__posted_at__gte=since)
    if until is not None:
        entries = entries.filter(journal__posted_at__lt=until)
    running_fen, lines = opening_fen, []
    for entry in entries.order_by("journal__posted_at", "journal_id", "n"):
        running_fen += entry.amount_fen
        journal = entry.journal
        lines.append(
            StatementLine(
                journal_id=journal.pk,
                kind=journal.kind,
                cause=journal.cause,
                posted_at=journal.posted_at,
                reason=journal.reason,
                amount_fen=entry.amount_fen,
                balance_fen=running_fen,
            )
        )
    return Statement(account, opening_fen, lines)


def open_holds(account: AccountKey) -> list[Hold]:
    """Return the holds that still keep money of an account, oldest first."""
    ended = HoldEnd.objects.filter(hold=OuterRef("pk"))
    return list(Hold.objects.filter(~Exists(ended), account_id=account.id).order_by("at", "pk"))


def trace(cause: Reference, *, programme_id: UUID) -> Trace:
    """Return every hold, end and journal that names a cause, so that a fen leads back to its proof."""
    about = {"programme_id": programme_id, "cause_kind": cause.kind, "cause_id": cause.id}
    holds = list(Hold.objects.filter(**about).select_related("account").order_by("at", "pk"))
    ends = HoldEnd.objects.in_bulk([hold.pk for hold in holds])
    journals = list(Journal.objects.filter(**about).order_by("posted_at", "pk"))
    legs: dict[UUID, list[rules.Leg]] = {journal.pk: [] for journal in journals}
    for entry in Entry.objects.filter(journal__in=journals).select_related("account").order_by("journal_id", "n"):
        legs[entry.journal_id].append(rules.Leg(entry.account.key, entry.amount_fen))
    return Trace(
        holds=[TracedHold(hold, hold.account.key, ends.get(hold.pk)) for hold in holds],
        journals=[TracedJournal(journal, legs[journal.pk]) for journal in journals],
    )


def _balance(row: Account) -> Balance:
    return Balance(row.key, row.credit_fen, row.debit_fen, row.held_fen, row.floor_fen)
