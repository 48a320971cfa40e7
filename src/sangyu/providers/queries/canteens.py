"""Canteens: who sees them, who sits at their tills, whether they may sell, and whether at the subsidised price."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.providers.models import Canteen, CanteenUser, EnterpriseState, Licence
from sangyu.providers.rules import first_lapsed, held_until


def canteens(viewer: User) -> QuerySet[Canteen]:
    """The canteens that the viewer may see: all for the operator, one's own for an enterprise and its cashiers."""
    rows = Canteen.objects.filter(programme_id=viewer.programme_id).select_related("enterprise", "item", "community")
    rows = rows.order_by("name")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind != OrganisationKind.ENTERPRISE:
        return rows.none()
    if Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.filter(pk__in=CanteenUser.objects.filter(user=viewer).values("canteen_id"))


def own_canteens(viewer: User) -> list[Canteen]:
    """The canteens at whose tills the viewer sits, by name."""
    mine = CanteenUser.objects.filter(user=viewer).values("canteen_id")
    return list(
        Canteen.objects.filter(pk__in=mine, programme_id=viewer.programme_id)
        .select_related("enterprise", "item", "community")
        .order_by("name")
    )


def subsidised_on(canteen: Canteen, on: date) -> bool:
    """Tell whether a canteen is contracted for the subsidy on a day, and its enterprise still admitted."""
    return (
        canteen.contracted_from <= on < canteen.contracted_until
        and canteen.enterprise.state == EnterpriseState.ADMITTED
    )


def lapsed_licence(canteen: Canteen, on: date) -> tuple[str, date] | None:
    """Name the kind of licence of a canteen's enterprise that had run out by a day, with its last day (exclusive).

    None if every kind that was ever lodged holds: the same reading as in dispatch.
    """
    papers = Licence.objects.filter(enterprise_id=canteen.enterprise_id)
    return first_lapsed(held_until(papers.values_list("kind", "valid_from", "valid_until"), on=on), on=on)
