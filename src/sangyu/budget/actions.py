"""Verbs of the budget: appropriate, reserve, override."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.budget import queries as budget_read
from sangyu.budget.models import Appropriation, Override
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, Leg, NotEnough, Reference


class BudgetGone(Refusal):
    """The year's money does not reach for this sum."""

    code = "BUDGET_GONE"


class ReasonMissing(Refusal):
    """An override without a reason is none."""


@transaction.atomic
def appropriate(
    *, programme: Programme, fund: str, year: int, amount_fen: int, document: str, by: User, at: datetime, key: str
) -> Appropriation:
    """Enter money given for a fund and year; the same `key` enters it once."""
    appropriation_id = derived_id("appropriation", programme.pk, fund, year, key)
    appropriation, made = Appropriation.objects.get_or_create(
        id=appropriation_id,
        defaults={
            "programme": programme,
            "fund": fund,
            "year": year,
            "amount_fen": amount_fen,
            "document": document,
            "by": by,
            "at": at,
        },
    )
    if made:
        _fill(appropriation_id, programme.pk, fund, year, amount_fen, "appropriation", at, by, document)
        access.record(
            by=by,
            at=at,
            verb="budget.appropriate",
            object_kind="appropriation",
            object_id=appropriation_id,
            facts={"fund": fund, "year": year, "amount_fen": amount_fen, "document": document},
        )
    return appropriation


@transaction.atomic
def override(
    *, programme: Programme, fund: str, year: int, amount_fen: int, reason: str, by: User, at: datetime, key: str
) -> Override:
    """Let orders and approvals go beyond the year's money by a sum, for a reason that stays on the books.

    Raises: NotAllowed for anybody but the bureau; ReasonMissing.
    """
    ensure_role(by, Role.BUREAU)
    if not reason.strip():
        raise ReasonMissing("超预算批准必须写明理由，请填写后再提交。")
    override_id = derived_id("override", programme.pk, fund, year, key)
    row, made = Override.objects.get_or_create(
        id=override_id,
        defaults={
            "programme": programme,
            "fund": fund,
            "year": year,
            "amount_fen": amount_fen,
            "reason": reason.strip(),
            "by": by,
            "at": at,
        },
    )
    if made:
        _fill(override_id, programme.pk, fund, year, amount_fen, "override", at, by, reason)
        access.record(
            by=by,
            at=at,
            verb="budget.override",
            object_kind="override",
            object_id=override_id,
            facts={"fund": fund, "year": year, "amount_fen": amount_fen, "reason": reason},
        )
    return row


def reserve(
    *,
    hold_id: UUID,
    programme_id: UUID,
    fund: str,
    on: date,
    amount_fen: int,
    cause: Reference,
    by_id: UUID,
    at: datetime,
) -> None:
    """Hold a sum of the year's money for a service on a day.

    Raises: BudgetGone, with what is left.
    """
    key = budget_read.account_key(programme_id, fund, on.year)
    try:
        ledger.hold(id=hold_id, account=key, amount_fen=amount_fen, cause=cause, at=at, by_id=by_id)
    except NotEnough as short:
        left = budget_read.position_of(programme_id, fund, on.year).available_fen
        raise BudgetGone(
            f"{on.year}年补贴预算可用{yuan(left)}元，本次需要占用{yuan(amount_fen)}元，不能下单。"
            "请联系财务追加预算，或由民政局写明理由批准超预算。"
        ) from short


def _fill(
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
