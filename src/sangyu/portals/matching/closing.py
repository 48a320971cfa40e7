"""What stops when an elder has died and what was paid after that day: put together for one page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Length

from sangyu.access.models import Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Approval, Line, Scheme
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import UNDER_WAY, Assessment
from sangyu.benefits import by_hand
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.by_hand import Piece, Stay
from sangyu.benefits.models import Charge, Reversal
from sangyu.kit.month import Month
from sangyu.orders import queries as orders_read
from sangyu.orders.models import OPEN_STAGES, Order, Stage
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

INSURER = "insurer"


@dataclass(frozen=True)
class Booked:
    """What runs booked of one scheme for months (or years) that began after the death, and the next run claims back.

    Units: fen. `waiting_fen` of it never reached the account and is simply not sent; `owed_fen` was claimed back by a
    run already and is still to be returned.
    """

    title: str
    first: str
    last: str
    amount_fen: int
    waiting_fen: int
    owed_fen: int


@dataclass(frozen=True)
class Closing:
    """What there is of a person on and after a day, by all their records.

    `charges` and `booked` are None for who sees no money. `devices` are with the household and to be fetched, `stays`
    set aside and not begun or ended.
    """

    open_orders: tuple[Order, ...]
    at_the_door: tuple[Order, ...]
    called_off: tuple[Order, ...]
    cards: tuple[Any, ...]
    assessments: tuple[Assessment, ...]
    devices: tuple[Piece, ...]
    stays: tuple[Stay, ...]
    insured: tuple[str, ...]
    booked: tuple[Booked, ...] | None
    charges: tuple[Charge, ...] | None
    price_fen: int
    public_fen: int
    elder_fen: int


def closing_of(viewer: User, elder: Elder, on: date | None) -> Closing:
    """Return what is open for an elder, and what was charged for services on the day of death or later."""
    records = registry_read.same_as(elder.pk)
    orders = orders_read.orders(viewer).filter(elder__in=records)
    open_orders = tuple(orders.filter(stage__in=OPEN_STAGES).order_by("wanted_from", "pk"))
    called_off = (
        orders.filter(stage=Stage.CANCELLED, stage_at__date__gte=on).order_by("wanted_from", "pk") if on else []
    )
    charges = _charges(viewer, records, on)
    insured = Line.objects.filter(_approved(), elder__in=records, run__scheme__payee=INSURER, entitled_fen__gt=0)
    reads_assessments = viewer.roles & {Role.COMMUNITY, *assessment_read.READERS}
    under_way = (
        assessment_read.assessments(viewer).filter(elder__in=records, stage__in=UNDER_WAY) if reads_assessments else []
    )
    return Closing(
        open_orders=tuple(order for order in open_orders if order.stage != Stage.IN_SERVICE),
        at_the_door=tuple(order for order in open_orders if order.stage == Stage.IN_SERVICE),
        called_off=tuple(called_off),
        cards=tuple(registry_read.cards_of(viewer, elder)),
        assessments=tuple(under_way),
        devices=tuple(piece for piece in by_hand.pieces(viewer, elder) if piece.give_back is None),
        stays=tuple(stay for stay in by_hand.stays(viewer, elder) if stay.end is None),
        insured=tuple(sorted(set(insured.values_list("run__scheme__title", flat=True)))),
        booked=_booked(viewer, elder, records, on),
        charges=charges,
        price_fen=sum(row.price_fen for row in charges or ()),
        public_fen=sum(row.public_fen for row in charges or ()),
        elder_fen=sum(row.elder_fen for row in charges or ()),
    )


def _approved() -> Q:
    return Q(Exists(Approval.objects.filter(run=OuterRef("run"))))


def _booked(viewer: User, elder: Elder, records: Collection[UUID], on: date | None) -> tuple[Booked, ...] | None:
    """What approved runs have booked for periods that began after a day, by scheme; a run gives the dead nothing."""
    if not sees_whole_programme(viewer):
        return None
    if on is None:
        return ()
    # A month ("2026-11") begins after the day if it is later than the day's, a year ("2026") likewise.
    later = Q(period__gt=str(Month.of(on)), period__contains="-") | Q(period__gt=str(on.year), letters=4)
    rows = Line.objects.annotate(letters=Length("period")).filter(_approved(), later, elder__in=records)
    sums = rows.order_by().values_list("run__scheme").annotate(Min("period"), Max("period"), Sum("amount_fen"))
    found = {scheme_id: (first, last, fen) for scheme_id, first, last, fen in sums}
    waiting = {one.title: one.waiting_fen for one in allowances_read.given_to(viewer, elder, Month.of(on))}
    booked = []
    for scheme in Scheme.objects.filter(pk__in=found).order_by("title"):
        first, last, fen = found[scheme.pk]
        owed_fen = max(0, -allowances_read.balances(scheme, records).get(elder.pk, 0))
        if fen > 0 or owed_fen:
            booked.append(Booked(scheme.title, first, last, fen, min(fen, waiting.get(scheme.title, 0)), owed_fen))
    return tuple(booked)


def _charges(viewer: User, records: Collection[UUID], on: date | None) -> tuple[Charge, ...] | None:
    """All charges, so that their sums are right, for services and meals alike; what was taken back is left out."""
    if not sees_whole_programme(viewer):
        return None
    if on is None:
        return ()
    taken_back = Exists(Reversal.objects.filter(charge=OuterRef("pk")))
    rows = benefits_read.charges(viewer).filter(~taken_back, elder__in=records, service_on__gte=on)
    return tuple(rows.order_by("service_on", "pk"))
