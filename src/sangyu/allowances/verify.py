"""Hold the sums in the ledger against what stands person by person: nothing here trusts what a verb has booked."""

from __future__ import annotations

from uuid import UUID

from sangyu.allowances.actions.books import CLAIM, OWED
from sangyu.allowances.models import Payment, PaymentReturn, Scheme
from sangyu.allowances.queries.balances import balances
from sangyu.kit.money import yuan
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey


def verify(programme_id: UUID) -> list[str]:
    """Find schemes whose accounts are not the sum of what is owed to people, on its way to them, or owed by them."""
    found = []
    for scheme in Scheme.objects.filter(programme_id=programme_id).order_by("code"):
        standing = balances(scheme)
        answered = PaymentReturn.objects.filter(payment__scheme=scheme).values("payment")
        under_way = Payment.objects.filter(scheme=scheme).exclude(pk__in=answered).values_list("amount_fen", flat=True)
        for kind, true_fen in (
            (OWED, sum(fen for fen in standing.values() if fen > 0) + sum(under_way)),
            (CLAIM, -sum(fen for fen in standing.values() if fen < 0)),
        ):
            key = AccountKey(programme_id, scheme.fund, kind, "", scheme.pk)
            booked_fen = ledger_read.balance(key).balance_fen
            if booked_fen != true_fen:
                found.append(f"{scheme.title}：{kind}账上{yuan(booked_fen)}元，按人合计{yuan(true_fen)}元。")
    return found
