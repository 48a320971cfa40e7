"""Verbs of providers: list an item, price it, admit an enterprise with its papers, take on workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Organisation, OrganisationKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit import credit_code as credit_codes
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan
from sangyu.kit.point import Crs, Point
from sangyu.providers import queries as providers_read
from sangyu.providers.models import (
    Canteen,
    CanteenUser,
    Certificate,
    Contract,
    ContractArea,
    ContractItem,
    Enterprise,
    EnterpriseState,
    Licence,
    MonthScore,
    Price,
    ServiceItem,
    Worker,
)


class AlreadyAdmitted(Refusal):
    """An enterprise with this credit code is there already."""


class LicenceMissing(Refusal):
    """No enterprise is admitted without a licence that is valid on the day."""


class Incomplete(Refusal):
    """The form lacks what the verb cannot do without, or says what cannot be."""


class OtherPrice(Refusal):
    """The item already has another price from that day on."""

    code = "OTHER_PRICE"


@dataclass(frozen=True)
class Paper:
    """A licence or certificate: kind, number, and the half-open period in which it holds."""

    kind: str
    number: str
    valid_from: date
    valid_until: date


def list_item(*, by: User, fields: Mapping) -> ServiceItem:
    """Add an item to the catalogue, once per code.

    Shape: the columns of `ServiceItem` by name, without ids.
    Raises: NotAllowed; Incomplete, for an item without a name or that takes no time.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    if not fields["name"].strip() or fields["minutes"] <= 0:
        raise Incomplete("服务项目必须有名称，时长必须大于0分钟，请补充。")
    item, _ = ServiceItem.objects.get_or_create(
        programme_id=by.programme_id, code=fields["code"], defaults={**fields, "programme_id": by.programme_id}
    )
    return item


@transaction.atomic
def set_price(*, item: ServiceItem, market_price_fen: int, valid_from: date) -> Price:
    """Give an item a market price from a day on, until the next price that is set; the price before ends that day.

    Raises: Incomplete, for a price below zero; OtherPrice.
    """
    if market_price_fen < 0:
        raise Incomplete(f"“{item.name}”的价格不能是负数，请重新填写。")
    ServiceItem.objects.select_for_update().get(pk=item.pk)  # two prices at once would not see each other's days
    prices = list(Price.objects.filter(item=item).order_by("valid_from"))
    standing = next((price for price in prices if price.valid_from == valid_from), None)
    if standing is not None:
        if standing.market_price_fen != market_price_fen:
            raise OtherPrice(
                f"“{item.name}”从{valid_from}起已定价{yuan(standing.market_price_fen)}元，同一天不能再定别的价格。"
                "请另选生效日期。"
            )
        return standing
    for before in (price for price in prices[::-1] if price.valid_from < valid_from):
        before.valid_until = valid_from
        before.save(update_fields=["valid_until"])
        break
    following = next((price.valid_from for price in prices if price.valid_from > valid_from), None)
    return Price.objects.create(
        item=item, market_price_fen=market_price_fen, valid_from=valid_from, valid_until=following
    )


