"""Canteens: who sees them, who sits at their tills, whether they may sell, and whether at the subsidised price."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.providers import rules
from sangyu.providers.models import Canteen, CanteenUser, EnterpriseState, Licence
from sangyu.providers.rules import food_licence_until, held_until

CATERER_RULE = "caterer-licence"


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


def licences_held(enterprise_id: UUID, on: date) -> dict[str, date]:
    """Tell until when, exclusive, each kind of licence of an enterprise holds, judged on a day.

    What has run out is told too: every kind that was ever lodged stays required, the same reading as in dispatch.
    """
    papers = Licence.objects.filter(enterprise_id=enterprise_id)
    return held_until(papers.values_list("kind", "valid_from", "valid_until"), on=on)


def ensure_caterer(*, programme_id: UUID, name: str, held: Mapping[str, date], on: date) -> None:
    """Refuse a canteen on a day whose policy asks a caterer for more than `held`; other policies ask nothing.

    Raises: CatererUnlicensed.
    """
    until = food_licence_until(held)
    known = {} if until is None else {"licence_until": until}
    asked = adoption_read.decide_if_ruled(programme_id, CATERER_RULE, known, on)
    if asked is not None:
        clause = adoption_read.clause_of(programme_id, CATERER_RULE, on)
        rules.ensure_caterer(name=name, result=asked.result, because=asked.because, clause=clause)
