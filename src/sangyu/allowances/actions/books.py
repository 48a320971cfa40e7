"""Where the money of runs stands in the ledger: the year's money, what is owed, what is to come back, the bank.

Person by person it stands in the lines, payments and recoveries of this room, which are never changed; the ledger holds
their sums, and `verify` holds the two together.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sangyu.access.models import User
from sangyu.allowances.models import Run
from sangyu.allowances.rules import MoneyGone
from sangyu.budget import queries as budget_read
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, Leg, NotEnough, Reference

OWED, CLAIM, CLAIM_SOURCE, BANK = "ALLOWANCE_OWED", "ALLOWANCE_CLAIM", "CLAIM_SOURCE", "BANK"


def account(run: Run, kind: str) -> AccountKey:
    """Name the account of a scheme, or of its bank payments."""
    return AccountKey(run.scheme.programme_id, run.scheme.fund, kind, "", run.scheme_id)


def year_account(run: Run) -> AccountKey:
    """Name the year's money from which a run is paid."""
    return budget_read.account_key(run.scheme.programme_id, run.scheme.fund, Month.parse(run.month).year)


def from_the_year(run: Run, amount_fen: int, *, id: UUID, cause: Reference, by: User, at: datetime) -> None:  # noqa: A002
    """Move a sum from the year's money to what is owed; below zero, back.

    Raises: MoneyGone.
    """
    year = year_account(run)
    try:
        _move(run, "ALLOWANCE_DUE", year, account(run, OWED), amount_fen, id=id, cause=cause, by=by, at=at)
    except NotEnough as short:
        left = budget_read.position_of(run.scheme.programme_id, run.scheme.fund, int(year.period)).available_fen
        raise MoneyGone(
            f"{year.period}年“{run.scheme.title}”的预算可用{yuan(left)}元，本次需要{yuan(amount_fen)}元，不能审批。"
            "请先追加预算，或由民政局写明理由批准超预算。"
        ) from short


def claimed(run: Run, amount_fen: int, *, id: UUID, cause: Reference, by: User, at: datetime) -> None:  # noqa: A002
    """Note that so much more is to come back from people who were paid too much; below zero, less."""
    source, claim = account(run, CLAIM_SOURCE), account(run, CLAIM)
    _move(run, "ALLOWANCE_CLAIM", source, claim, amount_fen, id=id, cause=cause, by=by, at=at)


def sent(run: Run, amount_fen: int, *, id: UUID, cause: Reference, by: User, at: datetime) -> None:  # noqa: A002
    """Move what the bank has paid from what is owed to the bank."""
    owed, bank = account(run, OWED), account(run, BANK)
    _move(run, "ALLOWANCE_PAID", owed, bank, amount_fen, id=id, cause=cause, by=by, at=at)


def given_back(run: Run, amount_fen: int, *, id: UUID, cause: Reference, by: User, at: datetime) -> None:  # noqa: A002
    """Move what somebody has given back to the year's money."""
    bank, year = account(run, BANK), year_account(run)
    _move(run, "ALLOWANCE_RECOVERED", bank, year, amount_fen, id=id, cause=cause, by=by, at=at)


def _move(
    run: Run,
    kind: str,
    source: AccountKey,
    target: AccountKey,
    amount_fen: int,
    *,
    id: UUID,  # noqa: A002
    cause: Reference,
    by: User,
    at: datetime,
) -> None:
    if not amount_fen:
        return
    ledger.transfer(
        id=id,
        programme_id=run.scheme.programme_id,
        kind=kind,
        legs=[Leg(source, -amount_fen), Leg(target, amount_fen)],
        cause=cause,
        service_on=Month.parse(run.month).first_day,
        at=at,
        by_id=by.pk,
        reason=f"{run.scheme.title} {run.month}",
    )
