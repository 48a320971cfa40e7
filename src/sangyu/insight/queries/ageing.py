"""People and elders of an area on a day: how old the registered are, and what share they have of the people told.

How many people live somewhere no room knows; a document tells it (`Population`), and what was told last by the end of
the day counts. The elders are those whom the document counts, or where it does not, the registered ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sangyu.access.models import Area, User
from sangyu.access.queries import subdistricts
from sangyu.adoption.queries import decide_if_ruled
from sangyu.insight import rules
from sangyu.insight.models import Population
from sangyu.insight.queries import sources
from sangyu.insight.queries.lens import Lens, ensure_reader
from sangyu.insight.rules import Number
from sangyu.registry.models import Identity, IdentityCode

ELDERLY = 60
AGES = (60, 65, 80, 100)
CARE_DEPENDENT = (
    IdentityCode.CARE_DEPENDENT,
    IdentityCode.ABILITY_MILD,
    IdentityCode.ABILITY_MODERATE,
    IdentityCode.ABILITY_SEVERE,
)
FORECAST_YEARS = 4
NOT_TOLD = "未录入"


@dataclass(frozen=True)
class Line:
    """A place: how many it has of each column."""

    name: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Ageing:
    """People and elders of a programme's area on a day.

    Shape: `shares` and `structure` begin with the whole area, streets follow; `told` are what was told last for each
    place and year, newest year first; `sentences` say what the city's own rules make of the whole area, each with the
    words of the document; `forecast` are pairs of year and share (per ten thousand).
    """

    on: date
    shares: tuple[Line, ...]
    structure: tuple[Line, ...]
    sentences: tuple[tuple[str, str], ...]
    forecast: tuple[tuple[int, int], ...]
    growth_pm: int | None
    told: tuple[Population, ...]


def care_dependent(viewer: User, lens: Lens) -> QuerySet[Any]:
    """The living elders of 60 and over who are recognised on the day as not able to care for themselves, each once.

    Raises: NotAllowed.
    """
    on = lens.on
    held = Identity.objects.filter(code__in=CARE_DEPENDENT, recorded_at__lt=lens.until, valid_from__lte=on)
    held = held.filter(Q(valid_until=None) | Q(valid_until__gt=on))
    _, begins_before = rules.born_between(ELDERLY, 200, on)
    same = held.filter(Q(elder=OuterRef("pk")) | Q(elder__merged_into=OuterRef("pk")))
    return sources.living(viewer, lens).filter(Exists(same), birth_on__lt=begins_before)


def populations(viewer: User, lens: Lens) -> list[Population]:
    """What had been told by then, the last word of each place and year; newest year first, then by place."""
    ensure_reader(viewer)
    rows = Population.objects.filter(programme_id=viewer.programme_id, at__lt=lens.until, year__lte=lens.on.year)
    rows = rows.order_by("-year", "area_id", "-at", "-id").distinct("year", "area_id")
    return list(rows.select_related("area", "by"))


def whole_population(viewer: User, lens: Lens) -> Population | None:
    """What was told last of the newest year of the whole area."""
    return next((row for row in populations(viewer, lens) if row.area_id == viewer.programme.area_id), None)


def ageing(viewer: User, on: date) -> Ageing:
    """Count the elders of a day by age and need, by street, and set them against the people told.

    Raises: NotAllowed.
    """
    lens = Lens(rules.end_of(on))
    told = populations(viewer, lens)
    area = viewer.programme.area
    streets = {row.pk: row.name for row in subdistricts(viewer) if row.pk.startswith(area.pk)}
    counted = _counted(viewer, lens)
    places = [("", "合计"), *sorted(streets.items())]
    newest = {code: next((row for row in told if row.area_id == (code or area.pk)), None) for code, _ in places}
    whole = newest[""]
    before = _year_before(told, whole)
    elders = (before.elders, whole.elders) if before and whole else (None, None)
    people = (_people(before), _people(whole)) if before and whole else (0, 0)
    forecast = rules.forecast_pm((elders[0] or 0, elders[1] or 0), people, years=FORECAST_YEARS)
    return Ageing(
        on=on,
        shares=tuple(_share_line(code, name, newest[code], counted[code]) for code, name in places),
        structure=tuple(_structure_line(code, name, counted[code]) for code, name in places),
        sentences=tuple(_sentences(viewer, on, whole, before, counted[""])),
        forecast=tuple((whole.year + n, share) for n, share in enumerate(forecast, start=1)) if whole else (),
        growth_pm=rules.share_pm(elders[1], elders[0]) if elders[0] and elders[1] is not None else None,
        told=tuple(told),
    )


@dataclass(frozen=True)
class Counted:
    """The registered elders of a place: by least age, those of the hukou, those who need care."""

    of_age: Mapping[int, int]
    hukou: int
    dependent: int


def _counted(viewer: User, lens: Lens) -> dict[str, Counted]:
    """Count the registered elders in two queries. Shape: street -> counts, "" for all; a street without any too."""
    ends = {age: rules.born_between(age, 200, lens.on)[1] for age in AGES}
    counts = {f"of_{age}": Count("pk", filter=Q(birth_on__lt=end)) for age, end in ends.items()}
    counts["hukou"] = Count("pk", filter=Q(birth_on__lt=ends[ELDERLY], hukou_in_area=True))
    by = "community__parent"
    rows = list(sources.living(viewer, lens).order_by().values(by).annotate(**counts))
    dependent = dict(care_dependent(viewer, lens).order_by().values_list(by).annotate(n=Count("pk")))
    found = {row[by] or "-": row for row in rows}

    def of(codes: set[str]) -> Counted:
        mine = [found[code] for code in codes & found.keys()]
        return Counted(
            {age: sum(row[f"of_{age}"] for row in mine) for age in AGES},
            sum(row["hukou"] for row in mine),
            sum(n for code, n in dependent.items() if (code or "-") in codes),
        )

    streets = {row.pk for row in subdistricts(viewer)}
    return {"": of(set(found)), **{street: of({street}) for street in streets}}


def _people(told: Population | None) -> int:
    return (told.hukou or told.resident or 0) if told else 0


def _year_before(told: list[Population], whole: Population | None) -> Population | None:
    if whole is None:
        return None
    same = (row for row in told if row.area_id == whole.area_id and row.year == whole.year - 1)
    return next(same, None)


def _share_line(street: str, name: str, told: Population | None, counted: Counted) -> Line:
    cut = {"alive": "yes", "hukou": "yes", "band": f"{ELDERLY}-200", **({"street": street} if street else {})}
    registered = Number(name, counted.hukou, "elders", unit="人", lens=cut)
    if told is None:
        return Line(name, (*(_untold(name) for _ in range(4)), registered, *_shares(name)))
    people = [Number(name, value, unit="人", note="" if value is not None else NOT_TOLD) for value in told.figures]
    return Line(name, (*people, registered, *_shares(name, _elders(told, counted), told)))


def _elders(told: Population, counted: Counted) -> int:
    """The elders as the document counts them, else the registered ones of the same base."""
    if told.elders is not None:
        return told.elders
    return counted.hukou if told.hukou else counted.of_age[ELDERLY]


def _untold(name: str) -> Number:
    return Number(name, None, note=NOT_TOLD)


def _shares(name: str, elders: int = 0, told: Population | None = None) -> Iterator[Number]:
    for people in (told.hukou, told.resident) if told else (None, None):
        yield Number(name, rules.share_pm(elders, people) if people else None, measure="pm")


def _structure_line(street: str, name: str, counted: Counted) -> Line:
    within = {"street": street} if street else {}
    all_of_age = counted.of_age[ELDERLY]
    found: list[Number] = []
    for age in AGES:
        n, cut = counted.of_age[age], {"alive": "yes", "band": f"{age}-200", **within}
        found.append(Number(name, n, "elders", unit="人", lens=cut))
        if age != ELDERLY:
            found.append(Number(name, rules.share_pm(n, all_of_age), measure="pm"))
    found.append(Number(name, counted.dependent, "care-dependent", unit="人", lens=within))
    found.append(Number(name, rules.share_pm(counted.dependent, all_of_age), measure="pm"))
    return Line(name, tuple(found))


def _sentences(
    viewer: User, on: date, whole: Population | None, before: Population | None, counted: Counted
) -> Iterator[tuple[str, str]]:
    """Say what the rules of the city's own pack make of the numbers; what it has no rule for is left out."""
    ruled = viewer.programme_id
    registered = counted.of_age[ELDERLY]
    if whole is not None:
        elders = _elders(whole, counted)
        counts = {"elders": elders, "hukou": whole.hukou, "resident": whole.resident}
        told = {name: value for name, value in counts.items() if value is not None}
        facts = {"count": elders, "total": _people(whole), "counts": told}
        yield from _said("老年人占比", decide_if_ruled(ruled, "ageing-share", facts, on))
        yield from _said("与全国相比", decide_if_ruled(ruled, "ageing-over-nation", facts, on))
        if whole.rural is not None:
            rural = {"count": whole.rural, "total": _people(whole)}
            yield from _said("农业人口", decide_if_ruled(ruled, "rural-share", rural, on))
        if before is not None and before.elders and whole.elders is not None:
            grown = {"count": whole.elders, "total": before.elders}
            yield from _said("老年人比上年", decide_if_ruled(ruled, "elder-growth", grown, on))
    if registered:
        parts = {"65岁及以上": counted.of_age[65], "80岁及以上": counted.of_age[80], "失能": counted.dependent}
        for label, n in parts.items():
            part = {"count": n, "total": registered}
            yield from _said(label, decide_if_ruled(ruled, "elder-structure", part, on))


def _said(label: str, decision: Any) -> Iterator[tuple[str, str]]:
    if decision is not None:
        yield label, decision.because


def places(viewer: User) -> list[Area]:
    """The places of which people may be told: the programme's own area, then its streets."""
    own = viewer.programme.area
    return [own, *(row for row in subdistricts(viewer) if row.pk.startswith(own.pk) and row.pk != own.pk)]
