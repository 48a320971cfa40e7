"""Papers of an enterprise and its people: a renewed paper is a new row beside the old one, which stays as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

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
    Licence,
    ServiceItem,
    Worker,
)

TERM_RULE = "contract-term"


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

    `reason` says why it runs longer than the policy of its first day has as a rule.
    Raises: NotAllowed; NotFound, for an item or an area that is not the programme's; Incomplete; ContractTooLong.
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
    ContractArea.objects.bulk_create([ContractArea(contract=contract, area_id=area) for area in sorted(areas)])
    ContractItem.objects.bulk_create([ContractItem(contract=contract, item_id=item) for item in sorted(items)])
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
