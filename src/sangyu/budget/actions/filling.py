"""One entry of the ledger for all money that comes in, whoever gave it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sangyu.access.models import User
from sangyu.budget import queries as budget_read
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, Leg, Reference


def fill(
    row_id: UUID,
    programme_id: UUID,
    fund: str,
    year: int,
    amount_fen: int,
    kind: str,
    at: datetime,
    by: User,
    reason: str,
) -> None:
    """Put money into the account of a fund and year, from the treasury."""
    source = AccountKey(programme_id, fund, "TREASURY", str(year), None)
    ledger.transfer(
        id=derived_id("transfer", row_id),
        programme_id=programme_id,
        kind=kind.upper(),
        legs=[Leg(source, -amount_fen), Leg(budget_read.account_key(programme_id, fund, year), amount_fen)],
        cause=Reference(kind.upper(), row_id),
        service_on=date(year, 1, 1),
        at=at,
        by_id=by.pk,
        reason=reason,
    )
