"""Money for the care of elders by source, level, purpose, year and place: told by documents, and paid here."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.troupe import Plan, Troupe
from tests.walks.test_programmes import HULI, PHONES, serve

from sangyu.access.queries import NotAllowed
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight.models import Funding
from sangyu.insight.queries import FundingReport, Lens
from sangyu.insight.rules import BadFunding, BadLens, end_of
from sangyu.kit.errors import NotFound

WAN = 10_000_00
LATER = date(2027, 1, 31)


def entered(cast: Cast, amount_fen: int, *, key: str = "", **more) -> Funding:
    wish = {"area_code": cast.programme.area_id, "year": 2026, "source": "TREASURY", "level": "DISTRICT"}
    wish |= {"purpose": "BUILDING", "stage": "SPENT", "document": "财政决算", "by": cast.head, "at": cast.at}
    return insight.enter_funding(amount_fen=amount_fen, key=key or f"{Funding.objects.count()}", **(wish | more))


def report(cast: Cast, since: int = 2026, until: int = 2026, *, way: str, on: date = LATER) -> FundingReport:
    return insight_read.funding(cast.head, since, until, way=way, lens=Lens(end_of(on)))


def lines(found: FundingReport) -> dict[tuple[str, ...], tuple[int, int, int]]:
    return {line.labels: line.sums_fen for line in found.lines}


FUTIAN = Plan(
    pack="shenzhen-futian",
    slug="futian",
    name="福田区",
    area="440304",
    places=(
        ("44", "广东省"),
        ("4403", "深圳市"),
        ("440304", "福田区"),
        ("440304001", "示例街道"),
        ("440304001001", "示例社区"),
    ),
    hotline="12349",
    fund="DISTRICT-SUBSIDY",
)


@pytest.mark.proves("FT-33")
def test_money_is_told_apart_by_who_gave_it_and_for_what(db: None, tmp_path: Path) -> None:
    troupe = Troupe(FUTIAN, tmp_path, budget_fen=500 * WAN)
    entered(troupe, 30_000 * WAN)
    entered(troupe, 3_000 * WAN, source="SOCIAL", level="SOCIETY")
    entered(troupe, 1_000 * WAN, purpose="AWARD")
    entered(troupe, 100 * WAN, purpose="AWARD", document="错录")
    entered(troupe, -100 * WAN, purpose="AWARD", document="冲减错录")
    found = report(troupe, way="source")
    assert found.titles == ("来源", "用途")
    assert lines(found) == {
        ("财政资金", "购买服务"): (0, 500 * WAN, 0),
        ("财政资金", "设施建设"): (0, 0, 30_000 * WAN),
        ("财政资金", "奖励"): (0, 0, 1_000 * WAN),
        ("社会资本", "设施建设"): (0, 0, 3_000 * WAN),
    }
    assert found.whole.sums_fen == (0, 500 * WAN, 34_000 * WAN)


WUHAN = Plan(
    pack="wuhan",
    slug="wuchang",
    name="武昌区",
    area="420106",
    places=(
        ("42", "湖北省"),
        ("4201", "武汉市"),
        ("420106", "武昌区"),
        ("420106001", "示例街道"),
        ("420106001001", "示例社区"),
    ),
    hotline="12349",
    fund="FACILITY-SUBSIDY",
)


@pytest.mark.proves("WH-44")
def test_money_is_told_apart_by_year_level_and_purpose(db: None, tmp_path: Path) -> None:
    """Three years of building money, insurance, and what society put in."""
    troupe = Troupe(WUHAN, tmp_path, budget_fen=WAN)
    for year, wan in ((2023, 15_000), (2024, 15_400), (2025, 17_000)):
        entered(troupe, wan * WAN, year=year, level="CITY")
    entered(troupe, 470 * WAN, year=2025, level="CITY", purpose="INSURANCE")
    entered(troupe, 400_000 * WAN, year=2025, level="SOCIETY", source="SOCIAL")
    found = report(troupe, 2023, 2025, way="year")
    assert found.titles == ("年度", "级次", "用途")
    assert lines(found) == {
        ("2023年", "市级", "设施建设"): (0, 0, 15_000 * WAN),
        ("2024年", "市级", "设施建设"): (0, 0, 15_400 * WAN),
        ("2025年", "市级", "设施建设"): (0, 0, 17_000 * WAN),
        ("2025年", "市级", "保险"): (0, 0, 470 * WAN),
        ("2025年", "社会", "设施建设"): (0, 0, 400_000 * WAN),
    }
    building = [sums[2] for labels, sums in lines(found).items() if labels[1:] == ("市级", "设施建设")]
    assert sum(building) == 47_400 * WAN
    assert lines(report(troupe, way="year")) == {("2026年", "市级", "购买服务"): (0, WAN, 0)}


@pytest.mark.proves("HL-46")
def test_each_community_has_planned_allocated_spent_and_is_warned_below_sixty_per_cent(
    db: None, tmp_path: Path
) -> None:
    plan = HULI.plan
    more = Plan(**{**vars(plan), "places": (*plan.places, ("350206001002", "邻近社区"))})
    troupe = Troupe(more, tmp_path).staffed()
    here, there = "350206001001", "350206001002"
    for area, bought in ((here, 6), (there, 5)):
        common = {"area_code": area, "level": "DISTRICT"}
        entered(troupe, 10 * WAN, stage="PLANNED", purpose="PURCHASE", **common)
        entered(troupe, bought * WAN, stage="ALLOCATED", purpose="PURCHASE", **common)
        entered(troupe, (10 - bought) * WAN, stage="ALLOCATED", purpose="TRAINING", **common)
        entered(troupe, 2 * WAN, stage="SPENT", purpose="PURCHASE", **common)
        entered(troupe, WAN, stage="ALLOCATED", purpose="PURCHASE", area_code=area, level="STREET")
        entered(troupe, -WAN, stage="ALLOCATED", purpose="PURCHASE", area_code=area, level="STREET")
    found = report(troupe, way="place")
    assert found.titles == ("地方", "级次", "用途")
    assert lines(found)["邻近社区", "区县级", "购买服务"] == (10 * WAN, 5 * WAN, 2 * WAN)
    assert lines(found)["邻近社区", "区县级", "人员和培训"] == (0, 5 * WAN, 0)
    ratios = {share.community: (share.share_pm, share.result) for share in found.shares}
    assert ratios == {"示例社区": (600, "pass"), "邻近社区": (500, "warn")}
    assert "不足10万元的60%，即60000元，请说明原因" in found.shares[1].because.replace(",", "")
    entered(troupe, WAN, stage="ALLOCATED", purpose="PURCHASE", area_code=there, level="STREET")
    assert lines(report(troupe, way="place"))["邻近社区", "街道", "购买服务"] == (0, WAN, 0)


def test_what_this_system_pays_is_counted_by_itself(db: None, tmp_path: Path) -> None:
    troupe = Troupe(HULI.plan, tmp_path).staffed()
    elder = troupe.recognised(troupe.elder("李秀兰", date(1944, 3, 5), 22, [PHONES[0]]), "service_class:free")
    serve(troupe, troupe.rung(elder, PHONES[0], day=10), late=False)
    troupe.paid(troupe.drawn_up())
    ((labels, (planned, allocated, spent)),) = lines(report(troupe, way="source")).items()
    assert (labels, planned, allocated, spent) == (("财政资金", "购买服务"), 0, 100_0000_00, 80_00)


def test_what_is_written_later_does_not_change_an_earlier_day_and_a_repeat_adds_nothing(cast: Cast) -> None:
    before = report(cast, way="source", on=cast.at.date())
    cast.at += timedelta(days=1)
    assert entered(cast, WAN, key="1").pk == entered(cast, WAN, key="1").pk
    assert report(cast, way="source", on=cast.at.date() - timedelta(days=1)).lines == before.lines
    assert report(cast, way="source").whole.sums_fen[2] == WAN
    with pytest.raises(BadFunding, match="同一个编号"):
        entered(cast, 2 * WAN, key="1")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"amount_fen": 0}, "不能是0元"),
        ({"document": " "}, "文件名称"),
        ({"source": "HEAVEN"}, "从列表里选择"),
    ],
)
def test_money_without_a_paper_or_of_nothing_is_refused(cast: Cast, wish: dict, said: str) -> None:
    with pytest.raises(BadFunding, match=said):
        entered(cast, **{"amount_fen": WAN, **wish})


def test_only_the_bureau_enters_and_only_for_its_own_area(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        entered(cast, WAN, by=cast.qian)
    with pytest.raises(NotFound):
        entered(cast, WAN, area_code="6201")
    with pytest.raises(NotAllowed):
        insight_read.funding(cast.qian, 2026, 2026, way="source", lens=Lens(end_of(LATER)))
    with pytest.raises(BadLens, match="没有这种分法"):
        report(cast, way="colour")
    with pytest.raises(BadLens, match="晚于"):
        report(cast, 2027, 2026, way="source")
