"""What an agent does for an elder on the telephone besides an order: a lost card, a wished worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.dispatch import queries as dispatch_read
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

DESK = "/hotline/"


def test_a_lost_card_is_blocked_while_the_caller_is_on_the_line(monday: Cast, agent: Client) -> None:
    card = registry.issue_card(elder_id=monday.li.pk, number="6201000012340001", by=monday.clerk, at=monday.at)
    monday.call()
    page = agent.get(DESK).content.decode()
    assert "尾号 0001" in page
    assert "确认挂失" in page
    answer = agent.post(f"/hotline/cards/{card.pk}/lost/", follow=True).content.decode()
    assert "李秀兰的卡（尾号0001）已挂失" in answer
    assert "确认挂失" not in answer
    assert registry_read.get_card(monday.ma, card.pk).state == "LOST"


def test_a_card_of_nowhere_and_a_stranger_at_the_desk_are_refused(
    monday: Cast, agent: Client, seat: Callable[[User], Client]
) -> None:
    card = registry.issue_card(elder_id=monday.li.pk, number="6201000012340001", by=monday.clerk, at=monday.at)
    assert agent.post(f"/hotline/cards/{monday.li.pk}/lost/").status_code == 404
    assert seat(monday.wang).post(f"/hotline/cards/{card.pk}/lost/").status_code == 403
    assert registry_read.get_card(monday.ma, card.pk).state == "ISSUED"


@pytest.mark.parametrize(
    ("kind", "says", "shown"),
    [("WANTED", "老人指名，派人时优先安排", "老人指名"), ("NOT_AGAIN", "不算投诉，也不扣分", "老人请换人")],
)
def test_a_worker_is_wished_or_changed_without_blame(
    monday: Cast, agent: Client, kind: str, says: str, shown: str
) -> None:
    order = monday.visited().order
    monday.call()
    page = agent.get(DESK).content.decode()
    assert "赵勤" in page
    assert "换人不算投诉" in page
    body = {"worker": str(monday.zhao.pk), "order": str(order.pk), "kind": kind}
    answer = agent.post(f"/hotline/elders/{monday.li.pk}/wish/", body, follow=True).content.decode()
    assert says in answer
    assert shown in answer
    (wish,) = dispatch_read.wishes(monday.ma, monday.li)
    assert (wish.kind, wish.worker, wish.order) == (kind, monday.zhao, order)
    agent.post(f"/hotline/elders/{monday.li.pk}/wish/", {**body, "kind": "NONE"})
    assert dispatch_read.wishes(monday.ma, monday.li) == []


def test_a_wish_for_nobody_is_refused(monday: Cast, agent: Client) -> None:
    for body in ({"kind": "WANTED"}, {"kind": "FIRE", "worker": str(monday.zhao.pk)}):
        answer = agent.post(f"/hotline/elders/{monday.li.pk}/wish/", body)
        assert answer.status_code == 422
        assert "请从列出的服务人员中选择" in answer.content.decode()
    unknown = {"kind": "WANTED", "worker": str(monday.li.pk)}
    assert agent.post(f"/hotline/elders/{monday.li.pk}/wish/", unknown).status_code == 422
