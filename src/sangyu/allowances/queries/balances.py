"""What is owed to whom, and who owes: what was booked, less what was paid and did not come back, and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.allowances import numbers
from sangyu.allowances.models import (
    Approval,
    Line,
    PayAccount,
    Payment,
    PaymentReturn,
    Recovery,
    Scheme,
)
from sangyu.kit.month import Month
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

Party = UUID | None
PERSON = Coalesce(F("elder__merged_into"), F("elder_id"))


@dataclass(frozen=True)
class Owing:
    """One person and a sum, in fen."""

    elder: Elder
    amount_fen: int


def is_of_each(scheme: Scheme) -> bool:
    """Tell whether every person is paid; else one payee is paid for all."""
    return scheme.payee == "elder"


def added_by(scheme: Scheme, run_ids: Iterable[UUID]) -> dict[Party, int]:
    """Add up what some runs book for each party: each person, or the one payee of all."""
    return _sums(scheme, Line.objects.filter(run__in=list(run_ids)).exclude(amount_fen=0))


def balances(scheme: Scheme, records: Iterable[UUID] | None = None) -> dict[Party, int]:
    """Return what stands with each party: above zero what is owed to them, below it what they owe.

    What has been sent to the bank counts as paid until the bank says otherwise. With `records` only of these elders.
    """
    of = Q() if records is None else Q(elder__in=list(records))
    standing: Counter[Party] = Counter()
    booked = Line.objects.filter(run__in=Approval.objects.filter(scheme=scheme).values("run")).exclude(amount_fen=0)
    for party, fen in _sums(scheme, booked.filter(of)).items():
        standing[party] += fen
    bounced = PaymentReturn.objects.filter(payment__scheme=scheme, paid=False).values("payment")
    for party, fen in _sums(scheme, Payment.objects.filter(of, scheme=scheme).exclude(pk__in=bounced)).items():
        standing[party] -= fen
    for party, fen in _sums(scheme, Recovery.objects.filter(of, scheme=scheme)).items():
        standing[party] += fen
    return dict(standing)


def claims(viewer: User, scheme: Scheme, *, limit: int = 200) -> list[Owing]:
    """Return who was paid too much, the largest sum first; nothing for a viewer who may not see money."""
    if not sees_whole_programme(viewer) or scheme.programme_id != viewer.programme_id:
        return []
    owing = {party: -fen for party, fen in balances(scheme).items() if fen < 0 and party is not None}
    largest = sorted(owing, key=lambda party: (-owing[party], party))[:limit]
    found = Elder.objects.select_related("community").in_bulk(largest)
    return [Owing(found[party], owing[party]) for party in largest]


def accounts_of(scheme: Scheme, parties: Iterable[Party]) -> dict[Party, PayAccount]:
    """Return the account that stands for each party; whoever has none is not there."""
    wanted = set(parties)
    if not is_of_each(scheme):
        last = PayAccount.objects.filter(scheme=scheme).order_by("-at", "-id").first()
        return {None: last} if last and None in wanted else {}
    rows = PayAccount.objects.filter(programme_id=scheme.programme_id, elder__isnull=False)
    rows = rows.annotate(person=PERSON).order_by("at", "id")
    return {row.person: row for row in rows.iterator(chunk_size=20_000) if row.person in wanted}


def accounts_with_numbers(viewer: User, elder: Elder) -> list[tuple[PayAccount, str]]:
    """Return every account that was ever written down for an elder, with its number: for a copy of their own data.

    Raises: NotFound, for an elder whom the viewer may not see; Unreadable.
    """
    registry_read.get_elder(viewer, elder.pk)
    rows = list(PayAccount.objects.filter(elder__in=registry_read.same_as(elder.pk)).order_by("at", "id"))
    told = numbers.numbers_of(row.pk for row in rows)
    return [(row, told[row.pk]) for row in rows]


def account_of(viewer: User, elder: Elder) -> PayAccount | None:
    """Return the account to which an elder is paid, its last figures only; None if there is none.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    return PayAccount.objects.filter(elder__in=registry_read.same_as(elder.pk)).order_by("-at", "-id").first()


