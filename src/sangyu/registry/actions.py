"""Verbs of the registry: register, recognise, record a death."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.kit import resident_id
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.names import search_keys, sort_key
from sangyu.kit.point import Crs, Point
from sangyu.registry.models import Contact, Document, DocumentKind, Elder, Identity, IdentityCode, Sex

BEIJING = ZoneInfo("Asia/Shanghai")


class AlreadyRegistered(Refusal):
    """The document already belongs to an elder of the programme."""

    code = "ALREADY_REGISTERED"


class NotEligible(Refusal):
    """The policy does not let this person be registered (yet)."""

    code = "NOT_ELIGIBLE"


class OutsideArea(Refusal):
    """The community is not one of the registering desk's own."""


class EvidenceMissing(Refusal):
    """A recognition without a paper is none."""


class DiedBefore(Refusal):
    """A date of death that cannot be."""


@dataclass(frozen=True)
class Kin:
    """A person to ring besides the elder."""

    name: str
    relation: str
    phone: str


@transaction.atomic
def register(
    *,
    by: User,
    at: datetime,
    name: str,
    document_number: str,
    community_code: str,
    address: str,
    phones: Iterable[str],
    hukou_in_area: bool,
    family: Iterable[Kin] = (),
    place: Point | None = None,
    habits: str = "",
    warnings: str = "",
) -> Elder:
    """Register an elder of the community desk's area (登记入院), with the decision that allowed it.

    Raises: BadResidentId; OutsideArea; AlreadyRegistered, naming when and where; NotEligible, with what is
    lacking and when it changes. Registering the same person twice is refused, so a repeat has no second effect.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    person = resident_id.parse(document_number)
    community = Area.objects.filter(code=community_code, kind=AreaKind.COMMUNITY).first()
    if community is None or not community_code.startswith(by.area_code):
        raise OutsideArea("所选社区不在您负责的范围内，请核对居住地址，或转请所属社区登记。")
    on = at.astimezone(BEIJING).date()
    _refuse_duplicate(by, person.number)
    decision = adoption_read.decide(
        by.programme_id,
        "registration",
        {"birth_date": person.birth_on.isoformat(), "lives_in_area": True, "hukou_in_area": hukou_in_area},
        on,
    )
    if not decision.eligible:
        raise NotEligible(f"{name.strip()}：{decision.because}。")
    numbers = [phone.strip() for phone in phones if phone.strip()]
    elder_id = derived_id("elder", by.programme_id, person.number)
    canonical = place.converted(Crs.WGS84) if place else None
    try:
        with transaction.atomic():
            elder = Elder.objects.create(
                id=elder_id,
                programme_id=by.programme_id,
                registration_number=f"{community_code[6:9]}-{elder_id.int % 10**9:09d}",
                name=name.strip(),
                sort_key=sort_key(name.strip())[:120],
                sex=Sex(person.sex.value),
                birth_on=person.birth_on,
                community=community,
                address=address.strip(),
                lng=canonical.lng if canonical else None,
                lat=canonical.lat if canonical else None,
                hukou_in_area=hukou_in_area,
                door_code=f"{secrets.randbelow(10**6):06d}",
                habits=habits,
                warnings=warnings,
                search_keys=search_keys(name.strip(), phones=numbers, numbers=[person.number]),
                decision=decision.to_json(),
                registered_by=by,
                registered_at=at,
            )
    except IntegrityError as clash:
        # Two desks registered the same person at the same moment; the document's owner is found now.
        _refuse_duplicate(by, person.number)
        raise AlreadyRegistered("登记编号重复，请重新提交一次。") from clash
    Document.objects.create(
        programme_id=by.programme_id,
        elder=elder,
        kind=DocumentKind.RESIDENCE_PERMIT if person.residence_permit else DocumentKind.RESIDENT_ID,
        number=person.number,
    )
    own = [Kin(name.strip(), "本人", number) for number in numbers]
    Contact.objects.bulk_create(
        [
            Contact(
                programme_id=by.programme_id,
                elder=elder,
                name=kin.name,
                relation=kin.relation,
                phone=kin.phone,
                order=order,
            )
            for order, kin in enumerate([*own, *family])
        ],
        ignore_conflicts=True,
    )
    access.record(
        by=by,
        at=at,
        verb="registry.register",
        object_kind="elder",
        object_id=elder.pk,
        facts={"community": community_code, "row": decision.row},
    )
    return elder


@transaction.atomic
def recognise(
    *,
    elder: Elder,
    code: str,
    evidence: str,
    valid_from: date,
    by: User,
    at: datetime,
    valid_until: date | None = None,
) -> Identity:
    """Record what an elder is recognised as, with the paper it stands on; the same start day is recorded once.

    Raises: EvidenceMissing.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    if not evidence.strip():
        raise EvidenceMissing("身份认定必须写明证明材料（证件名称和编号），请补充。")
    identity, made = Identity.objects.get_or_create(
        elder=elder,
        code=str(IdentityCode(code)),
        valid_from=valid_from,
        defaults={
            "evidence": evidence.strip(),
            "valid_until": valid_until,
            "recorded_by": by,
            "recorded_at": at,
        },
    )
    if made:
        access.record(
            by=by,
            at=at,
            verb="registry.recognise",
            object_kind="elder",
            object_id=elder.pk,
            facts={"code": code, "valid_from": valid_from, "valid_until": valid_until},
        )
    return identity


@transaction.atomic
def record_death(*, elder_id: object, died_on: date, by: User, at: datetime) -> Elder:
    """Record the day an elder died; from then on no order is taken and no service is charged.

    Raises: DiedBefore, for a day before the birth or after today.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    elder = Elder.objects.select_for_update().get(pk=elder_id, programme_id=by.programme_id)
    if not elder.birth_on < died_on <= at.astimezone(BEIJING).date():
        raise DiedBefore(f"死亡日期{died_on}不合理，请核对。")
    elder.died_on = died_on
    elder.save(update_fields=["died_on"])
    access.record(
        by=by,
        at=at,
        verb="registry.record_death",
        object_kind="elder",
        object_id=elder.pk,
        facts={"died_on": died_on},
    )
    return elder


def _refuse_duplicate(by: User, number: str) -> None:
    document = (
        Document.objects.filter(programme_id=by.programme_id, number=number)
        .select_related("elder", "elder__community")
        .first()
    )
    if document is not None:
        elder = document.elder
        day = elder.registered_at.astimezone(BEIJING).date()
        raise AlreadyRegistered(
            f"该证件已登记：{elder.name}，{elder.community.name}，{day}登记，编号{elder.registration_number}。"
            "请直接打开原档案；如住址有变，请办理迁移。"
        )
