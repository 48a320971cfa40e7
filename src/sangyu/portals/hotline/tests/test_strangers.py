"""Callers whom the desk does not know, telephones that fall silent, callers who were missed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from tests.cast import COMMUNITY, Cast

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.hotline.tests.conftest import missed_call

DESK = "/hotline/"
ASKED = {"name": "陈桂芳", "phone": "13700000000", "community": COMMUNITY, "address": "南门巷12号"}


def test_a_withheld_number_begins_with_the_search(monday: Cast, agent: Client) -> None:
    monday.call("")
    page = agent.get(DESK).content.decode()
    assert "对方没有显示号码" in page
    (find,) = [tag for tag in page.split("<") if 'name="find"' in tag]
    assert "autofocus" in find


def test_an_unknown_number_names_elders_whose_number_ends_alike(monday: Cast, agent: Client) -> None:
    monday.elder("陈淑珍", date(1950, 2, 2), 42, ["13811117777"])
    monday.call("13722227777")
    page = agent.get(DESK).content.decode()
    assert "陌生号码" in page
    assert "尾号相同的老人" in page
    assert "陈淑珍" in page
    assert "保存工单" not in page, "nobody is chosen before the agent has"


def test_somebody_unregistered_is_passed_to_the_community(monday: Cast, agent: Client) -> None:
    call = monday.call("13700000000")
    page = agent.get(DESK).content.decode()
    assert "登记意向" in page
    assert 'value="13700000000"' in page
    answer = agent.post(f"/hotline/calls/{call.pk}/registration/", ASKED, follow=True)
    assert "登记意向已转南门社区" in answer.content.decode()
    (asked,) = hotline_read.registration_requests(monday.clerk)
    assert (asked.name, asked.address) == ("陈桂芳", "南门巷12号")
    assert Call.objects.get().end == "CONSULTATION"


@pytest.mark.parametrize(("lack", "says"), [({"name": ""}, "请填写姓名"), ({"phone": "不知道"}, "不对")])
def test_what_is_missing_is_said_with_the_rest_kept(
    monday: Cast, agent: Client, lack: dict[str, str], says: str
) -> None:
    call = monday.call("13700000000")
    answer = agent.post(f"/hotline/calls/{call.pk}/registration/", {**ASKED, **lack})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert "南门巷12号" in page


def test_a_telephone_system_that_reports_and_one_that_never_did_are_not_missed(monday: Cast, agent: Client) -> None:
    assert "手工模式" not in agent.get(DESK).content.decode()
    hotline.heartbeat(programme=monday.programme, at=monday.at + timedelta(seconds=50))
    assert "手工模式" not in agent.get("/hotline/live/line/").content.decode()


def test_after_a_minute_of_silence_calls_are_written_by_hand(monday: Cast, agent: Client) -> None:
    hotline.heartbeat(programme=monday.programme, at=monday.at - timedelta(minutes=3))
    for path in (DESK, "/hotline/live/line/", "/hotline/calls/"):
        page = agent.get(path).content.decode()
        assert "话务系统没有响应，现在是手工模式" in page
        assert "#by-hand" in page


def test_a_missed_caller_who_does_not_pick_up_stays_on_the_list(monday: Cast, agent: Client) -> None:
    call = missed_call(monday, minutes=-5)
    agent.post(f"/hotline/calls/{call.pk}/answer/")
    assert "没打通" in agent.get(DESK).content.decode()
    page = agent.post(f"/hotline/calls/{call.pk}/not-reached/", follow=True).content.decode()
    assert "已回拨 1 次没打通，马晓兰" in page
    agent.post(f"/hotline/calls/{call.pk}/answer/")
    agent.post(f"/hotline/calls/{call.pk}/end/", {"kind": "CONSULTATION"})
    assert "没有漏接的电话" in agent.get(DESK).content.decode()


def test_who_was_on_the_line_cannot_be_out_of_reach(monday: Cast, agent: Client) -> None:
    call = monday.call()
    assert "没打通" not in agent.get(DESK).content.decode()
    answer = agent.post(f"/hotline/calls/{call.pk}/not-reached/")
    assert answer.status_code == 422
    assert "不能记为没打通" in answer.content.decode()


def test_a_number_missed_twice_stands_once(monday: Cast, agent: Client) -> None:
    for n in range(2):
        missed_call(monday, reference=f"line-{n}", minutes=n - 9)
    page = agent.get("/hotline/live/day/").content.decode()
    assert "2 次未接" in page
    assert page.count("回拨</button>") == 1