def without_account(viewer: User, scheme: Scheme, *, limit: int = 200) -> list[Owing]:
    """Return to whom money is owed that cannot be sent anywhere; nothing for a viewer who may not see money."""
    if not sees_whole_programme(viewer) or scheme.programme_id != viewer.programme_id or not is_of_each(scheme):
        return []
    owed = {party: fen for party, fen in balances(scheme).items() if fen > 0 and party is not None}
    lacking = sorted(owed.keys() - accounts_of(scheme, owed).keys())[:limit]
    found = Elder.objects.select_related("community").in_bulk(lacking)
    return [Owing(found[party], owed[party]) for party in lacking]


@dataclass(frozen=True)
class Given:
    """What a scheme gives one person. Units: fen.

    `month_fen` is booked for a month, `year_fen` has been paid by the bank with the files of its year up to then, and
    `waiting_fen` is booked and has not reached the account yet: not sent, on its way, or refused by the bank.
    """

    title: str
    month_fen: int
    year_fen: int
    waiting_fen: int


def given_to(viewer: User, elder: Elder, month: Month) -> list[Given]:
    """Return what approved runs give one person in a month, and what was paid of the year so far, by scheme.

    Where one payee is paid for everybody, what a paid file held counts as paid for each. Raises: NotFound, for an
    elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    records, year = registry_read.same_as(elder.pk), str(month.year)
    schemes = {row.pk: row for row in Scheme.objects.filter(programme_id=elder.programme_id)}
    months, paid, waiting = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    for scheme_id, period, fen, reached in _booked(records, schemes):
        months[scheme_id] += fen if period == str(month) else 0
        if is_of_each(schemes[scheme_id]):
            waiting[scheme_id] += fen
        elif reached and period.startswith(year) and period <= str(month):
            paid[scheme_id] += fen
    answered = PaymentReturn.objects.filter(paid=True, payment__elder__in=records, payment__scheme__in=schemes)
    for scheme_id, of, fen in answered.values_list(
        "payment__scheme", "payment__file__run__month", "payment__amount_fen"
    ):
        waiting[scheme_id] -= fen
        paid[scheme_id] += fen if of.startswith(year) and of <= str(month) else 0
    for scheme_id, fen in Recovery.objects.filter(elder__in=records).values_list("scheme", "amount_fen"):
        waiting[scheme_id] += fen
    found = [Given(row.title, months[pk], paid[pk], max(0, waiting[pk])) for pk, row in schemes.items()]
    given = [one for one in found if one.month_fen or one.year_fen or one.waiting_fen]
    return sorted(given, key=attrgetter("title"))


def _booked(records: Iterable[UUID], schemes: Iterable[UUID]) -> QuerySet[Line, tuple[UUID, str, int, bool]]:
    """Return what is booked for some records. Shape: scheme, period, fen, whether a file for all was paid since."""
    approved_at = Approval.objects.filter(run=OuterRef("run")).values("at")
    files = PaymentReturn.objects.filter(paid=True, payment__elder=None, payment__scheme=OuterRef("run__scheme"))
    rows = Line.objects.filter(elder__in=records, run__scheme__in=schemes).annotate(approved_at=Subquery(approved_at))
    reached = Exists(files.filter(payment__file__at__gte=OuterRef("approved_at")))
    rows = rows.exclude(approved_at=None).annotate(reached=reached)
    return rows.values_list("run__scheme", "period", "amount_fen", "reached")


def _sums(scheme: Scheme, rows: QuerySet[Any]) -> dict[Party, int]:
    if not is_of_each(scheme):
        return {None: int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)}
    summed = rows.order_by().annotate(person=PERSON).values_list("person").annotate(fen=Sum("amount_fen"))
    return {party: int(fen) for party, fen in summed.iterator()}
