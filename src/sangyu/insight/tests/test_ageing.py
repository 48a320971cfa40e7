"""People and elders: shares of the people told, ages and needs of the registered, as known on any day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.cast import BEIJING, COMMUNITY, Cast
from tests.troupe import Plan, Troupe
from tests.walks.test_programmes import GULOU, TAIYUAN, XIASHAN

from sangyu.access.queries import NotAllowed
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.insight.models import Population
from sangyu.insight.queries import Ageing, Lens
from sangyu.insight.rules import BadPopulation, end_of
from sangyu.kit.errors import NotFound
from sangyu.registry.models import Elder, Identity, Sex

ON = date(2026, 11, 20)
STREET = "620102001"
BORN = {60: date(1965, 1, 1), 65: date(1955, 1, 1), 80: date(1940, 1, 1), 100: date(1920, 1, 1)}


def people(cast: Cast, *, area: str = "", year: int = 2025, document: str = "统计公报", **figures: int) -> Population:
    area = area or cast.programme.area_id
    return insight.tell_population(area_code=area, year=year, document=document, by=cast.head, at=cast.at, **figures)


def register(cast: Cast, count: int, born_on: date, *, hukou: bool = True) -> list[Elder]:
    """Put many elders of one age on the register at once: what is counted here is a city, not a form."""
    first = Elder.objects.count()
    return Elder.objects.bulk_create(
        Elder(
            programme=cast.programme,
            registration_number=f"N{first + n:07d}",
            name="某人",
            sort_key=f"mouren{first + n:07d}",
            sex=Sex.FEMALE,
            birth_on=born_on,
            community_id=cast.community_code,
            address="某巷",
            hukou_in_area=hukou,
            door_code=f"{first + n:08d}",
            decision={},
            registered_by=cast.clerk,
            registered_at=cast.at,
        )
        for n in range(count)
    )


def told(found: Ageing) -> dict[str, str]:
    return dict(found.sentences)


def values(found: Ageing, part: str, place: str = "合计") -> list[int | None]:
    return next([number.value for number in line.numbers] for line in getattr(found, part) if line.name == place)


def agrees_with_its_rows(cast: Cast, found: Ageing) -> bool:
    return all(
        insight_read.total(cast.head, number.figure, Lens(end_of(found.on), cut=number.lens))["n"] == number.value
        for line in (*found.shares, *found.structure)
        for number in line.numbers
        if number.figure
    )


@pytest.mark.proves("LZ-55")
def test_sixty_and_over_and_their_share_by_street_on_the_base_of_the_hukou(cast: Cast) -> None:
    people(cast, hukou=1_000_000, elders=188_000)
    people(cast, area=STREET, hukou=10)
    found = insight_read.ageing(cast.head, ON)
    assert values(found, "shares") == [1_000_000, None, None, 188_000, 2, 188, None]
    assert values(found, "shares", "酒泉路街道") == [10, None, None, None, 2, 200, None]
    assert values(found, "shares", "张掖路街道") == [None, None, None, None, 0, None, None]
    assert "户籍总人口1000000人，其中60岁及以上188000人，占18.8%" in told(found)["老年人占比"]
    assert agrees_with_its_rows(cast, found)
    ageing = next(one for one in insight_read.report(cast.head, ON).sections if one.code == "ageing")
    assert {number.label: number.value for number in ageing.numbers} == {"户籍人口基数": 1_000_000, "老龄化率": 188}


@pytest.mark.proves("GL-33")
def test_one_count_of_elders_has_a_share_of_the_residents_and_one_of_the_hukou(db: None, tmp_path: Path) -> None:
    troupe = Troupe(GULOU.plan, tmp_path)
    people(troupe, hukou=580_000, resident=720_000, elders=108_000)
    found = insight_read.ageing(troupe.head, ON)
    assert values(found, "shares")[-2:] == [186, 150]
    assert told(found)["老年人占比"].endswith("60岁及以上老人占户籍人口580000人的18.6%")


@pytest.mark.proves("TY-30")
def test_ages_and_needs_have_taiyuan_s_shares(db: None, tmp_path: Path) -> None:
    """A thousandth of the city: 758,600 elders, 508,800 of 65 and over, 134,900 of 80 and over, 112,000 in need."""
    troupe = Troupe(TAIYUAN.plan, tmp_path)
    elders = register(troupe, 250, BORN[60]) + register(troupe, 374, BORN[65]) + register(troupe, 135, BORN[80])
    register(troupe, 5, date(1980, 1, 1))
    Identity.objects.bulk_create(
        Identity(
            elder=elder,
            code=code,
            evidence="评估报告",
            valid_from=date(2026, 1, 1),
            recorded_by=troupe.clerk,
            recorded_at=troupe.at,
        )
        for elder, code in [
            *((elder, "ability_level:severe") for elder in elders[:60]),
            *((elder, "ability_level:mild") for elder in elders[60:112]),
            *((elder, "care_dependent") for elder in elders[:9]),
            *((elder, "ability_level:none") for elder in elders[200:240]),
        ]
    )
    people(troupe, hukou=3870)
    found = insight_read.ageing(troupe.head, ON)
    assert values(found, "shares")[5] == 196
    assert values(found, "structure") == [759, 509, 671, 135, 178, 0, 0, 112, 148]
    assert "占19.6%" in told(found)["老年人占比"]
    for label, share in (("65岁及以上", "67.1%"), ("80岁及以上", "17.8%"), ("失能", "14.8%")):
        assert share in told(found)[label]
    assert agrees_with_its_rows(troupe, found)


QUJING = Plan(
    pack="qujing",
    slug="qilin",
    name="麒麟区",
    area="530302",
    places=(
        ("53", "云南省"),
        ("5303", "曲靖市"),
        ("530302", "麒麟区"),
        ("530302001", "示例街道"),
        ("530302001001", "示例社区"),
    ),
    hotline="12349",
    fund="POINT-GRANT",
)


@pytest.mark.proves("QJ-24")
def test_the_bands_reach_to_a_hundred_and_over(db: None, tmp_path: Path) -> None:
    troupe = Troupe(QUJING, tmp_path)
    for count, age in ((742, 60), (108, 80), (2, 100)):
        register(troupe, count, BORN[age])
    register(troupe, 1, date(1926, 11, 21))  # a hundred tomorrow
    people(troupe, hukou=6531)
    found = insight_read.ageing(troupe.head, ON)
    assert values(found, "structure")[:7] == [853, 111, 130, 111, 130, 2, 2]
    assert values(insight_read.ageing(troupe.head, ON + timedelta(days=1)), "structure")[5] == 3
    assert "每万人中有1306人" in told(found)["老年人占比"]


@pytest.mark.proves("XS-37")
def test_people_rural_people_and_elders_in_need_stand_on_one_page(db: None, tmp_path: Path) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path)
    people(troupe, hukou=230_000, rural=220_000)
    for n, level in enumerate(("severe", "moderate", "none")):
        elder = troupe.elder(f"老人{n}", date(1944, 3, 5 + n), 22 + n, [f"1390000000{n}"])
        troupe.recognised(elder, f"ability_level:{level}")
    found = insight_read.ageing(troupe.head, ON)
    assert values(found, "shares")[:3] == [230_000, None, 220_000]
    assert "占95.7%" in told(found)["农业人口"]
    assert values(found, "structure")[7] == 2


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


@pytest.mark.proves("WH-38")
def test_the_share_is_set_against_the_nation_s(db: None, tmp_path: Path) -> None:
    troupe = Troupe(WUHAN, tmp_path)
    people(troupe, hukou=8_343_000, elders=1_727_000)
    found = insight_read.ageing(troupe.head, ON)
    assert values(found, "shares")[5] == 207
    assert "全国占16.7%，高4%" in told(found)["与全国相比"]


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
    fund="CANTEEN-SUBSIDY",
)


@pytest.mark.proves("FT-28")
def test_the_share_its_growth_and_where_it_leads_in_four_years(db: None, tmp_path: Path) -> None:
    """From 7.88% in 2016 to 10.6% in 2020: elders grow by 12% a year and the people by 4%."""
    troupe = Troupe(FUTIAN, tmp_path)
    people(troupe, year=2015, hukou=961_538, elders=70_357)
    assert insight_read.ageing(troupe.head, ON).forecast == ()
    people(troupe, year=2016, hukou=1_000_000, elders=78_800)
    found = insight_read.ageing(troupe.head, ON)
    assert "每万人中有788人" in told(found)["老年人占比"]
    assert found.growth_pm == 1120
    assert "上年的112%" in told(found)["老年人比上年"]
    assert found.forecast == ((2017, 849), (2018, 914), (2019, 984), (2020, 1060))
    readme = Path(rules.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert "elders × (this ÷ last)^n" in readme


def test_what_is_told_later_does_not_change_an_earlier_day(cast: Cast) -> None:
    people(cast, hukou=1000, elders=100)
    cast.at = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    people(cast, hukou=1000, elders=200, document="更正公报")
    assert people(cast, hukou=1000, elders=200, document="更正公报").elders == 200
    assert Population.objects.count() == 2
    shares = [values(insight_read.ageing(cast.head, on), "shares")[5] for on in (ON, date(2026, 12, 1))]
    assert shares == [100, 200]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({}, "至少填一项"),
        ({"hukou": 10, "elders": 11}, "多于户籍人口"),
        ({"resident": 10, "elders": 1}, "多于户籍人口"),
        ({"hukou": 10, "rural": 11}, "多于总人口"),
        ({"hukou": 10, "year": 2027}, "还没有到"),
        ({"hukou": 10, "document": " "}, "哪份公报"),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_what_to_do(cast: Cast, figures: dict, said: str) -> None:
    with pytest.raises(BadPopulation, match=said):
        people(cast, **figures)


def test_only_the_bureau_tells_and_only_of_its_own_area(cast: Cast) -> None:
    with pytest.raises(NotFound):
        people(cast, area="6201", hukou=10)
    with pytest.raises(NotAllowed):
        insight.tell_population(area_code=COMMUNITY, year=2025, hukou=1, document="公报", by=cast.auditor, at=cast.at)
    with pytest.raises(NotAllowed):
        insight_read.ageing(cast.clerk, ON)
