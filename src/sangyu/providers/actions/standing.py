"""Admission and exit (准入退出): apply, admit, suspend, resume, leave. Every step is a row with reason and document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Organisation, OrganisationKind, Role, User
from sangyu.access.queries import ensure_role, subdistricts
from sangyu.adoption import queries as adoption_read
from sangyu.kit import credit_code as credit_codes
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Crs, Point
from sangyu.providers import queries as providers_read
from sangyu.providers import rules
from sangyu.providers.actions.papers import sign_contract
from sangyu.providers.models import Enterprise, EnterpriseKind, EnterpriseState, Licence, MonthScore, Origin, Standing

BEIJING = ZoneInfo("Asia/Shanghai")
LABELS = {"": "未登记", **{str(state.value): str(state.label) for state in EnterpriseState}}
VERBS = {
    EnterpriseState.APPLICANT: "providers.apply",
    EnterpriseState.ADMITTED: "providers.admit",
    EnterpriseState.SUSPENDED: "providers.suspend",
    EnterpriseState.EXITED: "providers.leave",
}
OFFICERS_RULE = "site-officers"


@transaction.atomic
def apply(
    *,
    by: User,
    at: datetime,
    name: str,
    short_name: str,
    credit_code: str,
    place: Point,
    capacity_per_day: int,
    phone: str,
    bank_name: str,
    bank_account: str,
    licences: Iterable[rules.Paper],
    document: str = "",
    kind: str = EnterpriseKind.HOME_CARE,
    origin: str = "",
) -> Enterprise:
    """Enter an enterprise that asks to join, with its papers; it gets no orders before it is admitted.

    An enterprise that has left may apply again under its old file; an applicant's repeat changes nothing.
    Raises: NotAllowed; Incomplete; BadCreditCode; BadPhone; AlreadyAdmitted.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    code = credit_codes.parse(credit_code)
    papers = list(licences)
    known = Enterprise.objects.filter(programme_id=by.programme_id, credit_code=str(code)).first()
    if known is not None:
        if known.state == EnterpriseState.APPLICANT:
            return known
        if known.state != EnterpriseState.EXITED:
            raise _already(known)
        _lodge(known, papers)
        _stand(known.pk, EnterpriseState.APPLICANT, reason="重新申请加盟", document=document, by=by, at=at)
        known.refresh_from_db()
        return known
    enterprise = _enter(
        by=by,
        name=name,
        short_name=short_name,
        credit_code=str(code),
        place=place,
        capacity_per_day=capacity_per_day,
        phone=phone,
        bank_name=bank_name,
        bank_account=bank_account,
        papers=papers,
        state=EnterpriseState.APPLICANT,
        kind=kind,
        origin=origin,
    )
    _note(enterprise, EnterpriseState.APPLICANT, reason="申请加盟", document=document, by=by, at=at)
    return enterprise


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
    licences: Iterable[rules.Paper],
    contract_number: str,
    contract_from: date,
    contract_until: date,
    area_codes: Iterable[str],
    item_ids: Iterable[UUID],
) -> Enterprise:
    """Take over a member enterprise with its licences and its contract, as the paper register has it.

    One licence that holds is enough here: dispatch asks for every kind before it sends an order. Its people come
    later, so without trained officers it is on the list of exceptions (`queries.without_officers`). Who asks to join
    goes through `apply` and `admit_applicant`.
    Raises: NotAllowed; Incomplete; BadCreditCode; BadPhone; AlreadyAdmitted; LicenceMissing; NotFound, for an item
    or an area that is not the programme's.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    code = credit_codes.parse(credit_code)
    papers = list(licences)
    rules.ensure_a_licence(name=name.strip(), held=rules.held_until(_periods(papers), on=on), on=on)
    known = Enterprise.objects.filter(programme_id=by.programme_id, credit_code=str(code)).first()
    if known is not None:
        raise _already(known)
    enterprise = _enter(
        by=by,
        name=name,
        short_name=short_name,
        credit_code=str(code),
        place=place,
        capacity_per_day=capacity_per_day,
        phone=phone,
        bank_name=bank_name,
        bank_account=bank_account,
        papers=papers,
        state=EnterpriseState.ADMITTED,
    )
    sign_contract(
        enterprise=enterprise,
        number=contract_number,
        valid_from=contract_from,
        valid_until=contract_until,
        area_codes=area_codes,
        item_ids=item_ids,
        by=by,
        at=at,
    )
    _note(enterprise, EnterpriseState.ADMITTED, reason="准入", document=contract_number, by=by, at=at)
    return enterprise


@transaction.atomic
def admit_applicant(*, enterprise_id: UUID, reason: str, document: str, by: User, at: datetime) -> Standing:
    """Admit an applicant (准入) whose licences hold, who is contracted, and who has the officers the policy asks for.

    Whoever entered the application does not admit it.
    Raises: NotAllowed; NotFound; Incomplete; WrongStanding; LicenceMissing; ContractMissing; OfficersMissing; OwnWork.
    """
    _ensure_said(by, reason, document)
    enterprise = providers_read.get_enterprise(by, enterprise_id)
    on = at.astimezone(BEIJING).date()
    if enterprise.state == EnterpriseState.APPLICANT:
        _ensure_admissible(enterprise, on)
        entered = Standing.objects.filter(enterprise=enterprise, state=EnterpriseState.APPLICANT).order_by("-n").first()
        if entered is not None and entered.by_id == by.pk:
            raise rules.OwnWork(f"{enterprise.name}的申请是您本人登记的，准入须由另一位值班长或民政局办理。")
    return _stand(enterprise.pk, EnterpriseState.ADMITTED, reason=reason, document=document, by=by, at=at)


@transaction.atomic
def suspend(*, enterprise_id: UUID, reason: str, document: str, by: User, at: datetime) -> Standing:
    """Give an enterprise no new orders until it is resumed; what it has in hand stays with it.

    Raises: NotAllowed; NotFound; Incomplete; WrongStanding.
    """
    _ensure_said(by, reason, document)
    return _stand(enterprise_id, EnterpriseState.SUSPENDED, reason=reason, document=document, by=by, at=at)


@transaction.atomic
def resume(*, enterprise_id: UUID, reason: str, document: str, by: User, at: datetime) -> Standing:
    """Let a suspended enterprise have orders again; its papers must hold as at its admission.

    Raises: NotAllowed; NotFound; Incomplete; WrongStanding; LicenceMissing; ContractMissing; OfficersMissing.
    """
    _ensure_said(by, reason, document)
    enterprise = providers_read.get_enterprise(by, enterprise_id)
    if enterprise.state == EnterpriseState.SUSPENDED:
        _ensure_admissible(enterprise, at.astimezone(BEIJING).date())
    elif enterprise.state == EnterpriseState.APPLICANT:
        raise rules.WrongStanding(f"{enterprise.name}还在申请中，请先办理准入。")
    return _stand(enterprise_id, EnterpriseState.ADMITTED, reason=reason, document=document, by=by, at=at)


@transaction.atomic
def leave(*, enterprise_id: UUID, reason: str, document: str, by: User, at: datetime) -> Standing:
    """Note that an enterprise leaves (退出); its open orders are taken back by `dispatch.close_out`.

    Raises: NotAllowed; NotFound; Incomplete; WrongStanding.
    """
    _ensure_said(by, reason, document)
    return _stand(enterprise_id, EnterpriseState.EXITED, reason=reason, document=document, by=by, at=at)


@transaction.atomic
def describe(
    *, enterprise_id: UUID, kind: str, origin: str = "", street_code: str = "", by: User, at: datetime
) -> Enterprise:
    """Say of what kind an enterprise is, whether it is local or a brand, and in which subdistrict it stands.

    A centre (照料中心) has a subdistrict, the one whose orders it comes first for; the same again changes nothing.
    Raises: NotAllowed; NotFound; Incomplete, for an unknown kind, or a centre without a subdistrict.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    enterprise = Enterprise.objects.select_for_update().filter(pk=enterprise_id, programme_id=by.programme_id).first()
    if enterprise is None:
        raise NotFound("没有找到这家企业。")
    if kind not in EnterpriseKind.values or origin not in ("", *Origin.values):
        raise rules.Incomplete("没有这样的机构类型或来源，请从列表里选择。")
    street = subdistricts(by).filter(code=street_code).first() if street_code else None
    if street_code and street is None:
        raise NotFound("没有找到这个街道，请重新选择。")
    if kind == EnterpriseKind.CENTRE and street is None:
        raise rules.Incomplete("照料中心要写明在哪个街道，本街道的工单先派给它。请选择街道。")
    said = (kind, origin, street.pk if street else None)
    if (enterprise.kind, enterprise.origin, enterprise.street_id) == said:
        return enterprise
    enterprise.kind, enterprise.origin, enterprise.street_id = said
    enterprise.save(update_fields=["kind", "origin", "street"])
    access.record(
        by=by,
        at=at,
        verb="providers.describe",
        object_kind="enterprise",
        object_id=enterprise.pk,
        facts={"kind": kind, "origin": origin, "street": street_code},
    )
    return enterprise


