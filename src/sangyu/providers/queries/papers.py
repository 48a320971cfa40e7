"""Papers with an end: licences, contracts, certificates; which hold, and which run out next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from sangyu.access.models import Area, AreaKind, User
from sangyu.providers.models import (
    Certificate,
    Contract,
    ContractArea,
    ContractItem,
    Enterprise,
    EnterpriseState,
    Licence,
    LicenceCheck,
    Worker,
)
from sangyu.providers.queries.members import enterprises, workers

EXPIRING_DAYS = 60


def contract_on(enterprise: Enterprise, on: date) -> Contract | None:
    """Return the contract of an enterprise that holds on a day, the latest if there are several."""
    return (
        Contract.objects.filter(enterprise=enterprise, valid_from__lte=on, valid_until__gt=on)
        .order_by("-valid_until", "number")
        .first()
    )


@dataclass(frozen=True)
class Terms:
    """A contract with the names of its areas and items, and at which price each item was contracted.

    Shape: `prices_fen` goes with `items`, None for an item that had no price on the first day.
    """

    contract: Contract
    areas: tuple[str, ...]
    items: tuple[str, ...]
    prices_fen: tuple[int | None, ...]

    @property
    def priced(self) -> list[tuple[str, int | None]]:
        return list(zip(self.items, self.prices_fen, strict=True))


def contracts(viewer: User, enterprise: Enterprise) -> list[Terms]:
    """Return the contracts of an enterprise with what they cover, latest first; three queries."""
    rows = list(
        Contract.objects.filter(enterprise__in=enterprises(viewer).order_by(), enterprise=enterprise).order_by(
            "-valid_from", "number"
        )
    )
    areas: dict[UUID, list[str]] = defaultdict(list)
    for contract_id, name in (
        ContractArea.objects.filter(contract__in=rows).order_by("area__code").values_list("contract_id", "area__name")
    ):
        areas[contract_id].append(name)
    items: dict[UUID, list[tuple[str, int | None]]] = defaultdict(list)
    contracted = ContractItem.objects.filter(contract__in=rows).order_by("item__code")
    for contract_id, name, price_fen in contracted.values_list("contract_id", "item__name", "price_fen"):
        items[contract_id].append((name, price_fen))
    return [
        Terms(
            row,
            tuple(areas[row.pk]),
            tuple(name for name, _ in items[row.pk]),
            tuple(price_fen for _, price_fen in items[row.pk]),
        )
        for row in rows
    ]


def contracted_communities(viewer: User, enterprise: Enterprise, on: date) -> list[Area]:
    """Return the communities and villages in the areas that an enterprise is contracted for on a day, by code."""
    areas = ContractArea.objects.filter(
        contract__enterprise__in=enterprises(viewer).order_by(),
        contract__enterprise=enterprise,
        contract__valid_from__lte=on,
        contract__valid_until__gt=on,
    )
    within = Q(pk__in=[])
    for code in set(areas.values_list("area_id", flat=True)):
        within |= Q(code__startswith=code)
    return list(Area.objects.filter(within, kind=AreaKind.COMMUNITY).select_related("parent").order_by("code"))


def licences(viewer: User, enterprise: Enterprise) -> list[Licence]:
    """Return every licence of an enterprise by kind, newest first; the first of a kind is the one that counts."""
    return list(
        Licence.objects.filter(enterprise__in=enterprises(viewer).order_by(), enterprise=enterprise).order_by(
            "kind", "-valid_until", "-valid_from"
        )
    )


def licence_checks(viewer: User, enterprise: Enterprise) -> dict[UUID, LicenceCheck]:
    """Return the last check of each licence of an enterprise that was ever checked. Shape: licence id -> check."""
    rows = LicenceCheck.objects.filter(licence__enterprise__in=enterprises(viewer).order_by())
    return {row.licence_id: row for row in rows.filter(licence__enterprise=enterprise).order_by("n")}


def certificates(viewer: User, people: list[Worker]) -> dict[UUID, list[Certificate]]:
    """Return the newest certificate of each kind of some workers. Shape: worker id -> certificates by kind."""
    found: dict[UUID, dict[str, Certificate]] = defaultdict(dict)
    rows = Certificate.objects.filter(worker__in=people, worker__enterprise__in=enterprises(viewer).order_by())
    for row in rows.order_by("kind", "valid_until"):
        found[row.worker_id][row.kind] = row
    return {worker_id: list(held.values()) for worker_id, held in found.items()}


@dataclass(frozen=True)
class Expiring:
    """A paper that has run out or soon will. Units: `days_left` is below zero once it has."""

    enterprise: Enterprise
    worker: Worker | None
    kind: str
    number: str
    valid_until: date
    days_left: int


def expiring(viewer: User, on: date, days: int = EXPIRING_DAYS) -> list[Expiring]:
    """Return licences, contracts and certificates that ran out or will within some days, nearest first.

    Of each kind only the newest paper is looked at: what was renewed in time is not told. Enterprises that have left
    and people who have gone are left out. A fixed number of queries.
    """
    firms = {firm.pk: firm for firm in enterprises(viewer).exclude(state=EnterpriseState.EXITED)}
    until = on + timedelta(days=days)
    newest: dict[tuple[UUID, UUID | None, str], tuple[date, str]] = {}

    def look(enterprise_id: UUID, worker_id: UUID | None, kind: str, number: str, ends_on: date) -> None:
        key = (enterprise_id, worker_id, kind)
        if key not in newest or newest[key][0] < ends_on:
            newest[key] = (ends_on, number)

    fields = ("enterprise_id", "kind", "number", "valid_until")
    for enterprise_id, kind, number, ends_on in Licence.objects.filter(enterprise__in=list(firms)).values_list(*fields):
        look(enterprise_id, None, kind, number, ends_on)
    for enterprise_id, number, ends_on in Contract.objects.filter(enterprise__in=list(firms)).values_list(
        "enterprise_id", "number", "valid_until"
    ):
        look(enterprise_id, None, "合同", number, ends_on)
    people: dict[UUID, Worker] = {}
    # Ten thousand workers hold certificates that are good: only those that are not are read.
    renewed = Certificate.objects.filter(
        worker=OuterRef("worker"), kind=OuterRef("kind"), valid_until__gt=OuterRef("valid_until")
    )
    staying = workers(viewer).filter(enterprise__in=list(firms)).order_by()
    lapsing = Certificate.objects.filter(~Exists(renewed), valid_until__lte=until, worker__in=staying)
    for row in lapsing.select_related("worker"):
        people[row.worker_id] = row.worker
        look(row.worker.enterprise_id, row.worker_id, row.kind, row.number, row.valid_until)
    told = [
        Expiring(
            enterprise=firms[enterprise_id],
            worker=people[worker_id] if worker_id else None,
            kind=kind,
            number=number,
            valid_until=ends_on,
            days_left=(ends_on - on).days,
        )
        for (enterprise_id, worker_id, kind), (ends_on, number) in newest.items()
        if ends_on <= until
    ]
    return sorted(told, key=lambda row: (row.valid_until, row.enterprise.name, row.kind, row.number))
