"""Reads of providers: the catalogue for the agent, the market price on a day, who belongs to which enterprise."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound, Refusal
from sangyu.providers.models import Canteen, CanteenUser, Enterprise, EnterpriseState, Price, ServiceItem, Worker


class PriceMissing(Refusal):
    """The item has no market price on that day."""

    code = "PRICE_MISSING"


def items(viewer: User) -> QuerySet[ServiceItem]:
    """The catalogue of the viewer's programme, by code."""
    return ServiceItem.objects.filter(programme_id=viewer.programme_id).order_by("code")


def search_items(viewer: User, text: str, *, limit: int = 12) -> list[ServiceItem]:
    """Return items to be ordered whose name holds `text` or whose pinyin initials or code start with it.

    Lunch is not among them: it is sold over the counter, not ordered by telephone.
    """
    text = text.strip()
    if not text:
        return []
    return list(
        items(viewer)
        .exclude(offer="lunch")
        .filter(Q(name__icontains=text) | Q(initials__startswith=text.lower()) | Q(code__istartswith=text))[:limit]
    )


def get_item(viewer: User, item_id: UUID) -> ServiceItem:
    """Return one item of the catalogue.

    Raises: NotFound.
    """
    found = items(viewer).filter(pk=item_id).first()
    if found is None:
        raise NotFound("目录里没有这个服务项目，请重新选择。")
    return found


def market_price_fen(item: ServiceItem, on: date) -> int:
    """Return the market price of an item on a day, in fen.

    Raises: PriceMissing; an unknown price is never zero.
    """
    price = (
        Price.objects.filter(item=item, valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .values_list("market_price_fen", flat=True)
        .first()
    )
    if price is None:
        raise PriceMissing(f"“{item.name}”在{on}没有价格，不能下单。请在服务目录里补上价格，或换一个项目。")
    return price


def enterprises(viewer: User) -> QuerySet[Enterprise]:
    """The enterprises that the viewer may see: all for the operator, one's own for an enterprise."""
    rows = Enterprise.objects.filter(programme_id=viewer.programme_id).order_by("name")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE:
        return rows.filter(organisation_id=viewer.organisation_id)
    return rows.none()


def get_enterprise(viewer: User, enterprise_id: UUID) -> Enterprise:
    """Return one enterprise.

    Raises: NotFound, also for an enterprise that the viewer may not see.
    """
    found = enterprises(viewer).filter(pk=enterprise_id).first()
    if found is None:
        raise NotFound("没有找到这家企业。")
    return found


def own_enterprise(viewer: User) -> Enterprise:
    """Return the enterprise that the viewer works for.

    Raises: NotFound.
    """
    found = Enterprise.objects.filter(organisation_id=viewer.organisation_id).first()
    if found is None:
        raise NotFound("您的账号不属于任何加盟企业。")
    return found


def workers(viewer: User) -> QuerySet[Worker]:
    """The workers that the viewer may see: of every enterprise one may see; for a worker, only oneself."""
    rows = Worker.objects.filter(enterprise__in=enterprises(viewer), left_on=None).order_by("name", "id")
    if viewer.roles == frozenset({Role.WORKER}):
        return rows.filter(user=viewer)
    return rows


def own_worker(viewer: User) -> Worker:
    """Return the worker whom the viewer is.

    Raises: NotFound.
    """
    found = Worker.objects.filter(user=viewer, left_on=None).select_related("enterprise").first()
    if found is None:
        raise NotFound("您的账号没有对应的服务人员档案，请联系企业管理员。")
    return found


def organisation_of(enterprise_id: UUID) -> UUID:
    """Return the organisation whose users work for an enterprise."""
    return Enterprise.objects.values_list("organisation_id", flat=True).get(pk=enterprise_id)


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
