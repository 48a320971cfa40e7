"""The report of a day: what was known at its end, the same whenever it is asked for.

Each number names its figure, so its rows are one click away; what this system has no rows for says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from sangyu.access.models import Area, User
from sangyu.insight import rules
from sangyu.insight.models import FrozenReport
from sangyu.insight.queries import sources, tallies
from sangyu.insight.queries.ageing import ELDERLY, whole_population
from sangyu.insight.queries.lens import NONE, Lens, ensure_reader
from sangyu.insight.queries.ranking import ranking
from sangyu.insight.queries.rows import total
from sangyu.insight.queries.tallies import Sums
from sangyu.insight.rules import NOT_REGISTERED, Number, Section, Table
from sangyu.policy.vocabulary import facts as policy_facts
from sangyu.providers.models import Enterprise, ItemClass, ServiceItem
from sangyu.registry.models import CardEventKind

ITEM_CLASSES = dict(ItemClass.choices)
DIMS = ("elder_class", "enterprise", "item", "month")


@dataclass(frozen=True)
class Report:
    """The report of a day with its hash."""

    on: date
    sections: tuple[Section, ...]

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The report as plain lists and mappings."""
        return rules.plain(self.sections)

    @property
    def sha256(self) -> str:
        """The hash of the plain report."""
        return rules.seal(self.plain)


def report(viewer: User, on: date) -> Report:
    """Work out the report of a Beijing day from everything that had been written by its end.

    Raises: NotAllowed.
    """
    ensure_reader(viewer)
    lens = Lens(rules.end_of(on))
    return Report(
        on,
        (
            _services(viewer, lens),
            _resources(viewer, lens),
            _ageing(viewer, lens),
            _volunteers(),
            _cards(viewer, lens),
            _subsidy(viewer, lens),
            _cost(viewer, lens),
            ranking(viewer, lens),
        ),
    )


def frozen(viewer: User, on: date) -> FrozenReport | None:
    """Return the report of a day as it was frozen, if it was."""
    ensure_reader(viewer)
    return FrozenReport.objects.filter(programme_id=viewer.programme_id, on=on).select_related("by").first()


def frozen_reports(viewer: User, *, limit: int = 12) -> list[FrozenReport]:
    """Return the last frozen reports, latest day first."""
    ensure_reader(viewer)
    rows = FrozenReport.objects.filter(programme_id=viewer.programme_id).select_related("by")
    return list(rows.order_by("-on")[:limit])


def _count(viewer: User, lens: Lens, label: str, figure: str, unit: str, note: str = "", **cut: str) -> Number:
    narrowed = Lens(lens.until, lens.since, cut)
    return Number(label, total(viewer, figure, narrowed)["n"], figure, unit=unit, note=note, lens=cut)


def _missing(label: str, why: str = "") -> Number:
    return Number(label, None, note=why or NOT_REGISTERED)


def _services(viewer: User, lens: Lens) -> Section:
    served = _count(viewer, lens, "完成的上门服务", "served", "人次")
    meals = _count(viewer, lens, "老年餐厅就餐", "meals", "人次")
    return Section(
        "services",
        "登记与服务",
        "登记以入院登记的时间为准，服务以完成的时间为准，就餐以售出的时间为准，退餐不计。",
        (
            _count(viewer, lens, "登记老人", "elders", "人"),
            _count(viewer, lens, "其中在册", "elders", "人", "未登记去世", alive="yes"),
            _count(viewer, lens, "工单总数", "orders", "单"),
            served,
            meals,
            Number("服务总量", (served.value or 0) + (meals.value or 0), unit="人次", note="上门服务与就餐之和"),
        ),
    )


def _resources(viewer: User, lens: Lens) -> Section:
    return Section(
        "resources",
        "服务资源",
        "企业以加盟登记为准，餐厅以合同在期为准。没有录入本系统的资源不写零，写“本系统未登记”。",
        (
            _count(viewer, lens, "加盟企业", "enterprises", "家"),
            _count(viewer, lens, "服务人员", "workers", "人"),
            _count(viewer, lens, "老年餐厅", "canteens", "家"),
            _missing("社区医疗站"),
            _missing("综合养老服务中心"),
        ),
    )


def _ageing(viewer: User, lens: Lens) -> Section:
    streets: dict[str, str] = {}
    counted: Counter[tuple[str, int]] = Counter()
    hukou: Counter[str] = Counter()
    bands = [
        When(birth_on__gte=begins_on, birth_on__lt=ends_on, then=Value(n))
        for n, (begins_on, ends_on) in enumerate(rules.born_between(*band, lens.on) for band in rules.AGE_BANDS)
    ]
    rows = sources.living(viewer, lens).order_by().annotate(age_band=Case(*bands, output_field=IntegerField()))
    groups = rows.values_list("community_id", "age_band", "hukou_in_area").annotate(n=Count("pk"))
    lies_in = {area.pk: area.parent for area in Area.objects.select_related("parent")}
    for community, band, in_area, n in groups:
        parent = lies_in[community]
        street = parent.pk if parent else NONE
        streets[street] = parent.name if parent else "未分街道"
        counted[street, band] += n
        hukou[street] += n if in_area else 0
    table = Table(
        "在册老人按街道和年龄",
        ("在册", *(rules.band_label(low, high) for low, high in rules.AGE_BANDS), "本地户籍"),
        tuple((streets[street], _street(street, streets[street], counted, hukou)) for street in sorted(streets)),
    )
    basis, numbers = _base(viewer, lens)
    return Section("ageing", "老龄化（按街道）", basis, numbers, (table,))


