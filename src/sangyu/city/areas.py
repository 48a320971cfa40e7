"""Addresses are real: the tree of districts, subdistricts and communities that `sources` fetched at set-up.

Codes are those of the national statistics (GB/T 2260 to the district, then 9 digits to the subdistrict and 12 to the
community). They change every year; a file carries the edition it was made from.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from sangyu.kit.errors import Refusal

_SUFFIXES = ("村民委员会", "居民委员会", "社区居委会", "社区居民委员会", "居委会", "村委会")


class AreaKind(StrEnum):
    """Levels of the tree; STATISTICAL is a unit that exists for counting only, where nobody is visited at home."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"
    SUBDISTRICT = "SUBDISTRICT"
    TOWN = "TOWN"
    FUNCTIONAL = "FUNCTIONAL"
    COMMUNITY = "COMMUNITY"
    VILLAGE = "VILLAGE"
    STATISTICAL = "STATISTICAL"


_LENGTHS = (2, 4, 6, 9, 12)
# The same levels as the register of this house has them; who only counts heads there has no place in it.
_LEVELS = {
    AreaKind.PROVINCE: "PROVINCE",
    AreaKind.CITY: "CITY",
    AreaKind.DISTRICT: "DISTRICT",
    AreaKind.SUBDISTRICT: "SUBDISTRICT",
    AreaKind.TOWN: "SUBDISTRICT",
    AreaKind.FUNCTIONAL: "SUBDISTRICT",
    AreaKind.COMMUNITY: "COMMUNITY",
    AreaKind.VILLAGE: "COMMUNITY",
}


class NoSuchAreas(Refusal):
    code = "NO_SUCH_AREAS"


@dataclass(frozen=True, slots=True)
class Area:
    """One unit of the tree; `name` is what people say, `full_name` what the register of codes says."""

    code: str
    name: str
    kind: AreaKind
    parent: str
    full_name: str


@dataclass(frozen=True)
class Areas:
    """The tree of one district, from its province down to its communities, each parent before its children."""

    code: str
    edition: str
    every: tuple[Area, ...]

    def __iter__(self) -> Iterator[Area]:
        return iter(self.every)

    def __getitem__(self, code: str) -> Area:
        return self._by_code[code]

    @cached_property
    def _by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.every}

    @cached_property
    def subdistricts(self) -> tuple[Area, ...]:
        """Return the subdistricts, towns and zones in which somebody lives, by code."""
        lived_in = {area.parent for area in self.communities}
        return tuple(area for area in self.every if area.code in lived_in)

    @cached_property
    def communities(self) -> tuple[Area, ...]:
        """Return the communities and villages, by code, without units that exist for counting only."""
        return tuple(area for area in self.every if area.kind in (AreaKind.COMMUNITY, AreaKind.VILLAGE))

    def rows(self) -> list[dict[str, str]]:
        """Return the units as `access.load_areas` takes them, parents first."""
        return [
            {"code": area.code, "name": area.name, "kind": _LEVELS[area.kind], "parent": area.parent}
            for area in self.every
            if area.kind in _LEVELS
        ]


def kind_of(code: str) -> AreaKind:
    """Read the level of a unit from its code.

    Of the nine digits the last three begin with 0 for a subdistrict, 1 to 3 for towns and townships, 4 and more for
    zones without a grade; of the twelve, 200 to 399 are villages, and 498 and 598 stand for units of counting.
    Raises: ValueError for any other length than 2, 4, 6, 9 or 12.
    """
    levels = {2: AreaKind.PROVINCE, 4: AreaKind.CITY, 6: AreaKind.DISTRICT}
    if len(code) in levels:
        return levels[len(code)]
    last = int(code[-3:])
    if len(code) == 9:
        return AreaKind.SUBDISTRICT if last < 100 else AreaKind.TOWN if last < 400 else AreaKind.FUNCTIONAL
    if len(code) == 12:
        if last in (498, 598):
            return AreaKind.STATISTICAL
        return AreaKind.VILLAGE if 200 <= last < 400 or last >= 500 else AreaKind.COMMUNITY
    raise ValueError(f"an area code has 2, 4, 6, 9 or 12 digits: {code!r}")


