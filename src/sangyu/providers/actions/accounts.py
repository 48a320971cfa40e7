"""The account into which an enterprise is paid: corrected on a paper, and what it was before stays readable."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.providers import rules
from sangyu.providers.models import AccountChange, Enterprise

COLUMNS = ("account_name", "bank_name", "bank_account")


@transaction.atomic
def change_account(
    *,
    enterprise_id: UUID,
    account_name: str,
    bank_name: str,
    bank_account: str,
    document: str,
    by: User,
    at: datetime,
) -> AccountChange:
    """Pay an enterprise into another account from now on, on the paper in which it says so.

    What was paid or refused before keeps the account it went to. The same account again changes nothing.
    Raises: NotAllowed; NotFound; Incomplete; AccountUnchanged, for the account that stands since the admission.
    """
    ensure_role(by, Role.FINANCE)
    enterprise = Enterprise.objects.select_for_update().filter(pk=enterprise_id, programme_id=by.programme_id).first()
    if enterprise is None:
        raise NotFound("没有找到这家企业。")
    wanted = rules.account(account_name=account_name, bank_name=bank_name, bank_account=bank_account)
    if not document.strip():
        raise rules.Incomplete("依据文件要填写，请写明企业盖章的账户变更函及编号。")
    held = {name: getattr(enterprise, name) for name in COLUMNS}
    last = AccountChange.objects.filter(enterprise=enterprise).order_by("-n").first()
    if held == wanted:
        if last is None:
            raise rules.AccountUnchanged(f"{enterprise.name}登记的就是这个账户，没有改动。请核对企业来函后再填写。")
        return last
    change = _note(enterprise, held, wanted, n=last.n + 1 if last else 1, document=document.strip(), by=by, at=at)
    for name, value in wanted.items():
        setattr(enterprise, name, value)
    enterprise.save(update_fields=list(COLUMNS))
    return change


def _note(
    enterprise: Enterprise,
    held: dict[str, str],
    wanted: dict[str, str],
    *,
    n: int,
    document: str,
    by: User,
    at: datetime,
) -> AccountChange:
    before = {f"{name}_before": value for name, value in held.items()}
    access.record(
        by=by,
        at=at,
        verb="providers.change_account",
        object_kind="enterprise",
        object_id=enterprise.pk,
        facts={**before, **wanted, "document": document},
    )
    return AccountChange.objects.create(
        id=derived_id("account-change", enterprise.pk, n),
        enterprise=enterprise,
        n=n,
        **before,
        **wanted,
        document=document,
        by=by,
        at=at,
    )
