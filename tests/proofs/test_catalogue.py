"""Services that other places name by kind: each is on the shipped list with a price, and a call can order it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from sangyu.city.catalogue import items
from sangyu.city.catalogues import sheet
from sangyu.orders.models import Order
from sangyu.orders.rules import ItemRetired
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.queries import Listed
from tests.cast import Cast
from tests.neighbours import neighbour
from tests.seat import seat
from tests.troupe import Troupe
from tests.walks.test_programmes import GULOU, HULI, TAIYUAN, XIASHAN

LISTED = {item.code: item for item in items()}


def ordered(cast: Cast, code: str, *, days: int) -> Order:
    """List an item as it is shipped, at its price, and take an order for it."""
    shipped = LISTED[code]
    item = providers.list_item(
        by=cast.wang,
        fields={
            "code": shipped.code,
            "name": shipped.name,
            "item_class": "DAILY_LIFE",
            "standard": shipped.standard,
            "unit": shipped.unit,
            "minutes": shipped.minutes,
            "offer": shipped.offer,
            "initials": shipped.initials,
        },
    )
    price_fen = shipped.market_price_fen
    providers.set_price(item=item, market_price_fen=price_fen, valid_from=date(2026, 1, 1), by=cast.wang, at=cast.at)
    return cast.order(elder=cast.grandpa, item=item, days=days, hour=8)


@pytest.mark.proves("FT-17")
def test_meals_escort_bathing_chinese_therapy_and_nursing_at_home_can_be_ordered_at_a_price(cast: Cast) -> None:
    wanted = {"LC035": "送餐", "MC011": "陪同就医", "LC064": "助浴", "MC032": "艾灸", "LC074": "照护"}
    for days, (code, name) in enumerate(wanted.items(), start=1):
        order = ordered(cast, code, days=days)
        assert name in order.item.name
        assert order.price_fen > 0


@pytest.mark.proves("HL-26")
def test_health_culture_sport_and_legal_aid_can_be_ordered(cast: Cast) -> None:
    wanted = {"MC004": "健康体征", "CF006": "秦腔", "CF020": "太极健身", "CF016": "法律咨询"}
    for days, (code, name) in enumerate(wanted.items(), start=1):
        assert name in ordered(cast, code, days=days).item.name


def brought(cast: Cast, place: str, *, change: tuple[str, str] = ("", "")) -> dict[str, Listed]:
    """Bring the sheet of a place as it is shipped. Shape: name of the item -> its row in the catalogue of today."""
    text, on = sheet(place), cast.at.date()
    providers.import_catalogue(
        text=text.replace(*change) if change[0] else text, valid_from=on, by=cast.wang, at=cast.at
    )
    return {row.item.name: row for row in providers_read.catalogue(cast.wang, on)}


def in_group(listed: dict[str, Listed], scheme: str) -> Counter[str]:
    """Count the items of each group of a scheme."""
    return Counter(row.groups[scheme].name for row in listed.values() if scheme in row.groups)


@pytest.mark.proves("LZ-23")
def test_a_sheet_of_four_classes_takes_the_place_of_older_items_and_old_orders_keep_theirs(cast: Cast) -> None:
    old = cast.order(days=1)
    line = "LC001,日常保洁,生活照料,次,120,80,household"
    at_the_end = "自带工具。,rcbj,保洁,,,,,"
    listed = brought(cast, "lanzhou-chengguan", change=(at_the_end, at_the_end + "SH001"))
    assert line in sheet("lanzhou-chengguan")
    of_the_sheet = [row.item for row in listed.values() if row.item.code[:2] not in ("SH", "YL")]
    assert len(of_the_sheet) >= 150
    assert {str(item.get_item_class_display()) for item in of_the_sheet} == {
        "生活照料",
        "医疗护理",
        "精神慰藉",
        "紧急援助",
    }
    assert listed["室内保洁"].item.successor == listed["日常保洁"].item
    with pytest.raises(ItemRetired, match="请改选“日常保洁”"):
        cast.order(elder=cast.grandpa, item=listed["室内保洁"].item)
    assert cast.order(elder=cast.grandpa, item=listed["日常保洁"].item).item.code == "LC001"
    old.refresh_from_db()
    assert (old.item.code, old.item.name) == ("SH001", "室内保洁")


@pytest.mark.proves("WH-19")
def test_the_catalogue_of_wuhan_is_four_basic_services_day_care_and_specials(cast: Cast) -> None:
    listed = brought(cast, "wuhan")
    groups = providers_read.groups(cast.wang)["4+1+X"]
    assert [(one.branch, one.name) for one in groups] == [
        ("基本服务", "家政服务"),
        ("基本服务", "助餐应急"),
        ("基本服务", "康复护理"),
        ("基本服务", "心理慰藉"),
        ("日间照料", "日间照料"),
        ("特色服务", "特色服务"),
    ]
    assert min(in_group(listed, "4+1+X").values()) >= 1


@pytest.mark.proves("WH-20")
def test_basic_items_and_specials_of_wuhan_can_be_ordered(cast: Cast) -> None:
    listed = brought(cast, "wuhan")
    wanted = {
        "基本服务": ("钟点保洁", "健康咨询", "就医指导", "送餐入户"),
        "特色服务": ("预约洗衣", "预约维修", "预约理发"),
    }
    days = 0
    for branch, names in wanted.items():
        for name in names:
            days += 1
            assert listed[name].groups["4+1+X"].branch == branch
            assert cast.order(elder=cast.grandpa, item=listed[name].item, days=days, hour=8).price_fen > 0


@pytest.mark.proves("HL-18", "HL-25")
def test_huli_has_six_aids_and_six_services_at_home_that_can_be_ordered(db: None, tmp_path: Path) -> None:
    troupe = Troupe(HULI.plan, tmp_path)
    listed = brought(troupe, "xiamen-huli")
    assert set(in_group(listed, "六助")) == {"助餐", "助洁", "助医", "助行", "助乐", "助急"}
    six = {row.groups["上门六类"].name: row.item for row in listed.values() if "上门六类" in row.groups}
    assert set(six) == {"上门访视", "上门护理", "上门体检", "健康咨询", "陪诊就医", "临终关怀"}
    elder = troupe.recognised(troupe.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"]), "service_class:free")
    for days, item in enumerate(six.values(), start=1):
        order = troupe.order(elder=elder, item=item, days=days, hour=8)
        assert (order.price_fen, order.public_fen) == (listed[item.name].price_fen, order.price_fen)


@pytest.mark.proves("TY-17", "TY-18")
def test_taiyuan_has_more_than_eighty_items_in_five_groups_and_six_aids(db: None, tmp_path: Path) -> None:
    troupe = Troupe(TAIYUAN.plan, tmp_path)
    listed = brought(troupe, "taiyuan")
    groups, aids = in_group(listed, "五类服务"), in_group(listed, "六助")
    assert set(groups) == {"急救", "生活", "护理", "餐饮", "医疗"}
    assert sum(groups.values()) >= 80
    assert set(aids) == {"助急", "助医", "助餐", "助洁", "助浴", "助购行"}
    assert {"上门助浴", "床上擦浴"} <= {name for name, row in listed.items() if _aid(row) == "助浴"}
    assert {"陪同购物", "轮椅推行外出"} <= {name for name, row in listed.items() if _aid(row) == "助购行"}
    elder = troupe.elder("王德厚", date(1955, 6, 1), 31, ["13900000002"])
    assert troupe.order(elder=elder, item=listed["陪同购物"].item).price_fen == 8000


def _aid(row: Listed) -> str:
    return row.groups["六助"].name if "六助" in row.groups else ""


@pytest.mark.proves("XS-22")
def test_xiashan_has_one_group_of_twenty_eight_items_of_care(db: None, tmp_path: Path) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path)
    listed = brought(troupe, "weifang-xiashan")
    assert in_group(listed, "照护内容") == {"居家照护": 28}
    assert {"居室清洁", "协助进食", "协助更衣", "代购物品", "协助给药"} <= set(listed)


@pytest.mark.proves("GL-17")
def test_every_order_of_gulou_carries_one_of_four_tags(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troupe = Troupe(GULOU.plan, tmp_path)
    listed = brought(troupe, "fuzhou-gulou")
    assert set(in_group(listed, "医养康护")) == {"养", "医", "康", "护"}
    tagged = {row.item.pk: row.groups["医养康护"].name for row in listed.values() if row.groups}
    elder = troupe.elder("张桂英", date(1950, 6, 1), 41, ["13900000003"])
    desk = seat(monkeypatch, troupe.at)(troupe.wang)
    for days, name in enumerate(("日常保洁", "上门量血压", "康复训练", "上门助浴"), start=1):
        order = troupe.order(elder=elder, item=listed[name].item, days=days, hour=8)
        assert list(providers_read.groups_of([order.item_id])[order.item_id]) == ["医养康护"]
        page = desk.get(reverse("dispatching:order", args=[order.pk])).content.decode()
        assert f"<dt>医养康护</dt><dd>{tagged[order.item_id]}</dd>" in page


@pytest.mark.proves("LZ-37")
def test_every_item_links_to_its_standard_and_certificates_of_management_are_warned_of(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = b"%PDF-1.4\n% \xe4\xb8\x8a\n%%EOF\n"
    standard = providers.keep_standard(
        number="GB/T 43153-2023", name="居家养老上门服务基本规范", content=paper, by=cast.wang, at=cast.at
    )
    head, *rows = providers_read.sheet_of(cast.wang, cast.at.date()).splitlines()
    column = head.split(",").index("标准文本")
    cells = [row.split(",") for row in rows]
    linked = [",".join([*row[:column], standard.number, *row[column + 1 :]]) for row in cells]
    providers.import_catalogue(text="\n".join([head, *linked]), valid_from=cast.at.date(), by=cast.wang, at=cast.at)
    assert {row.item.document for row in providers_read.catalogue(cast.wang, cast.at.date())} == {standard}
    seated = seat(monkeypatch, cast.at)
    page = seated(cast.wang).get(reverse("dispatching:catalogue")).content.decode()
    text = reverse("papers:file", args=[standard.file_id])
    assert page.count(f'<a href="{text}">GB/T 43153-2023</a>') == len(rows) + 1
    assert seated(cast.zhao_user).get(text).content == paper
    assert seated(neighbour(cast, "DISPATCHER")).get(text).status_code == 404

    today = cast.at.date()
    kinds = ("ISO 9001 质量管理体系认证", "ISO 14001 环境管理体系认证", "OHSAS 18001 职业健康安全管理体系认证")
    for left, kind in zip((-1, 30, 400), kinds, strict=True):
        providers.lodge_licence(
            enterprise=cast.kangan,
            paper=providers.Paper(kind, "RZ-1", date(2024, 1, 1), today + timedelta(days=left)),
            by=cast.head,
            at=cast.at,
        )
    told = {row.kind: row.days_left for row in providers_read.expiring(cast.kangan_user, today)}
    assert [told.get(kind) for kind in kinds] == [-1, 30, None]
    assert cast.sent().enterprise == cast.kangan, "no order depends on such a certificate"
