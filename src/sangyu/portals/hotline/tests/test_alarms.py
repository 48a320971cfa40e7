"""The emergency card by its addresses: who sees it, who acts, what the second one reads."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.template import RequestContext, Template
from django.test import Client, RequestFactory
from tests.cast import Cast
from tests.neighbour import Neighbour

from sangyu.access.models import User
from sangyu.hotline import actions as hotline
from sangyu.safety import actions as safety
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Alarm, Closure, Step

CARDS = "/hotline/alarms/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def alarm(monday: Cast) -> Alarm:
    """An alarm from a call of Grandmother Li's that agent Ma ended."""
    call = monday.call()
    hotline.end(call_id=call.pk, kind="EMERGENCY", elder_id=monday.li.pk, note="摔倒了", by=monday.ma, at=monday.at)
    return Alarm.objects.get()


def press(client: Client, alarm: Alarm, what: str, **said: str) -> tuple[int, str]:
    answer = client.post(f"{CARDS}{alarm.pk}/{what}/", said, headers=HTMX)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("path", ["/hotline/", "/hotline/calls/"])
def test_it_stands_on_every_page_of_the_desk(monday: Cast, alarm: Alarm, agent: Client, path: str) -> None:
    page = agent.get(path).content.decode()
    for words in ("李秀兰", "南门巷8号2单元301", "摔倒了", "左耳听力弱", "接管"):
        assert words in page.partition('id="callbar"')[0]


def test_it_stands_on_the_page_of_an_order(monday: Cast, alarm: Alarm, agent: Client) -> None:
    order = monday.order()
    assert "sy-alarm-take" in agent.get(f"/hotline/orders/{order.pk}/").content.decode()


@pytest.mark.parametrize(
    ("who", "acts"), [("ma", True), ("wang", True), ("other_agent", True), ("head", False), ("auditor", False)]
)
def test_others_see_it_and_only_helpers_may_act(
    monday: Cast, alarm: Alarm, seat: Callable[[User], Client], who: str, acts: bool
) -> None:
    client = seat(getattr(monday, who))
    page = client.get(CARDS).content.decode()
    assert "李秀兰" in page
    assert ("sy-alarm-take" in page) is acts
    status, answer = press(client, alarm, "take")
    assert status == (200 if acts else 422)
    assert ("您正在处置" in answer) is acts


@pytest.mark.parametrize("who", ["kangan_user", "clerk", "zhao_user"])
def test_whoever_may_not_see_it_sees_nothing(
    monday: Cast, alarm: Alarm, seat: Callable[[User], Client], who: str
) -> None:
    page = seat(getattr(monday, who)).get(CARDS).content.decode()
    assert "李秀兰" not in page


def test_next_door_it_does_not_exist(monday: Cast, alarm: Alarm, seat: Callable[[User], Client]) -> None:
    stranger = seat(Neighbour(monday.at).agent)
    assert "李秀兰" not in stranger.get(CARDS).content.decode()
    status, page = press(stranger, alarm, "take")
    assert status == 422
    assert "没有找到这次报警" in page
    assert Client().get(CARDS).status_code == 302


def test_any_desk_shows_it_by_one_tag(monday: Cast, alarm: Alarm) -> None:
    request = RequestFactory().get("/dispatching/")
    request.user = monday.wang
    page = Template("{% load alarms %}{% alarm_cards %}").render(RequestContext(request))
    assert 'id="alarms"' in page
    assert "李秀兰" in page


def test_the_loser_reads_who_has_it(monday: Cast, alarm: Alarm, agent: Client, seat: Callable[[User], Client]) -> None:
    assert press(seat(monday.wang), alarm, "take")[0] == 200
    status, page = press(agent, alarm, "take")
    assert status == 422
    assert "已由王敏于" in page
    assert "王敏正在处置" in page


def test_a_step_is_ticked_once_with_what_came_of_it(monday: Cast, alarm: Alarm, agent: Client) -> None:
    press(agent, alarm, "take")
    key = str(uuid4())
    for _ in range(2):
        status, page = press(agent, alarm, "step", rung="FAMILY", note="女儿在路上", key=key)
    assert status == 200
    assert "女儿在路上" in page
    assert "sy-alarm-done" in page
    assert Step.objects.count() == 1
    assert press(agent, alarm, "step", rung="NEIGHBOUR")[0] == 422


def test_it_closes_with_outcome_and_sentence_only(monday: Cast, alarm: Alarm, agent: Client) -> None:
    press(agent, alarm, "take")
    for lack in ({"outcome": "REAL"}, {"note": "她平安到家"}):
        status, page = press(agent, alarm, "close", **lack)
        assert status == 422
        assert "报警仍然打开" in page
        assert "李秀兰" in page
    status, page = press(agent, alarm, "close", outcome="REAL", note="她平安到家")
    assert status == 200
    assert "sy-alarm-word" not in page
    assert Closure.objects.get().by == monday.ma


def test_the_outcome_comes_back_to_the_agent_until_read(
    monday: Cast, alarm: Alarm, agent: Client, seat: Callable[[User], Client]
) -> None:
    dispatcher = seat(monday.wang)
    press(dispatcher, alarm, "take")
    press(dispatcher, alarm, "close", outcome="REAL", note="她平安到家")
    page = agent.get("/hotline/").content.decode()
    assert "她平安到家" in page
    assert "王敏 09:01 结案" in page
    assert "她平安到家" not in dispatcher.get(CARDS).content.decode()
    status, page = press(agent, alarm, "read")
    assert status == 200
    assert "她平安到家" not in page


def test_without_scripts_it_works_as_well(monday: Cast, alarm: Alarm, agent: Client) -> None:
    assert agent.post(f"{CARDS}{alarm.pk}/take/").status_code == 302
    assert safety_read.get_alarm(monday.ma, alarm.pk).taking.by == monday.ma


def test_the_last_alarm_is_told_at_the_next(monday: Cast, alarm: Alarm, agent: Client) -> None:
    press(agent, alarm, "take")
    press(agent, alarm, "close", outcome="FALSE", note="误碰按键")
    safety.raise_alarm(
        programme=monday.programme,
        elder=monday.li,
        source="DEVICE",
        source_id=uuid4(),
        phone="",
        note="",
        by=monday.ma,
        at=monday.at,
    )
    assert "误报，误碰按键" in agent.get(CARDS).content.decode()


def test_a_storm_costs_no_more_queries(
    monday: Cast, alarm: Alarm, agent: Client, django_assert_max_num_queries: Callable
) -> None:
    def another(n: int) -> None:
        elder = monday.grandpa if n % 2 else monday.li
        safety.raise_alarm(
            programme=monday.programme,
            elder=elder,
            source="DEVICE",
            source_id=uuid4(),
            phone="",
            note="",
            by=monday.ma,
            at=monday.at,
        )

    for n in range(3):
        another(n)
    with django_assert_max_num_queries(25) as few:
        agent.get(CARDS)
    for n in range(9):
        another(n)
    with django_assert_max_num_queries(len(few)):
        page = agent.get(CARDS).content.decode()
    assert page.count("sy-alarm-word") == 13
