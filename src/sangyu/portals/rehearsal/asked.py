"""What is rehearsed: a draft that somebody proposed, or one figure changed in the address; in packs and in words.

A city asks the same of each of its districts that works by the very same tables, with that district's own figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.insight.queries import rehearsal
from sangyu.kit.errors import NotFound
from sangyu.policy import ir
from sangyu.policy.diff import Change
from sangyu.policy.to_chinese import value_text
from sangyu.portals.finance.papers.paper import moment
from sangyu.portals.policy import changes, reading

CHANGES_MAX = 40
UNSET = "（不设）"


@dataclass(frozen=True)
class Line:
    """One line of what changes, as the policy desk tells it: which entry or row, which column, from what to what.

    Shape: `what` is added, removed or changed; `row` is the line as it was.
    """

    what: str
    title: str
    place: str
    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Said:
    """A change in words; `lines` holds the first of `count`. `districts`: rehearsed too; `left_out`: why others not."""

    title: str
    document: str
    source: str
    lines: tuple[Line, ...]
    count: int
    districts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    draft: UUID | None = None

    @property
    def short(self) -> str:
        """Name the change in one line."""
        if self.draft:
            return self.document
        return "；".join(f"{one.title}：{one.before} → {one.after}" for one in self.lines)


@dataclass(frozen=True, eq=False)
class Asked:
    """One change: the pack in force and the changed one with their figures, the day, and what changed in words."""

    said: Said
    before: ir.Pack
    after: ir.Pack
    parameters: Mapping[str, Any]
    parameters_after: Mapping[str, Any]
    on: date
    districts: tuple[rehearsal.Figures, ...] = ()

    @property
    def figures_text(self) -> str:
        """Write all figures down, to tell one question from another."""
        sides = [[self.parameters, self.parameters_after], *([one.before, one.after] for one in self.districts)]
        return json.dumps(sides, sort_keys=True, default=str)


def of(viewer: User, asked: Mapping[str, str], today: date) -> Asked:
    """Read a question as it stands in an address. Shape: `draft`, or `figure` and `to`.

    Raises: NotFound; NothingAdopted; NoFigure.
    """
    if "draft" in asked:
        try:
            draft_id = UUID(asked["draft"])
        except ValueError as wrong:
            raise NotFound("没有这份拟改稿。请从清单里打开。") from wrong
        return of_draft(viewer, draft_id, today)
    return of_figure(viewer, asked.get("figure", ""), asked.get("to", ""), today)


def of_draft(viewer: User, draft_id: UUID, today: date) -> Asked:
    """Compare a draft with the adoption that it changes.

    Raises: NotFound.
    """
    draft = adoption_read.draft(viewer, draft_id)
    before, after = adoption_read.pack_of(draft.base), adoption_read.draft_pack(viewer, draft_id)
    told = changes.proposed(viewer, draft)
    figures = list(_figures(changes.Version(before, draft.base.parameters), changes.Version(after, draft.parameters)))
    lines = [*figures, *(line for change in told.changes for line in _lines(change))]
    wanted = draft.wanted_from if draft.wanted_from and draft.wanted_from >= today else None
    differs = {
        name: draft.parameters.get(name)
        for name in {*draft.base.parameters, *draft.parameters}
        if draft.base.parameters.get(name) != draft.parameters.get(name)
    }
    districts, left_out = _districts(viewer, before, today, lambda held: {**held, **differs})
    said = Said(
        title=after.title,
        document=draft.document,
        source=f"{draft.document} {moment(draft.proposed_at)}提出",
        lines=tuple(lines[:CHANGES_MAX]),
        count=len(lines),
        districts=tuple(one.reader.programme.name for one in districts),
        left_out=left_out,
        draft=draft.pk,
    )
    on = max(wanted or today, rehearsal.begins_on(after, today))
    return Asked(said, before, after, draft.base.parameters, draft.parameters, on, districts)


def of_figure(viewer: User, key: str, to: str, today: date) -> Asked:
    """Compare the pack in force with itself, one figure changed.

    Raises: NothingAdopted; NoFigure.
    """
    adopted = adoption_read.in_force(viewer.programme_id, today)
    pack = adoption_read.pack_of(adopted)
    tried = rehearsal.tried(pack, adopted.parameters, today, key, to)

    def figures(held: Mapping[str, Any]) -> Mapping[str, Any]:
        return rehearsal.tried(pack, held, today, key, to).parameters

    districts, left_out = _districts(viewer, pack, today, figures)
    said = Said(
        title=pack.title,
        document=adopted.document,
        source="没有拟改稿，只试一个数字",
        lines=(Line("changed", tried.label, "", "", "", tried.before, tried.after),),
        count=1,
        districts=tuple(one.reader.programme.name for one in districts),
        left_out=left_out,
    )
    return Asked(said, pack, tried.pack, adopted.parameters, tried.parameters, today, districts)


def _districts(
    viewer: User, pack: ir.Pack, today: date, changed: Any
) -> tuple[tuple[rehearsal.Figures, ...], tuple[str, ...]]:
    """Find the districts that work by the very same tables, and say why the others are left out."""
    found, left_out = [], []
    for programme in access_read.districts(viewer):
        try:
            adopted = adoption_read.in_force(programme.pk, today)
            if adopted.pack_id != pack.id or adoption_read.pack_of(adopted).digest != pack.digest:
                other = "用的是另一个规则包" if adopted.pack_id != pack.id else "用的是这个规则包的另一版"
                left_out.append(f"{programme.name}{other}")
                continue
            reader = access_read.reading(viewer, programme.slug)
            found.append(rehearsal.Figures(reader, adopted.parameters, changed(adopted.parameters)))
        except (adoption_read.NothingAdopted, rehearsal.NoFigure) as refused:
            left_out.append(f"{programme.name}：{refused}")
    return tuple(found), tuple(left_out)


def _lines(change: Change) -> Iterator[Line]:
    """Tell one change of a table, a line for each cell of it."""
    place = change.kind
    if change.row_after or change.row_before:
        place += f" · 第{change.row_after}行" if change.row_after else f" · 原第{change.row_before}行"
    if not change.cells:
        gone, new = (change.row, "") if change.what == "removed" else ("", change.row)
        yield Line(change.what, change.title, place, "", "", gone, new)
    for cell in change.cells:
        yield Line(change.what, change.title, place, change.row, cell.header, cell.before, cell.after)


def _figures(before: changes.Version, after: changes.Version) -> Iterator[Line]:
    """Tell what the bureau sets otherwise; of a table of figures only the entries that differ."""
    for name in dict.fromkeys([*after.pack.parameters, *before.pack.parameters]):
        known = after.pack.parameters.get(name) or before.pack.parameters[name]
        sides = [_entries(known, version) for version in (before, after)]
        for entry in dict.fromkeys([*sides[0], *sides[1]]):
            was, now = (side.get(entry, UNSET) for side in sides)
            if was != now:
                yield Line("changed", reading.spoken_label(known), "参数", "", entry, was, now)
    for name in dict.fromkeys([*after.pack.settings, *before.pack.settings]):
        setting = after.pack.settings.get(name) or before.pack.settings[name]
        was, now = (reading.setting_text(setting, version.parameters.get(name)) for version in (before, after))
        if was != now:
            yield Line("changed", setting.label, "读法", "", "", was, now)


def _entries(parameter: ir.Parameter, version: changes.Version) -> dict[str, str]:
    """Write a figure, or each entry of a table of figures, in words."""
    value, pack = version.parameters.get(parameter.name), version.pack
    if value is None:
        return {}
    unit = parameter.name.partition("_per_")[0]
    if isinstance(value, Mapping):
        return {" · ".join(map(reading.spoken_code, codes)): value_text(unit, one, pack) for codes, one in _flat(value)}
    if isinstance(value, list):  # steps: from where on, and what holds there
        steps = ([value_text(name, one, pack) for name, one in step.items()] for step in value)
        return {f"{bound}起": result for bound, result in steps}
    return {"": reading.parameter_text(parameter, value, pack)}


def _flat(value: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk over the entries of a map, or of a map of maps."""
    for code, one in value.items():
        if isinstance(one, Mapping):
            yield from (((code, *codes), inner) for codes, inner in _flat(one))
        else:
            yield (code,), one
