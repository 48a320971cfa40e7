"""Pay an approved run, and pay again what the bank refused: post what was held, write the file once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.models import Hold
from sangyu.ledger.rules import HoldPosting, Leg, Reference
from sangyu.providers.models import AccountChange
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.actions.returns import payable_key
from sangyu.settlement.actions.sign import lock
from sangyu.settlement.models import (
    Difference,
    Line,
    Payment,
    PaymentFile,
    PaymentForm,
    Release,
    Run,
    Statement,
)

POSTING_CHUNK = 2000


@transaction.atomic
def pay(
    *,
    run_id: UUID,
    by: User,
    at: datetime,
    form: str = PaymentForm.TREASURY_REQUEST,
    encoding: str = "gb18030",
) -> PaymentFile:
    """Post what was held for an approved run, give back what was deducted with the reason, and write the file.

    By default the file asks the treasury to pay directly; `form` may be the bank's batch file instead. It goes to the
    accounts that stood when the first signature was given: an account that changed since must be signed for anew.
    Once: a repeat returns the file that stands, byte for byte.
    Raises: NotAllowed, NotFound, NotYet, AccountChanged, CannotBeWritten; SamePerson, for whoever signed.
    """
    ensure_role(by, Role.FINANCE)
    run = lock(run_id, by)
    existing = PaymentFile.objects.filter(run=run, n=1).first()
    if existing is not None:
        return existing
    signatures = settlement_read.approvals(by, run)
    approval = settlement_read.approval_of(by, run)
    if approval is None:
        due = rules.due_step({row.step for row in signatures})
        raise rules.NotYet(f"本月结算还没有审批完，等“{due.label}”签字，不能拨付。" if due else "本月结算还没有审批。")
    if by.pk in {row.by_id for row in signatures}:
        raise rules.SamePerson("在审批上签过字的人不能自己拨付，请由另一位经办人办理。")
    rows = list(settlement_read.statements(by).filter(run=run).order_by("enterprise_id", "revision"))
    _ensure_accounts_signed_for(rows, since=signatures[0].at)
    _post(run, rows, by, at)
    file = _write(run, [(row, None) for row in rows if row.net_fen], form, encoding, by, at)
    if not file.total_fen == approval.net_fen == rules.read_total_fen(bytes(file.content), encoding=encoding):
        raise rules.NotYet("付款文件合计与审批金额不一致，未生成文件。请联系管理员核对结算单。")
    return file


@transaction.atomic
def release(*, payment_id: UUID, by: User, at: datetime) -> Release:
    """Say, as a second person, that a refused payment may go to the account that the enterprise has now.

    Once for each account: after a further change of account it must be released anew.
    Raises: NotAllowed, NotFound, NotToBePaidAgain; SamePerson, for whoever changed the account.
    """
    ensure_role(by, Role.APPROVER)
    payment = _own([payment_id], by)[0]
    lock(payment.file.run_id, by)
    _ensure_refused(payment)
    enterprise = payment.statement.enterprise
    change = AccountChange.objects.filter(enterprise=enterprise).order_by("-n").first()
    if change is not None and change.by_id == by.pk:
        raise rules.SamePerson("更正账户的人不能自己放行，请由另一位复核人核对后放行。")
    account = {
        "account_name": enterprise.account_name,
        "account": enterprise.bank_account,
        "bank": enterprise.bank_name,
    }
    row, made = Release.objects.get_or_create(
        id=derived_id("release", payment.pk, *account.values()),
        defaults={"payment": payment, **account, "by": by, "at": at},
    )
    if made:
        access.record(
            by=by, at=at, verb="settlement.release", object_kind="payment", object_id=payment.pk, facts=account
        )
    return row


@transaction.atomic
def pay_again(
    *,
    payment_ids: Sequence[UUID],
    by: User,
    at: datetime,
    form: str = PaymentForm.TREASURY_REQUEST,
    encoding: str = "gb18030",
) -> PaymentFile:
    """Ask once more for payments that the bank refused, under new numbers: the debt is the same, nothing is posted.

    A repeat returns the file that stands.
    Raises: NotAllowed, NotFound; NotToBePaidAgain, naming the payment; NotReleased, unless another person has released
    it for the account that the enterprise has now; CannotBeWritten.
    """
    ensure_role(by, Role.FINANCE)
    refused = _own(payment_ids, by)
    if len({payment.file.run_id for payment in refused}) != 1:
        raise rules.NotToBePaidAgain("请按月份分别重新拨付。")
    run = lock(refused[0].file.run_id, by)
    again = {row.again_of_id: row.file for row in Payment.objects.filter(again_of__in=refused).select_related("file")}
    files = {again[payment.pk].pk if payment.pk in again else None for payment in refused}
    if again and len(files) == 1:
        return again[refused[0].pk]
    for payment in refused:
        _ensure_refused(payment)
        _ensure_released(payment, by)
    return _write(run, [(payment.statement, payment) for payment in refused], form, encoding, by, at)


def _ensure_accounts_signed_for(rows: Sequence[Statement], *, since: datetime) -> None:
    paid = [row.enterprise_id for row in rows if row.net_fen]
    changed = AccountChange.objects.filter(enterprise__in=paid, at__gt=since)
    first = changed.select_related("enterprise", "by").order_by("at", "id").first()
    if first is not None:
        raise rules.AccountChanged(
            f"{first.enterprise.short_name}的收款账户在签字开始之后由{first.by.display_name}更正过，签字时看到的不是这个账户。"
            f"请“{rules.CHAIN[-1].label}”退回，各步重新签字后再拨付。"
        )


def _own(payment_ids: Sequence[UUID], by: User) -> list[Payment]:
    rows = Payment.objects.filter(pk__in=payment_ids, file__run__programme_id=by.programme_id)
    found = list(rows.select_related("file", "statement__enterprise").order_by("number"))
    if not found or len(found) != len(set(payment_ids)):
        raise NotFound("没有找到这笔付款。")
    return found


def _ensure_refused(payment: Payment) -> None:
    returned = settlement_read.return_of(payment)
    if returned is None:
        raise rules.NotToBePaidAgain(f"{payment.number}还没有银行回单，不能重新拨付。请先读入回单。")
    if returned.paid:
        raise rules.NotToBePaidAgain(f"{payment.number}已到账，不能重新拨付。")
    again = Payment.objects.filter(again_of=payment).first()
    if again is not None:
        raise rules.NotToBePaidAgain(f"{payment.number}已重新拨付，新编号{again.number}。请等待它的回单。")


def _ensure_released(payment: Payment, by: User) -> None:
    enterprise = payment.statement.enterprise
    released = Release.objects.filter(
        payment=payment,
        account_name=enterprise.account_name,
        account=enterprise.bank_account,
        bank=enterprise.bank_name,
    ).first()
    if released is None:
        raise rules.NotReleased(
            f"{payment.number}还没有按{enterprise.short_name}现在的账户放行。请审批人核对账户后放行，再重新拨付。"
        )
    if released.by_id == by.pk:
        raise rules.SamePerson("放行的人不能自己重新拨付，请由另一位同事办理。")


def _write(
    run: Run,
    payable: Sequence[tuple[Statement, Payment | None]],
    form: str,
    encoding: str,
    by: User,
    at: datetime,
) -> PaymentFile:
    n = PaymentFile.objects.filter(run=run).count() + 1
    month = run.month.replace("-", "")
    items = settlement_read.budget_items(by, run)
    first = Payment.objects.filter(file__run=run).count() + 1
    transfers = [
        rules.Transfer(
            number=f"SY{month}{serial:05d}",
            account_name=statement.enterprise.account_name,
            account=statement.enterprise.bank_account,
            bank=statement.enterprise.bank_name,
            amount_fen=statement.net_fen,
            purpose=f"{run.month}居家养老服务补贴" + (f"（{refused.number}退回重拨）" if refused else ""),
            budget_item=items.get(statement.pk, ""),
        )
        for serial, (statement, refused) in enumerate(payable, start=first)
    ]
    if form == PaymentForm.BANK_FILE:
        content, title = rules.bank_file(transfers, encoding=encoding), "拨付"
    else:
        content = rules.treasury_request(
            transfers, applicant=run.programme.name, number=rules.request_number(run.month, n), encoding=encoding
        )
        title = "支付申请"
    file = PaymentFile.objects.create(
        id=derived_id("payment-file", run.pk, n),
        run=run,
        n=n,
        form=form,
        name=f"{title}-{run.month}{f'-{n}' if n > 1 else ''}.csv",
        encoding=encoding,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        payments=len(transfers),
        total_fen=sum(transfer.amount_fen for transfer in transfers),
        by=by,
        at=at,
    )
    Payment.objects.bulk_create(
        [
            Payment(
                id=derived_id("payment-again", refused.pk) if refused else derived_id("payment", statement.pk),
                file=file,
                statement=statement,
                again_of=refused,
                number=transfer.number,
                account_name=transfer.account_name,
                account=transfer.account,
                bank=transfer.bank,
                amount_fen=transfer.amount_fen,
            )
            for (statement, refused), transfer in zip(payable, transfers, strict=True)
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.pay" if n == 1 else "settlement.pay_again",
        object_kind="run",
        object_id=run.pk,
        facts={"total_fen": file.total_fen, "sha256": file.sha256, "form": str(form)},
    )
    return file


def _post(run: Run, rows: list[Statement], by: User, at: datetime) -> None:
    lines = Line.objects.filter(statement__in=rows, gross_fen__gt=0).order_by()
    payables = lines.values_list("charge__fund", "statement__enterprise_id").distinct()
    held = Hold.objects.filter(pk__in=lines.values("charge__hold_id"))
    # All at once and in their order: the postings come in several parts, and orders go on being placed meanwhile.
    ledger.lock(
        keys=[payable_key(run, fund, enterprise_id) for fund, enterprise_id in payables],
        ids=held.order_by().values_list("account_id", flat=True).distinct(),
    )
    due: list[HoldPosting] = []
    for statement in rows:
        due.extend(_postings(run, statement))
        if len(due) >= POSTING_CHUNK:
            ledger.post_holds(items=due, at=at, by_id=by.pk)
            due = []
    if due:
        ledger.post_holds(items=due, at=at, by_id=by.pk)
    taken = Difference.objects.filter(statement__in=rows).select_related("statement", "correction__line__charge")
    holds = Hold.objects.select_related("account").in_bulk([row.correction.line.charge.hold_id for row in taken])
    for row in taken:
        charge = row.correction.line.charge
        ledger.transfer(
            id=derived_id("taking-back", row.pk),
            programme_id=run.programme_id,
            kind="TAKEN_BACK",
            legs=[
                Leg(payable_key(run, charge.fund, row.statement.enterprise_id), -row.amount_fen),
                # It goes back to the money of the year from which it was paid.
                Leg(holds[charge.hold_id].account.key, row.amount_fen),
            ],
            cause=Reference("CORRECTION", row.correction_id),
            service_on=charge.service_on,
            at=at,
            by_id=by.pk,
            reason=row.correction.reason,
        )


def _postings(run: Run, statement: Statement) -> list[HoldPosting]:
    cut = f"{run.month}考核得分{rules.points(statement.score_tenths)}分，按系数核减"
    lines = Line.objects.filter(statement=statement, gross_fen__gt=0).order_by("n")
    to = {
        fund: payable_key(run, fund, statement.enterprise_id)
        for fund in lines.order_by().values_list("charge__fund", flat=True).distinct()
    }
    return [
        HoldPosting(
            hold_id=hold_id,
            to=to[fund],
            service_on=service_on,
            posted_fen=net_fen,
            reason=cut if deducted_fen else "",
        )
        for hold_id, fund, service_on, net_fen, deducted_fen in lines.values_list(
            "charge__hold_id", "charge__fund", "charge__service_on", "net_fen", "deducted_fen"
        )
    ]
