"""What was ordered, delivered and said of it: each line is the sum of its rows, cut any way, in any period."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import BEIJING, Cast
from tests.standing import standing
from tests.troupe import Troupe
from tests.walks.test_programmes import HULI

from sangyu.access.queries import NotAllowed
from sangyu.benefits.models import Charge
from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.insight.queries import Delivery, Lens
from sangyu.insight.rules import BadLens
from sangyu.quality import actions as quality
from sangyu.quality.models import FollowUpTask
from sangyu.registry import actions as registry

SINCE, ON = date(2026, 11, 1), date(2026, 11, 30)
ORDERS, VISITS, MINUTES, PAID, CALLS, SATISFIED, RATE, MEAN = range(8)


def called(cast: Cast, order, satisfaction: int | None, *, at: datetime) -> None:
    """Draw the day of an order and ring; None where nobody answers."""
    quality.draw_sample(day=order.wanted_from.date(), by=cast.sun, at=at)
    task = FollowUpTask.objects.get(order=order)
    said = {"happened": True, "paid_as_told": True, "satisfaction": satisfaction} if satisfaction else {}
    quality.follow_up(task_id=task.pk, reached=bool(satisfaction), by=cast.sun, at=at + timedelta(hours=1), **said)


@standing
def autumn(cast: Cast) -> Cast:
    """Two firms, two items, two months; Grandmother's part is paid for her once, Grandfather pays; three are called."""
    first = cast.order()
    cast.visited(first)
    called(cast, first, 5, at=datetime(2026, 11, 11, 9, tzinfo=BEIJING))
    second = cast.order(elder=cast.grandpa, days=2, hour=14)
    cast.visited(second)
    called(cast, second, 3, at=datetime(2026, 11, 12, 9, tzinfo=BEIJING))
    third = cast.order(item=cast.bathing, days=3)
    cast.visited(third)
    called(cast, third, None, at=datetime(2026, 11, 13, 9, tzinfo=BEIJING))
    cast.order(days=20)
    cast.at = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    cast.visited(cast.order(days=1))
    return cast


def told(found: Delivery) -> dict[str, list[int | None]]:
    return {share.name: [number.value for number in share.numbers] for share in (found.whole, *found.shares)}


def delivered(cast: Cast, by: str, since: date = SINCE, on: date = ON, **wish: str) -> Delivery:
    return insight_read.delivery(cast.head, since, on, by=by, **wish)


@pytest.mark.proves("XS-39")
def test_hours_and_satisfaction_by_company_elder_item_and_month(autumn: Cast) -> None:
    by_firm = told(delivered(autumn, "enterprise"))
    assert by_firm["康安"] == [3, 3, 330, by_firm["合计"][PAID], 2, 1, 500, 400]
    assert by_firm["未派单"] == [1, 0, 0, 0, 0, 0, None, None]
    by_elder = told(delivered(autumn, "elder"))
    assert [by_elder[name][MINUTES] for name in ("李秀兰", "王德厚")] == [210, 120]
    assert [by_elder[name][MEAN] for name in ("李秀兰", "王德厚")] == [500, 300]
    by_item = told(delivered(autumn, "item"))
    assert [by_item[name][MINUTES] for name in ("室内保洁", "助浴")] == [240, 90]
    by_month = told(delivered(autumn, "placed_month", on=date(2026, 12, 31)))
    assert [by_month[month][MINUTES] for month in ("2026-11", "2026-12")] == [330, 120]
    only = told(delivered(autumn, "item", enterprise=str(autumn.letter.pk)))
    assert only == {"合计": [0, 0, 0, 0, 0, 0, None, None]}


