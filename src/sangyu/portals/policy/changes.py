"""What the pages say of a change: tables and figures row by row in words, and the examples that it touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sangyu.access import queries as access_read
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption, Draft
from sangyu.adoption.rules import Viewer
from sangyu.policy import ir
from sangyu.policy.diff import Change, State, diff
from sangyu.portals.policy import reading

SHOWN_MOST = 200


@dataclass(frozen=True)
class Version:
    """A pack with the figures that go with it: what is compared."""

    pack: ir.Pack
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """A figure or reading that differs, in words; an empty side is not set."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """All that differs between two versions; `changes` holds the first ones of `count`."""

    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]
    count: int

    @property
    def same(self) -> bool:
        """Tell whether nothing differs."""
        return not (self.figures or self.count)

    @property
    def rules(self) -> set[str]:
        """The rules whose tables differ."""
        return {change.id for change in self.changes if change.kind in ("规则", "规则版本", "行")}


def compare(before: Version, after: Version, days: tuple[date, date] | None = None) -> Comparison:
    """Compare two versions in all their periods, or as they hold on two days."""
    on, later = days or (None, None)
    found = diff(State(before.pack, on), State(after.pack, later))
    if days is None:
        found += [change for rule in after.pack.rules.values() for change in _begun(before.pack, after.pack, rule)]
    return Comparison(tuple(_figures(before, after)), tuple(found[:SHOWN_MOST]), len(found))


def version_of(adopted: Adoption) -> Version:
    """Return what was adopted."""
    return Version(adoption_read.pack_of(adopted), adopted.parameters)


def proposed(viewer: Viewer, draft: Draft) -> Comparison:
    """Compare a draft with the version that it changes."""
    after = Version(adoption_read.draft_pack(viewer, draft.pk), draft.parameters)
    before = Version(adoption_read.pack_version(draft.pack_id, draft.based_on), draft.base.parameters)
    return compare(before, after)


def names(viewer: Any, *ids: UUID | None) -> dict[UUID, str]:
    """Return the names of people of the viewer's programme."""
    return access_read.names(viewer, [one for one in ids if one is not None])


def _begun(before: ir.Pack, after: ir.Pack, rule: ir.Rule) -> list[Change]:
    """Tell what a new version of a rule changes against the one that it follows."""
    was = before.rules.get(rule.id)
    known = {version.from_on for version in was.versions} if was else set()
    found: list[Change] = []
    for first_day in (version.from_on for version in rule.versions if version.from_on not in known):
        if was is not None and first_day is not None:
            told = diff(State(after, first_day - timedelta(days=1)), State(after, first_day))
            found += [change for change in told if change.id == rule.id]
    return found


def _figures(before: Version, after: Version) -> list[Figure]:
    found = []
    for name in dict.fromkeys([*after.pack.parameters, *before.pack.parameters]):
        said = [_parameter(version, name) for version in (before, after)]
        if said[0] != said[1]:
            known = after.pack.parameters.get(name) or before.pack.parameters[name]
            found.append(Figure(reading.spoken_label(known), *said))
    for name in dict.fromkeys([*after.pack.settings, *before.pack.settings]):
        said = [_setting(version, name) for version in (before, after)]
        if said[0] != said[1]:
            setting = after.pack.settings.get(name) or before.pack.settings[name]
            found.append(Figure(setting.label, *said))
    return found


def _parameter(version: Version, name: str) -> str:
    known = version.pack.parameters.get(name)
    return reading.parameter_text(known, version.parameters.get(name), version.pack) if known else ""


def _setting(version: Version, name: str) -> str:
    known = version.pack.settings.get(name)
    return reading.setting_text(known, version.parameters.get(name)) if known else ""
