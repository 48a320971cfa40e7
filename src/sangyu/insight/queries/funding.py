"""Money for the care of elders: planned, allocated and spent, by year, level, source, purpose and place.

What documents tell (`Funding`) stands beside what this system itself was given and paid: the year's appropriations and
what the ledger says was paid of them, as treasury money for bought services of the fund's level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Sum

from sangyu import policy
from sangyu.access.models import Area, AreaKind, User
from sangyu.access.queries import communities, subdistricts
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.queries import decide_if_ruled
from sangyu.budget import queries as budget_read
from sangyu.insight import rules
from sangyu.insight.models import Funding, FundingLevel, FundingPurpose, FundingSource, FundingStage
from sangyu.insight.queries.lens import Lens, ensure_reader

WAYS: dict[str, tuple[str, ...]] = {
    "source": ("source", "purpose"),
    "year": ("year", "level", "purpose"),
    "place": ("area", "level", "purpose"),
}
WAY_LABELS = {"source": "来源和用途", "year": "年度、级次和用途", "place": "社区、级次和用途"}
LABELS = {"year": "年度", "level": "级次", "source": "来源", "purpose": "用途", "area": "地方"}
WORDS = {
    "level": dict(FundingLevel.choices),
    "source": dict(FundingSource.choices),
    "purpose": dict(FundingPurpose.choices),
}
CHOICES = {
    "source": FundingSource.choices,
    "level": FundingLevel.choices,
    "purpose": FundingPurpose.choices,
    "stage": FundingStage.choices,
}
STAGES = tuple(FundingStage.values)
LEVELS = {"city": "CITY", "district": "DISTRICT", "higher": "HIGHER", "province": "PROVINCE", "society": "SOCIETY"}


class Key(NamedTuple):
    """What a sum is of."""

    year: int
    area: str
    source: str
    level: str
    purpose: str
    stage: str


@dataclass(frozen=True)
class FundingLine:
    """One line: its labels, and what is planned, allocated and spent (fen)."""

    labels: tuple[str, ...]
    sums_fen: tuple[int, int, int]


@dataclass(frozen=True)
class PurchaseShare:
    """How much of what a community was allocated in a year is for bought services, and what the city's rule says.

    `result` is pass, warn or fail; empty where the city has no rule. Units: fen, per-mille.
    """

    year: int
    community: str
    purchase_fen: int
    allocated_fen: int
    share_pm: int | None
    result: str
    because: str


@dataclass(frozen=True)
class FundingReport:
    """The money of some years as known at an instant, cut one way; `entered` are the newest rows told."""

    since_year: int
    until_year: int
    way: str
    titles: tuple[str, ...]
    lines: tuple[FundingLine, ...]
    whole: FundingLine
    shares: tuple[PurchaseShare, ...]
    entered: tuple[Funding, ...]


def funding(viewer: User, since_year: int, until_year: int, *, way: str, lens: Lens, shown: int = 50) -> FundingReport:
    """Add up the money of some years (both included), as it was written by then.

    Raises: NotAllowed; BadLens, for a way that there is not, or years that end before they begin.
    """
    ensure_reader(viewer)
    if way not in WAYS:
        raise rules.BadLens("没有这种分法。请从列表里选择。")
    if not 0 <= until_year - since_year <= 30:
        raise rules.BadLens("开始年份晚于结束年份，或者超过30年。请改年份。")
    sums = _sums(viewer, since_year, until_year, lens)
    dims = WAYS[way]
    names = dict(Area.objects.filter(pk__in={key.area for key in sums}).values_list("pk", "name"))
    lines: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(STAGES, 0))
    whole = dict.fromkeys(STAGES, 0)
    for key, amount_fen in sums.items():
        lines[tuple(getattr(key, dim) for dim in dims)][key.stage] += amount_fen
        whole[key.stage] += amount_fen
    rows = Funding.objects.filter(
        programme_id=viewer.programme_id, year__gte=since_year, year__lte=until_year, at__lt=lens.until
    )
    return FundingReport(
        since_year,
        until_year,
        way,
        tuple(LABELS[dim] for dim in dims),
        tuple(
            FundingLine(
                tuple(_word(dim, value, names) for dim, value in zip(dims, key, strict=True)), _three(lines[key])
            )
            for key in sorted(lines, key=lambda key: _place_in_order(dims, key))
        ),
        FundingLine(("合计", *("" for _ in dims[1:])), _three(whole)),
        tuple(_shares(viewer, sums, lens)) if way == "place" else (),
        tuple(rows.select_related("area", "by").order_by("-at", "-id")[:shown]),
    )


def funding_places(viewer: User) -> list[Area]:
    """The places for which money may be entered: the programme's own area, its streets, its communities."""
    own = viewer.programme.area
    below = [*subdistricts(viewer), *communities(viewer)]
    return [own, *(row for row in sorted(below, key=lambda row: row.pk) if row.pk.startswith(own.pk))]


