"""Enter an elder, what they are recognised as, and their death; and take back what was entered by mistake."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption.steps import decide_step
from sangyu.kit import phone
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.names import search_keys, sort_key
from sangyu.kit.point import Crs, Point
from sangyu.registry import numbers, rules
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Document, Elder, Identity, IdentityCode, IdentitySource, Sex

BEIJING = ZoneInfo("Asia/Shanghai")
NAME_LENGTH_MAX = 60
# The family rings the hotline: one call is enough. Only the community or the bureau takes it back.
HEAR_OF_DEATHS = (Role.AGENT, Role.SUPERVISOR)


class AlreadyRegistered(Refusal):
    """The document already belongs to an elder of the programme."""

    code = "ALREADY_REGISTERED"


class NotEligible(Refusal):
    """The policy does not let this person be registered (yet)."""

    code = "NOT_ELIGIBLE"


class OutsideArea(Refusal):
    """The community is not one of the registering desk's own."""


class Incomplete(Refusal):
    """The form lacks what no register can do without."""


class EvidenceMissing(Refusal):
    """A recognition without a paper is none."""


class NeverHeld(Refusal):
    """A recognition that would end before it began."""


class ReasonMissing(Refusal):
    """Nothing in the register is taken back without saying why."""


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
    hukou_place: str = "",
    document_kind: str = "",
    birth_on: date | None = None,
    sex: str = "",
    family: Iterable[Kin] = (),
    place: Point | None = None,
    habits: str = "",
    warnings: str = "",
) -> Elder:
    """Register an elder of the community desk's area (登记入院), with the decision that allowed it.

    Without `document_kind` the number tells its kind; `birth_on` and `sex` are for kinds whose number does not tell.
    Raises: Incomplete; BadResidentId; BadDocument; BadPhone; OutsideArea; AlreadyRegistered, naming when and where;
    NotEligible, with what is lacking and when it changes. Registering the same person twice is refused, so a repeat
    has no second effect.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    name, address = name.strip(), address.strip()
    _ensure_complete(name, address)
    document = rules.read_document(document_kind or rules.kind_of(document_number), document_number)
    born, known_sex = rules.birth_and_sex(document, birth_on=birth_on, sex=sex)
    community = Area.objects.filter(code=community_code, kind=AreaKind.COMMUNITY).first()
    if community is None or not community_code.startswith(by.area_code):
        raise OutsideArea("所选社区不在您负责的范围内，请核对居住地址，或转请所属社区登记。")
    on = at.astimezone(BEIJING).date()
    refuse_duplicate(by, document)
    decision = decide_step(
        by.programme_id,
        "registration",
        {"birth_date": born.isoformat(), "lives_in_area": True, "hukou_in_area": hukou_in_area},
        on,
    )
    if not decision.eligible:
        raise NotEligible(f"{name}：{decision.because}。")
    telephones = [phone.parse(number) for number in phones if number.strip()]
    kin = [replace(person_, phone=phone.parse(person_.phone)) for person_ in family]
    elder_id = numbers.free_elder_id(by.programme_id, document.number, document.kind)
    canonical = place.converted(Crs.WGS84) if place else None
    try:
        with transaction.atomic():
            elder = Elder.objects.create(
                id=elder_id,
                programme_id=by.programme_id,
                registration_number=_free_number(by.programme_id, community_code, elder_id),
                name=name,
                sort_key=sort_key(name)[:120],
                sex=Sex(known_sex),
                birth_on=born,
                community=community,
                address=address,
                lng=canonical.lng if canonical else None,
                lat=canonical.lat if canonical else None,
                hukou_in_area=hukou_in_area,
                hukou_place=hukou_place.strip(),
                door_code=f"{secrets.randbelow(10**6):06d}",
                habits=habits,
                warnings=warnings,
                search_keys=rules.stored_keys(
                    [*search_keys(name, phones=telephones), numbers.tail_key(document.number)]
                ),
                decision=decision.to_json(),
                registered_by=by,
                registered_at=at,
            )
            Document.objects.create(
                programme_id=by.programme_id,
                elder=elder,
                kind=document.kind,
                **numbers.kept(by.programme_id, document.kind, document.number),
            )
    except IntegrityError as clash:
        # Two desks registered at the same moment: the same person, who is found now, or two that got one number.
        refuse_duplicate(by, document)
        raise AlreadyRegistered("同一时刻另有一位老人登记，编号相撞。请重新提交一次。") from clash
    own = [Kin(name, "本人", number) for number in telephones]
    Contact.objects.bulk_create(
        [
            Contact(
                programme_id=by.programme_id,
                elder=elder,
                name=contact.name,
                relation=contact.relation,
                phone=contact.phone,
                order=order,
            )
            for order, contact in enumerate([*own, *kin])
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
    source: str = IdentitySource.DOCUMENT,
) -> Identity:
    """Record what an elder is recognised as, with the paper it stands on; the same start day is recorded once.

    Raises: NotFound, for an elder who is not the actor's to recognise; EvidenceMissing; NeverHeld.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    registry_read.get_elder(by, elder.pk)
    if not evidence.strip():
        raise EvidenceMissing("身份认定必须写明证明材料（证件名称和编号），请补充。")
    ensure_held(valid_from, valid_until)
    identity, made = Identity.objects.get_or_create(
        elder=elder,
        code=str(IdentityCode(code)),
        valid_from=valid_from,
        defaults={
            "source": str(IdentitySource(source)),
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
            facts={"code": code, "source": source, "valid_from": valid_from, "valid_until": valid_until},
        )
    return identity


@transaction.atomic
def end_recognition(*, identity_id: UUID, valid_until: date, reason: str, by: User, at: datetime) -> Identity:
    """Let a recognition end: `valid_until` is the first day on which it no longer holds.

    What was decided on the days before stands. Ending it on the same day again changes nothing.
    Raises: NotFound; ReasonMissing; NeverHeld.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    if not reason.strip():
        raise ReasonMissing("终止身份认定必须写明原因，请补充。")
    identity = Identity.objects.select_for_update().filter(pk=identity_id).first()
    if identity is None:
        raise NotFound("没有找到这条身份认定，请刷新后再看。")
    registry_read.get_elder(by, identity.elder_id)
    ensure_held(identity.valid_from, valid_until)
    if identity.valid_until == valid_until:
        return identity
    before, identity.valid_until = identity.valid_until, valid_until
    identity.save(update_fields=["valid_until"])
    access.record(
        by=by,
        at=at,
        verb="registry.end_recognition",
        object_kind="elder",
        object_id=identity.elder_id,
        facts={"code": identity.code, "valid_until": valid_until, "before": before, "reason": reason.strip()},
    )
    return identity


@transaction.atomic
def record_death(*, elder_id: UUID, died_on: date, by: User, at: datetime) -> Elder:
    """Record the day an elder died, or correct it; from then on no order is taken and no service is charged.

    Raises: NotFound; DiedBefore, for a day before the birth or after today.
    """
    elder = lock(elder_id, by, *HEAR_OF_DEATHS)
    if not elder.birth_on < died_on <= at.astimezone(BEIJING).date():
        raise DiedBefore(f"死亡日期{died_on}不合理：应晚于出生日期{elder.birth_on}，且不晚于今天。请核对。")
    _note_death(elder, died_on, verb="registry.record_death", reason="", by=by, at=at)
    return elder


@transaction.atomic
def withdraw_death(*, elder_id: UUID, reason: str, by: User, at: datetime) -> Elder:
    """Take back a death that was recorded by mistake.

    Raises: NotFound; ReasonMissing.
    """
    elder = lock(elder_id, by)
    if not reason.strip():
        raise ReasonMissing("撤销死亡登记必须写明原因，请补充。")
    _note_death(elder, None, verb="registry.withdraw_death", reason=reason.strip(), by=by, at=at)
    return elder


def _note_death(elder: Elder, died_on: date | None, *, verb: str, reason: str, by: User, at: datetime) -> None:
    if elder.died_on == died_on:
        return
    before, elder.died_on = elder.died_on, died_on
    elder.save(update_fields=["died_on"])
    access.record(
        by=by,
        at=at,
        verb=verb,
        object_kind="elder",
        object_id=elder.pk,
        facts={"died_on": died_on, "before": before, "reason": reason},
    )


def lock(elder_id: UUID, by: User, *also: str) -> Elder:
    """Lock an elder of the actor's own area until the end of the caller's transaction; `also` names further roles.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU, *also)
    registry_read.get_elder(by, elder_id)
    return Elder.objects.select_for_update().get(pk=elder_id)


