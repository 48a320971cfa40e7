"""Turn a concluded assessment into texts: the elder hears the level, the family only with the elder's consent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

from sangyu.access.models import Programme
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Conclusion
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Draft
from sangyu.portals.texting import household, rules
from sangyu.portals.texting.rules import FAMILY, Number, Template
from sangyu.privacy import queries as privacy_read

CAUSE = "assessment"
LEVEL_TOPIC = "level_to_family"
WORTH = timedelta(days=3)  # afterwards the paper has come, and somebody has rung


@cache
def templates() -> dict[tuple[str, str], Template]:
    """Return the templates about results, read once."""
    return rules.read_templates((Path(__file__).parent / "results.csv").read_text(encoding="utf-8"))


def drafts(programme: Programme, assessment_ids: Collection[UUID], at: datetime) -> list[Draft]:
    """Write what is to be told of concluded assessments, once of each; nothing about somebody who has died.

    A conclusion that a later one has replaced meanwhile is not told of.
    """
    found = assessment_read.standing_conclusions(programme.pk, assessment_ids)
    told = outbox_read.last_told(CAUSE, [row.assessment_id for row in found])
    on = at.astimezone(rules.BEIJING).date()
    news = [
        row
        for row in found
        if row.assessment_id not in told and rules.may_hear(died_on=row.assessment.elder.died_on, on=on)
    ]
    elders = {row.assessment.elder_id for row in news}
    numbers = household.numbers(elders, at)
    open_to_family = privacy_read.consented(elders, LEVEL_TOPIC, at)
    return [
        draft
        for row in news
        for draft in _drafts_of(
            programme, row, numbers[row.assessment.elder_id], row.assessment.elder_id in open_to_family, at
        )
    ]


def _drafts_of(
    programme: Programme, row: Conclusion, numbers: list[Number], open_to_family: bool, at: datetime
) -> list[Draft]:
    it = row.assessment
    code = "reviewed" if it.review_of_id else "concluded"
    made = []
    for to, phone in rules.addressees(code, rules.recipients(numbers), templates()).items():
        words = f"{code}_open" if to == FAMILY and open_to_family else code
        made.append(
            Draft(
                programme_id=programme.pk,
                cause_kind=CAUSE,
                cause_id=it.pk,
                n=1,
                to=to,
                elder_id=it.elder_id,
                phone=phone,
                template=words,
                body=rules.result_words(
                    template=templates()[words, to],
                    elder=it.elder.name,
                    level=row.label,
                    until=row.disputable_until,
                    programme=programme.name,
                    hotline=programme.hotline_number,
                ),
                told={"code": words},
                not_before=rules.morning(at),
                send_until=at + WORTH,
            )
        )
    return made
