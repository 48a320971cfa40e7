"""Lay down how a district assesses, and who may: the bodies of assessors, how long a level holds, how reasons stack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Organisation, OrganisationKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.assessment.models import Practice, Stacking
from sangyu.assessment.queries.scales import POLICY_LEVELS, packed_scale
from sangyu.assessment.rules import PracticeMissing, WordsMissing
from sangyu.kit.ids import derived_id

BODY_NAME_MAX = 80
VALID_MONTHS_MAX = 60
DISPUTE_DAYS_MAX = 366


@transaction.atomic
def admit_body(*, name: str, by: User, at: datetime) -> Organisation:
    """Admit a body whose people assess (评估机构); the bureau then invites them. The same name again changes nothing.

    Raises: NotAllowed, WordsMissing.
    """
    ensure_role(by, Role.BUREAU)
    said = " ".join(name.split())
    if not 2 <= len(said) <= BODY_NAME_MAX:
        raise WordsMissing(f"请填写评估机构的名称（2至{BODY_NAME_MAX}个字）。")
    known = Organisation.objects.filter(programme_id=by.programme_id, kind=OrganisationKind.ASSESSOR, name=said).first()
    if known is not None:
        return known
    body = access.found_organisation(
        programme=by.programme, kind=OrganisationKind.ASSESSOR, name=said, area_code=by.programme.area_id
    )
    access.record(
        by=by,
        at=at,
        verb="assessment.admit_body",
        object_kind="organisation",
        object_id=body.pk,
        facts={"name": said},
    )
    return body


@transaction.atomic
def set_practice(
    *,
    scale: str,
    valid_months: int,
    dispute_days: int,
    document: str,
    valid_from: date,
    by: User,
    at: datetime,
    stacking: str = "",
    counts_as: Mapping[str, str] | None = None,
) -> Practice:
    """Lay down how the programme assesses by a scale from a day on; what is under way keeps what it began with.

    `counts_as` maps words of the scale to those of the policy's 失能等级, where the document says so.
    The same again changes nothing. Raises: NotAllowed, ScaleUnknown, WordsMissing; PracticeMissing, for figures or
    levels that nobody could mean, or a day that already has others.
    """
    ensure_role(by, Role.BUREAU)
    levels = {level.word for level in packed_scale(scale).levels}
    counted = {word: as_word for word, as_word in (counts_as or {}).items() if as_word}
    if not (counted.keys() <= levels and set(counted.values()) <= POLICY_LEVELS.keys()):
        raise PracticeMissing("哪一级算哪一级，只能从这一量表和政策的失能等级里选。请重新选择。")
    if not document.strip():
        raise WordsMissing("请写明依据的文件名称和文号。")
    if not (1 <= valid_months <= VALID_MONTHS_MAX and 0 <= dispute_days <= DISPUTE_DAYS_MAX):
        raise PracticeMissing(f"有效期应是1至{VALID_MONTHS_MAX}个月，提出异议的天数应是0至{DISPUTE_DAYS_MAX}天。")
    said = {
        "stacking": str(Stacking(stacking)),
        "counts_as": counted,
        "valid_months": valid_months,
        "dispute_days": dispute_days,
        "document": document.strip(),
    }
    practice, made = Practice.objects.get_or_create(
        id=derived_id("assessment-practice", by.programme_id, scale, valid_from),
        defaults={
            "programme_id": by.programme_id,
            "scale": scale,
            "valid_from": valid_from,
            "by": by,
            "at": at,
            **said,
        },
    )
    if not made:
        if any(getattr(practice, name) != value for name, value in said.items()):
            raise PracticeMissing(f"{valid_from}起的评估办法已经定过，不能改。请另选一个生效日期。")
        return practice
    access.record(
        by=by,
        at=at,
        verb="assessment.set_practice",
        object_kind="practice",
        object_id=practice.pk,
        facts={"scale": scale, "valid_from": valid_from.isoformat(), **said},
    )
    return practice