def _ensure_complete(name: str, address: str) -> None:
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Incomplete(f"姓名不能为空，也不能超过{NAME_LENGTH_MAX}个字。请对照证件填写。")
    if not address:
        raise Incomplete("请填写居住地址，服务人员要按它上门。")


def ensure_held(valid_from: date, valid_until: date | None) -> None:
    if valid_until is not None and valid_until <= valid_from:
        raise NeverHeld(f"终止日期{valid_until}不晚于起始日期{valid_from}，等于从未认定。请核对日期。")


def _free_number(programme_id: UUID, community_code: str, elder_id: UUID) -> str:
    attempt = 0
    while Elder.objects.filter(
        programme_id=programme_id, registration_number=rules.number_of(community_code, elder_id, attempt)
    ).exists():
        attempt += 1
    return rules.number_of(community_code, elder_id, attempt)


def refuse_duplicate(by: User, said: rules.DocumentSaid, *, but: Elder | None = None) -> None:
    """Refuse a number that belongs to another elder of the programme.

    Raises: AlreadyRegistered, naming whom, where and when.
    """
    rows = Document.objects.filter(
        programme_id=by.programme_id, number_index=numbers.index_of(said.number, said.kind)
    ).select_related("elder", "elder__community")
    document = (rows.exclude(elder=but) if but else rows).first()
    if document is not None:
        elder = document.elder
        day = elder.registered_at.astimezone(BEIJING).date()
        raise AlreadyRegistered(
            f"该证件已登记：{elder.name}，{elder.community.name}，{day}登记，编号{elder.registration_number}。"
            "请直接打开原档案；如住址有变，请办理迁移。"
        )
