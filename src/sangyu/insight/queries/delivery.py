"""What was ordered, delivered and said of it in a period: by enterprise, item, community, month or elder.

Orders count by when they were placed, visits by when the worker left, calls by when the elder was reached. Every number
but the minutes opens its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, DateField, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth

from sangyu.access.models import Area, User
from sangyu.adoption.queries import decide_if_ruled
from sangyu.insight import rules
from sangyu.insight.queries import sources
from sangyu.insight.queries.figures import ORDER_DIMS
from sangyu.insight.queries.lens import Lens, ensure_reader, narrowed
from sangyu.insight.rules import Number
from sangyu.kit.month import Month
from sangyu.providers.models import Enterprise, ServiceItem
from sangyu.quality.models import FollowUp
from sangyu.registry.models import Elder
from sangyu.visits.models import Departure, Visit, VisitCharge

VISIT_DIMS = {
    "enterprise": "visit__enterprise_id",
    "item": "visit__order__item_id",
    "community": "visit__order__community_id",
    "street": "visit__order__community__parent_id",
    "elder": "visit__order__elder_id",
    "placed_month": "left_at",
}
CALL_DIMS = {
    "enterprise": "enterprise_id",
    "item": "task__order__item_id",
    "community": "task__order__community_id",
    "street": "task__order__community__parent_id",
    "elder": "task__order__elder_id",
    "placed_month": "at",
}
WAYS = {"enterprise": "企业", "item": "服务项目", "community": "社区", "placed_month": "月份", "elder": "老人"}
ELDERS_MAX = 200  # by elder the page is a list to look at, the whole of it is every elder
Counted = dict[str, int]
COLUMNS = ("下单", "完成上门", "时长", "老人付费的上门", "打通回访", "表示满意", "满意率", "平均分")


def visits(viewer: User, lens: Lens) -> QuerySet[Departure]:
    """The visits that ended by then (in the period)."""
    ensure_reader(viewer)
    rows = Departure.objects.filter(visit__programme_id=viewer.programme_id, left_at__lt=lens.until)
    if lens.since is not None:
        rows = rows.filter(left_at__gte=lens.since)
    return rows.select_related(
        "visit", "visit__order", "visit__order__elder", "visit__order__item", "visit__worker", "visit__enterprise"
    )


def paid_visits(viewer: User, lens: Lens) -> QuerySet[Departure]:
    """The visits of which the elder pays a part or all, as charged by then; no visit's charge is ever reversed."""
    charged = VisitCharge.objects.filter(visit=OuterRef("visit"), charge__elder_fen__gt=0, charge__at__lt=lens.until)
    return visits(viewer, lens).filter(Exists(charged))


def calls(viewer: User, lens: Lens) -> QuerySet[FollowUp]:
    """The follow-up calls that reached the elder by then (in the period), each with the enterprise that was there."""
    ensure_reader(viewer)
    rows = FollowUp.objects.filter(task__sample__programme_id=viewer.programme_id, reached=True, at__lt=lens.until)
    if lens.since is not None:
        rows = rows.filter(at__gte=lens.since)
    visited = Visit.objects.filter(order=OuterRef("task__order"))
    return rows.annotate(
        enterprise_id=Subquery(visited.values("enterprise_id")[:1]),
        enterprise_name=Subquery(visited.values("enterprise__short_name")[:1]),
    ).select_related("by", "task", "task__order", "task__order__elder", "task__order__item")


def satisfied(viewer: User, lens: Lens) -> QuerySet[FollowUp]:
    """The calls in which the elder was satisfied."""
    return calls(viewer, lens).filter(satisfaction__gte=rules.SATISFIED)


@dataclass(frozen=True)
class Share:
    """One line: orders placed, visits, minutes, visits the elder pays for, calls, satisfied, share and mean."""

    name: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Delivery:
    """What was delivered from one day to another, whole and cut one way; `because` is the city's own rule on the calls.

    `left_out` is how many elders are not listed.
    """

    since: date
    on: date
    by: str
    whole: Share
    shares: tuple[Share, ...]
    because: str
    left_out: int