def _base(viewer: User, lens: Lens) -> tuple[str, tuple[Number, ...]]:
    told = whole_population(viewer, lens)
    if told is None or not told.hukou:
        return (
            "年龄为截至当日的周岁。户籍人口基数没有录入本系统，因此只报在册老人，不计算老龄化率。",
            (_missing("户籍人口基数"), _missing("老龄化率", "没有户籍人口基数，不计算")),
        )
    registered = sources.living(viewer, lens).filter(
        birth_on__lt=rules.born_between(ELDERLY, 200, lens.on)[1], hukou_in_area=True
    )
    elders = told.elders if told.elders is not None else registered.count()
    counted = "公布的60岁及以上人数" if told.elders is not None else "在册的60岁及以上户籍老人"
    return (
        "年龄为截至当日的周岁。户籍人口基数以录入的公报为准，分街道见“人口与老龄化”。",
        (
            Number("户籍人口基数", told.hukou, unit="人", note=f"{told.year}年末，{told.document}"),
            Number("老龄化率", rules.share_pm(elders, told.hukou), measure="pm", note=f"{counted} ÷ 户籍人口"),
        ),
    )


def _street(street: str, name: str, counted: Counter[tuple[str, int]], hukou: Counter[str]) -> tuple[Number, ...]:
    cut = {"street": street, "alive": "yes"}
    by_band = [counted[street, band] for band in range(len(rules.AGE_BANDS))]
    return (
        Number(name, sum(by_band), "elders", unit="人", lens=cut),
        *(
            Number(name, n, "elders", unit="人", lens={**cut, "band": f"{low}-{high}"})
            for n, (low, high) in zip(by_band, rules.AGE_BANDS, strict=True)
        ),
        Number(name, hukou[street], "elders", unit="人", lens={**cut, "hukou": "yes"}),
    )


def _volunteers() -> Section:
    return Section(
        "volunteers",
        "志愿服务",
        "志愿者和帮扶记录还没有录入本系统。",
        (_missing("志愿者"), _missing("帮扶老人")),
    )


def _cards(viewer: User, lens: Lens) -> Section:
    by_state = tallies.counted(viewer, "cards", lens, "state")["state"]
    found = Counter({state: sums["n"] for state, sums in by_state.items()})
    return Section(
        "cards",
        "市民卡与老年手机",
        "每张卡按当日最后一次登记的状态计。",
        (
            Number("发出的卡", sum(found.values()), "cards", unit="张"),
            Number("可以使用", sum(found.get(state, 0) for state in sources.USABLE), "active-cards", unit="张"),
            *(
                Number(str(CardEventKind(state).label), found.get(state, 0), "cards", unit="张", lens={"state": state})
                for state in CardEventKind.values
            ),
            _missing("免费老年手机"),
        ),
    )


COLUMNS = ("计费", "价格", "老人自付", "公共资金", "已拨付")


def _subsidy(viewer: User, lens: Lens) -> Section:
    charged = tallies.counted(viewer, "charges", lens, "", *DIMS)
    paid = tallies.counted(viewer, "paid", lens, "", *DIMS)
    back = total(viewer, "taken-back", lens)
    classes = tallies.item_classes(viewer)
    for found in (charged, paid):
        found["item_class"] = _merged(found["item"], classes)
    enterprises = _names(Enterprise.objects.filter(programme_id=viewer.programme_id), "short_name")
    items = _names(ServiceItem.objects.filter(programme_id=viewer.programme_id), "name")
    whole, sent = charged[""].get("", {}), paid[""].get("", {})
    return Section(
        "subsidy",
        "补贴",
        "计费按计费时间截止，已退回的不计；已拨付按付款送出的时间截止，银行退回的不计。金额以分核算。",
        (
            Number("计费", whole.get("n", 0), "charges", unit="笔"),
            Number("公共资金", whole.get("public_fen", 0), "charges", "public_fen"),
            Number("其中已拨付", sent.get("net_fen", 0), "paid", "net_fen"),
            Number("考核扣减", sent.get("deducted_fen", 0), "paid", "deducted_fen"),
            Number("以前月份扣回", back["amount_fen"], "taken-back", "amount_fen"),
        ),
        (
            _by(
                "按老人类别",
                "elder_class",
                charged,
                paid,
                class_label,
                note="就餐等不问类别的，记为“不分类”。",
            ),
            _by("按企业", "enterprise", charged, paid, enterprises.__getitem__, largest_first=True),
            _by("按服务类别", "item_class", charged, paid, lambda key: ITEM_CLASSES.get(key, key)),
            _by("按服务项目", "item", charged, paid, items.__getitem__, largest_first=True),
            _by("按服务月份", "month", charged, paid, str),
        ),
    )