def note_score(*, enterprise_id: object, month: str, score_tenths: int) -> None:
    """Keep the final score of a month where dispatch can read it; the same month is overwritten by its last ruling."""
    MonthScore.objects.update_or_create(
        enterprise_id=enterprise_id, month=month, defaults={"score_tenths": score_tenths}
    )


def _ensure_said(by: User, reason: str, document: str) -> None:
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    if not reason.strip() or not document.strip():
        raise rules.Incomplete("原因和依据文件都要填写，请补充。")


def _ensure_admissible(enterprise: Enterprise, on: date) -> None:
    papers = Licence.objects.filter(enterprise=enterprise).values_list("kind", "valid_from", "valid_until")
    rules.ensure_licensed(name=enterprise.name, held=rules.held_until(papers, on=on), on=on)
    if providers_read.contract_on(enterprise, on) is None:
        raise rules.ContractMissing(f"{enterprise.name}没有在{on}有效的合同，不能加盟。请先登记合同。")
    adopted = adoption_read.in_force(enterprise.programme_id, on)
    if OFFICERS_RULE not in adoption_read.pack_of(adopted).rules:
        return
    trained = providers_read.trained_officers([enterprise.pk], on)[enterprise.pk]
    asked = adoption_read.decide(enterprise.programme_id, OFFICERS_RULE, {"counts": trained}, on)
    if asked.result != "pass":
        missing = "、".join(rules.officers_missing(trained))
        raise rules.OfficersMissing(
            f"{enterprise.name}没有持证的{missing}，不能加盟：{asked.because}。请先在人员名单里登记岗位和有效证书。"
        )


