"""Reads of benefits: what an elder's monthly credit still holds, and what was charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.benefits.models import Charge
from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey


@dataclass(frozen=True)
class Credit:
    """An elder's credit of one period: granted so far, used or promised, left.

    Units: fen; whole minutes for a credit of minutes.
    """

    granted_fen: int
    used_fen: int
    left_fen: int


def credit_key(
    programme_id: UUID, fund: str, elder_id: UUID, on: date, *, unit: str = "fen", period: str = "month"
) -> AccountKey:
    """Name the ledger account of an elder's credit in the month (or year) of `on`, in fen or in minutes."""
    kind = "ELDER_MINUTES" if unit == "minutes" else "ELDER_CREDIT"
    return AccountKey(programme_id, fund, kind, str(on.year) if period == "year" else str(Month.of(on)), elder_id)


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


def charges(viewer: User) -> QuerySet[Charge]:
    """The charges that the viewer may see: all for the operator, one's own for an enterprise."""
    rows = Charge.objects.filter(programme_id=viewer.programme_id).select_related("elder", "enterprise", "item")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.none()
