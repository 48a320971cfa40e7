"""Orders of a stretch of days by class, street, enterprise and time, as bars whose every length opens its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate, TruncMonth

from sangyu.access.models import User
from sangyu.insight import rules
from sangyu.insight.queries import sources
from sangyu.insight.queries.lens import NONE, Lens, ensure_reader
from sangyu.insight.queries.rows import total
from sangyu.insight.rules import Number
from sangyu.kit.month import Month
from sangyu.providers.models import ItemClass

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
    count = total(viewer, "orders", lens)["n"]
    return Analysis(
        since,
        on,
        Number("工单", count, "orders", unit="单", lens=period),
        (
            _chart(viewer, lens, period, "item_class", "按服务类别", "item__item_class", None, ITEM_CLASSES.get),
            _chart(viewer, lens, period, "street", "按街道", "community__parent_id", "community__parent__name", None),
            _chart(viewer, lens, period, "enterprise", "按企业", "enterprise_id", "enterprise_name", None),
            _by_time(viewer, lens, period),
        ),
    )


def _chart(
    viewer: User,
    lens: Lens,
    period: dict[str, str],
    dim: str,
    title: str,
    column: str,
    name: str | None,
    label: Callable[[str], str | None] | None,
) -> Chart:
    keys = [column, name] if name else [column]
    rows = sources.orders(viewer, lens).order_by().values(*keys).annotate(n=Count("pk"))
    found = []
    for row in sorted(rows, key=lambda row: (-row["n"], str(row[column]))):
        key = row[column]
        shown = row[name] if name else (label(key) if label and key else key)
        value = NONE if key is None else str(key)
        missing = "未派单" if dim == "enterprise" else "未分类"
        found.append(Number(str(shown or missing), row["n"], "orders", unit="单", lens={**period, dim: value}))
    return Chart(dim, title, _bars(found))


def _by_time(viewer: User, lens: Lens, period: dict[str, str]) -> Chart:
    since = date.fromisoformat(period["since"])
    daily = (lens.on - since).days < DAYS_AS_DAYS
    cut = TruncDate("placed_at", tzinfo=rules.BEIJING) if daily else TruncMonth("placed_at", tzinfo=rules.BEIJING)
    rows = sources.orders(viewer, lens).order_by().annotate(part=cut).values_list("part").annotate(n=Count("pk"))
    counted: dict[Any, int] = dict(rows.values_list("part", "n"))
    found = []
    if daily:
        for n in range((lens.on - since).days + 1):
            day = since + timedelta(days=n)
            lens_of = {**period, "day": day.isoformat()}
            found.append(Number(f"{day.month}月{day.day}日", counted.get(day, 0), "orders", unit="单", lens=lens_of))
        return Chart("time", "按下单日期", _bars(found))
    by_month = {Month.of(part.date()): n for part, n in counted.items()}
    month = Month.of(since)
    while month <= Month.of(lens.on):
        lens_of = {**period, "placed_month": str(month)}
        found.append(Number(str(month), by_month.get(month, 0), "orders", unit="单", lens=lens_of))
        month = month.next()
    return Chart("time", "按下单月份", _bars(found))


def _bars(numbers: list[Number]) -> tuple[Bar, ...]:
    lengths = rules.bars([number.value or 0 for number in numbers], width=BAR_WIDTH)
    return tuple(Bar(number, length) for number, length in zip(numbers, lengths, strict=True))