def _sums(viewer: User, since_year: int, until_year: int, lens: Lens) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    rows = Funding.objects.filter(
        programme_id=viewer.programme_id, year__gte=since_year, year__lte=until_year, at__lt=lens.until
    )
    for *key, amount_fen in rows.order_by().values_list(*Key._fields).annotate(sum=Sum("amount_fen")):
        found[Key(*key)] += amount_fen
    for key, amount_fen in _own_money(viewer, range(since_year, until_year + 1), lens):
        found[key] += amount_fen
    return {key: amount_fen for key, amount_fen in found.items() if amount_fen}


def _own_money(viewer: User, years: Sequence[int], lens: Lens) -> Iterator[tuple[Key, int]]:
    """Yield what the year's funds of this system were given by then, and what is paid of them as it stands now."""
    levels = _fund_levels(viewer, lens)
    area = viewer.programme.area_id
    for year in years:
        given: dict[str, int] = defaultdict(int)
        for row in budget_read.appropriations(viewer, year):
            if row.at < lens.until:
                given[row.fund] += row.amount_fen
        for fund, amount_fen in given.items():
            level = levels.get(fund, "DISTRICT")
            source = FundingSource.DONATION if level == "SOCIETY" else FundingSource.TREASURY
            key = Key(year, area, source, level, FundingPurpose.PURCHASE, FundingStage.ALLOCATED)
            yield key, amount_fen
            yield (
                key._replace(stage=FundingStage.SPENT),
                budget_read.position_of(viewer.programme_id, fund, year).paid_fen,
            )


def _fund_levels(viewer: User, lens: Lens) -> dict[str, str]:
    try:
        pack: policy.Pack = adoption_read.pack_of(adoption_read.in_force(viewer.programme_id, lens.on))
    except adoption_read.NothingAdopted:
        return {}
    return {fund.id.upper(): LEVELS.get(fund.level, "DISTRICT") for fund in pack.funds.values()}


def _shares(viewer: User, sums: dict[Key, int], lens: Lens) -> Iterator[PurchaseShare]:
    """Say of every community and year how much of its money buys services."""
    allocated: dict[tuple[int, str], dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
    for key, amount_fen in sums.items():
        if key.stage == FundingStage.ALLOCATED:
            allocated[key.year, key.area][key.purpose == FundingPurpose.PURCHASE] += amount_fen
    areas = {area for _, area in allocated}
    names = dict(Area.objects.filter(pk__in=areas, kind=AreaKind.COMMUNITY).values_list("pk", "name"))
    for (year, area), parts in sorted(allocated.items()):
        if area not in names:
            continue
        decision = decide_if_ruled(
            viewer.programme_id, "purchase-share", {"amount_fen": parts[True], "count": 1}, lens.on
        )
        yield PurchaseShare(
            year,
            names[area],
            parts[True],
            sum(parts.values()),
            rules.share_pm(parts[True], sum(parts.values())),
            (decision.result or "") if decision else "",
            decision.because if decision else "",
        )


def _word(dim: str, value: Any, names: dict[str, str]) -> str:
    if dim == "area":
        return names[value]
    return f"{value}年" if dim == "year" else str(WORDS[dim][value])


def _place_in_order(dims: Sequence[str], key: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(list(WORDS[dim]).index(value) if dim in WORDS else value for dim, value in zip(dims, key, strict=True))


def _three(sums: dict[str, int]) -> tuple[int, int, int]:
    planned, allocated, spent = (sums[stage] for stage in STAGES)
    return planned, allocated, spent
