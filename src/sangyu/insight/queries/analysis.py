"""Orders of a stretch of days by class, street, enterprise and time, as bars whose every length opens its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sangyu.access.models import Area, User
from sangyu.insight import rules
from sangyu.insight.queries import tallies
from sangyu.insight.queries.lens import NONE, Lens, ensure_reader
from sangyu.insight.queries.tallies import Sums
from sangyu.insight.rules import Number
from sangyu.kit.month import Month
from sangyu.providers.models import Enterprise, ItemClass

DAYS_AS_DAYS = 45
BAR_WIDTH = 1000
ITEM_CLASSES = dict(ItemClass.choices)


@dataclass(frozen=True)
class Bar:
    """One bar: its number and its length in thousandths of the widest."""

    number: Number
    length: int

    @property
    def short(self) -> str:
        """The day of the month where the label is a date: 9 for 11月9日."""
        return self.number.label.partition("月")[2].removesuffix("日") or self.number.label

    @property
    def rest(self) -> int:
        """What is left of the widest above this bar."""
        return BAR_WIDTH - self.length


@dataclass(frozen=True)
class Chart:
    """Orders by one dimension."""

    code: str
    title: str
    bars: tuple[Bar, ...]

    @property
    def n(self) -> int:
        """How many orders the bars hold together."""
        return sum(bar.number.value or 0 for bar in self.bars)


@dataclass(frozen=True)
class Analysis:
    """The orders of a period, whole and cut four ways."""

    since: date
    on: date
    orders: Number
    charts: tuple[Chart, ...]


def analysis(viewer: User, since: date, on: date) -> Analysis:
    """Count the orders placed from one day to another (both included) by class, street, enterprise and time.

    Raises: NotAllowed; BadLens, for a period that ends before it begins.
    """
    ensure_reader(viewer)
    if since > on:
        raise rules.BadLens("开始日期晚于结束日期。请调换过来。")
    lens = Lens(rules.end_of(on), rules.begin_of(since))
    period = {"since": since.isoformat()}
    cut = {dim: {key: sums["n"] for key, sums in found.items()} for dim, found in _counted(viewer, lens).items()}
    classes: Counter[str] = Counter()
    class_of = tallies.item_classes(viewer)
    for item, n in cut["item"].items():
        classes[class_of[item]] += n
    streets = dict(Area.objects.filter(pk__in=cut["street"]).values_list("pk", "name"))
    enterprises = {
        str(pk): name
        for pk, name in Enterprise.objects.filter(programme_id=viewer.programme_id).values_list("pk", "short_name")
    }
    return Analysis(
        since,
        on,
        Number("工单", cut[""].get("", 0), "orders", unit="单", lens=period),
        (
            _chart("item_class", "按服务类别", classes, ITEM_CLASSES, period),
            _chart("street", "按街道", cut["street"], streets, period),
            _chart("enterprise", "按企业", cut["enterprise"], enterprises, period),
            _by_time(viewer, lens, period),
        ),
    )


def _counted(viewer: User, lens: Lens) -> dict[str, dict[str, Sums]]:
    return tallies.counted(viewer, "orders", lens, "", "item", "street", "enterprise")


def _chart(dim: str, title: str, counts: Mapping[str, int], names: Mapping[str, str], period: dict[str, str]) -> Chart:
    missing = "未派单" if dim == "enterprise" else "未分类"
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    found = [
        Number(missing if key == NONE else names.get(key, key), n, "orders", unit="单", lens={**period, dim: key})
        for key, n in rows
    ]
    return Chart(dim, title, _bars(found))


def _by_time(viewer: User, lens: Lens, period: dict[str, str]) -> Chart:
    since = date.fromisoformat(period["since"])
    counted = tallies.by_day(viewer, "orders", lens)
    found = []
    if (lens.on - since).days < DAYS_AS_DAYS:
        for n in range((lens.on - since).days + 1):
            day = since + timedelta(days=n)
            lens_of = {**period, "day": day.isoformat()}
            found.append(Number(f"{day.month}月{day.day}日", counted.get(day, 0), "orders", unit="单", lens=lens_of))
        return Chart("time", "按下单日期", _bars(found))
    by_month: Counter[Month] = Counter()
    for day, n in counted.items():
        by_month[Month.of(day)] += n
    month = Month.of(since)
    while month <= Month.of(lens.on):
        lens_of = {**period, "placed_month": str(month)}
        found.append(Number(str(month), by_month[month], "orders", unit="单", lens=lens_of))
        month = month.next()
    return Chart("time", "按下单月份", _bars(found))


def _bars(numbers: list[Number]) -> tuple[Bar, ...]:
    lengths = rules.bars([number.value or 0 for number in numbers], width=BAR_WIDTH)
    return tuple(Bar(number, length) for number, length in zip(numbers, lengths, strict=True))
