"""Papers of an enterprise and its people: a renewed paper is a new row beside the old one, which stays as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from sangyu.access import actions as access
from sangyu.access.models import Area, Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.providers import queries as providers_read
from sangyu.providers import rules
from sangyu.providers.models import (
    Certificate,
    Contract,
    ContractArea,
    ContractItem,
    Enterprise,
    Evaluation,
    Licence,
    LicenceCheck,
    Price,
    ServiceItem,
    Worker,
    YearGrade,
)

BEIJING = ZoneInfo("Asia/Shanghai")
TERM_RULE = "contract-term"
RENEWAL_RULE = "contract-renewal"


@transaction.atomic
def lodge_licence(*, enterprise: Enterprise, paper: rules.Paper, by: User, at: datetime) -> Licence:
    """Add a licence to an enterprise's file, new or renewed; the same paper again changes nothing.

    Dispatch believes what is on file, so it is lodged by whoever has seen the paper, never by the enterprise itself.
    Raises: NotAllowed; NotFound; Incomplete, without kind or number, or for a period that cannot be.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    providers_read.get_enterprise(by, enterprise.pk)
    _ensure_paper(paper)
    licence, made = Licence.objects.get_or_create(
        id=derived_id("licence", enterprise.pk, paper.kind, paper.number, paper.valid_from, paper.valid_until),
        defaults={"enterprise": enterprise, **vars(paper)},
    )
    if made:
        access.record(
            by=by,
            at=at,
            verb="providers.lodge_licence",
            object_kind="enterprise",
            object_id=enterprise.pk,
            facts=vars(paper),
        )
    return licence


@transaction.atomic
def check_licence(*, licence_id: UUID, told: rules.Told | None, source: str, by: User, at: datetime) -> LicenceCheck:
    """Write down what the authority's register says of a licence, None if it knows none; an answer of the day once.

    Whoever asks calls this: a person who reads the public register, or a program with the authority's interface.
    Raises: NotAllowed; NotFound; Incomplete, without a source.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    licence = (
        Licence.objects.select_for_update(of=("self",))
        .filter(pk=licence_id, enterprise__in=providers_read.enterprises(by).order_by())
        .first()
    )
    if licence is None:
        raise NotFound("没有找到这份证照。")
    if not source.strip():
        raise rules.Incomplete("请写明向哪里核验的。")
    paper = rules.Paper(licence.kind, licence.number, licence.valid_from, licence.valid_until)
    answered = {
        "result": rules.checked(paper, told),
        "number": told.number.strip() if told else "",
        "last_on": told.last_on if told else None,
        "source": source.strip(),
    }
    last = LicenceCheck.objects.filter(licence=licence).order_by("-n").first()
    is_of_today = last is not None and last.at.astimezone(BEIJING).date() == at.astimezone(BEIJING).date()
    if is_of_today and all(getattr(last, name) == value for name, value in answered.items()):
        return last
    n = last.n + 1 if last else 1
    row = LicenceCheck.objects.create(
        id=derived_id("licence-check", licence.pk, n),
        licence=licence,
        n=n,
        **answered,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="providers.check_licence",
        object_kind="enterprise",
        object_id=licence.enterprise_id,
        facts={"kind": licence.kind, "result": row.result, "source": row.source},
    )
    return row


@transaction.atomic
def renew_certificate(*, worker_id: UUID, paper: rules.Paper, by: User, at: datetime) -> Certificate:
    """Add a certificate to a worker's file, new or renewed; the old ones stay, the same paper changes nothing.

    Raises: NotAllowed; NotFound, for a worker of somebody else; Incomplete.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    worker = Worker.objects.filter(
        pk=worker_id, enterprise__in=providers_read.enterprises(by).order_by(), left_on=None
    ).first()
    if worker is None:
        raise NotFound("没有找到这位服务人员，可能已离职。")
    _ensure_paper(paper)
    certificate, made = Certificate.objects.get_or_create(
        id=derived_id("certificate", worker.pk, paper.kind, paper.number, paper.valid_from, paper.valid_until),
        defaults={"worker": worker, **vars(paper)},
    )
    if made:
        access.record(
            by=by,
            at=at,
            verb="providers.renew_certificate",
            object_kind="worker",
            object_id=worker.pk,
            facts=vars(paper),
        )
    return certificate