@pytest.mark.proves("TY-35")
def test_orders_of_a_year_by_community_add_up_to_the_year(autumn: Cast) -> None:
    registry.move(
        elder_id=autumn.grandpa.pk,
        community_code="620102002001",
        address="北园巷1号",
        hukou_in_area=True,
        moved_on=date(2026, 12, 30),
        reason="搬到女儿家",
        by=autumn.head,
        at=datetime(2026, 12, 31, 9, tzinfo=BEIJING),
    )
    autumn.at = datetime(2027, 1, 4, 9, tzinfo=BEIJING)
    autumn.order(elder=autumn.grandpa)
    years = {
        year: {name: line[ORDERS] for name, line in told(delivered(autumn, "community", *period)).items()}
        for year, period in {
            2026: (date(2026, 1, 1), date(2026, 12, 31)),
            2027: (date(2027, 1, 1), date(2027, 12, 31)),
        }.items()
    }
    assert years == {2026: {"合计": 5, "南门社区": 5}, 2027: {"合计": 1, "北园社区": 1}}


@pytest.mark.proves("GL-36")
def test_visits_of_which_the_elder_pays_a_part_are_counted_and_those_paid_for_in_full_are_not(autumn: Cast) -> None:
    free = autumn.elder("张桂英", date(1945, 3, 5), 41, ["13900000041"])
    registry.recognise(
        elder=free, code="three_no", evidence="认定书 1号", valid_from=date(2026, 1, 1), by=autumn.clerk, at=autumn.at
    )
    autumn.visited(autumn.order(elder=free, days=3))
    found = told(delivered(autumn, "elder", on=date(2026, 12, 31)))
    paid = {charge.elder.name: charge.elder_fen for charge in Charge.objects.select_related("elder")}
    assert (paid["张桂英"], found["张桂英"][VISITS], found["张桂英"][PAID]) == (0, 1, 0)
    assert paid["王德厚"] > 0
    assert [found[name][PAID] for name in ("李秀兰", "王德厚", "合计")] == [3, 1, 4]


@pytest.mark.proves("HL-49")
def test_each_provider_has_its_calls_and_its_share_of_the_satisfied(db: None, tmp_path: Path) -> None:
    troupe = Troupe(HULI.plan, tmp_path).staffed()
    elder = troupe.recognised(troupe.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"]), "service_class:free")
    for day, satisfaction in ((10, 5), (11, 2), (12, 4)):
        order = troupe.rung(elder, "13900000001", day=day)
        troupe.visited(order, place=None, door_code="")  # without proof, so that Huli, which draws no sample, rings
        called(troupe, order, satisfaction, at=datetime(2026, 11, day + 1, 9, tzinfo=BEIJING))
    found = delivered(troupe, "enterprise")
    assert told(found)["康安"][CALLS:] == [3, 2, 667, 367]
    assert found.because == "回访到3人次，表示满意2人次，满意率66.7%"


@pytest.mark.parametrize("by", list(insight_read.DELIVERY_WAYS))
def test_every_number_is_the_number_of_its_rows(autumn: Cast, by: str) -> None:
    found = delivered(autumn, by, on=date(2026, 12, 31))
    at = datetime(2027, 1, 5, tzinfo=BEIJING)
    for share in (found.whole, *found.shares):
        for number in share.numbers:
            if number.figure:
                lens = insight_read.read_lens({**number.lens, "on": "2026-12-31"}, at=at)
                assert len(insight_read.open_rows(autumn.head, number.figure, lens)) == number.value, number
    whole = [number.value for number in found.whole.numbers]
    assert whole[:SATISFIED] == [sum(share.numbers[n].value for share in found.shares) for n in range(SATISFIED)]


def test_it_takes_as_many_questions_however_much_there_is(autumn: Cast) -> None:
    asked = []
    for on in (date(2026, 11, 10), date(2026, 12, 31)):
        with CaptureQueriesContext(connection) as queries:
            delivered(autumn, "item", on=on)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


def test_a_way_that_there_is_not_is_refused_and_so_is_a_stranger(cast: Cast) -> None:
    with pytest.raises(BadLens, match="没有这种分法"):
        delivered(cast, "colour")
    with pytest.raises(BadLens, match="开始日期晚于"):
        delivered(cast, "item", since=date(2026, 12, 1))
    with pytest.raises(NotAllowed):
        insight_read.delivery(cast.kangan_user, SINCE, ON, by="item")
    assert insight_read.total(cast.head, "visits", Lens(rules.end_of(ON)))["n"] == 0
