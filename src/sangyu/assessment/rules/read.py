"""Reads a scale from its files and refuses one that contradicts itself, with file and line; pure."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from sangyu.assessment.rules.check import ensure_consistent
from sangyu.assessment.rules.conditions import Condition, condition
from sangyu.assessment.rules.particulars import KINDS, KNOWN, Choice, Particular
from sangyu.assessment.rules.refusals import BadScale
from sangyu.assessment.rules.scale import Change, Grade, Group, Item, Level, Option, Outcome, Scale, Stacking

HEAD = "scale.toml"
COLUMNS = {
    "groups.csv": ("group", "label", "better", "points_max"),
    "items.csv": ("item", "group", "label", "ask", "points_max", "step", "ladder", "clause"),
    "ladders.csv": ("ladder", "points", "label"),
    "levels.csv": ("level", "word", "label"),
    "grades.csv": ("group", "when", "grade", "label"),
    "outcomes.csv": ("when", "level", "because", "open"),
    "changes.csv": ("change", "items", "at_least", "raises", "to_level", "because", "clause"),
    "choices.csv": ("list", "choice", "label"),
    "particulars.csv": (
        *("particular", "section", "label", "ask", "kind", "choices", "unit", "least", "most", "known", "keeps"),
    ),
}
MAY_BE_MISSING = frozenset({"grades.csv", "changes.csv", "choices.csv", "particulars.csv"})
USES = {"visit": True, "record": False}

T = TypeVar("T")
Row = dict[str, str]


def digest_of(files: Mapping[str, str]) -> str:
    """Name the text of a scale: SHA-256 over its files in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{files[name]}\0".encode())
    return digest.hexdigest()


def read_scale(files: Mapping[str, str]) -> Scale:
    """Read a scale from the text of its files.

    Shape: file name -> text. Raises: BadScale, whose sentence begins with `file:line`.
    """
    head = _head(files)
    ladders: dict[str, list[Option]] = {}
    for at, row in _rows(files, "ladders.csv"):
        options = ladders.setdefault(row["ladder"], [])
        points = _whole(at, row["points"])
        if any(option.points == points for option in options):
            raise BadScale(f"{at}：“{row['ladder']}”的{points}分写了两次。")
        options.append(Option(points, row["label"]))
    grades = _grouped_grades(files)
    groups = _unique(_rows(files, "groups.csv"), "group", lambda at, row: _group(at, row, grades))
    known = {group.code: group for group in groups}
    for code, lines in grades.items():
        if code not in known:
            raise BadScale(f"{lines[0].at}：没有“{code}”这一组。")
    items = _unique(_rows(files, "items.csv"), "item", lambda at, row: _item(at, row, known, ladders))
    scale = Scale(
        code=str(head["scale"]),
        title=str(head["title"]),
        document=str(head["document"]),
        fact=str(head.get("fact", "")),
        in_force_from=head["in_force_from"],
        for_visits=USES[str(head["use"])],
        stacking=Stacking(head["stacking"]),
        notes=tuple(head["notes"]),
        groups=groups,
        items=items,
        levels=_unique(
            _rows(files, "levels.csv"),
            "level",
            lambda at, row: Level(_whole(at, row["level"]), row["word"], row["label"], at),
        ),
        outcomes=tuple(_outcome(at, row) for at, row in _rows(files, "outcomes.csv")),
        changes=_unique(_rows(files, "changes.csv"), "change", _change),
        digest=digest_of(files),
        particulars=_particulars(files),
    )
    ensure_consistent(scale)
    return scale


def _head(files: Mapping[str, str]) -> dict[str, Any]:
    if HEAD not in files:
        raise BadScale(f"{HEAD}:1：缺少这个文件。")
    try:
        head = tomllib.loads(files[HEAD])
    except tomllib.TOMLDecodeError as fault:
        raise BadScale(f"{HEAD}:1：不是 TOML（{fault}）。") from fault
    kinds: dict[str, type] = {
        "scale": str,
        "title": str,
        "document": str,
        "in_force_from": date,
        "use": str,
        "stacking": str,
        "notes": list,
    }
    for name, kind in kinds.items():
        if not isinstance(head.get(name), kind):
            raise BadScale(f"{HEAD}:{_line(files[HEAD], name)}：缺少 {name}，或写法不对。")
    if head["use"] not in USES:
        raise BadScale(f"{HEAD}:{_line(files[HEAD], 'use')}：use 应是 visit（上门评估）或 record（只登记）。")
    if head["stacking"] not in list(Stacking):
        raise BadScale(f"{HEAD}:{_line(files[HEAD], 'stacking')}：stacking 应是 once（只一次）或 each（逐条）。")
    return head


