"""Put a day of birth right: everything that follows from an age follows from the new day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.kit.errors import Refusal
from sangyu.registry.actions.elders import BEIJING, EvidenceMissing, lock
from sangyu.registry.models import Elder

OLDEST_YEARS = 130
EVIDENCE_MIN = 2


class BirthImpossible(Refusal):
    """A day of birth that cannot be: after today, after the death, or longer ago than anybody lives."""

    code = "BIRTH_IMPOSSIBLE"


@transaction.atomic
def correct_birth(*, elder_id: UUID, birth_on: date, evidence: str, by: User, at: datetime) -> Elder:
    """Put an elder's day of birth right, on the paper that says so; the same day again changes nothing.

    The tables read the new day from now on, also of days past: monthly runs make up or claim back the difference by
    themselves, while what was decided and charged stays as it was. Only another correction takes it back.
    Raises: NotFound; EvidenceMissing; BirthImpossible.
    """
    elder = lock(elder_id, by)
    if elder.birth_on == birth_on:
        return elder
    evidence = evidence.strip()
    if len(evidence) < EVIDENCE_MIN:
        raise EvidenceMissing("更正出生日期要写明凭什么证件或证明，请补充。")
    today = at.astimezone(BEIJING).date()
    last_on = min(today, elder.died_on or today)
    if not today.year - OLDEST_YEARS <= birth_on.year or birth_on >= last_on:
        raise BirthImpossible(
            f"出生日期{birth_on}不合理：应早于{last_on}，也不会是{OLDEST_YEARS}年以前。请对照证件核对。"
        )
    before, elder.birth_on = elder.birth_on, birth_on
    elder.save(update_fields=["birth_on"])
    access.record(
        by=by,
        at=at,
        verb="registry.correct_birth",
        object_kind="elder",
        object_id=elder.pk,
        facts={"birth_on": birth_on, "before": before, "evidence": evidence},
    )
    return elder
