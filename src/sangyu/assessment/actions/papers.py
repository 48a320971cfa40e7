"""Enter what others found before: an old paper is history with its source, never an assessment of this house."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.assessment.actions.common import BEIJING, words
from sangyu.assessment.models import Paper
from sangyu.assessment.queries.scales import packed_scale
from sangyu.assessment.rules import AnswerOutside, DayImpossible, ScaleUnknown
from sangyu.kit.ids import derived_id
from sangyu.registry import queries as registry_read


@transaction.atomic
def enter_paper(
    *,
    elder_id: UUID,
    scale: str,
    level: int,
    assessed_on: date,
    body: str,
    source: str,
    by: User,
    at: datetime,
    valid_until: date | None = None,
) -> Paper:
    """Enter a level from an old paper, with who assessed and which paper says so; the same paper is entered once.

    Raises: NotAllowed, NotFound; ScaleUnknown, also for a scale by which people are assessed today; AnswerOutside, for
    a level that the scale does not have; DayImpossible; WordsMissing.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    elder = registry_read.get_elder(by, elder_id)
    text = packed_scale(scale)
    if text.for_visits:
        raise ScaleUnknown(f"按“{text.document}”的评估要两位评估员上门，不能凭旧材料登记。请安排评估。")
    found = next((row for row in text.levels if row.level == level), None)
    if found is None:
        raise AnswerOutside(f"“{text.document}”没有{level}级。请对照材料重新选择。")
    if not elder.birth_on < assessed_on <= at.astimezone(BEIJING).date():
        raise DayImpossible(f"评估日期{assessed_on}应晚于出生日期，且不晚于今天。请对照材料填写。")
    if valid_until is not None and valid_until <= assessed_on:
        raise DayImpossible(f"有效期{valid_until}应晚于评估日期{assessed_on}。请对照材料填写。")
    body, source = words(body, "评估机构", 80), words(source, "材料的名称和编号", 120)
    paper, made = Paper.objects.get_or_create(
        id=derived_id("assessment-paper", elder.pk, scale, assessed_on, source),
        defaults={
            "programme_id": elder.programme_id,
            "elder": elder,
            "scale": scale,
            "level": found.level,
            "word": found.word,
            "label": found.label,
            "assessed_on": assessed_on,
            "valid_until": valid_until,
            "body": body,
            "source": source,
            "by": by,
            "at": at,
        },
    )
    if made:
        access.record(
            by=by,
            at=at,
            verb="assessment.enter_paper",
            object_kind="elder",
            object_id=elder.pk,
            facts={"scale": scale, "level": level, "assessed_on": assessed_on},
        )
    return paper
