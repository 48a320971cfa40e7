"""Verbs of providers: list an item, price it, admit an enterprise with its papers, take on workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Organisation, OrganisationKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit import credit_code as credit_codes
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Crs, Point
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
    """
    item, _ = ServiceItem.objects.get_or_create(
        programme_id=by.programme_id, code=fields["code"], defaults={**fields, "programme_id": by.programme_id}
    )
    return item


@transaction.atomic
def set_price(*, item: ServiceItem, market_price_fen: int, valid_from: date) -> Price:
    """Give an item a market price from a day on; the price before ends that day."""
    price, made = Price.objects.get_or_create(
        item=item, valid_from=valid_from, defaults={"market_price_fen": market_price_fen}
    )
    if made:
        Price.objects.filter(item=item, valid_from__lt=valid_from, valid_until=None).update(valid_until=valid_from)
    return price


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

    Raises: NotAllowed; BadCreditCode; AlreadyAdmitted; LicenceMissing.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    code = credit_codes.parse(credit_code)
    papers = list(licences)
    if not any(paper.valid_from <= on < paper.valid_until for paper in papers):
        raise LicenceMissing(f"{name}没有在{on}有效的营业执照或许可证，不能加盟。请补交有效证照。")
    if Enterprise.objects.filter(programme_id=by.programme_id, credit_code=str(code)).exists():
        raise AlreadyAdmitted(f"统一社会信用代码{code}的企业已经加盟，请直接打开该企业。")
    organisation = Organisation.objects.create(
        programme_id=by.programme_id, kind=OrganisationKind.ENTERPRISE, name=name, area_id=None
    )
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
        phone=phone,
        bank_name=bank_name,
        bank_account=bank_account,
        account_name=name,
    )
    Licence.objects.bulk_create([Licence(enterprise=enterprise, **vars(paper)) for paper in papers])
    contract = Contract.objects.create(
        enterprise=enterprise, number=contract_number, valid_from=contract_from, valid_until=contract_until
    )
    ContractArea.objects.bulk_create([ContractArea(contract=contract, area_id=area) for area in area_codes])
    ContractItem.objects.bulk_create([ContractItem(contract=contract, item_id=item) for item in item_ids])
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
    """Enter a worker of an enterprise with certificates; one person (by phone) is entered once per enterprise."""
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    canonical = place.converted(Crs.WGS84)
    worker, made = Worker.objects.get_or_create(
        id=derived_id("worker", enterprise.pk, phone),
        defaults={
            "enterprise": enterprise,
            "user": user,
            "name": name,
            "sex": sex,
            "phone": phone,
            "skills": list(skills),
            "duties": list(duties),
            "lng": canonical.lng,
            "lat": canonical.lat,
        },
    )
    if made:
        Certificate.objects.bulk_create([Certificate(worker=worker, **vars(paper)) for paper in certificates])
    return worker


def note_score(*, enterprise_id: object, month: str, score_tenths: int) -> None:
    """Keep the final score of a month where dispatch can read it; the same month is overwritten by its last ruling."""
    MonthScore.objects.update_or_create(
        enterprise_id=enterprise_id, month=month, defaults={"score_tenths": score_tenths}
    )
