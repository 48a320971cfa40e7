"""Verbs of providers: list an item, price it, admit an enterprise with its papers, take on workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, Organisation, OrganisationKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit import credit_code as credit_codes
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan
from sangyu.kit.point import Crs, Point
from sangyu.providers import queries as providers_read
from sangyu.providers.models import (
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
