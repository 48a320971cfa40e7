"""Canteens: open one, and seat a cashier at its till."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Crs, Point
from sangyu.providers import queries as providers_read
from sangyu.providers.actions.catalogue import ensure_within_cap
from sangyu.providers.models import Canteen, CanteenUser, Enterprise, ServiceItem
from sangyu.providers.rules import Incomplete


@transaction.atomic
def open_canteen(
    *,
    by: User,
    at: datetime,
    enterprise: Enterprise,
    item: ServiceItem,
    name: str,
    community_code: str,
    address: str,
    place: Point,
    opens: str,
    contracted_from: date,
    contracted_until: date,
    standard_price_fen: int = 1500,
) -> Canteen:
    """Open a canteen of an enterprise (老年餐厅), contracted from one day to another; once per name.

    `item` is the meal as it stands in the catalogue; its offer says which rule splits the price.
    Raises: NotAllowed; NotFound, for an enterprise, item or community of somebody else; Incomplete; PriceAboveCap;
    CatererUnlicensed.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    providers_read.get_enterprise(by, enterprise.pk)
    providers_read.get_item(by, item.pk)
    _ensure_canteen(name, address, standard_price_fen, contracted_from, contracted_until)
    ensure_within_cap(
        by.programme_id,
        name=name.strip(),
        price_fen=standard_price_fen,
        since=contracted_from,
        until=contracted_until,
    )
    providers_read.ensure_caterer(
        programme_id=by.programme_id,
        name=name.strip(),
        held=providers_read.licences_held(enterprise.pk, contracted_from),
        on=contracted_from,
    )
    community = Area.objects.filter(
        code=community_code, kind=AreaKind.COMMUNITY, code__startswith=by.programme.area_id
    ).first()
    if community is None:
        raise NotFound("所选社区不在本区，请核对餐厅地址。")
    canonical = place.converted(Crs.WGS84)
    canteen, made = Canteen.objects.get_or_create(
        id=derived_id("canteen", by.programme_id, name.strip()),
        defaults={
            "programme_id": by.programme_id,
            "enterprise": enterprise,
            "item": item,
            "name": name.strip(),
            "community": community,
            "address": address.strip(),
            "lng": canonical.lng,
            "lat": canonical.lat,
            "standard_price_fen": standard_price_fen,
            "opens": opens,
            "contracted_from": contracted_from,
            "contracted_until": contracted_until,
        },
    )
    if canteen.enterprise_id != enterprise.pk:
        raise Incomplete(f"本区已有名为“{name.strip()}”的餐厅，属于另一家企业。请换一个名称。")
    if made:
        access.record(
            by=by,
            at=at,
            verb="providers.open_canteen",
            object_kind="canteen",
            object_id=canteen.pk,
            facts={"name": canteen.name, "price_fen": standard_price_fen},
        )
    return canteen


@transaction.atomic
def seat_cashier(*, canteen: Canteen, user: User, by: User, at: datetime) -> None:
    """Let a cashier of the enterprise sell at a canteen's till; a repeat changes nothing.

    Raises: NotAllowed; NotFound, for a canteen or a log-in of somebody else.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    if not providers_read.canteens(by).filter(pk=canteen.pk).exists():
        raise NotFound("没有找到这家餐厅。")
    if user.organisation_id != canteen.enterprise.organisation_id or Role.TILL not in user.roles:
        raise NotFound("所选账号不是这家企业的收银员，请重新选择，或先为该账号开通收银岗位。")
    _, made = CanteenUser.objects.get_or_create(canteen=canteen, user=user)
    if made:
        access.record(
            by=by,
            at=at,
            verb="providers.seat_cashier",
            object_kind="canteen",
            object_id=canteen.pk,
            facts={"user": user.username},
        )


def _ensure_canteen(name: str, address: str, price_fen: int, begins: date, ends: date) -> None:
    if not name.strip() or not address.strip() or price_fen <= 0:
        raise Incomplete("餐厅名称、地址和餐价（大于0）都要填写，请补充。")
    if ends <= begins:
        raise Incomplete(f"签约终止日期{ends}不晚于起始日期{begins}，请核对。")