def delivery(viewer: User, since: date, on: date, *, by: str, enterprise: str = "") -> Delivery:
    """Count orders, visits, minutes and calls of a period by one dimension, of one enterprise if it is named.

    Lines by the most minutes first, months in their order; a fixed number of queries, however long the period.
    Raises: NotAllowed; BadLens, for a dimension that there is not, or a period that ends before it begins.
    """
    ensure_reader(viewer)
    if by not in WAYS:
        raise rules.BadLens("没有这种分法。请从列表里选择。")
    if since > on:
        raise rules.BadLens("开始日期晚于结束日期。请调换过来。")
    cut = {"enterprise": enterprise} if enterprise else {}
    lens = Lens(rules.end_of(on), rules.begin_of(since), cut)
    found: dict[Any, Counted] = defaultdict(dict)
    for name, rows, dims, sums in (
        ("orders", sources.orders(viewer, lens), ORDER_DIMS, {}),
        ("visits", visits(viewer, lens), VISIT_DIMS, {"minutes": Sum("minutes")}),
        ("paid-visits", paid_visits(viewer, lens), VISIT_DIMS, {}),
        ("calls", calls(viewer, lens), CALL_DIMS, {"score": Sum("satisfaction")}),
        ("satisfied", satisfied(viewer, lens), CALL_DIMS, {}),
    ):
        for key, n, *more in _grouped(narrowed(rows, dims, lens), dims[by], by, sums):
            found[key] |= {name: n, **dict(zip(sums, more, strict=True))}
    period = {"since": since.isoformat(), **cut}
    names = _names(viewer, by, found)
    keys = sorted(
        found, key=lambda key: (str(key) if by == "placed_month" else -found[key].get("minutes", 0), str(key))
    )
    shown = keys[:ELDERS_MAX] if by == "elder" else keys
    whole: Counted = defaultdict(int)
    for counted in found.values():
        for name, n in counted.items():
            whole[name] += n
    decision = decide_if_ruled(
        viewer.programme_id,
        "satisfaction-rate",
        {"count": whole["satisfied"], "total": whole["calls"]},
        on,
    )
    return Delivery(
        since,
        on,
        by,
        _share("合计", whole, period),
        tuple(_share(names.get(key, "未派单"), found[key], {**period, by: _value(key, by)}) for key in shown),
        decision.because if decision is not None and whole["calls"] else "",
        len(keys) - len(shown),
    )


def _grouped(rows: QuerySet[Any], lookup: str, by: str, sums: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    key = TruncMonth(lookup, tzinfo=rules.BEIJING, output_field=DateField()) if by == "placed_month" else F(lookup)
    counted = rows.order_by().annotate(key=key).values("key").annotate(n=Count("pk"), **sums)
    return counted.values_list("key", "n", *sums)


def _value(key: Any, by: str) -> str:
    if key is None:
        return "-"
    return str(Month.of(key)) if by == "placed_month" else str(key)


def _names(viewer: User, by: str, keys: Iterable[Any]) -> dict[Any, str]:
    if by == "placed_month":
        return {key: str(Month.of(key)) for key in keys}
    rows: QuerySet[Any]
    if by == "community":
        rows, column = Area.objects.all(), "name"
    elif by == "elder":
        rows, column = Elder.objects.filter(programme_id=viewer.programme_id), "name"
    elif by == "item":
        rows, column = ServiceItem.objects.filter(programme_id=viewer.programme_id), "name"
    else:
        rows, column = Enterprise.objects.filter(programme_id=viewer.programme_id), "short_name"
    return dict(rows.filter(pk__in=[key for key in keys if key is not None]).values_list("pk", column))


def _share(name: str, counted: Mapping[str, int], lens: Mapping[str, str]) -> Share:
    def number(figure: str, unit: str) -> Number:
        return Number(name, counted.get(figure, 0), figure, unit=unit, lens=lens)

    reached, score = counted.get("calls", 0), counted.get("score", 0) or 0
    return Share(
        name,
        (
            number("orders", "单"),
            number("visits", "次"),
            Number(name, counted.get("minutes", 0), measure="minutes"),
            number("paid-visits", "次"),
            number("calls", "次"),
            number("satisfied", "次"),
            Number(name, rules.share_pm(counted.get("satisfied", 0), reached), measure="pm"),
            Number(name, rules.mean_hundredths(score, reached), measure="hundredths"),
        ),
    )
