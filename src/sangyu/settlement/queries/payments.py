"""Reads of payments: the files of a run, and what the bank refused."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import User
from sangyu.budget import queries as budget_read
from sangyu.kit.month import Month
from sangyu.settlement.models import Line, Payment, PaymentFile, PaymentReturn, Release, Run
from sangyu.settlement.queries.statements import runs


def file_of(viewer: User, run: Run) -> PaymentFile | None:
    """Return the file that paid a run, if it was made; later ones pay again what it could not."""
    return PaymentFile.objects.filter(run__in=runs(viewer), run=run, n=1).select_related("by").first()


def files_of(viewer: User, run: Run) -> list[PaymentFile]:
    """Return every payment file of a run, in the order in which they were written."""
    return list(PaymentFile.objects.filter(run__in=runs(viewer), run=run).select_related("by").order_by("n"))


def living_payments() -> QuerySet[Payment]:
    """The payments that nobody has made again: each debt once."""
    return Payment.objects.filter(~Exists(Payment.objects.filter(again_of=OuterRef("pk"))))


def return_of(payment: Payment) -> PaymentReturn | None:
    """Return the bank's answer for a payment, if it has come."""
    return PaymentReturn.objects.filter(payment=payment).first()


@dataclass(frozen=True)
class Refused:
    """A payment that came back and was not made again: the account it went to, and who has released the new one."""

    payment: Payment
    returned: PaymentReturn
    release: Release | None

    @property
    def account_changed(self) -> bool:
        """The enterprise has another account now than the one that was refused."""
        now = self.payment.statement.enterprise
        return (now.account_name, now.bank_account, now.bank_name) != (
            self.payment.account_name,
            self.payment.account,
            self.payment.bank,
        )


def refused(viewer: User, run: Run) -> list[Refused]:
    """Return what the bank refused and nobody has paid again, with the release that holds for today's account."""
    rows = PaymentReturn.objects.filter(
        payment__in=living_payments().filter(file__run__in=runs(viewer), file__run=run), paid=False
    ).select_related("payment__statement__enterprise", "payment__file")
    found = list(rows.order_by("payment__number"))
    releases = Release.objects.filter(payment__in=[row.payment_id for row in found]).select_related("by")
    by_account = {(row.payment_id, row.account_name, row.account, row.bank): row for row in releases}
    return [
        Refused(
            row.payment,
            row,
            by_account.get((row.payment_id, firm.account_name, firm.bank_account, firm.bank_name)),
        )
        for row in found
        for firm in [row.payment.statement.enterprise]
    ]


def payments(viewer: User, file: PaymentFile) -> list[Payment]:
    """Return the payments of a file, in its order."""
    rows = Payment.objects.filter(file=file, file__run__in=runs(viewer))
    return list(rows.select_related("statement", "statement__enterprise").order_by("number"))


def budget_items(viewer: User, run: Run) -> dict[UUID, str]:
    """Name the budget items from which the statements of a run are paid: statement id -> titles of its funds."""
    titles = budget_read.fund_titles(viewer, Month.parse(run.month).first_day)
    funds: dict[UUID, list[str]] = {}
    rows = Line.objects.filter(statement__run=run, statement__run__in=runs(viewer), gross_fen__gt=0)
    pairs = rows.order_by("charge__fund").values_list("statement_id", "charge__fund").distinct()
    for statement_id, fund in pairs:
        funds.setdefault(statement_id, []).append(titles.get(fund, fund))
    return {statement_id: "、".join(names) for statement_id, names in funds.items()}