def _enter(
    *,
    by: User,
    name: str,
    short_name: str,
    credit_code: str,
    place: Point,
    capacity_per_day: int,
    phone: str,
    bank_name: str,
    bank_account: str,
    papers: list[rules.Paper],
    state: EnterpriseState,
    kind: str = EnterpriseKind.HOME_CARE,
    origin: str = "",
) -> Enterprise:
    name = name.strip()
    if not name or capacity_per_day <= 0 or not bank_account.strip():
        raise rules.Incomplete("企业名称、每日接单数（大于0）和收款账号都要填写，请补充。")
    number = phones.parse(phone)
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                programme_id=by.programme_id, kind=OrganisationKind.ENTERPRISE, name=name, area_id=None
            )
    except IntegrityError as clash:
        raise rules.AlreadyAdmitted(f"已有名为“{name}”的加盟企业，请核对名称，或直接打开该企业。") from clash
    canonical = place.converted(Crs.WGS84)
    enterprise = Enterprise.objects.create(
        id=derived_id("enterprise", by.programme_id, credit_codes.parse(credit_code)),
        programme_id=by.programme_id,
        organisation=organisation,
        name=name,
        short_name=short_name.strip() or name[:20],
        credit_code=credit_code,
        state=state,
        kind=EnterpriseKind(kind),
        origin=origin,
        lng=canonical.lng,
        lat=canonical.lat,
        capacity_per_day=capacity_per_day,
        phone=number,
        bank_name=bank_name,
        bank_account=bank_account.strip(),
        account_name=name,
    )
    _lodge(enterprise, papers)
    return enterprise


def _lodge(enterprise: Enterprise, papers: list[rules.Paper]) -> None:
    Licence.objects.bulk_create(
        [
            Licence(
                id=derived_id("licence", enterprise.pk, paper.kind, paper.number, paper.valid_from, paper.valid_until),
                enterprise=enterprise,
                **vars(paper),
            )
            for paper in papers
        ],
        ignore_conflicts=True,
    )


def _stand(enterprise_id: UUID, to: EnterpriseState, *, reason: str, document: str, by: User, at: datetime) -> Standing:
    """Move an enterprise to another standing, locked; standing there already, its last row is the answer."""
    found = Enterprise.objects.select_for_update().filter(pk=enterprise_id, programme_id=by.programme_id).first()
    if found is None:
        raise NotFound("没有找到这家企业。")
    last = Standing.objects.filter(enterprise=found).order_by("-n").first()
    if found.state == to and last is not None and last.state == to:
        return last
    rules.ensure_standing(name=found.name, stands=found.state, to=str(to), labels=LABELS)
    found.state = to
    found.save(update_fields=["state"])
    return _note(found, to, reason=reason, document=document, by=by, at=at)


def _note(
    enterprise: Enterprise, state: EnterpriseState, *, reason: str, document: str, by: User, at: datetime
) -> Standing:
    n = Standing.objects.filter(enterprise=enterprise).count() + 1
    row = Standing.objects.create(
        id=derived_id("standing", enterprise.pk, n),
        enterprise=enterprise,
        n=n,
        state=state,
        reason=reason.strip(),
        document=document.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb=VERBS[state],
        object_kind="enterprise",
        object_id=enterprise.pk,
        facts={"name": enterprise.name, "reason": row.reason, "document": row.document},
    )
    return row


def _periods(papers: Iterable[rules.Paper]) -> list[tuple[str, date, date]]:
    return [(paper.kind, paper.valid_from, paper.valid_until) for paper in papers]


def _already(known: Enterprise) -> rules.AlreadyAdmitted:
    stands = "加盟" if known.state == EnterpriseState.ADMITTED else f"登记（{LABELS[known.state]}）"
    return rules.AlreadyAdmitted(f"统一社会信用代码{known.credit_code}的企业已经{stands}，请直接打开该企业。")
