"""The appraisal sheet as plain values, for whoever prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.kit.month import Month
from sangyu.quality.models import Dimension
from sangyu.quality.queries.sheets import Line, get_sheet

COMPUTED_BY = "系统计算"


@dataclass(frozen=True)
class ScoreObjection:
    """What an enterprise said against an item, and the answer; no answer while it waits."""

    text: str
    by: str
    at: datetime
    upheld: bool | None
    reason: str
    ruled_by: str
    ruled_at: datetime | None


@dataclass(frozen=True)
class ScoreItem:
    """An item as printed. Units: tenths of a point; `first_tenths` is the score before any ruling."""

    code: str
    name: str
    guidance: str
    by_hand: bool
    full_tenths: int
    first_tenths: int | None
    score_tenths: int | None
    evidence: str
    check_number: str
    by: str
    at: datetime
    objection: ScoreObjection | None


@dataclass(frozen=True)
class ScoreDimension:
    """A side of the sheet; `weight` in per cent, none where the bureau has set no weights."""

    code: str
    name: str
    weight: int | None
    full_tenths: int
    score_tenths: int | None
    items: tuple[ScoreItem, ...]


@dataclass(frozen=True)
class ScoreSheet:
    """The appraisal sheet of an enterprise for a month, with everything that stands on the paper."""

    appraisal_id: UUID
    programme: str
    enterprise: str
    credit_code: str
    month: Month
    dimensions: tuple[ScoreDimension, ...]
    empty: tuple[str, ...]
    total_tenths: int | None
    because: str
    drafted_by: str
    drafted_at: datetime
    released_by: str
    released_at: datetime | None
    object_until: datetime | None
    certain: bool
    final_by: str
    final_at: datetime | None


def score_sheet(viewer: User, appraisal_id: UUID) -> ScoreSheet:
    """Return one sheet as plain values; the total is there once it is final.

    Raises: NotFound.
    """
    sheet = get_sheet(viewer, appraisal_id)
    row, month = sheet.appraisal, Month.parse(sheet.appraisal.month)
    weights = adoption_read.in_force(row.programme_id, month.first_day).parameters.get("weights", {})
    scores = sheet.scores_tenths
    sides = []
    for side in Dimension:
        lines = [line for line in sheet.lines if line.item.dimension == side]
        sides.append(
            ScoreDimension(
                code=side.value,
                name=str(side.label),
                weight=weights.get(side.value),
                full_tenths=sum(line.item.full_tenths for line in lines),
                score_tenths=scores[side.value],
                items=tuple(_item(line, row.drafted_at) for line in lines),
            )
        )
    return ScoreSheet(
        appraisal_id=row.pk,
        programme=row.programme.name,
        enterprise=row.enterprise.name,
        credit_code=row.enterprise.credit_code,
        month=month,
        dimensions=tuple(sides),
        empty=tuple(item.name for item in sheet.empty),
        total_tenths=sheet.final.total_tenths if sheet.final else None,
        because=sheet.final.decision["because"] if sheet.final else "",
        drafted_by=row.drafted_by.display_name,
        drafted_at=row.drafted_at,
        released_by=sheet.release.by.display_name if sheet.release else "",
        released_at=sheet.release.at if sheet.release else None,
        object_until=sheet.release.object_until if sheet.release else None,
        certain=sheet.release.certain if sheet.release else True,
        final_by=sheet.final.by.display_name if sheet.final else "",
        final_at=sheet.final.at if sheet.final else None,
    )


def _item(line: Line, drafted_at: datetime) -> ScoreItem:
    seen = line.hand.check_seen if line.hand else None
    return ScoreItem(
        code=line.item.code,
        name=line.item.name,
        guidance=line.item.guidance,
        by_hand=line.by_hand,
        full_tenths=line.item.full_tenths,
        first_tenths=line.first_tenths,
        score_tenths=line.score_tenths,
        evidence=line.evidence,
        check_number=seen.number if seen else "",
        by=line.hand.by.display_name if line.hand else ("" if line.by_hand else COMPUTED_BY),
        at=line.hand.at if line.hand else drafted_at,
        objection=_objection(line),
    )


def _objection(line: Line) -> ScoreObjection | None:
    if line.objection is None:
        return None
    ruling = line.ruling
    return ScoreObjection(
        text=line.objection.text,
        by=line.objection.by.display_name,
        at=line.objection.at,
        upheld=ruling.upheld if ruling else None,
        reason=ruling.reason if ruling else "",
        ruled_by=ruling.by.display_name if ruling else "",
        ruled_at=ruling.at if ruling else None,
    )