@transaction.atomic
def sign_contract(
    *,
    enterprise: Enterprise,
    number: str,
    valid_from: date,
    valid_until: date,
    area_codes: Iterable[str],
    item_ids: Iterable[UUID],
    by: User,
    at: datetime,
    reason: str = "",
) -> Contract:
    """Contract an enterprise for items in areas, from one day to another; once per number.

    Each item is contracted at the market price of the first day. `reason` says why it runs longer than the policy of
    that day has as a rule. It renews an older one if that held one of the items in one of the areas.
    Raises: NotAllowed; NotFound, for an item or an area that is not the programme's; Incomplete; ContractTooLong;
    NotRenewed.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    providers_read.get_enterprise(by, enterprise.pk)
    number, areas, items = number.strip(), set(area_codes), set(item_ids)
    if not number or not areas or not items:
        raise rules.Incomplete("合同编号、服务街道和服务项目都要填写，请补充。")
    rules.ensure_period(what="合同", valid_from=valid_from, valid_until=valid_until)
    if ServiceItem.objects.filter(pk__in=items, programme_id=by.programme_id).count() != len(items):
        raise NotFound("合同里有目录以外的服务项目，请重新选择。")
    own = Area.objects.filter(pk__in=areas, code__startswith=by.programme.area_id).count()
    if own != len(areas):
        raise NotFound("合同里有本区以外的街道，请重新选择。")
    contract, made = Contract.objects.get_or_create(
        id=derived_id("contract", enterprise.pk, number),
        defaults={
            "enterprise": enterprise,
            "number": number,
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    )
    if not made:
        return contract
    _ensure_term(contract, by.programme_id, reason)
    _ensure_renewable(contract, areas, items, by.programme_id)
    ContractArea.objects.bulk_create([ContractArea(contract=contract, area_id=area) for area in sorted(areas)])
    prices = _prices(items, valid_from)
    ContractItem.objects.bulk_create(
        [ContractItem(contract=contract, item_id=item, price_fen=prices.get(item)) for item in sorted(items)]
    )
    access.record(
        by=by,
        at=at,
        verb="providers.sign_contract",
        object_kind="enterprise",
        object_id=enterprise.pk,
        facts={"number": number, "valid_from": valid_from, "valid_until": valid_until}
        | ({"reason": reason.strip()} if reason.strip() else {}),
    )
    return contract


@transaction.atomic
def evaluate(*, enterprise: Enterprise, year: int, grade: str, document: str, by: User, at: datetime) -> Evaluation:
    """Note how an enterprise was graded for a year (年度评价), on which document; the same again changes nothing.

    A grade that was changed on appeal is another row, and the last one counts.
    Raises: NotAllowed; NotFound; Incomplete, without a document or for a year that has not begun.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    providers_read.get_enterprise(by, enterprise.pk)
    document = document.strip()
    if not document or grade not in YearGrade.values:
        raise rules.Incomplete("评价等次和依据文件都要填写，请补充。")
    if year > at.astimezone(BEIJING).year:
        raise rules.Incomplete(f"{year}年还没有开始，不能登记评价。请核对年度。")
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    last = Evaluation.objects.filter(enterprise=enterprise).order_by("-n").first()
    if last is not None and (last.year, last.grade, last.document) == (year, grade, document):
        return last
    n = last.n + 1 if last else 1
    row = Evaluation.objects.create(
        id=derived_id("evaluation", enterprise.pk, n),
        enterprise=enterprise,
        n=n,
        year=year,
        grade=grade,
        document=document,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="providers.evaluate",
        object_kind="enterprise",
        object_id=enterprise.pk,
        facts={"year": year, "grade": grade, "document": document},
    )
    return row


def _prices(items: set[UUID], on: date) -> dict[UUID, int]:
    """Read the market price of items on a day, one query; what has none is left out."""
    rows = Price.objects.filter(item_id__in=items, valid_from__lte=on).exclude(valid_until__lte=on)
    return dict(rows.values_list("item_id", "market_price_fen"))


def _ensure_renewable(contract: Contract, areas: set[str], items: set[UUID], programme_id: UUID) -> None:
    older = Contract.objects.filter(enterprise_id=contract.enterprise_id, valid_from__lt=contract.valid_from)
    same_items = ContractItem.objects.filter(contract=OuterRef("pk"), item_id__in=items)
    same_areas = ContractArea.objects.filter(contract=OuterRef("pk"), area_id__in=areas)
    if not older.filter(Exists(same_items), Exists(same_areas)).exists():
        return
    on = contract.valid_from
    last = Evaluation.objects.filter(enterprise_id=contract.enterprise_id).order_by("-n").first()
    facts = {"appraisal": "none" if last is None else last.grade.lower()}
    renewal = adoption_read.decide_if_ruled(programme_id, RENEWAL_RULE, facts, on)
    if renewal is not None:
        rules.ensure_renewable(
            number=contract.number,
            graded=last is not None,
            eligible=bool(renewal.eligible),
            because=renewal.because,
            clause=adoption_read.clause_of(programme_id, RENEWAL_RULE, on),
        )


def _ensure_term(contract: Contract, programme_id: UUID, reason: str) -> None:
    months = rules.months_taken(contract.valid_from, contract.valid_until)
    term = adoption_read.decide_if_ruled(programme_id, TERM_RULE, {"months": months}, contract.valid_from)
    if term is not None:
        rules.ensure_term(
            number=contract.number,
            result=term.result,
            because=term.because,
            clause=adoption_read.clause_of(programme_id, TERM_RULE, contract.valid_from),
            reason=reason,
        )


def _ensure_paper(paper: rules.Paper) -> None:
    if not paper.kind.strip() or not paper.number.strip():
        raise rules.Incomplete("证照的种类和编号都要填写，请补充。")
    rules.ensure_period(what=paper.kind, valid_from=paper.valid_from, valid_until=paper.valid_until)
