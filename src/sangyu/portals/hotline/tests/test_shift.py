"""The shift leader's page: its figures are those of the rule, its door is the leader's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.hotline import actions as hotline
from sangyu.hotline.tests.conftest import missed_call

SHIFT = "/hotline/shift/"


@pytest.fixture
def leader(seat: Callable[[User], Client], monday: Cast) -> Client:
    """Shift leader Bai at her desk."""
    return seat(monday.other_agent)


def words(client: Client, path: str = SHIFT) -> str:
    page = client.get(path).content.decode()
    return " ".join(page.replace("<", " <").split())


def test_an_agent_is_told_whose_page_it_is(agent: Client, seat: Callable[[User], Client], monday: Cast) -> None:
    answer = agent.get(SHIFT)
    assert answer.status_code == 403
    assert "值班长" in answer.content.decode()
    assert SHIFT not in agent.get("/hotline/").content.decode()
    assert seat(monday.head).get(SHIFT).status_code == 403


def test_a_quiet_day_is_said_to_be_quiet(leader: Client) -> None:
    page = words(leader)
    for said in ("没有人在等", "没有未结的紧急情况", "今天还没有人接过电话", "今天还没有来电"):
        assert said in page


def test_a_morning_is_counted(monday: Cast, leader: Client) -> None:
    first = monday.call(reference="quick")
    hotline.end(call_id=first.pk, kind="COMFORT", by=monday.ma, at=monday.at + timedelta(seconds=46))
    slow = monday.call(reference="slow", answered=False)
    hotline.answer(call_id=slow.pk, by=monday.other_agent, at=monday.at + timedelta(seconds=31))
    missed_call(monday, "13900000002", reference="lost", minutes=-60)
    monday.call("13700000000", reference="rings", answered=False)
    page = words(leader)
    for said in (
        "接听 2 通",
        "33.3%",
        "66.6%",
        "13700000000",
        "40 秒",
        "8:00",
        "9:00",
    ):
        assert said in page, said
    assert "马晓兰" in page
    assert "白露" in page
    (longest,) = re.findall(r"最长 (\d+) 秒", words(leader, SHIFT + "live/"))
    assert 60 <= int(longest) < 120


def test_open_emergencies_show_who_has_them(monday: Cast, leader: Client) -> None:
    hotline.end(call_id=monday.call().pk, kind="EMERGENCY", elder_id=monday.li.pk, by=monday.ma, at=monday.at)
    page = words(leader)
    (waited,) = re.findall(r'data-elapsed-s="(\d+)"', page)
    assert 60 <= int(waited) < 120
    assert "已过1分钟，请值班长处置" in page


def test_its_queries_do_not_grow_with_the_calls(
    monday: Cast, leader: Client, django_assert_max_num_queries: Callable
) -> None:
    monday.call()
    monday.call("13900000002", reference="next", answered=False)
    leader.get(SHIFT)
    with django_assert_max_num_queries(40) as few:
        leader.get(SHIFT)
    for n in range(12):
        monday.call(f"1390000200{n}", reference=f"line-{n}", answered=n % 2 == 0)
    with django_assert_max_num_queries(len(few)):
        leader.get(SHIFT)
