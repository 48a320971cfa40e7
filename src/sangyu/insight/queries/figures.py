"""Every number of the bureau's pages by name, and the rows behind it.

A number is counted from the same source that lists its rows, so the two cannot differ; a page of rows is read by key,
however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Model, Q, QuerySet, Sum

from sangyu.access.models import User
from sangyu.insight import rules
from sangyu.insight.queries import live, sources
from sangyu.insight.queries.lens import Lens, narrowed, read_date
from sangyu.kit.errors import NotFound

PAGE = 50

ORDER_DIMS = {
    "street": "community__parent_id",
    "item_class": "item__item_class",
    "item": "item_id",
    "enterprise": "enterprise_id",
    "elder_class": "elder_class",
    "stage": "stage",
    "day": "placed_at",
    "placed_month": "placed_at",
}
CHARGE_DIMS = {
    "elder_class": "elder_class",
    "enterprise": "enterprise_id",
    "item_class": "item__item_class",
    "item": "item_id",
    "month": "service_on",
    "street": "elder__community__parent_id",
}
LINE_DIMS = {
    name: lookup if name == "elder_class" else f"charge__{lookup}" for name, lookup in CHARGE_DIMS.items()
}
ELDER_DIMS = {"street": "community__parent_id", "band": "birth_on", "hukou": "hukou_in_area", "alive": "alive"}
ORDER_SUMS = {"price_fen": "price_fen", "public_fen": "public_fen"}
CHARGE_SUMS = {"price_fen": "price_fen", "elder_fen": "elder_fen", "public_fen": "public_fen"}


@dataclass(frozen=True)
class Figure:
    """A number with its rows.

    Shape: `kind` says what a row is; `key` is the field by which rows are listed, with the primary key; `dims` are
    the ways to narrow them; `sums` are the columns that may be added up (fen).
    """

    code: str
    label: str
    kind: str
    basis: str
    rows: Callable[[User, Lens], QuerySet[Any]]
    key: str
    newest_first: bool = False
    dims: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    of_now: bool = False
    tone: str = ""


def _by_code(*figures: Figure) -> dict[str, Figure]:
    return {figure.code: figure for figure in figures}


FIGURES = _by_code(
    Figure("elders", "登记老人", "elder", "截至当日已登记入院的老人。", sources.elders, "sort_key", dims=ELDER_DIMS),
    Figure(
        "orders", "工单", "order", "按下单时间计，取消的也在内。", sources.orders, "placed_at", True, ORDER_DIMS, ORDER_SUMS
    ),
    Figure(
        "served",
        "完成的服务",
        "order",
        "按服务人员离开、工单完成的时间计。",
        sources.served,
        "placed_at",
        True,
        ORDER_DIMS,
        ORDER_SUMS,
    ),
    Figure(
        "meals",
        "就餐",
        "sale",
        "按售出时间计，已退餐的不计。",
        sources.meals,
        "sold_at",
        True,
        {
            "street": "elder__community__parent_id",
            "enterprise": "canteen__enterprise_id",
            "day": "sold_at",
            "placed_month": "sold_at",
        },
        CHARGE_SUMS,
    ),
    Figure(
        "enterprises", "加盟企业", "enterprise", "截至当日已加盟且未退出的企业。", sources.enterprises, "name"
    ),
    Figure("workers", "服务人员", "worker", "加盟企业当日在册的服务人员。", sources.workers, "name"),
    Figure(
        "canteens",
        "老年餐厅",
        "canteen",
        "截至当日已开设且合同在期的餐厅。",
        sources.canteens,
        "name",
        dims={"street": "community__parent_id"},
    ),
    Figure(
        "cards",
        "发出的卡",
        "card",
        "截至当日发出的全部卡，按当日状态。",
        sources.cards,
        "issued_on",
        True,
        {"state": "state", "street": "elder__community__parent_id"},
    ),
    Figure(
        "active-cards",
        "可用的卡",
        "card",
        "当日可以刷的卡：已发卡或已找回。",
        sources.active_cards,
        "issued_on",
        True,
        {"street": "elder__community__parent_id"},
    ),
    Figure(
        "charges", "计费", "charge", "截至当日计费且未退回的服务和就餐。", sources.charges, "at", True, CHARGE_DIMS, CHARGE_SUMS
    ),
    Figure(
        "subsidy",
        "有补贴的计费",
        "charge",
        "计费中由公共资金承担一部分的。",
        sources.subsidised,
        "at",
        True,
        CHARGE_DIMS,
        CHARGE_SUMS,
    ),
    Figure(
        "paid",
        "已拨付",
        "line",
        "付款已送出、银行没有退回的结算行，扣减后的实付。",
        sources.paid_lines,
        "charge__service_on",
        True,
        LINE_DIMS,
        {"net_fen": "net_fen", "deducted_fen": "deducted_fen"},
    ),
    Figure(
        "today",
        "今日工单",
        "order",
        "约定今天上门的工单，按现在的状态。",
        live.wanted_today,
        "wanted_from",
        False,
        ORDER_DIMS,
        ORDER_SUMS,
        of_now=True,
    ),
    Figure(
        "late",
        "超时",
        "order",
        f"约定时间过了{rules.ARRIVAL_LATE_MINUTES}分钟没有人到；派出后过了答复时限没有接；"
        f"下单{rules.UNSENT_MINUTES_MAX}分钟还没有派出。一张工单只按第一条计。",
        live.late,
        "wanted_from",
        False,
        {**ORDER_DIMS, "late": "late"},
        of_now=True,
        tone="bad",
    ),
)

EXCEPTIONS = _by_code(
    Figure(
        "dead-orders",
        "已故老人还有工单",
        "order",
        "老人已登记去世，工单还没有了结。请调度核实后取消。",
        live.orders_of_the_dead,
        "wanted_from",
        dims=ORDER_DIMS,
        of_now=True,
        tone="bad",
    ),
    Figure(
        "denied",
        "老人说没有人来",
        "follow_up",
        f"近{rules.LOOK_BACK_DAYS}天回访时，老人表示没有人上门。费用暂不结算。",
        live.denied,
        "at",
        True,
        of_now=True,
        tone="bad",
    ),
    Figure(
        "refused-payments",
        "银行退回的付款",
        "payment",
        "银行没有付成，也还没有重新送出。欠企业的钱仍然欠着。",
        live.refused_payments,
        "at",
        True,
        of_now=True,
        tone="bad",
    ),
    Figure(
        "unofficered",
        "缺安全员或急救员",
        "unofficered",
        "加盟企业在册人员里没有安全员，或没有急救员。",
        live.unofficered,
        "name",
        of_now=True,
        tone="warn",
    ),
    Figure(
        "unproven",
        "上门证明不足",
        "visit",
        f"近{rules.UNPROVEN_DAYS}天证明等级为C或D的上门，须经回访确认才能结算。",
        live.unproven,
        "left_at",
        True,
        of_now=True,
        tone="warn",
    ),
    Figure(
        "overdue-calls",
        "回访超期",
        "task",
        f"抽中后超过{rules.FOLLOW_UP_DAYS_MAX}天还没有打通的回访。",
        live.overdue_calls,
        "sample__day",
        of_now=True,
        tone="warn",
    ),
    Figure(
        "second-lunches",
        "同一天第二餐",
        "sale",
        f"近{rules.SECOND_LUNCH_DAYS}天同一位老人当日的第二餐及以后。",
        live.second_lunches,
        "sold_at",
        True,
        sums=CHARGE_SUMS,
        of_now=True,
        tone="warn",
    ),
    Figure(
        "unconfirmed",
        "企业未对账",
        "statement",
        "已出单而企业还没有确认的结算单。",
        live.unconfirmed,
        "run__month",
        of_now=True,
        sums={"net_fen": "net_fen"},
        tone="warn",
    ),
    Figure(
        "expired-holds",
        "到期释放的占用",
        "hold",
        f"近{rules.LOOK_BACK_DAYS}天没有按时结清、到期自动退回预算的占用。",
        live.expired_holds,
        "at",
        True,
        of_now=True,
        sums={"amount_fen": "amount_fen"},
        tone="warn",
    ),
)

TO_DO = _by_code(
    Figure(
        "statement-objections",
        "结算异议待答复",
        "statement_objection",
        "企业对结算单提出、财务还没有答复的异议。",
        live.unanswered_objections,
        "at",
        of_now=True,
    ),
    Figure(
        "appraisal-objections",
        "考核异议待裁定",
        "appraisal_objection",
        "企业对考核提出、还没有裁定的异议。",
        live.unruled_objections,
        "at",
        of_now=True,
    ),
)

EVERY = {**FIGURES, **EXCEPTIONS, **TO_DO}


def figure_of(code: str) -> Figure:
    """Return a figure by its name.

    Raises: NotFound.
    """
    if code not in EVERY:
        raise NotFound("没有这项数字。请从首页或报告里重新点进来。")
    return EVERY[code]


def open_rows(viewer: User, code: str, lens: Lens) -> QuerySet[Any]:
    """Return the rows of a figure, narrowed and in the order of its list.

    Raises: NotFound, BadLens, NotAllowed.
    """
    figure = figure_of(code)
    rows = narrowed(figure.rows(viewer, lens), figure.dims, lens)
    keys = [figure.key, "pk"]
    return rows.order_by(*(f"-{key}" for key in keys)) if figure.newest_first else rows.order_by(*keys)


def total(viewer: User, code: str, lens: Lens) -> dict[str, int]:
    """Count the rows of a figure and add up its columns; one query. Shape: "n" and every name of its sums."""
    wanted = {name: Sum(column) for name, column in figure_of(code).sums.items()}
    found = open_rows(viewer, code, lens).order_by().aggregate(n=Count("pk"), **{f"sum_{k}": v for k, v in wanted.items()})
    return {"n": found["n"], **{name: found[f"sum_{name}"] or 0 for name in wanted}}


@dataclass(frozen=True)
class Page:
    """Some rows of a list; `after` opens the next page, empty on the last."""

    rows: list[Any]
    after: str


def page_of(viewer: User, code: str, lens: Lens, *, after: str = "", limit: int = PAGE) -> Page:
    """Return the rows of a figure behind a key, `limit` at a time.

    Raises: NotFound, BadLens, NotAllowed.
    """
    figure = figure_of(code)
    rows = open_rows(viewer, code, lens)
    if after:
        rows = rows.filter(_behind(rows, figure, after))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _key_of(found[limit - 1], figure) if more else "")


def _key_of(row: Model, figure: Figure) -> str:
    value: Any = row
    for step in figure.key.split("__"):
        value = getattr(value, step)
    return f"{value.isoformat() if hasattr(value, 'isoformat') else value}~{row.pk}"


def _behind(rows: QuerySet[Any], figure: Figure, after: str) -> Q:
    text, _, pk = after.rpartition("~")
    way = "lt" if figure.newest_first else "gt"
    value = _typed(rows, figure, text)
    try:
        row_id = rows.model._meta.pk.to_python(pk)
    except Exception as wrong:
        raise rules.BadLens("翻页的位置不完整。请回到这份清单的第一页。") from wrong
    return Q(**{f"{figure.key}__{way}": value}) | Q(**{figure.key: value, f"pk__{way}": row_id})


def _typed(rows: QuerySet[Any], figure: Figure, text: str) -> Any:
    column = rows.model._meta
    field_of: Any = None
    for step in figure.key.split("__"):
        field_of = column.get_field(step)
        column = field_of.related_model._meta if field_of.related_model else column
    kind = field_of.get_internal_type()
    if kind == "DateTimeField":
        try:
            return datetime.fromisoformat(text)
        except ValueError as wrong:
            raise rules.BadLens("翻页的位置不完整。请回到这份清单的第一页。") from wrong
    return read_date(text) if kind == "DateField" else text


def read_lens(query: Mapping[str, str], *, at: datetime, of_now: bool = False) -> Lens:
    """Read a lens from an address: `on` or `until` a day, `since` a day, and every other word a dimension.

    A figure of the present takes no day. Raises: BadLens.
    """
    cut = {name: value for name, value in query.items() if name not in ("on", "since", "after") and value}
    today = at.astimezone(rules.BEIJING).date()
    on = read_date(query["on"]) if query.get("on") else today
    since = rules.begin_of(read_date(query["since"])) if query.get("since") else None
    if on > today:
        raise rules.BadLens(f"{on}还没有到。请选择今天或更早的日期。")
    if since is not None and since >= rules.end_of(on):
        raise rules.BadLens("开始日期晚于结束日期。请调换过来。")
    if of_now:
        return Lens(at + timedelta(microseconds=1), None, cut)
    return Lens(rules.end_of(on), since, cut)
