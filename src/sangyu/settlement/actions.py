"""Verbs of settlement: draw up, object, answer, withdraw, confirm, approve, pay, take the bank's return."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.benefits.models import Charge
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, HoldPosting, Leg, Reference
from sangyu.providers.models import Enterprise
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Finalisation
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Answer,
    Approval,
    Confirmation,
    Line,
    Payment,
    PaymentFile,
    PaymentReturn,
    Run,
    Statement,
    StatementObjection,
    Withdrawal,
    Withheld,
)
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")
POSTING_CHUNK = 2000


@transaction.atomic
def draw_up(*, month: Month, by: User, at: datetime) -> Run:
    """Draw up the statements of a month for every enterprise that has none in force; a repeat adds nothing.

    Charges of earlier months that were withheld then are looked at again.
    Raises: NotAllowed; NotYet, naming the enterprises whose appraisal is not final; AlreadyApproved; MoreThanHeld.
    """
    ensure_role(by, Role.FINANCE, Role.CLOCK)
    Run.objects.get_or_create(
        programme_id=by.programme_id,
        month=str(month),
        defaults={"id": derived_id("run", by.programme_id, month), "drawn_by": by, "drawn_at": at},
    )
    run = Run.objects.select_for_update().get(programme_id=by.programme_id, month=str(month))
    charges = _open_charges(run, month)
    if charges and Approval.objects.filter(run=run).exists():
        raise rules.AlreadyApproved(f"{month}结算已经审批，不能再出单；新发生的费用进入下月结算。")
    reasons = _withheld(by.programme_id, charges)
    Withheld.objects.bulk_create(
        [
            Withheld(id=derived_id("withheld", run.pk, charge_id), run=run, charge_id=charge_id, reason=reason)
            for charge_id, reason in reasons.items()
        ],
        ignore_conflicts=True,
    )
    by_enterprise: dict[UUID, list[Charge]] = defaultdict(list)
    for charge in charges:
        if charge.pk not in reasons:
            by_enterprise[charge.enterprise_id].append(charge)
    scores = dict(
        Finalisation.objects.filter(
            appraisal__month=str(month), appraisal__enterprise_id__in=list(by_enterprise)
        ).values_list("appraisal__enterprise_id", "total_tenths")
    )
    _ensure_scored(by_enterprise, scores, month)
    for enterprise_id in sorted(by_enterprise):
        _draw_statement(run, enterprise_id, by_enterprise[enterprise_id], scores[enterprise_id], month)
    run.root = rules.root(
        list(settlement_read.statements(by).filter(run=run).order_by("enterprise_id").values_list("root", flat=True))
    )
    run.save(update_fields=["root"])
    access.record(
        by=by,
        at=at,
        verb="settlement.draw_up",
        object_kind="run",
        object_id=run.pk,
        facts={"month": str(month), "drawn": len(by_enterprise), "withheld": len(reasons), "root": run.root},
    )
    return run


def _open_charges(run: Run, month: Month) -> list[Charge]:
    settled = Line.objects.filter(withdrawn=False).values("charge_id")
    return list(
        Charge.objects.filter(programme_id=run.programme_id, service_on__lt=month.next().first_day)
        .exclude(pk__in=settled)
        .select_related("elder")
        .order_by("enterprise_id", "service_on", "id")
    )


def _withheld(programme_id: UUID, charges: list[Charge]) -> dict[UUID, str]:
    orders = [charge.cause_id for charge in charges]
    grades = dict(Departure.objects.filter(visit__order_id__in=orders).values_list("visit__order_id", "grade"))
    confirmed = quality_read.confirmed_orders(programme_id, orders)
    denied = quality_read.denied_orders(programme_id, orders)
    reasons = {}
    for charge in charges:
        died_on = charge.elder.died_on
        reason = rules.withheld(
            rules.Delivery(
                grade=grades.get(charge.cause_id, "D"),
                confirmed=charge.cause_id in confirmed,
                denied=charge.cause_id in denied,
                died_before=died_on is not None and died_on <= charge.service_on,
            )
        )
        if reason:
            reasons[charge.pk] = reason
    return reasons


def _ensure_scored(by_enterprise: dict[UUID, list[Charge]], scores: dict[UUID, int], month: Month) -> None:
    missing = sorted(set(by_enterprise) - set(scores))
    if missing:
        names = list(Enterprise.objects.filter(pk__in=missing).order_by("name").values_list("name", flat=True))
        shown = "、".join(names[:3]) + (f"等{len(names)}家" if len(names) > 3 else "")
        raise rules.NotYet(f"{month}的考核还没有定稿：{shown}。请质量管理中心先定稿，再出结算单。")


def _draw_statement(run: Run, enterprise_id: UUID, charges: list[Charge], score_tenths: int, month: Month) -> None:
    gross = {charge.pk: charge.public_fen for charge in charges}
    decision = adoption_read.decide(
        run.programme_id,
        "settlement",
        {"order_subsidies_fen": list(gross.values()), "meal_subsidies_fen": [], "score_tenths": score_tenths},
        month.first_day,
    )
    if decision.amount_fen is None:
        raise rules.NotYet(f"结算规则缺少参数{decision.missing}，请先由民政局在政策参数里设定。")
    net = rules.spread(gross_fen=gross, net_fen=decision.amount_fen)
    revision = (
        Statement.objects.filter(run=run, enterprise_id=enterprise_id).aggregate(last=Max("revision"))["last"] or 0
    ) + 1
    statement_id = derived_id("statement", run.pk, enterprise_id, revision)
    lines = [
        Line(
            id=derived_id("line", statement_id, charge.pk),
            statement_id=statement_id,
            charge=charge,
            n=n,
            gross_fen=gross[charge.pk],
            net_fen=net[charge.pk],
            deducted_fen=gross[charge.pk] - net[charge.pk],
            leaf=rules.leaf(
                charge_id=charge.pk,
                service_on=charge.service_on,
                gross_fen=gross[charge.pk],
                net_fen=net[charge.pk],
            ),
        )
        for n, charge in enumerate(charges, start=1)
    ]
    gross_fen, net_fen = sum(gross.values()), sum(net.values())
    Statement.objects.create(
        id=statement_id,
        run=run,
        enterprise_id=enterprise_id,
        revision=revision,
        orders=len(lines),
        charged_fen=sum(charge.price_fen for charge in charges),
        elder_fen=sum(charge.elder_fen for charge in charges),
        gross_fen=gross_fen,
        deducted_fen=gross_fen - net_fen,
        net_fen=net_fen,
        score_tenths=score_tenths,
        decision=decision.to_json(),
        root=rules.root([line.leaf for line in lines]),
    )
    Line.objects.bulk_create(lines, batch_size=2000)


@transaction.atomic
def object_to(*, statement_id: UUID, text: str, by: User, at: datetime) -> StatementObjection:
    """Disagree with one's own statement before confirming it; once.

    Raises: NotFound, AlreadyApproved, TextMissing.
    """
    statement = _own(statement_id, by)
    existing = StatementObjection.objects.filter(statement=statement).first()
    if existing is not None:
        return existing
    if not text.strip():
        raise rules.TextMissing("请写明对结算单的异议。")
    if Confirmation.objects.filter(statement=statement).exists():
        raise rules.AlreadyApproved("这份结算单已经对账确认，不能再提异议。")
    row = StatementObjection.objects.create(
        id=derived_id("statement-objection", statement.pk), statement=statement, text=text.strip(), by=by, at=at
    )
    access.record(by=by, at=at, verb="settlement.object", object_kind="statement", object_id=statement.pk)
    return row


@transaction.atomic
def answer(*, objection_id: UUID, text: str, by: User, at: datetime) -> Answer:
    """Answer an objection that does not change the statement; one that does is answered by `withdraw`.

    Raises: NotFound, TextMissing.
    """
    ensure_role(by, Role.FINANCE)
    objection = StatementObjection.objects.filter(pk=objection_id, statement__run__programme_id=by.programme_id).first()
    if objection is None:
        raise NotFound("没有找到这项异议。")
    existing = Answer.objects.filter(objection=objection).first()
    if existing is not None:
        return existing
    if not text.strip():
        raise rules.TextMissing("请写明答复，企业会看到。")
    row = Answer.objects.create(
        id=derived_id("answer", objection.pk), objection=objection, text=text.strip(), by=by, at=at
    )
    access.record(by=by, at=at, verb="settlement.answer", object_kind="statement", object_id=objection.statement_id)
    return row


@transaction.atomic
def withdraw(*, statement_id: UUID, reason: str, by: User, at: datetime) -> Withdrawal:
    """Take a statement back before the run is approved; the next `draw_up` makes its next revision.

    Raises: NotFound, AlreadyApproved, TextMissing.
    """
    ensure_role(by, Role.FINANCE)
    existing = Withdrawal.objects.filter(
        statement_id=statement_id, statement__run__programme_id=by.programme_id
    ).first()
    if existing is not None:
        return existing
    statement = settlement_read.get_statement(by, statement_id)
    Run.objects.select_for_update().get(pk=statement.run_id)
    if Approval.objects.filter(run_id=statement.run_id).exists():
        raise rules.AlreadyApproved("本月结算已经审批，不能撤回；差额请在下月更正。")
    if not reason.strip():
        raise rules.TextMissing("撤回结算单必须写明理由。")
    row = Withdrawal.objects.create(
        id=derived_id("withdrawal", statement.pk), statement=statement, reason=reason.strip(), by=by, at=at
    )
    Line.objects.filter(statement=statement).update(withdrawn=True)
    access.record(
        by=by,
        at=at,
        verb="settlement.withdraw",
        object_kind="statement",
        object_id=statement.pk,
        facts={"reason": reason},
    )
    return row


@transaction.atomic
def confirm(*, statement_id: UUID, invoice_number: str, by: User, at: datetime) -> Confirmation:
    """Agree with one's own statement and name the invoice (对账); once.

    Raises: NotFound, TextMissing, NotYet while an objection waits for its answer.
    """
    statement = _own(statement_id, by)
    existing = Confirmation.objects.filter(statement=statement).first()
    if existing is not None:
        return existing
    if not invoice_number.strip():
        raise rules.TextMissing("请填写发票号码。")
    waiting = StatementObjection.objects.filter(statement=statement).exclude(
        pk__in=Answer.objects.values("objection_id")
    )
    if waiting.exists():
        raise rules.NotYet("您的异议还没有得到答复，答复后再确认对账。")
    row = Confirmation.objects.create(
        id=derived_id("confirmation", statement.pk),
        statement=statement,
        invoice_number=invoice_number.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.confirm",
        object_kind="statement",
        object_id=statement.pk,
        facts={"invoice": invoice_number, "net_fen": statement.net_fen},
    )
    return row


@transaction.atomic
def approve(*, run_id: UUID, by: User, at: datetime) -> Approval:
    """Approve a run whose statements are all confirmed, as somebody else than its author; once.

    Raises: NotAllowed, NotFound, SamePerson (by person, not by role), NotYet.
    """
    ensure_role(by, Role.APPROVER)
    run = _lock(run_id, by)
    existing = Approval.objects.filter(run=run).first()
    if existing is not None:
        return existing
    if run.drawn_by_id == by.pk:
        raise rules.SamePerson("出单人不能审批自己出的结算单，请由另一位同事审批。")
    rows = list(settlement_read.statements(by).filter(run=run))
    if not rows:
        raise rules.NotYet("本月还没有结算单，不能审批。")
    confirmed = set(Confirmation.objects.filter(statement__in=rows).values_list("statement_id", flat=True))
    waiting = [row.enterprise.short_name for row in rows if row.pk not in confirmed]
    if waiting:
        shown = "、".join(waiting[:3]) + (f"等{len(waiting)}家" if len(waiting) > 3 else "")
        raise rules.NotYet(f"还有企业没有对账确认：{shown}。全部确认后才能审批。")
    row = Approval.objects.create(
        id=derived_id("approval", run.pk),
        run=run,
        net_fen=sum(row.net_fen for row in rows),
        root=run.root,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.approve",
        object_kind="run",
        object_id=run.pk,
        facts={"net_fen": row.net_fen, "root": run.root},
    )
    return row


@transaction.atomic
def pay(*, run_id: UUID, by: User, at: datetime, encoding: str = "gb18030") -> PaymentFile:
    """Post what was held for an approved run, give back what was deducted with the reason, and write the bank file.

    Once: a repeat returns the file that stands, byte for byte.
    Raises: NotAllowed, NotFound, NotYet.
    """
    ensure_role(by, Role.FINANCE)
    run = _lock(run_id, by)
    existing = PaymentFile.objects.filter(run=run).first()
    if existing is not None:
        return existing
    approval = Approval.objects.filter(run=run).first()
    if approval is None:
        raise rules.NotYet("本月结算还没有审批，不能拨付。")
    rows = list(settlement_read.statements(by).filter(run=run).order_by("enterprise_id"))
    _post(run, rows, by, at)
    payable = [row for row in rows if row.net_fen]
    transfers = [
        rules.Transfer(
            number=f"SY{run.month.replace('-', '')}{n:05d}",
            account_name=row.enterprise.account_name,
            account=row.enterprise.bank_account,
            bank=row.enterprise.bank_name,
            amount_fen=row.net_fen,
            purpose=f"{run.month}居家养老服务补贴",
        )
        for n, row in enumerate(payable, start=1)
    ]
    content = rules.payment_file(transfers, encoding=encoding)
    total_fen = sum(transfer.amount_fen for transfer in transfers)
    if not total_fen == approval.net_fen == rules.read_total_fen(content, encoding=encoding):
        raise rules.NotYet("付款文件合计与审批金额不一致，未生成文件。请联系管理员核对结算单。")
    file = PaymentFile.objects.create(
        id=derived_id("payment-file", run.pk),
        run=run,
        name=f"拨付-{run.month}.csv",
        encoding=encoding,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        payments=len(transfers),
        total_fen=total_fen,
        by=by,
        at=at,
    )
    Payment.objects.bulk_create(
        [
            Payment(
                id=derived_id("payment", row.pk),
                file=file,
                statement=row,
                number=transfer.number,
                amount_fen=transfer.amount_fen,
            )
            for row, transfer in zip(payable, transfers, strict=True)
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.pay",
        object_kind="run",
        object_id=run.pk,
        facts={"total_fen": total_fen, "sha256": file.sha256},
    )
    return file


@transaction.atomic
def take_return(*, run_id: UUID, content: bytes, by: User, at: datetime, encoding: str = "gb18030") -> int:
    """Read the bank's answer: what was paid leaves the enterprise's account, what failed stays owed.

    Returns how many payments were answered for the first time; the same file again answers none.
    Raises: NotFound; BadReturnFile, for a payment that was not sent or an answer that changed.
    """
    ensure_role(by, Role.FINANCE)
    run = _lock(run_id, by)
    sent = {
        payment.number: payment
        for payment in Payment.objects.filter(file__run=run).select_related("statement", "statement__enterprise")
    }
    answered = {row.payment_id: row for row in PaymentReturn.objects.filter(payment__file__run=run)}
    new = 0
    for row in rules.read_return(content, encoding=encoding):
        payment = sent.get(row.number)
        if payment is None:
            raise rules.BadReturnFile(f"支付编号{row.number}不在本月付款文件里，请检查是否选错月份。")
        before = answered.get(payment.pk)
        if before is not None:
            if (before.paid, before.bank_reference) != (row.paid, row.bank_reference):
                raise rules.BadReturnFile(f"支付编号{row.number}的结果与上次回单不同，请与银行核实。")
            continue
        answered[payment.pk] = PaymentReturn.objects.create(
            id=derived_id("payment-return", payment.pk),
            payment=payment,
            paid=row.paid,
            bank_reference=row.bank_reference,
            reason=row.reason,
            by=by,
            at=at,
        )
        new += 1
        if row.paid:
            _clear(run, payment, by, at)
    access.record(
        by=by, at=at, verb="settlement.take_return", object_kind="run", object_id=run.pk, facts={"answered": new}
    )
    return new


def payable_key(run: Run, fund: str, enterprise_id: UUID) -> AccountKey:
    """Name the ledger account of what an enterprise is owed for a month."""
    return AccountKey(run.programme_id, fund, "PROVIDER_PAYABLE", run.month, enterprise_id)


def _post(run: Run, rows: list[Statement], by: User, at: datetime) -> None:
    for statement in rows:
        reason = f"{run.month}考核得分{statement.score_tenths / 10:.1f}分，按系数核减" if statement.deducted_fen else ""
        lines = Line.objects.filter(statement=statement, gross_fen__gt=0).select_related("charge").order_by("n")
        postings = [
            HoldPosting(
                hold_id=line.charge.hold_id,
                to=payable_key(run, line.charge.fund, statement.enterprise_id),
                service_on=line.charge.service_on,
                posted_fen=line.net_fen,
                reason=reason if line.deducted_fen else "",
            )
            for line in lines
        ]
        for start in range(0, len(postings), POSTING_CHUNK):
            ledger.post_holds(items=postings[start : start + POSTING_CHUNK], at=at, by_id=by.pk)


def _clear(run: Run, payment: Payment, by: User, at: datetime) -> None:
    statement = payment.statement
    funds = defaultdict(int)
    for fund, net_fen in Line.objects.filter(statement=statement, net_fen__gt=0).values_list("charge__fund", "net_fen"):
        funds[fund] += net_fen
    for fund, amount_fen in sorted(funds.items()):
        ledger.transfer(
            id=derived_id("clearing", payment.pk, fund),
            programme_id=run.programme_id,
            kind="PAYMENT",
            legs=[
                Leg(payable_key(run, fund, statement.enterprise_id), -amount_fen),
                Leg(AccountKey(run.programme_id, fund, "BANK", run.month, None), amount_fen),
            ],
            cause=Reference("PAYMENT", payment.pk),
            service_on=Month.parse(run.month).first_day,
            at=at,
            by_id=by.pk,
        )


def _own(statement_id: UUID, by: User) -> Statement:
    ensure_role(by, Role.ENTERPRISE)
    return settlement_read.get_statement(by, statement_id)


def _lock(run_id: UUID, by: User) -> Run:
    run = Run.objects.select_for_update().filter(pk=run_id, programme_id=by.programme_id).first()
    if run is None:
        raise NotFound("没有找到这次结算。")
    return run
