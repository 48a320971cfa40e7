"""Reads of benefits: what an elder may have, what a credit still holds, and what was charged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.benefits import by_hand
from sangyu.benefits.by_hand import Holding, Piece, Stay, pieces, stays
from sangyu.benefits.credits import Credit, credit, credit_key
from sangyu.benefits.entitlements import Answer, Entitlement, benefits_of, entitlements
from sangyu.benefits.models import Charge, Reversal
from sangyu.benefits.pots import Pot
from sangyu.benefits.pricing import pots_of
from sangyu.benefits.stays import StayYear, stays_of_year
from sangyu.kit.month import Month
from sangyu.providers.models import ServiceItem
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

__all__ = [
    "Answer",
    "Credit",
    "Entitlement",
    "Holding",
    "Piece",
    "Pot",
    "Spent",
    "Stay",
    "StayYear",
    "benefits_of",
    "charges",
    "credit",
    "credit_key",
    "entitlements",
    "left_of",
    "pieces",
    "spent",
    "stays",
    "stays_of_year",
]


@dataclass(frozen=True)
class Spent:
    """What was served to an elder in a month and in its year, and who paid. Units: fen.

    `last_items` are the services that were served last, by the kind of offer under which they are sold.
    """

    services: int
    public_fen: int
    elder_fen: int
    year_public_fen: int
    last_items: Mapping[str, ServiceItem]


def spent(viewer: User, elder: Elder, month: Month) -> Spent:
    """Add up what was served to an elder in a month and in the year so far; what was taken back does not count.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    rows = Charge.objects.filter(elder_id__in=registry_read.same_as(elder.pk), service_on__lt=month.next().first_day)
    rows = rows.exclude(pk__in=Reversal.objects.values("charge")).select_related("item").order_by("service_on", "at")
    year = list(rows.filter(service_on__gte=date(month.year, 1, 1)))
    these = [row for row in year if month.contains(row.service_on)]
    return Spent(
        services=len(these),
        public_fen=sum(row.public_fen for row in these),
        elder_fen=sum(row.elder_fen for row in these),
        year_public_fen=sum(row.public_fen for row in year),
        last_items={row.item.offer: row.item for row in year},
    )


def left_of(viewer: User, elder: Elder, on: date) -> list[Pot]:
    """Return every credit that an elder has on a day, with what is left of it; of days once some were drawn.

    Raises: NotFound, for an elder whom the viewer may not see; NothingAdopted.
    """
    registry_read.get_elder(viewer, elder.pk)
    listed = by_hand.counted(benefits_of(adoption_read.in_force(elder.programme_id, on)))
    listed = [benefit for benefit in listed if benefit.unit == "days"]
    had = by_hand.holdings_of(registry_read.same_as(elder.pk), listed, on) if listed else []
    return [*pots_of(elder, on), *(_pot(one) for one in had if one.granted)]


def _pot(of: by_hand.Holding) -> Pot:
    benefit = of.benefit
    return Pot(benefit.title, benefit.fund.upper(), benefit.unit, benefit.period, of.granted or 0, 0, of.used)


def charges(viewer: User) -> QuerySet[Charge]:
    """The charges that the viewer may see: all for the operator, one's own for an enterprise."""
    rows = Charge.objects.filter(programme_id=viewer.programme_id).select_related("elder", "enterprise", "item")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.none()
