"""Reads of the budget: the four figures of a fund and year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.budget.models import Appropriation, Override
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey


@dataclass(frozen=True)
class Position:
    """年初预算, 已占用, 已拨付, 可用 of one fund and year, in fen; overrides stand beside the appropriations."""

    appropriated_fen: int
    overridden_fen: int
    held_fen: int
    paid_fen: int
    available_fen: int


def account_key(programme_id: UUID, fund: str, year: int) -> AccountKey:
    """Name the ledger account of a fund and year."""
    return AccountKey(programme_id, fund, "APPROPRIATION", str(year), None)


def position(viewer: User, fund: str, on: date) -> Position:
    """Return the four figures of a fund in the year of `on`; zeros for a viewer who may not see money."""
    if not sees_whole_programme(viewer):
        return Position(0, 0, 0, 0, 0)
    return position_of(viewer.programme_id, fund, on.year)


def position_of(programme_id: UUID, fund: str, year: int) -> Position:
    """Return the four figures of a fund and year, for verbs and checks that have no viewer."""
    rows = {"programme_id": programme_id, "fund": fund, "year": year}
    given = Appropriation.objects.filter(**rows).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    over = Override.objects.filter(**rows).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    balance = ledger_read.balance(account_key(programme_id, fund, year))
    return Position(
        appropriated_fen=given,
        overridden_fen=over,
        held_fen=balance.held_fen,
        # What was paid and has come back since is not paid: it is credited beside what was given.
        paid_fen=balance.debit_fen - (balance.credit_fen - given - over),
        available_fen=balance.available_fen,
    )


def appropriations(viewer: User, year: int) -> list[Appropriation]:
    """Return what was given for a year, oldest first; nothing for a viewer who may not see money."""
    rows = Appropriation.objects.filter(programme_id=viewer.programme_id, year=year).select_related("by")
    return list(rows.order_by("at", "id")) if sees_whole_programme(viewer) else []


def overrides(viewer: User, year: int) -> list[Override]:
    """Return the leaves to go beyond a year's money, oldest first; nothing for a viewer who may not see money."""
    rows = Override.objects.filter(programme_id=viewer.programme_id, year=year).select_related("by")
    return list(rows.order_by("at", "id")) if sees_whole_programme(viewer) else []


def fund_titles(viewer: User, on: date) -> dict[str, str]:
    """Return the funds of the pack in force on a day with their Chinese titles, in the order of the pack.

    Raises: NothingAdopted.
    """
    pack = adoption_read.pack_of(adoption_read.in_force(viewer.programme_id, on))
    return {fund.id.upper(): fund.title for fund in pack.funds.values()}
