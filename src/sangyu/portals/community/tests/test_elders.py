"""The clerk's elders: find, recognise and end it, record a death and take it back; nobody outside the own community."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.cast import COMMUNITY, Cast
from tests.standing import standing

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, OrganisationKind, Role, User
from sangyu.benefits import actions as benefits
from sangyu.benefits import facets
from sangyu.hotline import actions as hotline
from sangyu.meals import actions as meals
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder, Identity

LIST = reverse("community:elders")


@standing
def other_clerk(cast: Cast) -> User:
    """A clerk of the north garden community."""
    north = access.found_organisation(
        programme=cast.programme, kind=OrganisationKind.COMMUNITY, name="北园社区", area_code="620102002001"
    )
    return cast.user(north, "north", "郝园", Role.COMMUNITY)


def page(elder: Elder, name: str = "elder") -> str:
    return reverse(f"community:{name}", args=[elder.pk])


def test_the_list_and_the_search_find_own_elders(cast: Cast, sit, other_clerk: User):
    desk = sit(cast.clerk)
    assert "李秀兰" in desk.get(LIST).content.decode()
    assert "王德厚" not in desk.get(LIST, {"q": "lxl"}).content.decode()
    assert "没有找到" in desk.get(LIST, {"q": "张"}).content.decode()
    assert "还没有登记的老人" in sit(other_clerk).get(LIST).content.decode()


def test_the_page_says_the_class_and_why_and_masks_numbers(cast: Cast, sit):
    text = sit(cast.clerk).get(page(cast.li)).content.decode()
    assert "B 类" in text
    assert "重点优抚对象等，列为B类" in text
    assert "优待证 甘优0012号" in text
    assert "13900000001" not in text
    assert "139****0001" in text


def test_a_stranger_does_not_find_the_elder(cast: Cast, sit, other_clerk: User):
    desk = sit(other_clerk)
    assert desk.get(page(cast.li)).status_code == 404
    given = {"code": "needy", "evidence": "证 1号", "valid_from": "2026-11-01"}
    assert desk.post(page(cast.li, "recognise"), given).status_code == 404
    assert desk.post(page(cast.li, "record-death"), {"died_on": "2026-11-01", "sure": "on"}).status_code == 404
    assert sit(cast.kangan_user).get(page(cast.li)).status_code == 403


@pytest.mark.proves("LZ-11")
def test_a_recognition_changes_the_class(cast: Cast, sit):
    desk = sit(cast.clerk)
    assert "C 类" in desk.get(page(cast.grandpa)).content.decode()
    given = {"code": "three_no", "evidence": "三无证 3号", "valid_from": "2026-11-01"}
    answer = desk.post(page(cast.grandpa, "recognise"), given, follow=True)
    assert "A 类" in answer.content.decode()
    assert Identity.objects.get(elder=cast.grandpa).evidence == "三无证 3号"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "needy", "evidence": "", "valid_from": "2026-11-01"}, "请填写证明材料"),
        (
            {"code": "needy", "evidence": "证 1号", "valid_from": "2026-11-01", "valid_until": "2026-11-01"},
            "截止日期应晚于起始日期",
        ),
    ],
)
def test_a_recognition_is_refused_with_everything_kept(cast: Cast, sit, given: dict[str, str], said: str):
    answer = sit(cast.clerk).post(page(cast.grandpa, "recognise"), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="2026-11-01"' in answer.content.decode()
    assert not Identity.objects.filter(elder=cast.grandpa).exists()


def test_a_death_is_recorded_and_shown(cast: Cast, sit):
    desk = sit(cast.clerk)
    future = desk.post(page(cast.grandpa, "record-death"), {"died_on": "2030-01-01", "sure": "on"})
    assert future.status_code == 422
    assert "不合理" in future.content.decode()
    unsure = desk.post(page(cast.grandpa, "record-death"), {"died_on": "2026-11-08"})
    assert unsure.status_code == 422
    answer = desk.post(page(cast.grandpa, "record-death"), {"died_on": "2026-11-08", "sure": "on"}, follow=True)
    assert "2026年11月8日 周日 去世" in answer.content.decode()
    assert Elder.objects.get(pk=cast.grandpa.pk).died_on == date(2026, 11, 8)


def test_a_recognition_ends_on_a_day_for_a_reason(cast: Cast, sit, other_clerk: User):
    desk = sit(cast.clerk)
    recognised = Identity.objects.get(elder=cast.li, code="entitled_group")
    assert "重点优抚（优待证 甘优0012号）" in desk.get(page(cast.li)).content.decode()
    given = {"identity": str(recognised.pk), "until": "2026-11-09", "reason": "优待证注销"}
    for wrong, said in (
        ({**given, "reason": ""}, "终止原因"),
        ({**given, "until": "2019-01-01"}, "不晚于起始日期2020-01-01"),
        ({**given, "identity": str(cast.li.pk)}, "身份"),
    ):
        answer = desk.post(page(cast.li, "end-recognition"), wrong)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert sit(other_clerk).post(page(cast.li, "end-recognition"), given).status_code == 404
    ended = sit(cast.clerk).post(page(cast.li, "end-recognition"), given, follow=True).content.decode()
    assert "已终止：重点优抚，2026-11-09起不再有效" in ended
    assert "B 类" not in ended
    assert AuditEntry.objects.get(verb="registry.end_recognition").facts["reason"] == "优待证注销"
    again = sit(cast.clerk).post(page(cast.li, "end-recognition"), given)
    assert again.status_code == 422, "what has ended is no longer offered"


def test_one_elders_recognition_is_not_ended_on_anothers_page(cast: Cast, sit):
    recognised = Identity.objects.get(elder=cast.li, code="entitled_group")
    given = {"identity": str(recognised.pk), "until": "2026-11-09", "reason": "优待证注销"}
    assert sit(cast.clerk).post(page(cast.grandpa, "end-recognition"), given).status_code == 422
    assert Identity.objects.get(pk=recognised.pk).valid_until is None


def test_a_death_recorded_by_mistake_is_taken_back_with_a_reason(cast: Cast, sit, other_clerk: User):
    desk = sit(cast.clerk)
    assert "撤销去世登记" not in desk.get(page(cast.grandpa)).content.decode()
    desk.post(page(cast.grandpa, "record-death"), {"died_on": "2026-11-08", "sure": "on"})
    silent = desk.post(page(cast.grandpa, "withdraw-death"), {"withdrawn_because": " "})
    assert silent.status_code == 422
    assert "撤销原因" in silent.content.decode()
    given = {"withdrawn_because": "同名登记错误，已与家属核实"}
    assert sit(other_clerk).post(page(cast.grandpa, "withdraw-death"), given).status_code == 404
    assert Elder.objects.get(pk=cast.grandpa.pk).died_on is not None
    answer = sit(cast.clerk).post(page(cast.grandpa, "withdraw-death"), given, follow=True).content.decode()
    assert "已撤销去世登记" in answer
    assert "登记去世" in answer
    assert Elder.objects.get(pk=cast.grandpa.pk).died_on is None


def test_pages_follow_the_phone_book(cast: Cast, sit):
    for n in range(31):
        cast.elder(
            "周" + "甲乙丙丁戊己庚辛壬癸"[n % 10] + "一二三四"[n // 10],
            date(1940, 1, 1),
            100 + n,
            [f"139000001{n:02d}"],
        )
    desk = sit(cast.clerk)
    first = desk.get(LIST)
    second = desk.get(LIST + first.context["next"])
    names = [row["elder"].pk for page_ in (first, second) for row in page_.context["rows"]]
    assert len(names) == len(set(names)) == 33
    assert second.context["next"] == ""


def test_the_list_costs_the_same_whatever_its_length(cast: Cast, sit, django_assert_max_num_queries):
    for n in range(10):
        cast.elder("周" + "甲乙丙丁戊己庚辛壬癸"[n], date(1940, 1, 1), 100 + n, [f"1390000010{n}"])
    desk = sit(cast.clerk)
    with django_assert_max_num_queries(8):
        desk.get(LIST)


def test_who_asked_on_the_telephone_stands_on_the_list_until_registered(cast: Cast, sit, other_clerk: User):
    call = cast.call("13900007777")
    asked = hotline.request_registration(
        call_id=call.pk,
        name="石桂花",
        community_code=COMMUNITY,
        address="南门巷9号",
        phone="13900007777",
        by=cast.ma,
        at=cast.at,
    )
    taken_over = f"{reverse('community:register')}?asked={asked.pk}"
    assert "石桂花" in sit(cast.clerk).get(LIST).content.decode()
    assert taken_over in sit(cast.clerk).get(LIST).content.decode()
    form = sit(cast.clerk).get(taken_over).content.decode()
    for words in ('value="石桂花"', 'value="13900007777"', 'value="南门巷9号"', f'data-draft="register-{asked.pk}"'):
        assert words in form
    assert "石桂花" not in sit(other_clerk).get(taken_over).content.decode()
    assert "石桂花" not in sit(other_clerk).get(LIST).content.decode()
    cast.elder("石桂花", date(1950, 1, 1), 41, ["13900007777"])
    assert "来电想登记" not in sit(cast.clerk).get(LIST).content.decode()


def test_elders_are_found_by_several_fields_and_numbers_stay_out_of_the_address(cast: Cast, sit):
    desk, url = sit(cast.clerk), reverse("community:find")
    assert "都符合的才列出来" in desk.get(url).content.decode()
    found = desk.post(url, {"sex": cast.li.sex, "phone": "13900000001"}).content.decode()
    assert "李秀兰" in found
    assert "王德厚" not in found
    assert "没有都符合的老人" in desk.post(url, {"age_to": "70", "phone": "13900000001"}).content.decode()
    nothing = desk.post(url, {"name": " "})
    assert (nothing.status_code, "请至少填一个条件" in nothing.content.decode()) == (422, True)
    ages = desk.post(url, {"age_from": "80", "age_to": "70"})
    assert (ages.status_code, "请调换过来" in ages.content.decode()) == (422, True)


def test_a_clerk_says_that_the_data_were_checked(cast: Cast, sit):
    desk = sit(cast.clerk)
    assert "还没有核实过" in desk.get(page(cast.li)).content.decode()
    assert "今天核实过" in desk.post(page(cast.li, "confirm"), {"how": "入户"}, follow=True).content.decode()
    assert "上次核实" in desk.get(page(cast.li)).content.decode()


@pytest.mark.proves("QJ-31")
def test_who_ate_at_the_canteens_is_counted_by_the_five_tags(cast: Cast, sit):
    kitchen = Kitchen(cast)
    tags = {"left_behind": "留守", "empty_nest": "空巢", "living_alone": "独居", "care_dependent": "失能"}
    for n, code in enumerate((*tags, "living_alone", "living_alone")):
        elder = cast.elder(f"赵{n}", date(1955, 3, 5), 70 + n, [f"139000001{n:02d}"])
        registry.recognise(
            elder=elder, code=code, evidence="社区走访表", valid_from=date(2026, 1, 1), by=cast.clerk, at=cast.at
        )
        if n < 5:  # the last one lives alone and cooks at home
            kitchen.sell(elder)
    kitchen.sell(cast.li)  # 82, alone, and twice at table
    kitchen.sell(cast.li, at=NOON + timedelta(days=1))
    meals.refund(sale_id=kitchen.sell(cast.grandpa).pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(minutes=1))
    desk = sit(cast.clerk)

    def counted(**asked: str) -> dict[str, int]:
        text = desk.get(LIST, asked).content.decode()
        return {label: int(n) for label, n in re.findall(r'>([^<>]+?) <span class="sy-num">(\d+)</span></a>', text)}

    five = dict.fromkeys(tags.values(), 1) | {"独居": 3, "高龄": 1}
    dined = counted(dined="1")
    assert {label: dined[label] for label in five} == five
    assert counted()["独居"] == 4
    listed = desk.get(LIST, {"dined": "1", "group": "high_age"}).content.decode()
    assert "李秀兰" in listed
    assert "王德厚" not in desk.get(LIST, {"dined": "1"}).content.decode(), "what was given back was not eaten"


@pytest.mark.proves("HL-23")
def test_five_things_are_known_of_an_elder_or_lacking_and_the_share_of_the_complete_is_counted(cast: Cast, sit):
    on, desk = cast.at.date(), sit(cast.clerk)
    alone = cast.elder("赵六", date(1955, 3, 5), 80, ["13900000180"])
    assert facets.facets_of(alone, on) == {
        "family": False, "income": False, "health": False, "interests": False, "age": True
    }  # fmt: skip
    page_of = desk.get(page(alone)).content.decode()
    assert all(f"缺{label}" in page_of for label in ("家庭", "收入", "健康", "兴趣"))
    before = facets.completeness(cast.clerk, on)
    assert (before.elders, before.whole, before.rate_pm) == (3, 0, 0)
    assert "赵六" in desk.get(LIST, {"lacks": "income"}).content.decode()

    desk.post(page(alone, "describe"), {"health": "高血压", "interests": "下棋"})
    registry.recognise(
        elder=alone, code="childless", evidence="户口簿", valid_from=on, by=cast.clerk, at=cast.at
    )  # there is no family to be asked for
    benefits.state(
        elder_id=alone.pk, name="income_month_fen", value=2600_00, evidence="养老金存折", valid_from=on,
        by=cast.clerk, at=cast.at, key="1",
    )  # fmt: skip
    assert all(facets.facets_of(alone, on).values())
    after = facets.completeness(cast.clerk, on)
    assert (after.elders, after.whole, after.rate_pm) == (3, 1, 333)
    assert {name: after.known[name] - before.known[name] for name in facets.FACETS} == {
        "family": 1, "income": 1, "health": 1, "interests": 1, "age": 0
    }  # fmt: skip
    assert "1 / 3 位（33.3%）" in desk.get(LIST).content.decode()
    assert "赵六" not in desk.get(LIST, {"lacks": "income"}).content.decode()
    told = AuditEntry.objects.get(verb="registry.describe").facts
    assert told == {"changed": ["health", "interests"]}, (
        "what is written of somebody's health stands in the record alone"
    )


def test_a_stranger_describes_nobody(cast: Cast, sit, other_clerk: User):
    assert sit(other_clerk).post(page(cast.li, "describe"), {"health": "高血压"}).status_code == 404
    assert not AuditEntry.objects.filter(verb="registry.describe").exists()