def class_label(key: str) -> str:
    """Name a class of elders: A类 where the pack sorts them by letters, else the common word (无偿对象)."""
    known = policy_facts()["service_class"].codes
    return "不分类" if key == NONE else f"{known[key]}对象" if key in known else f"{key}类"


def _merged(by_item: dict[str, Sums], classes: dict[str, str]) -> dict[str, Sums]:
    """Add up items by their class."""
    found: dict[str, Sums] = {}
    for item, sums in by_item.items():
        into = found.setdefault(classes[item], dict.fromkeys(sums, 0))
        for name, value in sums.items():
            into[name] += value
    return found


def _names(rows: QuerySet[Any], column: str) -> dict[str, str]:
    return {str(pk): name for pk, name in rows.values_list("pk", column)}


def _by(
    title: str,
    dim: str,
    charged: dict[str, dict[str, Sums]],
    paid: dict[str, dict[str, Sums]],
    label: Callable[[str], str],
    *,
    largest_first: bool = False,
    note: str = "",
) -> Table:
    """Put charges and payments side by side by one dimension."""
    rows = []
    for key, sums in sorted(charged[dim].items(), key=lambda row: (row[0] == NONE, row[0])):
        name, cut = label(key), {dim: key}
        rows.append(
            (
                name,
                (
                    Number(name, sums["n"], "charges", unit="笔", lens=cut),
                    Number(name, sums["price_fen"], "charges", "price_fen", lens=cut),
                    Number(name, sums["elder_fen"], "charges", "elder_fen", lens=cut),
                    Number(name, sums["public_fen"], "charges", "public_fen", lens=cut),
                    Number(name, paid[dim].get(key, {}).get("net_fen", 0), "paid", "net_fen", lens=cut),
                ),
            )
        )
    if largest_first:
        rows.sort(key=lambda row: -(row[1][3].value or 0))
    return Table(title, COLUMNS, tuple(rows), note)


def _cost(viewer: User, lens: Lens) -> Section:
    since = year_before(lens.on)
    window = Lens(lens.until, rules.begin_of(since))
    public = total(viewer, "subsidy", window)["public_fen"]
    return cost(public, total(viewer, "beneficiaries", window)["n"], since)


def cost(public: int, heads: int, since: date) -> Section:
    """Set what one elder costs beside a bed. Units: `public` in fen."""
    cut = {"since": since.isoformat()}
    each = rules.per_head_fen(public, heads)
    home = rules.REFERENCE_FEE_FEN * 12
    share = rules.share_pm(each, home) if each is not None else None
    return Section(
        "cost",
        "每位受益老人的成本",
        f"算式：近12个月（{since}起）公共资金 ÷ 同期至少享受一次公共资金的老人数，四舍五入到分。"
        f"参照：{rules.REFERENCE_SOURCE}。参照值 = 1000元 × 12个月；每床建设成本 = 2000万元 ÷ "
        f"{rules.REFERENCE_BEDS}床。"
        "平台自身的建设和运行投入没有录入本系统，因此“十分之一”的说法在这里只能对照，不能证实。",
        (
            Number("近12个月公共资金", public, "subsidy", "public_fen", lens=cut),
            Number("受益老人", heads, "beneficiaries", unit="人", lens=cut),
            Number("每位受益老人", each, measure="each_fen", note="公共资金 ÷ 受益老人"),
            Number("养老院每床每年收费（参照）", home, measure="reference_fen", note="1000元 × 12个月"),
            Number("与参照之比", share, measure="pm", note="每位受益老人 ÷ 养老院每床每年收费"),
            Number(
                "养老院每床建设成本（参照）",
                rules.per_head_fen(rules.REFERENCE_BUILDING_FEN, rules.REFERENCE_BEDS),
                measure="reference_fen",
                note=f"2000万元 ÷ {rules.REFERENCE_BEDS}床",
            ),
            _missing("平台建设成本"),
        ),
    )


def year_before(on: date) -> date:
    """Return the first day of the year that ends on a day."""
    try:
        return on.replace(year=on.year - 1) + timedelta(days=1)
    except ValueError:
        return date(on.year - 1, 3, 1)


def unlike(report_now: Report, stored: FrozenReport) -> list[str]:
    """Name the parts of a report that differ from its frozen figures; empty when it comes out the same."""
    then = {section["code"]: section for section in stored.figures}
    return [section["title"] for section in report_now.plain if then.get(section["code"]) != section]
