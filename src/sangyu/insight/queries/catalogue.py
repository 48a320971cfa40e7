"""Every number of the bureau's pages by name: what it counts, how it may be narrowed, what of it adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.access.rules.look_ups import ALARM_AT
from sangyu.dispatch import rules as dispatch_rules
from sangyu.insight import rules
from sangyu.insight.queries import live, sources
from sangyu.insight.queries.lens import Lens
from sangyu.providers.models import ItemClass
from sangyu.registry.models import CardEventKind

ITEM_CLASSES = ItemClass.choices
CARD_STATES = CardEventKind.choices

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
LINE_DIMS = {name: lookup if name == "elder_class" else f"charge__{lookup}" for name, lookup in CHARGE_DIMS.items()}
ELDER_DIMS = {"street": "community__parent_id", "band": "birth_on", "hukou": "hukou_in_area", "alive": "alive"}
ORDER_SUMS = {"price_fen": "price_fen", "public_fen": "public_fen"}
CHARGE_SUMS = {"price_fen": "price_fen", "elder_fen": "elder_fen", "public_fen": "public_fen"}


@dataclass(frozen=True)
class Figure:
    """A number with its rows.

    Shape: `kind` says what a row is; `key` is the field by which rows are listed, with the primary key; `dims` are
    the ways to narrow them; `sums` are the columns that may be added up (fen). Without a key the rows are a short
    list in its own order, which a lower room worked out.
    """

    code: str
    label: str
    kind: str
    basis: str
    rows: Callable[[User, Lens], QuerySet[Any] | Sequence[Any]]
    key: str = ""
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
        "orders",
        "工单",
        "order",
        "按下单时间计，取消的也在内。",
        sources.orders,
        "placed_at",
        True,
        ORDER_DIMS,
        ORDER_SUMS,
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
        "enterprises",
        "加盟企业",
        "enterprise",
        "截至当日已加盟、未退出的企业，暂停接单的也在内。",
        sources.enterprises,
        "name",
        dims={"state": "state_then"},
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
        "charges",
        "计费",
        "charge",
        "截至当日计费且未退回的服务和就餐。",
        sources.charges,
        "at",
        True,
        CHARGE_DIMS,
        CHARGE_SUMS,
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
        "beneficiaries",
        "受益老人",
        "elder",
        "期间至少有一笔计费由公共资金承担一部分的老人。",
        sources.beneficiaries,
        "sort_key",
        dims=ELDER_DIMS,
    ),
    Figure(
        "finals",
        "考核定稿",
        "final",
        "截至当日已经定稿的月度考核。",
        sources.finals,
        "appraisal__month",
        True,
        {"enterprise": "appraisal__enterprise_id", "quarter": "appraisal__month__in"},
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
        "taken-back",
        "以前月份差额",
        "difference",
        "付款时从企业当月扣回的以前月份多付的钱。",
        sources.taken_back,
        "statement__run__month",
        True,
        {"enterprise": "statement__enterprise_id"},
        {"amount_fen": "amount_fen"},
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
    Figure("alarms", "未结的紧急求助", "alarm", "还没有人结案的紧急求助。", live.alarms, of_now=True, tone="bad"),
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
        "look-ups",
        "短时间大量查看证件",
        "look_up",
        f"近{rules.LOOK_BACK_DAYS}天，同一个人一小时内查看完整证件号码达到{ALARM_AT}次，超过上限被拒绝的也计入。",
        live.bulk_look_ups,
        of_now=True,
        tone="bad",
    ),
    Figure(
        "unofficered",
        "缺安全员或急救员",
        "unofficered",
        "已加盟企业里没有持证的安全员，或没有持证的急救员。",
        live.unofficered,
        of_now=True,
        tone="warn",
    ),
    Figure(
        "papers",
        "证照到期",
        "paper",
        f"已经过期，或{rules.EXPIRY_DAYS}天内到期的证照、合同和人员证书；各类只看最新的一份。",
        live.papers,
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
        "patterns",
        "多位老人请换人",
        "pattern",
        f"{dispatch_rules.PATTERN_DAYS}天内至少{dispatch_rules.PATTERN_ELDERS_MIN}位老人请换掉同一位服务人员。"
        "请换人不是投诉，不扣分；成了规律才看。",
        live.patterns,
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
    Figure("to-sign", "待我签字的结算", "run", "企业都已对账，轮到您签字的月份。", live.to_sign, of_now=True),
    Figure(
        "complaints",
        "投诉临近期限",
        "complaint",
        f"还没有结论，期限已过或{rules.COMPLAINT_DAYS}天内到期的投诉。",
        live.pressing_complaints,
        of_now=True,
    ),
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
