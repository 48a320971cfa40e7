"""The one form of account for whatever an elder has a credit of: money, minutes, days, pieces; by month or by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey

# unit -> kind of account; what it is called beside it (`CREDIT_USED`, `MINUTES_LAPSED`) begins with the stem.
UNITS = {"fen": ("ELDER_CREDIT", "CREDIT"), "minutes": ("ELDER_MINUTES", "MINUTES")}
KINDS = {kind: (unit, stem) for unit, (kind, stem) in UNITS.items()}


@dataclass(frozen=True)
class Credit:
    """An elder's credit of one period: granted so far (with what was carried over), used or promised, left.

    Units: fen; whole minutes for a credit of minutes.
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


def credit(
    programme_id: UUID, fund: str, elder_id: UUID, on: date, *, unit: str = "fen", period: str = "month"
) -> Credit:
    """Return what an elder's credit of the period holds; zeros before its first use."""
    balance = ledger_read.balance(credit_key(programme_id, fund, elder_id, on, unit=unit, period=period))
    return Credit(
        granted_fen=balance.credit_fen,
        used_fen=balance.debit_fen + balance.held_fen,
        left_fen=balance.available_fen,
    )
