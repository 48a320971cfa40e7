"""What must hold of a scale before anybody is assessed by it: sums, no gap, no overlap that hides a line; pure.

Every combination that can occur is tried, so that no elder ever meets one that the files forgot, and being more
dependent never gives a better level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from sangyu.assessment.rules.conditions import Condition
from sangyu.assessment.rules.refusals import BadScale
from sangyu.assessment.rules.scale import Group, Item, Scale

Line = tuple[str, Condition, int]
# A name that a table asks for, and its values from the best to the worst.
Axis = tuple[str, Sequence[int]]


def ensure_consistent(scale: Scale) -> None:
    """Refuse a scale whose tables do not fit together.

    Raises: BadScale.
    """
    _levels(scale)
    _sums(scale)
    _grades(scale)
    _outcomes(scale)
    _changes(scale)


def sums(items: Sequence[Item]) -> frozenset[int]:
    """Return every sum of points that answers to these items can make."""
    found = {0}
    for item in items:
        found = {total + option.points for total in found for option in item.options}
    return frozenset(found)


def _levels(scale: Scale) -> None:
    for n, level in enumerate(scale.levels):
        if level.level != n:
            raise BadScale(f"{level.at}：级别应从0起一级一级往下写，这里应是{n}。")
        if any(level.word == other.word for other in scale.levels[:n]):
            raise BadScale(f"{level.at}：各级的 word 不能重复。")


def _sums(scale: Scale) -> None:
    for group in scale.groups:
        items = scale.items_in(group.code)
        most = sum(item.points_max for item in items)
        if not items:
            raise BadScale(f"{group.at}：“{group.label}”没有条目。")
        if group.is_scored and most != group.points_max:
            raise BadScale(f"{group.at}：“{group.label}”各条目最高分合计{most}分，组里写的是{group.points_max}分。")


def _grades(scale: Scale) -> None:
    for group in scale.groups:
        lines = [(grade.at, grade.when, grade.grade) for grade in group.grades]
        if lines:
            _ensure_total(lines, _axes_of(scale, group, lines))


def _axes_of(scale: Scale, group: Group, lines: Sequence[Line]) -> list[Axis]:
    names = frozenset[str]().union(*(when.names for _, when, _ in lines))
    items = {item.code: item for item in scale.items_in(group.code)}
    axes: list[Axis] = []
    if "points" in names:
        axes.append(("points", sorted(sums(list(items.values())), reverse=group.higher_is_better)))
    for name in sorted(names - {"points"}):
        if name not in items:
            raise BadScale(f"{lines[0][0]}：“{group.label}”里没有条目“{name}”。")
        axes.append((name, [option.points for option in items[name].options]))
    return axes


def _outcomes(scale: Scale) -> None:
    if not scale.outcomes:
        raise BadScale("outcomes.csv:1：没有一行结果。")
    lines = [(row.at, row.when, row.level) for row in scale.outcomes]
    for at, _, level in lines:
        if level > scale.worst:
            raise BadScale(f"{at}：没有第{level}级。")
    scored = [group for group in scale.groups if group.is_scored]
    if scale.sums_up:
        if len({group.higher_is_better for group in scored}) != 1:
            raise BadScale(f"{lines[0][0]}：有的组分高为好，有的组分低为好，不能合计。")
        items = [item for group in scored for item in scale.items_in(group.code)]
        axes: list[Axis] = [("points", sorted(sums(items), reverse=scored[0].higher_is_better))]
    else:
        axes = [(group.code, range(max(grade.grade for grade in group.grades) + 1)) for group in scored if group.grades]
    _ensure_total(lines, axes)


def _ensure_total(lines: Sequence[Line], axes: Sequence[Axis]) -> None:
    known = {name for name, _ in axes}
    for at, when, _ in lines:
        if unknown := sorted(when.names - known):
            raise BadScale(f"{at}：这里不能用“{unknown[0]}”。")
    used: set[str] = set()
    found: dict[tuple[int, ...], int] = {}
    for steps in product(*(range(len(values)) for _, values in axes)):
        values = {name: axis[step] for (name, axis), step in zip(axes, steps, strict=True)}
        hit = next(((at, level) for at, when, level in lines if when.holds(values)), None)
        if hit is None:
            raise BadScale(f"{lines[0][0]}：{_spelled(values)}没有写出结果。")
        used.add(hit[0])
        found[steps] = hit[1]
    for at, _, _ in lines:
        if at not in used:
            raise BadScale(f"{at}：这一行永远轮不到，前面的行已经包括了它。")
    _ensure_monotone(found, axes, lines[0][0])


def _ensure_monotone(found: Mapping[tuple[int, ...], int], axes: Sequence[Axis], at: str) -> None:
    for steps, level in found.items():
        for n in range(len(steps)):
            worse = (*steps[:n], steps[n] + 1, *steps[n + 1 :])
            if found.get(worse, level) < level:
                values = {name: axis[step] for (name, axis), step in zip(axes, worse, strict=True)}
                raise BadScale(f"{at}：{_spelled(values)}更依赖别人，结果反而更轻。")


def _changes(scale: Scale) -> None:
    findings = {item.code for item in scale.items if not scale.group_of[item.group].is_scored}
    for change in scale.changes:
        if not change.items or not findings.issuperset(change.items):
            raise BadScale(f"{change.at}：变更依据只能是不计分的条目。")
        if change.to_level is not None and change.to_level > scale.worst:
            raise BadScale(f"{change.at}：没有第{change.to_level}级。")
        most = sum(scale.item_of[code].points_max for code in change.items)
        if not 1 <= change.at_least <= most:
            raise BadScale(f"{change.at}：{change.at_least}次永远不会达到，或总是达到。")


def _spelled(values: Mapping[str, int]) -> str:
    return "、".join(f"{name}={value}" for name, value in values.items())
