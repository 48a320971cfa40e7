"""Calls at the desk: take one, end one by one press, write one down by hand."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read


def test_the_first_to_press_has_the_call(monday: Cast, agent: Client, seat: Callable[[User], Client]) -> None:
    call = monday.call(answered=False)
    assert agent.post(f"/hotline/calls/{call.pk}/answer/").status_code == 302
    assert agent.post(f"/hotline/calls/{call.pk}/answer/").status_code == 302
    late = seat(monday.other_agent).post(f"/hotline/calls/{call.pk}/answer/")
    assert late.status_code == 422
    assert "已由马晓兰接听" in late.content.decode()


@pytest.mark.parametrize(
    ("kind", "says"),
    [("CONSULTATION", "咨询"), ("COMPLAINT", "投诉"), ("EMERGENCY", "紧急求助"), ("COMFORT", "关怀聊天")],
)
def test_a_call_ends_by_one_press(monday: Cast, agent: Client, kind: str, says: str) -> None:
    call = monday.call()
    body = {"kind": kind, "note": "问助餐时间", "elder": str(monday.li.pk)}
    answer = agent.post(f"/hotline/calls/{call.pk}/end/", body, follow=True)
    assert f"已登记：{says}" in answer.content.decode()
    assert f"draft-done:call-{call.pk}" in answer.content.decode()
    ended = hotline_read.get_call(monday.ma, call.pk)
    assert (ended.end, ended.note, ended.elder_id) == (kind, "问助餐时间", monday.li.pk)


def test_a_call_of_another_agent_is_refused_with_the_note_kept(monday: Cast, seat: Callable[[User], Client]) -> None:
    call = monday.call()
    other = seat(monday.other_agent)
    mine = monday.call("13700000000", reference="line-2", answered=False)
    other.post(f"/hotline/calls/{mine.pk}/answer/")
    answer = other.post(f"/hotline/calls/{call.pk}/end/", {"kind": "CONSULTATION", "note": "记了一半"})
    assert answer.status_code == 422
    assert "这通电话由马晓兰办理" in answer.content.decode()
    assert "记了一半" in answer.content.decode()


def test_a_call_ended_otherwise_stays_as_it_is(monday: Cast, agent: Client) -> None:
    call = monday.call()
    agent.post(f"/hotline/calls/{call.pk}/end/", {"kind": "COMFORT"})
    again = agent.post(f"/hotline/calls/{call.pk}/end/", {"kind": "COMPLAINT"})
    assert again.status_code == 422
    assert "已登记为“关怀聊天”" in again.content.decode()


def test_an_order_is_no_plain_end(monday: Cast, agent: Client) -> None:
    call = monday.call()
    assert agent.post(f"/hotline/calls/{call.pk}/end/", {"kind": "ORDER"}).status_code == 422


def test_a_call_written_by_hand_is_one_call_however_often_it_is_sent(monday: Cast, agent: Client) -> None:
    body = {"key": str(uuid4()), "caller_number": "139 0000 0001", "elder": str(monday.li.pk)}
    for _ in range(2):
        answer = agent.post("/hotline/calls/by-hand/", body)
        assert answer.status_code == 302
        assert answer["location"].endswith(f"?elder={monday.li.pk}")
    own = hotline_read.own_open(monday.ma)
    assert own.caller_number == "13900000001"
    assert own.line_reference == f"manual-{body['key']}"
    assert hotline_read.calls(monday.ma).count() == 1


def test_a_number_that_is_none_is_refused_with_what_was_typed(agent: Client) -> None:
    answer = agent.post("/hotline/calls/by-hand/", {"key": str(uuid4()), "caller_number": "李奶奶"})
    assert answer.status_code == 422
    assert "号码只能是数字" in answer.content.decode()
    assert "李奶奶" in answer.content.decode()


def test_calls_of_others_programmes_and_roles_stay_closed(monday: Cast, seat: Callable[[User], Client]) -> None:
    call = monday.call(answered=False)
    assert seat(monday.wang).post(f"/hotline/calls/{call.pk}/answer/").status_code == 403
    assert seat(monday.ma).post(f"/hotline/calls/{uuid4()}/answer/").status_code == 404
    hotline.hang_up(programme=monday.programme, line_reference="line-1", at=monday.at)
