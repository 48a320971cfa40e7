"""Send what is owed to the bank once, and take its answer; what it refuses is owed again, for the next file."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.allowances import numbers as kept
from sangyu.allowances import rules
from sangyu.allowances.actions.approve import lock_run
from sangyu.allowances.actions.books import claimed, from_the_year, sent
from sangyu.allowances.models import (
    AccountNumber,
    Approval,
    FileContent,
    PayAccount,
    Payment,
    PaymentFile,
    PaymentReturn,
    Run,
    Scheme,
)
from sangyu.allowances.queries.balances import PERSON, Party, accounts_of, balances
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.ledger.rules import Reference
from sangyu.registry import queries as registry_read

ACCOUNT = re.compile(r"\d{8,30}")


@transaction.atomic
def pay(*, run_id: UUID, by: User, at: datetime) -> PaymentFile:
    """Write the file that asks the bank to pay everything a scheme owes by now, what was refused before included.

    Once for a run: a repeat returns the file that stands, byte for byte. Whoever has no account yet stays owed.
    Raises: NotAllowed, NotFound; NotApproved; SamePerson, for whoever approved; NothingToPay.
    """
    ensure_role(by, Role.FINANCE)
    run = lock_run(run_id, by)
    existing = PaymentFile.objects.filter(run=run).order_by("n").first()
    if existing is not None:
        return existing
    approval = Approval.objects.filter(run=run).first()
    if approval is None:
        raise rules.NotApproved(f"{run.month}的{run.scheme.title}还没有审批，不能支付。请审批人先核对。")
    if approval.by_id == by.pk:
        raise rules.SamePerson("审批的人不能自己支付，请由另一位经办人办理。")
    return _write(run, by, at)


def _write(run: Run, by: User, at: datetime) -> PaymentFile:
    scheme = run.scheme
    owed = {party: fen for party, fen in balances(scheme).items() if fen > 0}
    accounts = accounts_of(scheme, owed)
    account_numbers = kept.numbers_of(row.pk for row in accounts.values())
    parties = sorted(owed.keys() & accounts.keys(), key=str)
    if not parties:
        raise rules.NothingToPay("没有可以支付的：应发的都已支付，或领取人还没有登记账户。请先补登账户。")
    n = PaymentFile.objects.filter(scheme=scheme).count() + 1
    numbers = {party: f"JT{run.month.replace('-', '')}{n:03d}{serial:06d}" for serial, party in enumerate(parties, 1)}
    content = rules.bank_file(
        [
            rules.Transfer(
                number=numbers[party],
                holder=accounts[party].holder,
                account=account_numbers[accounts[party].pk],
                bank=accounts[party].bank,
                amount_fen=owed[party],
                purpose=f"{run.month} {scheme.title}",
            )
            for party in parties
        ]
    )
    file = PaymentFile.objects.create(
        id=derived_id("allowance-file", scheme.pk, n),
        scheme=scheme,
        n=n,
        run=run,
        name=f"{scheme.title}-{run.month}-{n}.csv",
        digest=kept.digest_of(content),
        payments=len(parties),
        total_fen=sum(owed[party] for party in parties),
        without_account=len(owed) - len(parties),
        by=by,
        at=at,
    )
    FileContent.objects.create(file=file, content_cipher=kept.sealed_content(file.pk, content))
    Payment.objects.bulk_create(
        [
            Payment(
                id=derived_id("allowance-payment", file.pk, numbers[party]),
                file=file,
                scheme=scheme,
                elder_id=party,
                number=numbers[party],
                account_id=accounts[party].pk,
                amount_fen=owed[party],
            )
            for party in parties
        ],
        batch_size=5_000,
    )
    access.record(
        by=by,
        at=at,
        verb="allowances.pay",
        object_kind="allowance_run",
        object_id=run.pk,
        facts={"total_fen": file.total_fen, "payments": file.payments, "digest": file.digest},
    )
    return file


@transaction.atomic
def take_return(*, run_id: UUID, content: bytes, by: User, at: datetime) -> int:
    """Read the bank's answer to a run's file: what was paid is no longer owed, what was refused is owed again.

    Returns how many payments were answered for the first time; the same file again answers none.
    Raises: NotAllowed, NotFound; BadReturnFile, for a payment that was not sent or an answer that changed.
    """
    ensure_role(by, Role.FINANCE)
    run = lock_run(run_id, by)
    outgoing = {row.number: row for row in Payment.objects.filter(file__run=run).annotate(person=PERSON)}
    answered = {row.payment_id: row for row in PaymentReturn.objects.filter(payment__file__run=run)}
    before = balances(run.scheme)
    fresh: list[PaymentReturn] = []
    for said in rules.read_return(content):
        payment = outgoing.get(said.number)
        if payment is None:
            raise rules.BadReturnFile(f"支付编号{said.number}不在这次的付款文件里，请检查是否选错月份。")
        stands = answered.get(payment.pk)
        if stands is not None:
            if (stands.paid, stands.bank_reference) != (said.paid, said.bank_reference):
                raise rules.BadReturnFile(f"支付编号{said.number}的结果与上次回单不同，请与银行核实。")
            continue
        answered[payment.pk] = answer = PaymentReturn(
            payment=payment, paid=said.paid, bank_reference=said.bank_reference, reason=said.reason[:120], by=by, at=at
        )
        fresh.append(answer)
    if not fresh:
        return 0
    PaymentReturn.objects.bulk_create(fresh, batch_size=5_000)
    digest = hashlib.sha256(content).hexdigest()
    cause = Reference("ALLOWANCE_RUN", run.pk)
    paid_fen = sum(row.payment.amount_fen for row in fresh if row.paid)
    sent(run, paid_fen, id=derived_id("allowance-paid", run.pk, digest), cause=cause, by=by, at=at)
    refused: dict[Party, int] = {}
    for row in fresh:
        if not row.paid:
            party = outgoing[row.payment.number].person
            refused[party] = refused.get(party, 0) + row.payment.amount_fen
    moved = rules.moved(before, refused)
    # Who owes something by now is owed that much less: it goes back to the year it came from.
    back_fen = moved.due_fen - sum(refused.values())
    from_the_year(run, back_fen, id=derived_id("allowance-refused", run.pk, digest), cause=cause, by=by, at=at)
    claim_id = derived_id("allowance-refused-claim", run.pk, digest)
    claimed(run, moved.claim_fen, id=claim_id, cause=cause, by=by, at=at)
    access.record(
        by=by,
        at=at,
        verb="allowances.take_return",
        object_kind="allowance_run",
        object_id=run.pk,
        facts={"answered": len(fresh), "refused": sum(not row.paid for row in fresh), "paid_fen": paid_fen},
    )
    return len(fresh)


@transaction.atomic
def set_account(
    *,
    holder: str,
    account: str,
    bank: str,
    document: str,
    by: User,
    at: datetime,
    key: str,
    elder_id: UUID | None = None,
    code: str | None = None,
) -> PayAccount:
    """Write down to which account an elder is paid, or the payee of a whole scheme; the same `key` writes it once.

    Raises: NotAllowed, NotFound; BadAccount.
    """
    ensure_role(by, *((Role.COMMUNITY, Role.BUREAU) if elder_id else (Role.BUREAU,)))
    number = re.sub(r"[\s-]", "", account)
    if not ACCOUNT.fullmatch(number):
        raise rules.BadAccount("账号应为8至30位数字（可带空格），请核对存折或银行卡。")
    if not (holder.strip() and bank.strip() and document.strip()):
        raise rules.BadAccount("户名、开户行和依据的材料都要写，请补充。")
    scheme = None
    if elder_id:
        registry_read.get_elder(by, elder_id)
    else:
        scheme = Scheme.objects.filter(programme_id=by.programme_id, code=code or "").first()
        if scheme is None:
            raise NotFound("还没有核算过这一项，请先核算一次，再登记收款账户。")
    row, made = PayAccount.objects.get_or_create(
        id=derived_id("pay-account", elder_id or scheme, key),
        defaults={
            "programme_id": by.programme_id,
            "elder_id": elder_id,
            "scheme": scheme,
            "holder": holder.strip(),
            "account_tail": kept.tail_of(number),
            "bank": bank.strip(),
            "document": document.strip(),
            "by": by,
            "at": at,
        },
    )
    if made:
        AccountNumber.objects.create(account=row, number_cipher=kept.sealed_number(row.pk, number))
        access.record(
            by=by,
            at=at,
            verb="allowances.set_account",
            object_kind="elder" if elder_id else "scheme",
            object_id=elder_id or scheme.pk,  # type: ignore[union-attr]
            facts={"bank": row.bank, "account_tail": row.account_tail, "document": row.document},
        )
    return row
