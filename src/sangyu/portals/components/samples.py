"""Sample people and figures for the living page; every name is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from django import forms

from sangyu.portals.components.forms import DeskForm
from sangyu.portals.components.frame import Desk, Tab

NOON = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)

VIEWER = SimpleNamespace(pk="sample", display_name="马晓芸", role_label="话务员")

DESK = Desk(
    name="话务台",
    programme="城关区虚拟养老院",
    home_url="/components/",
    nav=(
        Tab("接听", "#buttons", active=True, count=3, key="g h", icon="phone"),
        Tab("工单", "#tables", icon="list"),
        Tab("老人", "#people", icon="users"),
        Tab("报警", "#feedback", count=1, icon="siren"),
        Tab("知识库", "#forms", icon="file"),
    ),
)

POCKET_DESK = Desk(
    name="今日上门",
    home_url="/components/pocket/",
    nav=(
        Tab("今天", "#today", active=True, count=4, icon="home"),
        Tab("明天", "#tomorrow", icon="calendar"),
        Tab("我的", "#me", icon="user"),
    ),
)

WANTED = [("TODAY", "今天"), ("TOMORROW", "明天"), ("LATER", "后天")]
NEEDS = [("MANDARIN", "需普通话"), ("FEMALE", "要求女工"), ("SECRET", "保密")]
STREETS = [("620102001", "酒泉路街道"), ("620102002", "张掖路街道"), ("620102003", "雁南街道")]


class OrderForm(DeskForm):
    """A form with one field of every kind, as a desk would write it."""

    name = forms.CharField(label="老人姓名", max_length=20)
    phone = forms.CharField(
        label="联系电话", help_text="手机或带区号的座机", widget=forms.TextInput({"inputmode": "tel"})
    )
    street = forms.ChoiceField(label="街道", choices=[("", "请选择"), *STREETS])
    deposit = forms.CharField(
        label="自付金额", required=False, widget=forms.TextInput({"inputmode": "decimal", "placeholder": "0.00"})
    )
    day = forms.ChoiceField(label="上门日期", choices=WANTED, widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(
        label="特殊要求", choices=NEEDS, required=False, widget=forms.CheckboxSelectMultiple
    )
    remark = forms.CharField(label="备注", required=False, widget=forms.Textarea({"rows": 2}))
    informed = forms.BooleanField(label="已告知老人收费标准")


def empty_form() -> OrderForm:
    return OrderForm(initial={"day": "TODAY", "street": "620102001"}, auto_id="new_%s")


def wrong_form() -> OrderForm:
    return OrderForm({"phone": "1391234", "name": "", "street": "", "day": ""}, auto_id="wrong_%s")


SLOTS = [
    {"value": "09", "label": "9:00", "note": "余 4 单"},
    {"value": "10", "label": "10:00", "note": "余 1 单"},
    {"value": "14", "label": "14:00", "note": "余 6 单"},
    {"value": "16", "label": "16:00", "note": "已满", "disabled": True},
]
AIDS = [
    {"value": "MEAL", "label": "助餐"},
    {"value": "CLEAN", "label": "助洁"},
    {"value": "MEDICAL", "label": "助医"},
    {"value": "WALK", "label": "助行"},
    {"value": "BATH", "label": "助浴"},
    {"value": "URGENT", "label": "助急"},
]

ORDERS = [
    {
        "code": code,
        "number": f"1122-{number:04d}",
        "name": name,
        "about": about,
        "item": item,
        "enterprise": enterprise,
        "at": NOON + timedelta(minutes=minutes),
        "price_fen": price_fen,
        "public_fen": public_fen,
        "grade": grade,
    }
    for number, (code, name, about, item, enterprise, minutes, price_fen, public_fen, grade) in enumerate(
        (
            ("OVERDUE", "罗秀珍", "82 岁 · B 类 · 独居", "助洁 · 擦窗", "", 0, 4500, 4500, ""),
            ("PLACED", "赵德福", "79 岁 · C 类", "助医 · 陪诊", "", 12, 12000, 5000, ""),
            ("SENT", "韩桂兰", "90 岁 · A 类 · 失能", "助浴 · 上门洗浴", "康宁居家服务", 25, 16800, 16800, ""),
            ("IN_SERVICE", "沈庆华", "74 岁 · C 类", "助洁 · 钟点", "桂馨家政", 40, 3000, 1000, "B"),
            ("SERVED", "孟玉梅", "86 岁 · B 类", "助餐 · 送餐", "金河社区餐厅", -30, 1500, 1000, "A"),
            ("FOLLOWED_UP", "冯振邦", "81 岁 · B 类", "助行 · 轮椅接送", "康宁居家服务", -90, 6000, 5000, "C"),
            ("REFUSED", "杜凤英", "77 岁 · C 类", "助急 · 疏通下水", "安顺维修", -120, 8000, 5000, "D"),
        ),
        start=31,
    )
]

CANDIDATES = [
    {
        "name": "桂馨家政",
        "note": "雁南街道 · 1.2 公里",
        "score": "92",
        "value": "a",
        "chosen": True,
        "reason": "上次服务过这位老人，评价 5 分。",
        "parts": [
            {"label": "距离", "value": 88, "text": "1.2 公里"},
            {"label": "今日负荷", "value": 67, "text": "8 / 12 单"},
            {"label": "考核", "value": 92, "text": "92.0 分"},
        ],
    },
    {
        "name": "康宁居家服务",
        "note": "张掖路街道 · 2.6 公里",
        "score": "85",
        "value": "b",
        "reason": "距离较远，其余条件相符。",
        "parts": [
            {"label": "距离", "value": 61, "text": "2.6 公里"},
            {"label": "今日负荷", "value": 92, "text": "1 / 12 单"},
            {"label": "考核", "value": 90, "text": "90.0 分"},
        ],
    },
    {"name": "安顺维修", "value": "c", "failed": True, "reason": "未签助洁合同：目录 2026 版第 12 项。"},
    {"name": "百和服务", "value": "d", "failed": True, "reason": "营业执照已于 11月15日 到期。"},
]

FACTS = [
    {"label": "来电登记", "who": "马晓芸", "at": NOON, "note": "老人本人来电，通话 2 分 13 秒"},
    {
        "label": "下单",
        "who": "马晓芸",
        "at": NOON + timedelta(minutes=2),
        "note": "助洁 · 擦窗，45.00 元，政府补贴 45.00 元",
    },
    {"label": "派单", "who": "调度 梁建", "at": NOON + timedelta(minutes=6), "note": "桂馨家政，92 分"},
    {"label": "接单", "who": "桂馨家政", "at": NOON + timedelta(minutes=9)},
    {"label": "派工", "who": "桂馨家政", "at": NOON + timedelta(minutes=15), "note": "服务员 田小菊"},
    {
        "label": "签到",
        "who": "田小菊",
        "at": NOON + timedelta(minutes=55),
        "note": "距住址 18 米，误差 12 米",
        "state": "now",
    },
    {"label": "签退计费", "state": "wait"},
    {"label": "回访", "state": "wait"},
    {"label": "月度考核", "state": "wait"},
    {"label": "结算", "state": "wait"},
    {"label": "付款", "state": "wait"},
]

STEPS = [
    {"label": "冻结数据", "state": "done", "note": "11月1日"},
    {"label": "试算", "state": "done", "note": "126 家 31,204 单"},
    {"label": "异常", "state": "failed", "note": "17 条未处理", "url": "#steps"},
    {"label": "复核", "state": "now"},
    {"label": "出单公示", "state": "todo"},
    {"label": "导出银行文件", "state": "todo"},
]

TABS = [
    Tab("全部", "#tables", active=True, count=213),
    Tab("待派单", "#tables", count=23),
    Tab("超时", "#tables", count=0),
]