@transaction.atomic
def admit(
    *,
    by: User,
    at: datetime,
    on: date,
    name: str,
    short_name: str,
    credit_code: str,
    place: Point,
    capacity_per_day: int,
    phone: str,
    bank_name: str,
    bank_account: str,
    licences: Iterable[Paper],
    contract_number: str,
    contract_from: date,
    contract_until: date,
    area_codes: Iterable[str],
    item_ids: Iterable,
) -> Enterprise:
    """Admit a member enterprise (准入) with its licences and the contract for items in areas.

    Raises: NotAllowed; Incomplete; BadCreditCode; BadPhone; AlreadyAdmitted; LicenceMissing; NotFound, for an item
    or an area that is not the programme's.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    name, areas, items = name.strip(), set(area_codes), set(item_ids)
    if not name or capacity_per_day <= 0 or not bank_account.strip():
        raise Incomplete("企业名称、每日接单数（大于0）和收款账号都要填写，请补充。")
    if contract_until <= contract_from:
        raise Incomplete(f"合同终止日期{contract_until}不晚于起始日期{contract_from}，请核对。")
    _ensure_own_items_and_areas(by, items, areas)
    code = credit_codes.parse(credit_code)
    number = phones.parse(phone)
    papers = list(licences)
    if not any(paper.valid_from <= on < paper.valid_until for paper in papers):
        raise LicenceMissing(f"{name}没有在{on}有效的营业执照或许可证，不能加盟。请补交有效证照。")
    if Enterprise.objects.filter(programme_id=by.programme_id, credit_code=str(code)).exists():
        raise AlreadyAdmitted(f"统一社会信用代码{code}的企业已经加盟，请直接打开该企业。")
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                programme_id=by.programme_id, kind=OrganisationKind.ENTERPRISE, name=name, area_id=None
            )
    except IntegrityError as clash:
        raise AlreadyAdmitted(f"已有名为“{name}”的加盟企业，请核对名称，或直接打开该企业。") from clash
    canonical = place.converted(Crs.WGS84)
    enterprise = Enterprise.objects.create(
        id=derived_id("enterprise", by.programme_id, code),
        programme_id=by.programme_id,
        organisation=organisation,
        name=name,
        short_name=short_name,
        credit_code=str(code),
        state=EnterpriseState.ADMITTED,
        lng=canonical.lng,
        lat=canonical.lat,
        capacity_per_day=capacity_per_day,
        phone=number,
        bank_name=bank_name,
        bank_account=bank_account.strip(),
        account_name=name,
    )
    Licence.objects.bulk_create([Licence(enterprise=enterprise, **vars(paper)) for paper in papers])
    contract = Contract.objects.create(
        enterprise=enterprise, number=contract_number, valid_from=contract_from, valid_until=contract_until
    )
    ContractArea.objects.bulk_create([ContractArea(contract=contract, area_id=area) for area in sorted(areas)])
    ContractItem.objects.bulk_create([ContractItem(contract=contract, item_id=item) for item in sorted(items)])
    access.record(
        by=by, at=at, verb="providers.admit", object_kind="enterprise", object_id=enterprise.pk, facts={"name": name}
    )
    return enterprise


@transaction.atomic
def take_on(
    *,
    enterprise: Enterprise,
    by: User,
    at: datetime,
    name: str,
    sex: str,
    phone: str,
    skills: Iterable[str],
    place: Point,
    certificates: Iterable[Paper] = (),
    duties: Iterable[str] = (),
    user: User | None = None,
) -> Worker:
    """Enter a worker of an enterprise with certificates; one person (by phone) is entered once per enterprise.

    Raises: NotAllowed; NotFound, for an enterprise or a log-in that is not the actor's to fill; Incomplete; BadPhone.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    providers_read.get_enterprise(by, enterprise.pk)
    if user is not None and user.organisation_id != enterprise.organisation_id:
        raise NotFound("所选账号不属于这家企业，请重新选择。")
    if not name.strip():
        raise Incomplete("请填写服务人员姓名。")
    number = phones.parse(phone)
    canonical = place.converted(Crs.WGS84)
    worker, made = Worker.objects.get_or_create(
        id=derived_id("worker", enterprise.pk, number),
        defaults={
            "enterprise": enterprise,
            "user": user,
            "name": name.strip(),
            "sex": sex,
            "phone": number,
            "skills": list(skills),
            "duties": list(duties),
            "lng": canonical.lng,
            "lat": canonical.lat,
        },
    )
    if made:
        Certificate.objects.bulk_create([Certificate(worker=worker, **vars(paper)) for paper in certificates])
    return worker


def _ensure_own_items_and_areas(by: User, items: set, areas: set[str]) -> None:
    if ServiceItem.objects.filter(pk__in=items, programme_id=by.programme_id).count() != len(items):
        raise NotFound("合同里有目录以外的服务项目，请重新选择。")
    own = Area.objects.filter(pk__in=areas, code__startswith=by.programme.area_id).count()
    if own != len(areas):
        raise NotFound("合同里有本区以外的街道，请重新选择。")


def note_score(*, enterprise_id: object, month: str, score_tenths: int) -> None:
    """Keep the final score of a month where dispatch can read it; the same month is overwritten by its last ruling."""
    MonthScore.objects.update_or_create(
        enterprise_id=enterprise_id, month=month, defaults={"score_tenths": score_tenths}
    )


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
    Raises: NotAllowed; NotFound, for an enterprise, item or community of somebody else; Incomplete.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    providers_read.get_enterprise(by, enterprise.pk)
    providers_read.get_item(by, item.pk)
    _ensure_canteen(name, address, standard_price_fen, contracted_from, contracted_until)
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
