"""Sheets to score: the best one of a scale, and ones that come to a wanted sum."""

from __future__ import annotations

from sangyu.assessment.queries.scales import packed_scale
from sangyu.assessment.rules import Scale

GB, NHSA, OLD = (packed_scale(code) for code in ("gbt-42195-2022", "nhsa-2021", "mzt-039-2013"))


def best(scale: Scale) -> dict[str, int]:
    """Answer every item with its best option, and find nothing that changes the level."""
    found = {}
    for item in scale.items:
        scored = scale.group_of[item.group].is_scored
        found[item.code] = item.options[0].points if scored else 0
    return found


def with_points(scale: Scale, points: int, *, group: str | None = None) -> dict[str, int]:
    """Answer so that the scored items (of one group) come to `points`, losing them from the first item on."""
    answers = best(scale)
    items = [
        item for item in scale.items if scale.group_of[item.group].is_scored and item.group == (group or item.group)
    ]
    spare = sum(item.points_max for item in items) - points
    for item in items:
        allowed = sorted(option.points for option in item.options)
        answers[item.code] = next(at for at in allowed if item.points_max - at <= spare)
        spare -= item.points_max - answers[item.code]
    assert spare == 0, f"no such sum: {points}"
    return answers
