"""The one form of account for whatever an elder has a credit of: money, minutes, days, pieces; by month or by year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey, Reference
from sangyu.registry.models import Unmerge

# unit -> kind of account; what it is called beside it (`CREDIT_USED`, `MINUTES_LAPSED`) begins with the stem.
UNITS = {
    "fen": ("ELDER_CREDIT", "CREDIT"),
    "minutes": ("ELDER_MINUTES", "MINUTES"),
    "days": ("ELDER_DAYS", "DAYS"),
    "pieces": ("ELDER_PIECES", "PIECES"),
}
KINDS = {kind: (unit, stem) for unit, (kind, stem) in UNITS.items()}


@dataclass(frozen=True)
class Credit:
    """An elder's credit of one period: granted so far (with what was carried over), used or promised, left.

    Units: fen; whole minutes, days or pieces for a credit of such.
    """

    granted_fen: int
    used_fen: int
    left_fen: int


def credit_key(
    programme_id: UUID, fund: str, elder_id: UUID, on: date, *, unit: str = "fen", period: str = "month"
) -> AccountKey:
    """Name the ledger account of an elder's credit in the month (or year) of `on`, in fen or in minutes."""
    return AccountKey(
        programme_id, fund, UNITS[unit][0], str(on.year) if period == "year" else str(Month.of(on)), elder_id
    )


def beside(key: AccountKey, end: str) -> AccountKey:
    """Name the account from which a credit comes (SOURCE), or to which it goes (USED, LAPSED), in its own unit."""
    return replace(key, kind=f"{KINDS[key.kind][1]}_{end}", party_id=None if end == "SOURCE" else key.party_id)


def credit(
    programme_id: UUID, fund: str, elder_id: UUID, on: date, *, unit: str = "fen", period: str = "month"
) -> Credit:
    """Return what an elder's credit of the period holds; zeros before its first use."""
    balance = ledger_read.balance(credit_key(programme_id, fund, elder_id, on, unit=unit, period=period))
    gone_over = parted(balance)
    return Credit(
        granted_fen=balance.credit_fen - gone_over,
        used_fen=balance.debit_fen + balance.held_fen - gone_over,
        left_fen=balance.available_fen,
    )


def parted(balance: ledger_read.Balance) -> int:
    """Add up what merges that were undone have taken off an elder's credit: it was neither granted for good nor used.

    Two records that were one for a while are two persons again, and each has the credit that the policy gives it.
    """
    if not balance.debit_fen:
        return 0
    key = balance.account
    undone = Unmerge.objects.filter(Q(merge__gone=key.party_id) | Q(merge__survivor=key.party_id))
    taken = 0
    for merge_id in undone.values_list("merge", flat=True):
        for row in ledger_read.trace(Reference("MERGE", merge_id), programme_id=key.programme_id).journals:
            taken -= sum(leg.amount_fen for leg in row.legs if leg.account == key and leg.amount_fen < 0)
    return taken
