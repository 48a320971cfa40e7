"""Record who belongs to an elder, who may speak for them, and with whom they share a household."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.kit import phone
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import new_id
from sangyu.registry.actions.elders import BEIJING, NeverHeld, ReasonMissing, ensure_held, lock
from sangyu.registry.models import Guardianship, HouseholdMember, Kinship, Relation
from sangyu.registry.queries import get_elder


class KinIncomplete(Refusal):
    """Kin without a name, or a guardian without the document that makes one."""

    code = "KIN_INCOMPLETE"


@dataclass(frozen=True)
class Standing:
    """What somebody may do for an elder, with the document it stands on."""

    guardianship: str = ""
    may_speak: bool = False
    evidence: str = ""


@transaction.atomic
def add_kin(
    *,
    elder_id: UUID,
    relation: str,
    valid_from: date,
    by: User,
    at: datetime,
    name: str = "",
    other_id: UUID | None = None,
    number: str = "",
    standing: Standing = Standing(),
) -> Kinship:
    """Record what somebody is to an elder: another elder of the register, or a person outside by name.

    The same person in the same relation from the same day is recorded once.
    Raises: NotFound; KinIncomplete, for a person without a name or a guardian without a document; BadPhone.
    """
    elder = lock(elder_id, by)
    other = get_elder(by, other_id) if other_id else None
    known = other.name if other else " ".join(name.split())
    if not known or len(known) > 60:
        raise KinIncomplete("请填写亲属或监护人的姓名（不超过60个字），或选择已登记的老人。")
    if other == elder:
        raise KinIncomplete("老人不能登记为自己的亲属。请选择另一位。")
    guardianship, evidence = str(Guardianship(standing.guardianship)), standing.evidence.strip()
    if guardianship and not evidence:
        raise KinIncomplete("监护人必须写明依据（如法院指定书、意定监护协议及编号）。请补充。")
    row, made = Kinship.objects.get_or_create(
        elder=elder,
        other=other,
        name=known,
        relation=str(Relation(relation)),
        valid_from=valid_from,
        defaults={
            "programme_id": elder.programme_id,
            "guardianship": guardianship,
            "may_speak": standing.may_speak,
            "evidence": evidence,
            "phone": phone.parse(number) if number.strip() else "",
            "recorded_by": by,
            "recorded_at": at,
        },
    )
    if made:
        _note(by, at, "registry.add_kin", elder.pk, {"kin": row.pk, "relation": relation, "guardianship": guardianship})
    return row


@transaction.atomic
def end_kin(*, kin_id: UUID, valid_until: date, reason: str, by: User, at: datetime) -> Kinship:
    """Let a kinship or guardianship end: `valid_until` is the first day on which it no longer holds.

    Ending it on the same day again changes nothing.
    Raises: NotFound; ReasonMissing; NeverHeld.
    """
    row = Kinship.objects.select_for_update().filter(pk=kin_id).first()
    if row is None:
        raise NotFound("没有找到这条亲属关系，请刷新后再看。")
    lock(row.elder_id, by)
    if not reason.strip():
        raise ReasonMissing("终止亲属或监护关系必须写明原因，请补充。")
    ensure_held(row.valid_from, valid_until)
    if row.valid_until == valid_until:
        return row
    row.valid_until = valid_until
    row.save(update_fields=["valid_until"])
    _note(
        by, at, "registry.end_kin", row.elder_id, {"kin": row.pk, "valid_until": valid_until, "reason": reason.strip()}
    )
    return row


@transaction.atomic
def share_household(*, elder_id: UUID, other_id: UUID, since: date, by: User, at: datetime) -> UUID:
    """Put an elder into the household of another from a day on; whoever was in one leaves it that day.

    Returns the household that both share. Doing it again changes nothing.
    Raises: NotFound; KinIncomplete, for the elder with themselves; NeverHeld, for a day after today or before the elder
    came into the household of now.
    """
    if elder_id == other_id:
        raise KinIncomplete("老人不能登记为与自己同住。请填写另一位老人的登记编号。")
    for one in sorted({elder_id, other_id}):
        lock(one, by)
    if since > at.astimezone(BEIJING).date():
        raise NeverHeld("同住的起始日期不能晚于今天。请核对日期。")
    mine, theirs = _open(elder_id), _open(other_id)
    if mine and theirs and mine.household == theirs.household:
        return mine.household
    household = theirs.household if theirs else new_id(at)
    if mine is not None:
        _leave(mine, since)
    for one, there in ((elder_id, None), (other_id, theirs)):
        if there is None:
            HouseholdMember.objects.create(
                household=household, elder_id=one, valid_from=since, recorded_by=by, recorded_at=at
            )
    _note(by, at, "registry.share_household", elder_id, {"with": other_id, "since": since})
    return household


@transaction.atomic
def leave_household(*, elder_id: UUID, on: date, by: User, at: datetime) -> None:
    """Let an elder leave the household from a day on; who is in none stays as they are.

    Raises: NotFound; NeverHeld, for a day before they came into it.
    """
    elder = lock(elder_id, by)
    mine = _open(elder.pk)
    if mine is not None:
        _leave(mine, on)
        _note(by, at, "registry.leave_household", elder.pk, {"on": on})


def _open(elder_id: UUID) -> HouseholdMember | None:
    return HouseholdMember.objects.filter(elder_id=elder_id, valid_until=None).first()


def _leave(row: HouseholdMember, on: date) -> None:
    ensure_held(row.valid_from, on)
    row.valid_until = on
    row.save(update_fields=["valid_until"])


def _note(by: User, at: datetime, verb: str, elder_id: UUID, facts: dict[str, object]) -> None:
    access.record(by=by, at=at, verb=verb, object_kind="elder", object_id=elder_id, facts=facts)
