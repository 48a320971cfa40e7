"""Canteens: who sees them, who sits at their tills, and whether they may sell at the subsidised price."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.providers.models import Canteen, CanteenUser, EnterpriseState


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
