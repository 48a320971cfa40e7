"""The desk as an agent sees it: who rings, who it is, what is open, how the day goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.hotline import actions as hotline

DESK = "/hotline/"


def test_a_stranger_signs_in_first(monday: Cast) -> None:
    answer = Client().get(DESK)
    assert answer.status_code == 302
    assert "next=/hotline/" in answer["location"]


@pytest.mark.parametrize("who", ["wang", "clerk", "kangan_user", "zhao_user", "qian"])
def test_others_are_told_who_may_sit_here(monday: Cast, seat: Callable[[User], Client], who: str) -> None:
    answer = seat(getattr(monday, who)).get(DESK)
    assert answer.status_code == 403
    assert "话务员" in answer.content.decode()


def test_an_idle_desk_waits(agent: Client) -> None:
    page = agent.get(DESK).content.decode()
    assert "等待来电" in page
    assert "没有漏接的电话" in page


def test_a_ring_shows_number_and_name_before_it_is_answered(monday: Cast, agent: Client) -> None:
    monday.call(answered=False)
    for url in (DESK, "/hotline/live/"):
        page = agent.get(url).content.decode()
        assert "13900000001" in page
        assert "李秀兰" in page
        assert 'data-key="F2"' in page


def test_an_answered_call_shows_the_person_card_and_the_order_form(monday: Cast, agent: Client) -> None:
    monday.call()
    page = agent.get(DESK).content.decode()
    for words in ("李秀兰", "82 岁", "B 类", "独居", "左耳听力弱", "南门巷8号2单元301", "保存工单"):
        assert words in page
    assert "19440305" not in page, "the document number is masked"


def test_an_open_order_answers_where_it_is(monday: Cast, agent: Client) -> None:
    monday.assigned()
    monday.call()
    page = agent.get(DESK).content.decode()
    assert "康安的赵勤会按时上门" in page
    assert "13900000011" in page


def test_two_elders_on_one_phone_are_chosen_first(monday: Cast, agent: Client) -> None:
    monday.elder("王秀珍", date(1950, 2, 2), 42, ["13900000002"])
    monday.call("13900000002")
    page = agent.get(DESK).content.decode()
    assert "是哪一位" in page
    assert "王德厚" in page
    assert "王秀珍" in page
    assert "保存工单" not in page
    chosen = agent.get(DESK, {"elder": str(monday.grandpa.pk)}).content.decode()
    assert "保存工单" in chosen


@pytest.mark.parametrize("number", ["13700000000", ""])
def test_an_unknown_caller_is_searched_or_sent_to_the_community(monday: Cast, agent: Client, number: str) -> None:
    monday.call(number)
    page = agent.get(DESK).content.decode()
    assert "社区办理登记" in page
    assert "保存工单" not in page
    assert "咨询" in page, "a call of nobody known can still end"


@pytest.mark.parametrize("text", ["李秀兰", "lxl", "0001", "秀兰"])
def test_an_elder_is_found_by_name_initials_or_tail(monday: Cast, agent: Client, text: str) -> None:
    page = agent.get(DESK, {"find": text}).content.decode()
    assert "李秀兰" in page


def test_a_search_without_a_hit_says_what_else_to_try(agent: Client) -> None:
    assert "没有找到“张三丰”" in agent.get(DESK, {"find": "张三丰"}).content.decode()


def test_an_elder_of_nowhere_is_not_found(monday: Cast, agent: Client) -> None:
    assert agent.get(DESK, {"elder": str(monday.kangan.pk)}).status_code == 404
    assert agent.get(f"/hotline/elders/{monday.kangan.pk}/orders/").status_code == 404


def test_a_missed_call_waits_to_be_rung_back(monday: Cast, agent: Client) -> None:
    call = monday.call(answered=False)
    hotline.hang_up(programme=monday.programme, line_reference="line-1", at=monday.at)
    assert "回拨" in agent.get(DESK).content.decode()
    agent.post(f"/hotline/calls/{call.pk}/answer/")
    page = agent.get(DESK).content.decode()
    assert "回拨中" in page
    assert "没有漏接的电话" in page
    figures = agent.get("/hotline/calls/", {"show": "missed"}).content.decode()
    assert "139****0001" in figures, "a return call does not unmake the miss"


def test_the_figures_open_their_rows(monday: Cast, agent: Client) -> None:
    monday.call(reference="line-1")
    monday.call("13900000002", reference="line-2", answered=False)
    page = agent.get("/hotline/calls/").content.decode()
    assert "139****0001" in page
    assert "139****0002" in page
    quick = agent.get("/hotline/calls/", {"show": "quickly"}).content.decode()
    assert "139****0002" not in quick.split("sy-table-box")[1]


def test_the_number_of_queries_does_not_grow_with_calls_and_orders(
    monday: Cast, agent: Client, django_assert_max_num_queries: Callable
) -> None:
    for n in range(3):
        monday.visited(monday.order(days=n + 1))
    for n in range(3):
        monday.assigned(monday.order(days=n + 11))
    monday.call(reference="mine")
    monday.call("13900000002", reference="next", answered=False)
    agent.get(DESK)
    with django_assert_max_num_queries(60) as few:
        agent.get(DESK)
    for n in range(6):
        monday.assigned(monday.order(days=n + 21))
        monday.call(f"1390000100{n}", reference=f"line-{n}", answered=False)
    with django_assert_max_num_queries(len(few)):
        agent.get(DESK)
    with django_assert_max_num_queries(20):
        agent.get("/hotline/calls/")
