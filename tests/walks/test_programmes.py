"""Four more cities, each by its own pack: from the ring of the telephone to the bank's answer, every fen met again.

One path, four tables. The figures are worked out by hand from each city's own text; no line of Python knows a city.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Charge
from sangyu.benefits.rules import NotEntitled, Undecided
from sangyu.dispatch import actions as dispatch
from sangyu.insight.verify import verify
from sangyu.kit.month import Month
from sangyu.ledger.models import Account
from sangyu.ledger.verify import verify as ledger_verify
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.orders.rules import TimeFixed
from sangyu.quality.models import Finalisation
from sangyu.settlement.models import Statement
from sangyu.visits import actions as visits
from tests.cast import BEIJING, HOME
from tests.troupe import Plan, Troupe
from tests.walks.test_chengguan import sums

PHONES = ("13900000001", "13900000002", "13900000003")
NAMES = ("李秀兰", "王德厚", "张桂英")


@dataclass(frozen=True)
class Walk:
    """A city's walk, by hand. Shape: `elders` are birthday and recognitions; `orders` are who, then price, elder's and
    public part in fen; `clause` and `because` stand in the first quote; `late` are the orders reached too late.
    """

    plan: Plan
    elders: tuple[tuple[date, tuple[str, ...]], ...]
    orders: tuple[tuple[int, int, int, int], ...]
    clause: str
    because: str
    score_tenths: int
    net_fen: int
    settled_because: str
    late: tuple[int, ...] = ()


# 太原：“按照每人每月100元的标准”。80元一次的助洁：第一单政府80；当月只剩20，第二单政府20、自付60；
# 没有列入购买服务对象的老人自付80。文章没有把拨付与考核挂钩：政府付的100元全数拨付。
TAIYUAN = Walk(
    Plan(
        pack="taiyuan",
        slug="xiaodian",
        name="小店区养老服务中心",
        area="140105",
        places=(
            ("14", "山西省"),
            ("1401", "太原市"),
            ("140105", "小店区"),
            ("140105001", "坞城街道"),
            ("140105001001", "示例社区"),
        ),
        hotline="12349",
        fund="PURCHASE-SUBSIDY",
    ),
    elders=((date(1950, 3, 5), ("needy",)), (date(1955, 6, 1), ())),
    orders=((0, 8000, 0, 8000), (0, 8000, 6000, 2000), (1, 8000, 8000, 0)),
    clause="每人每月100元的标准",
    because="每月额度100元，本次由政府支付80元，自付0元，本月还剩20元",
    score_tenths=1000,
    net_fen=10000,
    settled_because="没有把拨付与考核挂钩",
)

# 湖里：基本项目，无偿对象由公共经费付80元；低偿对象按湖里自定的三成自付24元、公共56元；没有列为对象的自付80元。
HULI = Walk(
    Plan(
        pack="xiamen-huli",
        slug="huli",
        name="湖里区居家社区养老",
        area="350206",
        places=(
            ("35", "福建省"),
            ("3502", "厦门市"),
            ("350206", "湖里区"),
            ("350206001", "湖里街道"),
            ("350206001001", "示例社区"),
        ),
        hotline="96195",
        fund="COMMUNITY-CARE",
        parameters={"low_paid_elder_pm": 300},
        offer="basic",
    ),
    elders=(
        (date(1944, 3, 5), ("service_class:free",)),
        (date(1950, 8, 20), ("service_class:low_paid",)),
        (date(1955, 6, 1), ()),
    ),
    orders=((0, 8000, 0, 8000), (1, 8000, 2400, 5600), (2, 8000, 8000, 0)),
    clause="点单项目由个人有偿购买",
    because="无偿对象的基本项目由公共经费支付80元",
    score_tenths=1000,
    net_fen=13600,
    settled_because="没有把拨付与考核挂钩",
)

# 鼓楼：80岁以上全年360元，低保的月服务券由区里定为300元；11月登记，到11月共660元。先用月券，再用全年的：
# 280元一次，用月券280，余20；第二次月券20、全年券260；第三次全年券100、自付180。70岁、没有身份的老人没有券，自付280。
GULOU = Walk(
    Plan(
        pack="fuzhou-gulou",
        slug="gulou",
        name="鼓楼区居家养老服务中心",
        area="350102",
        places=(
            ("35", "福建省"),
            ("3501", "福州市"),
            ("350102", "鼓楼区"),
            ("350102001", "鼓东街道"),
            ("350102001001", "示例社区"),
        ),
        hotline="968885",
        fund="SERVICE-VOUCHER",
        parameters={"voucher_month_fen": {"dibao": 30000}, "approved_max_fen": 30000},
        price_fen=28000,
    ),
    elders=((date(1944, 3, 5), ("dibao",)), (date(1956, 8, 20), ())),
    orders=((0, 28000, 0, 28000), (0, 28000, 0, 28000), (0, 28000, 18000, 10000), (1, 28000, 28000, 0)),
    clause="居家养老服务券",
    because="服务券付280元，自付0元，服务券还余20元",
    score_tenths=1000,
    net_fen=66000,
    settled_because="没有把拨付与考核挂钩",
)

# 峡山：低保、重度失能由区里定为每月10小时，即600分钟；一次240分钟，每小时30元，即120元。前两次用480分钟，政府各付120；
# 第三次只剩120分钟，政府60、自付60。月末按时间和满意度结算：600分钟×30元/60=300元。三次上门有一次迟到：准时项
# 30分得20分，“服务规范”90分，四个方面同等计97.5分，不到98分，系数0.95：285元。
XIASHAN = Walk(
    Plan(
        pack="weifang-xiashan",
        slug="xiashan",
        name="峡山区居家照料中心",
        area="370799",
        places=(
            ("37", "山东省"),
            ("3707", "潍坊市"),
            ("370799", "峡山区"),
            ("370799001", "王家庄街道"),
            ("370799001001", "示例社区"),
        ),
        hotline="967788",
        fund="DISTRICT",
        parameters={
            "hours_matrix": {"dibao": {"severe": 10}},
            "hour_price_fen": 3000,
            "coefficient_table": [
                {"from_tenths": 980, "coefficient_pm": 1000},
                {"from_tenths": 0, "coefficient_pm": 950},
            ],
        },
        offer="home_care",
        minutes=240,
    ),
    elders=((date(1944, 3, 5), ("dibao", "ability_level:severe", "mode:home")),),
    orders=((0, 12000, 0, 12000), (0, 12000, 0, 12000), (0, 12000, 6000, 6000)),
    clause="10-60小时不等的免费护理服务",
    because="本月免费600分钟，本次用240分钟，还剩360分钟，额度之外0分钟",
    score_tenths=975,
    net_fen=28500,
    settled_because="服务600分钟，每小时30元",
    late=(1,),
)

# Taiyuan's 12349 rings, and a month later its order is paid: the quota is used up and the elder pays the rest. Gulou's
# voucher is given, spent and settled.
SHOWN = {"taiyuan": ["TY-07", "TY-08"], "fuzhou-gulou": ["GL-08"]}
WALKS = [
    pytest.param(
        walk, id=walk.plan.pack, marks=[pytest.mark.proves(*ids)] if (ids := SHOWN.get(walk.plan.pack)) else []
    )
    for walk in (TAIYUAN, HULI, GULOU, XIASHAN)
]


def serve(troupe: Troupe, order: Order, *, late: bool) -> None:
    """Send, accept, assign, come (late or on time) with proof, and leave."""
    at = troupe.at + timedelta(minutes=2)
    sent = dispatch.send(order_id=order.pk, by=troupe.wang, at=at, enterprise_id=troupe.kangan.pk)
    dispatch.accept(dispatch_id=sent.pk, by=troupe.kangan_user, at=at + timedelta(minutes=5))
    dispatch.assign(dispatch_id=sent.pk, worker_id=troupe.zhao.pk, by=troupe.kangan_user, at=at + timedelta(minutes=9))
    arrived_at = order.wanted_from + timedelta(minutes=40 if late else 0)
    visit = visits.check_in(
        order_id=order.pk, by=troupe.zhao_user, at=arrived_at, place=HOME, door_code=order.elder.door_code
    )
    left_at = arrived_at + timedelta(minutes=order.item.minutes)
    visits.check_out(visit_id=visit.pk, by=troupe.zhao_user, at=left_at, place=HOME, tasks_done=["地面"])


@pytest.mark.parametrize("walk", WALKS)
def test_from_the_call_to_the_bank_by_the_city_s_own_rules(db: None, walk: Walk, tmp_path: Path) -> None:
    troupe = Troupe(walk.plan, tmp_path).staffed()
    elders = [
        troupe.recognised(troupe.elder(name, born_on, n, [phone]), *codes)
        for n, ((born_on, codes), name, phone) in enumerate(zip(walk.elders, NAMES, PHONES, strict=False))
    ]
    placed = []
    for n, (who, price_fen, elder_fen, public_fen) in enumerate(walk.orders):
        order = troupe.rung(elders[who], PHONES[who], day=10 + n)
        assert (order.price_fen, order.elder_fen, order.public_fen) == (price_fen, elder_fen, public_fen)
        placed.append(order)
    quoted = placed[0].quote["decisions"]
    assert any(walk.clause in said["source"]["locator"] for said in quoted)
    assert any(walk.because in said["because"] for said in quoted)
    for n, order in enumerate(placed):
        serve(troupe, order, late=n in walk.late)
    assert {order.stage for order in Order.objects.all()} == {Stage.SERVED}
    charged = Charge.objects.order_by("service_on").values_list("price_fen", "elder_fen", "public_fen")
    assert list(charged) == [row[1:] for row in walk.orders]
    run = troupe.drawn_up()
    troupe.paid(run)
    assert Finalisation.objects.get().total_tenths == walk.score_tenths
    assert walk.settled_because in Statement.objects.get(run=run).decision["because"]
    fen = sums()
    price, elder, public = (sum(row[n] for row in walk.orders) for n in (1, 2, 3))
    assert (fen["charged"], fen["elder"], fen["public"]) == (price, elder, public)
    assert fen["public"] == fen["gross"] == fen["posted"] + fen["voided"]
    assert fen["net"] == fen["posted"] == fen["asked"] == fen["bank"] == walk.net_fen
    assert (fen["deducted"], fen["owed"], fen["still_held"]) == (public - walk.net_fen, 0, 0)
    assert [fault for outcome in verify() for fault in outcome.faults] == []


@pytest.mark.proves("GL-08")
def test_a_credit_ends_with_its_own_period_and_hours_are_not_money(db: None, tmp_path: Path) -> None:
    xiashan, gulou = Troupe(XIASHAN.plan, tmp_path).staffed(), Troupe(GULOU.plan, tmp_path).staffed()
    for troupe, walk, unit in ((xiashan, XIASHAN, "minutes"), (gulou, GULOU, "fen")):
        elder = troupe.recognised(troupe.elder(NAMES[0], walk.elders[0][0], 22, [PHONES[0]]), *walk.elders[0][1])
        serve(troupe, troupe.rung(elder, PHONES[0], day=10), late=False)
        period = "month" if unit == "minutes" else "year"
        credit = partial(
            benefits_read.credit,
            troupe.programme.pk,
            walk.plan.fund if unit == "minutes" else "NEEDS-VOUCHER",
            elder.pk,
            date(2026, 11, 1),
            unit=unit,
            period=period,
        )
        assert (credit().granted_fen, credit().left_fen) == ((600, 360) if unit == "minutes" else (30000, 2000))
        lapse = partial(benefits.lapse_credits, programme_id=troupe.programme.pk, by=troupe.clock)
        lapse(month=Month(2026, 11), at=datetime(2026, 12, 2, tzinfo=BEIJING))
        assert credit().left_fen == (0 if unit == "minutes" else 2000), "the voucher stands until the year is over"
        lapse(month=Month(2026, 12), at=datetime(2027, 1, 2, tzinfo=BEIJING))
        assert credit().left_fen == 0
    kinds = set(
        Account.objects.filter(programme_id=xiashan.programme.pk, debit_fen__gt=0).values_list("kind", flat=True)
    )
    assert {"ELDER_MINUTES"} <= kinds
    assert not {kind for kind in kinds if "CREDIT" in kind}, "no hour is booked as a fen"
    assert ledger_verify(xiashan.programme.pk) == ledger_verify(gulou.programme.pk) == []


def test_an_order_that_is_called_off_or_moved_gives_the_hours_back_or_keeps_them(db: None, tmp_path: Path) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path)
    elder = troupe.recognised(troupe.elder(NAMES[0], XIASHAN.elders[0][0], 22, [PHONES[0]]), *XIASHAN.elders[0][1])
    used = partial(benefits_read.credit, troupe.programme.pk, "DISTRICT", elder.pk, date(2026, 11, 1), unit="minutes")
    order = troupe.rung(elder, PHONES[0], day=10)
    orders.reschedule(
        order_id=order.pk, wanted_from=order.wanted_from + timedelta(days=2), by=troupe.ma, at=troupe.at, reason="出门"
    )
    assert used().used_fen == 240
    with pytest.raises(TimeFixed):
        orders.reschedule(
            order_id=order.pk,
            wanted_from=order.wanted_from + timedelta(days=30),
            by=troupe.ma,
            at=troupe.at,
            reason="出门",
        )
    orders.cancel(order_id=order.pk, reason="住院", by=troupe.ma, at=troupe.at)
    assert used().used_fen == 0


@pytest.mark.parametrize(
    ("walk", "born_on", "codes", "refusal", "said"),
    [
        pytest.param(XIASHAN, date(1944, 3, 5), ("dibao", "mode:home"), Undecided, "失能等级", id="no assessment"),
        pytest.param(
            XIASHAN,
            date(1944, 3, 5),
            ("dibao", "ability_level:mild", "mode:home"),
            Undecided,
            "免费时长",
            id="hours that the bureau has not set",
        ),
        pytest.param(HULI, date(1968, 3, 5), (), NotEntitled, "60周岁", id="too young"),
    ],
)
def test_what_a_city_s_text_leaves_open_is_asked_for_and_never_guessed(
    db: None, tmp_path: Path, walk: Walk, born_on: date, codes: tuple[str, ...], refusal: type[Exception], said: str
) -> None:
    troupe = Troupe(walk.plan, tmp_path)
    elder = troupe.recognised(troupe.elder(NAMES[0], born_on, 22, [PHONES[0]]), *codes)
    with pytest.raises(refusal, match=said):
        troupe.rung(elder, PHONES[0], day=10)
