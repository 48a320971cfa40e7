"""The year's money: appropriate, reserve, override."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.budget import queries as budget_read
from sangyu.budget.actions.filling import fill
from sangyu.budget.models import Appropriation, Override
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import NotEnough, Reference


class BudgetGone(Refusal):
    """The year's money does not reach for this sum."""

    code = "BUDGET_GONE"


class ReasonMissing(Refusal):
    """An override without a reason is none."""


class DocumentMissing(Refusal):
    """Money is entered only with the paper that gave it."""


class NotMoney(Refusal):
    """An appropriation or override of nothing, or of less."""


class NotPublicMoney(Refusal):
    """A sponsor's fund holds what the sponsor has paid, and nothing can be decided on top of it."""


class SameKeyOtherSum(Refusal):
    """The key of this entry was used for another sum."""

    code = "SAME_KEY_OTHER_BODY"


@transaction.atomic
def appropriate(
    *, programme: Programme, fund: str, year: int, amount_fen: int, document: str, by: User, at: datetime, key: str
) -> Appropriation:
    """Enter money given for a fund and year; the same `key` enters it once.

    Raises: NotAllowed for anybody but the bureau and finance; NotFound for another programme; DocumentMissing;
    NotMoney; SameKeyOtherSum.
    """
    ensure_role(by, Role.BUREAU, Role.FINANCE)
    _ensure_own(programme, by)
    _ensure_public(fund)
    if not document.strip():
        raise DocumentMissing("录入预算必须写明下达文件的名称或文号，请补充。")
    ensure_money(amount_fen)
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
    _ensure_same((appropriation.amount_fen, appropriation.document), (amount_fen, document))
    if made:
        fill(appropriation_id, programme.pk, fund, year, amount_fen, "appropriation", at, by, document)
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

    Raises: NotAllowed for anybody but the bureau; NotFound for another programme; ReasonMissing; NotMoney;
    SameKeyOtherSum.
    """
    ensure_role(by, Role.BUREAU)
    _ensure_own(programme, by)
    _ensure_public(fund)
    if not reason.strip():
        raise ReasonMissing("超预算批准必须写明理由，请填写后再提交。")
    ensure_money(amount_fen)
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
    _ensure_same((row.amount_fen, row.reason), (amount_fen, reason.strip()))
    if made:
        fill(override_id, programme.pk, fund, year, amount_fen, "override", at, by, reason)
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
        sponsor = budget_read.sponsor_of_fund(fund)
        if sponsor is not None:
            raise BudgetGone(
                f"{sponsor.name}{on.year}年的冠名资金可用{yuan(left)}元，本次需要{yuan(amount_fen)}元，不能再付。"
                "请联系民政局催收认捐，到账录入后再办。"
            ) from short
        raise BudgetGone(
            f"{on.year}年补贴预算可用{yuan(left)}元，本次需要占用{yuan(amount_fen)}元，不能下单。"
            "请联系财务追加预算，或由民政局写明理由批准超预算。"
        ) from short


def _ensure_own(programme: Programme, by: User) -> None:
    if programme.pk != by.programme_id:
        raise NotFound("没有找到这个项目的预算，可能不归您管理。")


def _ensure_public(fund: str) -> None:
    if fund.startswith(budget_read.SPONSORED):
        raise NotPublicMoney("冠名资金只能用捐赠到账来增加，不能下达预算，也不能批准超支。请录入企业的到账凭证。")


def ensure_money(amount_fen: int) -> None:
    """Refuse a sum of nothing, or of less. Raises: NotMoney."""
    if amount_fen <= 0:
        raise NotMoney("金额必须大于0元，请重新填写。")


def _ensure_same(stands: tuple[int, str], wish: tuple[int, str]) -> None:
    if stands != wish:
        raise SameKeyOtherSum(
            f"这次提交与已录入的一笔（{yuan(stands[0])}元，{stands[1]}）用了同一个编号，内容却不同。请刷新页面后重新提交。"
        )
