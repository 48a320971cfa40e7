"""The way of a fen, both ways: from the bank's reference back to the voice on the telephone, and from the order on.

This room is the highest of the walk, so it alone can see all of it. Nothing here is stored: every row is read where it
was written, and every hash and decision is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BinaryField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry, User
from sangyu.adoption import queries as adoption_read
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Charge, ChargeShare
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Acceptance, Assignment, RefusalRow
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import Reference
from sangyu.meals.models import Sale, SaleCharge
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Cancellation, Order
from sangyu.policy.decision import ANSWER_FIELDS
from sangyu.providers.models import ServiceItem
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUp, FollowUpTask
from sangyu.registry.models import Elder
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Approval,
    Correction,
    Difference,
    Line,
    Payment,
    PaymentFile,
    PaymentReturn,
    Statement,
    Withheld,
)
from sangyu.visits import queries as visits_read


@dataclass(frozen=True)
class Attempt:
    """One sending of an order: why this enterprise, and what it said."""

    why: dispatch_read.Why
    acceptance: Acceptance | None
    refusal: RefusalRow | None


@dataclass(frozen=True)
class Decided:
    """A stored decision beside the same decision taken again now from the facts it had used."""

    stored: Mapping[str, Any]
    again: Mapping[str, Any] | None

    @property
    def same(self) -> bool:
        """The pack that the decision names still answers these facts as it did then."""
        return self.again is not None and all(
            self.stored.get(name) == self.again.get(name) for name in ("outcome", "row", "version", *ANSWER_FIELDS)
        )


@dataclass(frozen=True)
class Seals:
    """The hashes of a statement line worked out again: the line, its statement, and the run that was approved."""

    leaf: str
    statement_root: str
    run_root: str
    leaf_same: bool
    statement_same: bool
    run_same: bool

    @property
    def same(self) -> bool:
        """All three come out as they were stored."""
        return self.leaf_same and self.statement_same and self.run_same


@dataclass(frozen=True)
class Trace:
    """Everything that is known of one order, from the ring to the bank; what has not happened is None or empty.

    A meal has no order: it begins with its sale at the till.
    """

    order: Order | None
    sale: Sale | None
    call: Call | None
    attempts: tuple[Attempt, ...]
    assignment: Assignment | None
    facts: visits_read.SixFacts | None
    cancellation: Cancellation | None
    charge: Charge | None
    shares: tuple[ChargeShare, ...]
    decisions: tuple[Decided, ...]
    follow_up_task: FollowUpTask | None
    follow_ups: tuple[FollowUp, ...]
    sheet: quality_read.Sheet | None
    withheld: tuple[Withheld, ...]
    line: Line | None
    standing: settlement_read.Standing | None
    correction: Correction | None
    seals: Seals | None
    approval: Approval | None
    file: PaymentFile | None
    ledger: ledger_read.Trace
    bank: ledger_read.Trace | None
    audit: tuple[AuditEntry, ...]

    @property
    def statement(self) -> Statement | None:
        """The statement on which the order was settled."""
        return self.standing.statement if self.standing else None

    @property
    def payment(self) -> Payment | None:
        """The payment that carried the fen."""
        return self.standing.payment if self.standing else None

    @property
    def returned(self) -> PaymentReturn | None:
        """What the bank answered."""
        return self.standing.returned if self.standing else None

    @property
    def elder(self) -> Elder:
        """Whom it was for."""
        return self.order.elder if self.order else self.charge.elder

    @property
    def item(self) -> ServiceItem:
        """What it was."""
        return self.order.item if self.order else self.charge.item

    @property
    def price_fen(self) -> int:
        """What it cost; the quote, until it is charged."""
        return (self.charge or self.order).price_fen

    @property
    def elder_fen(self) -> int:
        """What the elder pays of it."""
        return (self.charge or self.order).elder_fen

    @property
    def public_fen(self) -> int:
        """What public money pays of it."""
        return (self.charge or self.order).public_fen

    @property
    def posted_fen(self) -> int:
        """What the ledger posted to the enterprise for this order."""
        return sum(journal_fen(row, "PROVIDER_PAYABLE") for row in self.ledger.journals)

    @property
    def adds_up(self) -> bool:
        """The shares make the price, and the ledger posted neither more nor less than the line says."""
        if self.charge is None:
            return True
        parts = sum(share.amount_fen for share in self.shares) == self.charge.price_fen
        owed = self.line.net_fen if self.line and self.payment else 0
        return parts and self.posted_fen == owed

    @property
    def whereabouts(self) -> str:
        """Where the public money of this order is now, in Chinese."""
        if self.cancellation:
            return f"工单已取消（{self.cancellation.reason}），占用的预算已退回"
        if self.facts and self.facts.departure and self.facts.departure.not_charged:
            return f"不予结算，占用的预算已退回：{self.facts.departure.not_charged}"
        if not self.public_fen:
            return "这一单全部由老人自付，没有占用公共资金"
        if self.standing:
            return _settled(self.standing, self.approval) + self._taken_back
        if self.withheld:
            return f"暂不结算：{self.withheld[-1].reason}；仍占用预算"
        if self.charge:
            return "已服务，仍占用预算，等待月末出单"
        return "已下单，占用预算，等待服务"

    @property
    def _taken_back(self) -> str:
        if self.correction is None:
            return ""
        return f"；{self.correction.reason}，{yuan(self.correction.amount_fen)}元在以后月份扣回"


def _settled(standing: settlement_read.Standing, approval: Approval | None) -> str:
    if standing.returned:
        if standing.returned.paid:
            return f"已到企业账户，银行流水号{standing.returned.bank_reference}"
        return f"银行退回：{standing.returned.reason}；仍挂在应付企业账上"
    if standing.payment:
        return f"已送银行（支付编号{standing.payment.number}），等待回单"
    if approval:
        return "已审批，等待拨付"
    return f"已出单（{standing.label}），仍占用预算"


def journal_fen(journal: ledger_read.TracedJournal, kind: str) -> int:
    """Add up the legs of a journal that touch accounts of one kind, in fen."""
    return sum(leg.amount_fen for leg in journal.legs if leg.account.kind == kind)


def trace(viewer: User, line_id: UUID) -> Trace:
    """Walk from a line of a statement to everything before and after it; a fixed number of queries.

    The line of a meal leads back to its sale at the till.
    Raises: NotFound.
    """
    line = settlement_read.get_line(viewer, line_id)
    if line.charge.cause_kind == "ORDER":
        return _trace(viewer, orders_read.get_order(viewer, line.charge.cause_id), line)
    return _trace(viewer, None, line)


def trace_order(viewer: User, order_id: UUID) -> Trace:
    """Walk from an order as far as it has come; a fixed number of queries.

    Raises: NotFound.
    """
    return _trace(viewer, orders_read.get_order(viewer, order_id), None)


def _trace(viewer: User, order: Order | None, line: Line | None) -> Trace:
    charges = benefits_read.charges(viewer).select_related("by")
    if order is not None:
        charge = charges.filter(cause_kind="ORDER", cause_id=order.pk).first()
        cause = Reference("ORDER", order.pk)
    else:
        charge = charges.get(pk=line.charge_id)
        cause = Reference(charge.cause_kind, charge.cause_id)
    if line is None and charge is not None:
        found = settlement_read.line_of_charge(viewer, charge.pk)
        line = settlement_read.get_line(viewer, found.pk) if found else None
    statement = line.statement if line else None
    standing = settlement_read.standings(viewer, [statement])[0] if statement else None
    payment = standing.payment if standing else None
    sheet = _sheet(viewer, charge, statement)
    programme_id = viewer.programme_id
    named = [order, charge, statement, statement.run if statement else None, sheet.appraisal if sheet else None]
    return Trace(
        order=order,
        sale=_sale(charge) if order is None else None,
        **(_walked(viewer, order) if order is not None else NOT_WALKED),
        charge=charge,
        shares=tuple(ChargeShare.objects.filter(charge=charge).order_by("-amount_fen")) if charge else (),
        decisions=tuple(_again(stored) for stored in (charge.decisions if charge else order.quote["decisions"])),
        sheet=sheet,
        withheld=tuple(Withheld.objects.filter(charge=charge).select_related("run").order_by("run__month"))
        if charge
        else (),
        line=line,
        standing=standing,
        correction=settlement_read.correction_of(viewer, line.pk) if line else None,
        seals=_seals(viewer, line) if line else None,
        approval=settlement_read.approval_of(viewer, statement.run) if statement else None,
        file=standing.payment.file if standing and standing.payment else None,
        ledger=ledger_read.trace(cause, programme_id=programme_id),
        bank=ledger_read.trace(Reference("PAYMENT", payment.pk), programme_id=programme_id) if payment else None,
        audit=tuple(access_read.audit_of_all(viewer, [row.pk for row in named if row is not None])),
    )


NOT_WALKED: dict[str, Any] = {
    "call": None,
    "attempts": (),
    "assignment": None,
    "facts": None,
    "cancellation": None,
    "follow_up_task": None,
    "follow_ups": (),
}


def _walked(viewer: User, order: Order) -> dict[str, Any]:
    """Return what only an order has: the call, the sending, the visit, and what the elder said of it."""
    visit = visits_read.visit_of(viewer, order)
    return {
        "call": hotline_read.call_of(viewer, order),
        "attempts": _attempts(viewer, order),
        "assignment": dispatch_read.assignment_of(order),
        "facts": visits_read.six_facts(viewer, visit) if visit else None,
        "cancellation": Cancellation.objects.filter(order=order).select_related("by").first(),
        "follow_up_task": quality_read.tasks(viewer).filter(order=order).first(),
        "follow_ups": tuple(quality_read.follow_ups(viewer, order)),
    }


def _sale(charge: Charge) -> Sale | None:
    rows = SaleCharge.objects.filter(charge=charge).select_related("sale", "sale__canteen", "sale__by")
    link = rows.first()
    return link.sale if link else None


def _attempts(viewer: User, order: Order) -> tuple[Attempt, ...]:
    reasons = dispatch_read.why(viewer, order)
    sent = [why.dispatch for why in reasons]
    accepted = {row.dispatch_id: row for row in Acceptance.objects.filter(dispatch__in=sent).select_related("by")}
    refused = {row.dispatch_id: row for row in RefusalRow.objects.filter(dispatch__in=sent).select_related("by")}
    return tuple(Attempt(why, accepted.get(why.dispatch.pk), refused.get(why.dispatch.pk)) for why in reasons)


def _sheet(viewer: User, charge: Charge | None, statement: Statement | None) -> quality_read.Sheet | None:
    if charge is None:
        return None
    month = statement.run.month if statement else str(Month.of(charge.service_on))
    appraisal = quality_read.appraisals(viewer, month).filter(enterprise_id=charge.enterprise_id).first()
    return quality_read.sheet_of(appraisal) if appraisal else None


def _again(stored: Mapping[str, Any]) -> Decided:
    # A rule that is gone from the pack cannot repeat its answer; the page says so instead of failing.
    return Decided(stored, adoption_read.decided_again(stored).again)


def _seals(viewer: User, line: Line) -> Seals:
    statement, run = line.statement, line.statement.run
    leaf = rules.leaf(
        charge_id=line.charge_id,
        service_on=line.charge.service_on,
        gross_fen=line.gross_fen,
        net_fen=line.net_fen,
    )
    facts = Line.objects.filter(statement=statement).order_by("n")
    leaves = [
        rules.leaf(charge_id=charge_id, service_on=on, gross_fen=gross_fen, net_fen=net_fen)
        for charge_id, on, gross_fen, net_fen in facts.values_list(
            "charge_id", "charge__service_on", "gross_fen", "net_fen"
        )
    ]
    in_force = settlement_read.statements(viewer).filter(run=run).order_by("enterprise_id", "revision")
    leaves += [
        rules.difference_leaf(correction_id=correction_id, amount_fen=amount_fen)
        for correction_id, amount_fen in Difference.objects.filter(statement=statement)
        .order_by("n")
        .values_list("correction_id", "amount_fen")
    ]
    statement_root, run_root = rules.root(leaves), rules.root(list(in_force.values_list("root", flat=True)))
    return Seals(
        leaf=leaf,
        statement_root=statement_root,
        run_root=run_root,
        leaf_same=leaf == line.leaf,
        statement_same=statement_root == statement.root,
        run_same=run_root == run.root,
    )


def find_order(viewer: User, number: str) -> Order | None:
    """Return the order of a number, if the viewer may see it."""
    return orders_read.orders(viewer).filter(number=number).first()


def find_payment(viewer: User, number: str) -> Payment | None:
    """Return the payment of a payment number or of a bank's reference, if the viewer may see it."""
    rows = Payment.objects.filter(statement__in=settlement_read.statements(viewer).order_by())
    rows = rows.select_related("statement", "statement__run", "statement__enterprise", "file")
    found = rows.filter(number=number).order_by("-file__at").first()
    if found is None:
        answers = PaymentReturn.objects.filter(bank_reference=number, paid=True).values("payment_id")
        found = rows.filter(pk__in=answers).first()
    return found


def sample_lines(viewer: User, month: str, *, n: int, seed: str) -> list[Line]:
    """Draw lines of a month's statements: the `n` smallest SHA-256 of "seed:line id", so that anyone can draw again."""
    rows: QuerySet[Line] = Line.objects.filter(
        withdrawn=False, statement__in=settlement_read.statements(viewer).filter(run__month=month).order_by()
    )
    text = Concat(Value(f"{seed}:"), Cast(F("id"), TextField()), output_field=TextField())
    ranked = rows.annotate(
        rank=Func(Func(text, Value("UTF8"), function="convert_to"), function="sha256", output_field=BinaryField())
    )
    ranked = ranked.select_related("charge", "charge__elder", "charge__item", "statement", "statement__enterprise")
    return list(ranked.order_by("rank")[:n])