def parent_of(code: str) -> str:
    """Return the code one level up; the province has none."""
    return {2: "", 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]


def spoken(full_name: str, kind: AreaKind) -> str:
    """Drop the committee from a name, as people do: 桥门社区居委会 is 桥门社区, 红沟村民委员会 is 红沟村."""
    if kind not in (AreaKind.COMMUNITY, AreaKind.VILLAGE):
        return full_name
    level = "村" if kind is AreaKind.VILLAGE else "社区"
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if full_name.endswith(suffix) and len(full_name) > len(suffix):
            stem = full_name.removesuffix(suffix)
            return stem if stem.endswith(level) else stem + level
    return full_name


def area(code: str, full_name: str) -> Area:
    """Make a unit of the tree from its code and its registered name."""
    kind = kind_of(code)
    return Area(code=code, name=spoken(full_name, kind), kind=kind, parent=parent_of(code), full_name=full_name)


def path_of(code: str) -> Path:
    var = os.environ.get("SANGYU_VAR") or Path(__file__).resolve().parents[3] / "var"
    return Path(var) / "areas" / f"{code}.json"


def write(areas: Areas) -> Path:
    """Store a district's tree, whole or not at all, and say where."""
    path = path_of(areas.code)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    rows = ",\n".join(json.dumps(asdict(each), ensure_ascii=False) for each in areas)
    half.write_text(
        f'{{"code": "{areas.code}", "edition": {json.dumps(areas.edition)}, "areas": [\n{rows}\n]}}\n', encoding="utf-8"
    )
    half.replace(path)
    return path


def read(code: str = "620102") -> Areas:
    """Return a district's tree as fetched at set-up.

    Raises: NoSuchAreas, naming the command that fetches it.
    """
    try:
        stored = json.loads(path_of(code).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchAreas(f"尚未取得 {code} 的街道和社区名录。请先运行：python -m sangyu.city.sources {code}") from None
    named = ((each["code"], each["full_name"]) for each in stored["areas"])
    return tree(code=stored["code"], edition=stored["edition"], named=named)


def write_city(code: str, *, edition: str, districts: Iterable[str]) -> Path:
    """Note which districts of a city are stored, so that a city is read whole or not at all."""
    path = path_of(code)
    path.write_text(json.dumps({"code": code, "edition": edition, "districts": sorted(districts)}), encoding="utf-8")
    return path


def stored(code: str) -> list[Areas]:
    """Return the tree of a district (six digits), or those of every district of a city (four), as fetched.

    Raises: NoSuchAreas.
    """
    if len(code) != 4:
        return [read(code)]
    try:
        noted = json.loads(path_of(code).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchAreas(f"尚未取得 {code} 的街道和社区名录。请先运行：python -m sangyu.city.sources {code}") from None
    return [read(district) for district in noted["districts"]]


def from_table(path: Path, code: str) -> Areas:
    """Read a district's tree from a table of one's own: `code,name`, from the province down.

    For a functional area without a national code. Raises: NoSuchAreas, naming what is wrong with which line.
    """
    with path.open(encoding="utf-8-sig", newline="") as table:
        named = [(row.get("code") or "", row.get("name") or "") for row in csv.DictReader(table)]
    known = {each for each, _ in named}
    if code not in known:
        raise NoSuchAreas(f"{path.name} 里没有 {code} 这一行（第一行应是 code,name），请补上它和它的上级。")
    for each, name in named:
        if not each.isdigit() or len(each) not in _LENGTHS:
            raise NoSuchAreas(f"{path.name} 里“{name}”的代码“{each}”不是 2、4、6、9 或 12 位数字，请改正。")
        if parent_of(each) and parent_of(each) not in known:
            raise NoSuchAreas(f"{path.name} 里“{name}”（{each}）的上级 {parent_of(each)} 不在表里，请补上。")
    return tree(code=code, edition=path.name, named=named)


def tree(*, code: str, edition: str, named: Iterable[tuple[str, str]]) -> Areas:
    """Build a tree from codes and names; parents come before children whatever the order given."""
    every = sorted((area(*each) for each in named), key=lambda a: (len(a.code), a.code))
    return Areas(code=code, edition=edition, every=tuple(every))
