"""From a file to a settled difference by what the pages post; one call of the family; and who sees what."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.cast import Cast
from tests.seat import seat

from sangyu.access.models import LookUp
from sangyu.matching.models import Batch, Difference, Outcome
from sangyu.matching.tests.conftest import GRANDPA, LI, stranger
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.outbox.models import Text
from sangyu.portals.matching.tests.conftest import upload
from sangyu.portals.texting.compose import compose
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

DEATH = "姓名,身份证号,死亡日期"


def read(client, *rows, register="death", heading=DEATH, month="2026-11"):
    posted = {"register": register, "month": month, "purpose": "核对", "content": upload(heading, *rows)}
    return client.post(reverse("matching:hand-in"), posted)


def settled(client, row, outcome, **more):
    return client.post(reverse("matching:settle", args=[row.pk]), {"outcome": outcome, **more})


def test_from_a_file_to_a_settled_difference(cast, sit):
    order = cast.order()
    head = sit(cast.head)
    assert "没有待办的差异" in head.get(reverse("matching:registers")).content.decode()
    rows = (f"李秀兰,{LI},2026-11-03", f"王德胜,{GRANDPA},2026-11-04", f"周一,{stranger(1)},2026-11-05")
    answer = read(head, *rows)
    batch = Batch.objects.get()
    page = head.get(answer["Location"]).content.decode()
    assert "开始比对" in page
    assert LI not in page
    assert read(head, *rows)["Location"] == answer["Location"]
    compared = head.post(reverse("matching:compare", args=[batch.pk]), follow=True).content.decode()
    assert "已比对，2 条差异" in compared

    clerk = sit(cast.clerk)
    listed = clerk.get(reverse("matching:differences"), {"kind": "DEATH"}).content.decode()
    assert "2026-11-03去世" in listed
    nothing = clerk.post(reverse("matching:settle-plain"), {"kind": "DEATH"})
    assert (nothing.status_code, "还没有选" in nothing.content.decode()) == (409, True)
    death, name = Difference.objects.get(kind="DEATH"), Difference.objects.get(kind="NAME")
    assert clerk.post(reverse("matching:settle-plain"), {"difference": name.pk}).status_code == 409
    assert "请先核实" in clerk.get(reverse("matching:difference", args=[name.pk])).content.decode()
    assert settled(clerk, name, "KEPT").status_code == 409
    settled(clerk, name, "KEPT", reason="名册把名字写错了")
    clerk.post(reverse("matching:settle-plain"), {"difference": death.pk, "kind": "DEATH"})
    assert Outcome.objects.count() == 2
    order.refresh_from_db()
    assert order.stage == "CANCELLED"
    done = clerk.get(reverse("matching:differences"), {"kind": "NAME", "settled": "1"}).content.decode()
    assert "名册把名字写错了" in done


@pytest.mark.proves("WH-28")
def test_a_compared_file_says_how_many_agree_differ_and_are_not_found(cast, sit):
    registry.record_death(elder_id=cast.li.pk, died_on=date(2026, 11, 3), by=cast.clerk, at=cast.at)
    head = sit(cast.head)

    def compared(*more):
        rows = [
            f"李秀兰,{LI},2026-11-03",
            f"王德厚,{GRANDPA},2026-11-04",
            *(f"周{n},{stranger(n)},2026-11-05" for n in more),
        ]
        where = read(head, *rows)["Location"]
        assert "相符" not in head.get(where).content.decode()
        batch = Batch.objects.latest("at", "pk")
        page = head.post(reverse("matching:compare", args=[batch.pk]), {"reason": "更正"}, follow=True).content.decode()
        stats = re.findall(r'sy-stat-label">([^<]+)</span> <span class="sy-stat-number">(\d+)', page)
        return {label: int(number) for label, number in stats}, Difference.objects.filter(batch=batch).count()

    assert compared(1, 2, 2) == ({"相符": 1, "不符": 1, "查无": 3, "读不懂的行": 0}, 1)
    # What is a task already is not a second one, and differs all the same.
    assert compared(1) == ({"相符": 1, "不符": 1, "查无": 1, "读不懂的行": 0}, 0)


@pytest.mark.proves("HL-53")
def test_household_health_and_social_security_are_asked_for_one_elder_against_a_purpose(cast, sit):
    head, clerk = sit(cast.head), sit(cast.clerk)
    rows = {
        "hukou": ("姓名,身份证号,户籍地区划代码", f"李秀兰,{LI},620102001"),
        "health": ("姓名,身份证号,最近体检日期,管理类别", f"李秀兰,{LI},2026-09-01,高血压随访"),
        "pension": ("姓名,身份证号", f"王德厚,{GRANDPA}"),
    }
    for register, (heading, row) in rows.items():
        read(head, row, register=register, heading=heading, month="2026-10")
        head.post(reverse("matching:compare", args=[Batch.objects.get(register=register).pk]), {"reason": "已核对"})
    where = reverse("matching:words", args=[cast.li.pk])
    assert "高血压随访" not in clerk.get(where).content.decode()
    assert clerk.post(where, {"reason": "看"}).status_code == 422
    assert not LookUp.objects.exists()
    page = clerk.post(where, {"reason": "办理高龄津贴，核对养老金"}).content.decode()
    told = {
        title: re.sub(r"<[^>]+>|\s", "", rest) for title, rest in re.findall(r'row">([^<]+)(.*?)</tr>', page, re.DOTALL)
    }
    assert "2026-10在册" in told["户籍人口"]
    assert "620102001" in told["户籍人口"]
    assert "高血压随访" in told["老年人健康管理"]
    assert "2026-10不在册" in told["领取养老金"]
    assert "没有收到过名册" in told["单位参保"]
    (look,) = LookUp.objects.all()
    assert (look.by, look.fact, look.object_id, look.reason) == (
        cast.clerk, "registers", cast.li.pk, "办理高龄津贴，核对养老金"
    )  # fmt: skip
    seen = clerk.get(reverse("privacy:seen", args=[cast.li.pk])).content.decode()
    assert "别的部门的名册" in seen
    assert sit(cast.wang).get(where).status_code in (302, 403)


def test_a_file_that_is_refused_is_explained_beside_its_field(cast, sit):
    head = sit(cast.head)
    answer = read(head, f"李秀兰,{LI}", heading="姓名,身份证号")
    assert (answer.status_code, "缺少：死亡日期" in answer.content.decode()) == (422, True)
    assert head.post(reverse("matching:hand-in"), {"register": "death", "month": "2026-13"}).status_code == 422


def test_doubts_want_a_reason_and_a_file_may_be_set_aside(cast, sit):
    head = sit(cast.head)
    where = read(head, f"李秀兰,{LI},2026-11-03", month="2026-10")["Location"]
    batch = Batch.objects.get()
    assert "可能是别的月份的文件" in head.get(where).content.decode()
    assert head.post(reverse("matching:compare", args=[batch.pk])).status_code == 422
    assert head.post(reverse("matching:discard", args=[batch.pk])).status_code == 422
    head.post(reverse("matching:discard", args=[batch.pk]), {"discard-reason": "月份选错了"})
    batch.refresh_from_db()
    assert batch.stage == "DISCARDED"
    assert head.post(reverse("matching:compare", args=[batch.pk]), {"reason": "还是用吧"}).status_code == 409


def test_one_call_of_the_family_stops_everything(cast, sit):
    visited = cast.visited()
    registry.issue_card(elder_id=cast.li.pk, number="620102880001", by=cast.clerk, at=cast.at)
    open_order = cast.order(days=3, hour=15)
    ma = sit(cast.ma)
    where = reverse("matching:closing", args=[cast.li.pk])
    assert "请您节哀" in ma.get(where).content.decode()
    told = {"told_by": "李建国", "relation": "儿子", "died_on": "2026-11-09"}
    assert ma.post(where, told).status_code == 422
    assert ma.post(where, told | {"sure": "on", "died_on": "2099-01-01"}).status_code == 422
    for _ in range(2):
        ma.post(where, told | {"sure": "on"})
    assert Elder.objects.get(pk=cast.li.pk).died_on == date(2026, 11, 9)
    assert Order.objects.get(pk=open_order.pk).stage == "CANCELLED"
    page = ma.get(where).content.decode()
    assert page.count("李建国") == 1
    assert open_order.number in page
    assert "尾号 0001" in page
    assert visited.order.item.name in page
    assert "金额由民政局和热线查看" in sit(cast.clerk).get(where).content.decode()


def test_what_stood_under_another_record_of_the_person_is_told_too(cast, sit):
    twice = registry.register(
        by=cast.clerk,
        at=cast.at,
        name="李秀兰",
        document_kind="PASSPORT",
        document_number="E7654321",
        birth_on=cast.li.birth_on,
        sex=cast.li.sex,
        community_code=cast.li.community_id,
        address=cast.li.address,
        phones=["13900000088"],
        hukou_in_area=True,
    )
    order = cast.order(elder=twice, days=3, hour=15)
    registry.find_duplicates(by=cast.head, at=cast.at)
    [shown] = registry_read.duplicate_cases(cast.head)
    for by in (cast.clerk, cast.head):
        registry.rule_duplicate(
            case_id=shown.case.pk, verdict="SAME", survivor_id=cast.li.pk, reason="同一人", by=by, at=cast.at
        )
    told = {"told_by": "李建国", "relation": "儿子", "died_on": "2026-11-09", "sure": "on"}
    page = sit(cast.ma).post(reverse("matching:closing", args=[cast.li.pk]), told, follow=True).content.decode()
    assert Order.objects.get(pk=order.pk).stage == "CANCELLED"
    assert order.number in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("died", [False, True])
def test_no_text_and_no_follow_up_call_goes_to_the_family_any_more(died, monkeypatch):
    cast = Cast()
    texts_after(cast.at)  # somebody listens from here on
    visit = cast.visited(place=None)
    evening = visit.arrived_at + timedelta(hours=9)
    quality.draw_sample(day=visit.arrived_at.date(), by=cast.sun, at=evening)
    assert [task.order for task in quality_read.tasks_due(cast.sun)] == [visit.order]
    order = cast.order(days=3, hour=15)
    heard = texts_after(cast.at)
    assert heard > 0
    if died:
        seat(monkeypatch, cast.at, later_s=60)(cast.ma, evening).post(
            reverse("matching:closing", args=[cast.li.pk]),
            {"told_by": "李建国", "relation": "儿子", "died_on": "2026-11-10", "sure": "on"},
        )
    else:
        orders.cancel(order_id=order.pk, reason="老人住院", by=cast.ma, at=evening)
    order.refresh_from_db()
    assert order.stage == "CANCELLED"
    assert bool(quality_read.tasks_due(cast.sun)) is not died
    assert (texts_after(evening) > heard) is not died


def texts_after(at) -> int:
    """Count the texts there are when everything that was told by now has been written."""
    while compose(at=at):
        pass
    return Text.objects.count()


@pytest.mark.parametrize("who", ["kangan_user", "zhao_user", "wang", "sun"])
def test_others_do_not_sit_here(cast, sit, who):
    client = sit(getattr(cast, who))
    for page in ("registers", "hand-in", "differences"):
        assert client.get(reverse(f"matching:{page}")).status_code in (302, 403)


def test_the_community_sees_what_differs_and_not_the_registers(cast, sit):
    clerk = sit(cast.clerk)
    assert clerk.get(reverse("matching:registers")).status_code == 403
    assert "都办完了" in clerk.get(reverse("matching:differences")).content.decode()
