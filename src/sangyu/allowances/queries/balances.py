"""What is owed to whom, and who owes: what was booked, less what was paid and did not come back, and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.allowances.models import (
    Approval,
    Line,
    PayAccount,
    Payment,
    PaymentReturn,
    Recovery,
    Scheme,
)
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

Party = UUID | None
_PERSON = Coalesce(F("elder__merged_into"), F("elder_id"))


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


def balances(scheme: Scheme) -> dict[Party, int]:
    """Return what stands with each party: above zero what is owed to them, below it what they owe.

    What has been sent to the bank counts as paid until the bank says otherwise.
    """
    standing: Counter[Party] = Counter()
    booked = Line.objects.filter(run__in=Approval.objects.filter(scheme=scheme).values("run")).exclude(amount_fen=0)
    for party, fen in _sums(scheme, booked).items():
        standing[party] += fen
    bounced = PaymentReturn.objects.filter(payment__scheme=scheme, paid=False).values("payment")
    for party, fen in _sums(scheme, Payment.objects.filter(scheme=scheme).exclude(pk__in=bounced)).items():
        standing[party] -= fen
    for party, fen in _sums(scheme, Recovery.objects.filter(scheme=scheme)).items():
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
    rows = rows.annotate(person=_PERSON).order_by("at", "id")
    return {row.person: row for row in rows.iterator(chunk_size=20_000) if row.person in wanted}


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
    """What one person was given by a scheme for a month, and what the bank has paid of it so far in the year."""

    title: str
    month_fen: int
    year_fen: int


def given_to(viewer: User, elder: Elder, year: int, month: str) -> list[Given]:
    """Return what approved runs have booked for one person in a month and in its year, by scheme.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    rows = Line.objects.filter(elder_id__in=registry_read.same_as(elder.pk), period__startswith=str(year))
    rows = rows.filter(run__in=Approval.objects.filter(scheme__programme_id=elder.programme_id).values("run"))
    found: dict[str, list[int]] = {}
    for title, period, fen in rows.values_list("run__scheme__title", "period", "amount_fen"):
        sums = found.setdefault(title, [0, 0])
        sums[0] += fen if period == month else 0
        sums[1] += fen
    return [Given(title, *sums) for title, sums in sorted(found.items()) if any(sums)]


def _sums(scheme: Scheme, rows: QuerySet[Any]) -> dict[Party, int]:
    if not is_of_each(scheme):
        return {None: int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)}
    summed = rows.order_by().annotate(person=_PERSON).values_list("person").annotate(fen=Sum("amount_fen"))
    return {party: int(fen) for party, fen in summed.iterator()}