def _line(text: str, name: str) -> int:
    found = re.search(rf"^{name}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _rows(files: Mapping[str, str], name: str) -> Iterator[tuple[str, Row]]:
    if name not in files:
        if name in MAY_BE_MISSING:
            return
        raise BadScale(f"{name}:1：缺少这个文件。")
    reader = csv.reader(io.StringIO(files[name].removeprefix("\ufeff")), strict=True)
    columns = COLUMNS[name]
    if tuple(next(reader, ())) != columns:
        raise BadScale(f"{name}:1：表头应是 {','.join(columns)}。")
    for cells in reader:
        at = f"{name}:{reader.line_num}"
        if len(cells) != len(columns):
            raise BadScale(f"{at}：应有{len(columns)}格，这里有{len(cells)}格。")
        yield at, dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def _unique(rows: Iterator[tuple[str, Row]], key: str, make: Callable[[str, Row], T]) -> tuple[T, ...]:
    found: dict[str, T] = {}
    for at, row in rows:
        if not row[key] or row[key] in found:
            raise BadScale(f"{at}：{key} “{row[key]}”是空的，或前面已经有了。")
        found[row[key]] = make(at, row)
    return tuple(found.values())


def _whole(at: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text):
        raise BadScale(f"{at}：“{text}”不是整数。")
    return int(text)


def _grouped_grades(files: Mapping[str, str]) -> dict[str, list[Grade]]:
    found: dict[str, list[Grade]] = {}
    for at, row in _rows(files, "grades.csv"):
        grade = Grade(_located(at, row["when"]), _whole(at, row["grade"]), row["label"], at)
        found.setdefault(row["group"], []).append(grade)
    return found


def _located(at: str, text: str) -> Condition:
    try:
        return condition(text)
    except BadScale as fault:
        raise BadScale(f"{at}：{fault}") from fault


def _group(at: str, row: Row, grades: Mapping[str, list[Grade]]) -> Group:
    if row["better"] not in ("higher", "lower", ""):
        raise BadScale(f"{at}：better 应是 higher（分高为好）、lower（分低为好），不计分的留空。")
    return Group(
        code=row["group"],
        label=row["label"],
        higher_is_better=row["better"] == "higher",
        is_scored=bool(row["better"]),
        points_max=_whole(at, row["points_max"]) if row["better"] else 0,
        grades=tuple(grades.get(row["group"], ())),
        at=at,
    )


def _item(at: str, row: Row, groups: Mapping[str, Group], ladders: Mapping[str, list[Option]]) -> Item:
    group = groups.get(row["group"])
    if group is None:
        raise BadScale(f"{at}：没有“{row['group']}”这一组。")
    points_max = _whole(at, row["points_max"])
    if bool(row["ladder"]) == bool(row["step"]):
        raise BadScale(f"{at}：ladder 和 step 要填一个，也只填一个。")
    if row["step"]:
        step = _whole(at, row["step"])
        if step == 0 or points_max % step:
            raise BadScale(f"{at}：最高分{points_max}不是每档{step}分能分完的。")
        options = [Option(points, f"{points}分") for points in range(0, points_max + 1, step)]
    else:
        if row["ladder"] not in ladders:
            raise BadScale(f"{at}：ladders.csv 里没有“{row['ladder']}”。")
        options = ladders[row["ladder"]]
    points = sorted(option.points for option in options)
    if points[0] != 0 or points[-1] != points_max or len(points) < 2:
        raise BadScale(f"{at}：选项是{points[0]}至{points[-1]}分，应从0分到最高分{points_max}分。")
    return Item(
        code=row["item"],
        group=row["group"],
        label=row["label"],
        ask=row["ask"],
        points_max=points_max,
        options=tuple(sorted(options, key=lambda option: option.points, reverse=group.higher_is_better)),
        clause=row["clause"],
    )


def _particulars(files: Mapping[str, str]) -> tuple[Particular, ...]:
    lists: dict[str, list[Choice]] = {}
    for at, row in _rows(files, "choices.csv"):
        chosen = lists.setdefault(row["list"], [])
        if any(choice.code == row["choice"] for choice in chosen):
            raise BadScale(f"{at}：“{row['list']}”里的“{row['choice']}”写了两次。")
        chosen.append(Choice(row["choice"], row["label"]))
    return _unique(_rows(files, "particulars.csv"), "particular", lambda at, row: _particular(at, row, lists))


def _particular(at: str, row: Row, lists: Mapping[str, list[Choice]]) -> Particular:
    kind = row["kind"]
    if kind not in KINDS or (row["known"] and row["known"] not in KNOWN) or not (kind or row["known"]):
        raise BadScale(f"{at}：kind 或 known 写法不对；不问的要写明从哪里知道。")
    if (kind in ("one", "many")) != bool(row["choices"]) or (row["choices"] and row["choices"] not in lists):
        raise BadScale(f"{at}：选择的条目要写 choices，而且 choices.csv 里要有；别的条目不写。")
    if (kind == "number") != bool(row["most"]):
        raise BadScale(f"{at}：数字要写 least 和 most，别的条目不写。")
    return Particular(
        code=row["particular"],
        section=row["section"],
        label=row["label"],
        ask=row["ask"],
        kind=kind,
        choices=tuple(lists.get(row["choices"], ())),
        unit=row["unit"],
        least=_whole(at, row["least"]) if row["most"] else 0,
        most=_whole(at, row["most"]) if row["most"] else 0,
        known=row["known"],
        keeps=row["keeps"] == "yes",
        at=at,
    )


def _outcome(at: str, row: Row) -> Outcome:
    return Outcome(_located(at, row["when"]), _whole(at, row["level"]), row["because"], row["open"], at)


def _change(at: str, row: Row) -> Change:
    if bool(row["raises"]) == bool(row["to_level"]):
        raise BadScale(f"{at}：raises 和 to_level 要填一个，也只填一个。")
    return Change(
        code=row["change"],
        items=tuple(row["items"].split()),
        at_least=_whole(at, row["at_least"]),
        raises=_whole(at, row["raises"]) if row["raises"] else 0,
        to_level=_whole(at, row["to_level"]) if row["to_level"] else None,
        because=row["because"],
        clause=row["clause"],
        at=at,
    )
