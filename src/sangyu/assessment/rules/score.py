"""From answers to a level, with every step that led there in words; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sangyu.assessment.rules.refusals import AnswerOutside, AnswersMissing
from sangyu.assessment.rules.scale import Change, Group, Level, Scale, Stacking

# Item code -> points of the option that was chosen.
Answers = Mapping[str, int]
NAMED_MAX = 5


@dataclass(frozen=True)
class GroupScore:
    """What one group of items came to; `grade` only where the scale grades its groups."""

    code: str
    label: str
    points: int
    points_max: int
    grade: int | None
    grade_label: str


@dataclass(frozen=True)
class Applied:
    """A reason to change the level that was found, and by how many levels it made it worse (0: it was so already)."""

    code: str
    because: str
    clause: str
    raised: int


@dataclass(frozen=True)
class Result:
    """A scored sheet.

    Shape: `points` is the total, None where the scale makes none; `reasons` are sentences in the order of the steps;
    `open` says what the standard leaves open in this case, empty for nothing.
    """

    scale: str
    groups: tuple[GroupScore, ...]
    points: int | None
    level_before: Level
    applied: tuple[Applied, ...]
    level: Level
    reasons: tuple[str, ...]
    open: str

    def to_json(self) -> dict[str, Any]:
        """Return the result as it is kept; levels as number, word and label."""
        return {
            "scale": self.scale,
            "groups": [asdict(group) for group in self.groups],
            "points": self.points,
            "level_before": _level(self.level_before),
            "applied": [asdict(change) for change in self.applied],
            "level": _level(self.level),
            "reasons": list(self.reasons),
            "open": self.open,
        }


def _level(level: Level) -> dict[str, Any]:
    return {"level": level.level, "word": level.word, "label": level.label}


def ensure_answers(scale: Scale, answers: Answers) -> None:
    """Refuse an answer that its item does not have; items may be missing.

    Raises: AnswerOutside.
    """
    for code, points in answers.items():
        item = scale.item_of.get(code)
        if item is None:
            raise AnswerOutside(f"“{scale.title}”没有条目“{code}”。请重新打开评估表。")
        if type(points) is not int or item.option(points) is None:
            allowed = "、".join(str(option.points) for option in item.options)
            raise AnswerOutside(f"“{item.label}”只能是{allowed}分，收到的是{points}。请重新选择。")


def missing(scale: Scale, answers: Answers) -> tuple[str, ...]:
    """Return the codes of the items that are not answered, in the order of the sheet."""
    return tuple(item.code for item in scale.items if item.code not in answers)


def score(scale: Scale, answers: Answers, *, stacking: Stacking | None = None) -> Result:
    """Score a whole sheet: points by group, the level they make, and what changes it.

    `stacking` is the district's, the scale's own unless given. Raises: AnswersMissing, naming them; AnswerOutside.
    """
    ensure_answers(scale, answers)
    if left := missing(scale, answers):
        named = "、".join(scale.item_of[code].label for code in left[:NAMED_MAX])
        more = "等" if len(left) > NAMED_MAX else ""
        raise AnswersMissing(f"还有{len(left)}项没有评：{named}{more}。请补上，缺一项也不能算等级。")
    groups = tuple(_scored(scale, group, answers) for group in scale.groups if group.is_scored)
    total = sum(group.points for group in groups)
    values = {group.code: group.grade for group in groups if group.grade is not None} | {"points": total}
    outcome = next(row for row in scale.outcomes if row.when.holds(values))
    before = scale.levels[outcome.level]
    applied, level = _changed(scale, before, answers, stacking or scale.stacking)
    reasons = [_of_group(group) for group in groups]
    reasons.append(f"{outcome.because.format(points=total)}：{before.label}。")
    reasons += [_of_change(change) for change in applied]
    reasons.append(f"最后等级：{level.label}（{level.level}级）。")
    return Result(
        scale=scale.code,
        groups=groups,
        points=total if scale.sums_up else None,
        level_before=before,
        applied=applied,
        level=level,
        reasons=tuple(reasons),
        open=outcome.open,
    )


def _scored(scale: Scale, group: Group, answers: Answers) -> GroupScore:
    items = scale.items_in(group.code)
    points = sum(answers[item.code] for item in items)
    values = {item.code: answers[item.code] for item in items} | {"points": points}
    grade = next((line for line in group.grades if line.when.holds(values)), None)
    return GroupScore(
        code=group.code,
        label=group.label,
        points=points,
        points_max=group.points_max,
        grade=grade.grade if grade else None,
        grade_label=grade.label if grade else "",
    )


def _changed(scale: Scale, before: Level, answers: Answers, stacking: Stacking) -> tuple[tuple[Applied, ...], Level]:
    """Apply what changes the level: straight to a level first, then step by step, never beyond the worst."""
    found = [change for change in scale.changes if sum(answers[code] for code in change.items) >= change.at_least]
    level = before.level
    raised: dict[str, int] = {}
    for change in sorted(found, key=lambda change: change.to_level is None):
        if change.to_level is not None:
            target = max(level, change.to_level)
        elif stacking is Stacking.ONCE and level > before.level:
            target = level
        else:
            target = min(scale.worst, level + change.raises)
        raised[change.code] = target - level
        level = target
    return tuple(_applied(change, raised[change.code]) for change in found), scale.levels[level]


def _applied(change: Change, raised: int) -> Applied:
    return Applied(change.code, change.because, change.clause, raised)


def _of_group(group: GroupScore) -> str:
    grade = f"，{group.grade_label}" if group.grade_label else ""
    return f"{group.label}{group.points}分（满分{group.points_max}分）{grade}。"


def _of_change(change: Applied) -> str:
    effect = f"等级加重{change.raised}级" if change.raised else "等级不再加重"
    return f"{change.because}，{effect}（{change.clause}）。"
