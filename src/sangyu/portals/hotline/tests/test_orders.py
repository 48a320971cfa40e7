"""Orders on the telephone: priced while spoken, saved once, refused with everything kept, sent with reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.hotline import queries as hotline_read
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order
from sangyu.portals.hotline.tests.conftest import set_clock
from sangyu.providers import actions as providers
from sangyu.registry import actions as registry

TOMORROW = "2026-11-10"


def wish(cast: Cast, **change: Any) -> dict[str, Any]:
    said = {
        "elder": str(cast.li.pk),
        "q": "SH001 室内保洁",
        "item": str(cast.cleaning.pk),
        "day": TOMORROW,
        "other_day": "",
        "hour": "10",
        "note": "带上梯子",
        "key": str(uuid4()),
    }
    return {**said, **change}


def compose(cast: Cast, agent: Client, **change: Any) -> str:
    answer = agent.get("/hotline/compose/", wish(cast, **change))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("text", ["sh", "SH001", "保洁", "SH001 室内保洁"])
def test_an_item_is_picked_by_initials_code_or_name(monday: Cast, agent: Client, text: str) -> None:
    page = compose(monday, agent, q=text, item="")
    assert "这次服务一共64.00元，政府补贴50.00元，您只需付14.00元" in page


def test_the_quote_says_why_and_by_which_clause(monday: Cast, agent: Client) -> None:
    page = compose(monday, agent)
    for words in ("平台价低20%", "财政月补贴50元服务费", "1,000,000.00", "50.00", "14.00"):
        assert words in page


def test_nothing_fits_is_said(monday: Cast, agent: Client) -> None:
    assert "目录里没有“理发”" in compose(monday, agent, q="理发", item="")


def test_the_wish_warns_of_a_taken_slot_before_it_is_saved(monday: Cast, agent: Client) -> None:
    order = monday.order()
    assert f"与工单{order.number}" in compose(monday, agent)


def test_a_saved_order_shows_its_number_and_three_enterprises_with_reasons(monday: Cast, agent: Client) -> None:
    call = monday.call()
    answer = agent.post(f"/hotline/calls/{call.pk}/order/", wish(monday), follow=True)
    order = Order.objects.get()
    page = answer.content.decode()
    assert order.number in page
    assert f"draft-done:call-{call.pk}" in page
    assert "康安居家服务有限公司" in page
    assert 'data-key="Alt+1"' in page
    assert "公里" in page
    assert hotline_read.call_of(monday.ma, order) == call


def test_saving_twice_makes_one_order(monday: Cast, agent: Client) -> None:
    call, said = monday.call(), wish(monday)
    first = agent.post(f"/hotline/calls/{call.pk}/order/", said)
    second = agent.post(f"/hotline/calls/{call.pk}/order/", said)
    assert first["location"] == second["location"]
    assert Order.objects.count() == 1


def test_a_typed_item_that_is_the_only_one_needs_no_picking(monday: Cast, agent: Client) -> None:
    call = monday.call()
    agent.post(f"/hotline/calls/{call.pk}/order/", wish(monday, q="zyx", item=""))
    assert Order.objects.count() == 0
    agent.post(f"/hotline/calls/{call.pk}/order/", wish(monday, q="yl001", item=""))
    assert Order.objects.get().item == monday.bathing


def _overlap(cast: Cast) -> dict[str, Any]:
    cast.order()
    return {}


def _no_price(cast: Cast) -> dict[str, Any]:
    hairdressing = providers.list_item(
        by=cast.wang,
        fields={
            "code": "SH900",
            "name": "理发",
            "item_class": "DAILY_LIFE",
            "standard": "上门理发一次。",
            "unit": "次",
            "minutes": 30,
            "skill": "",
            "certificate": "",
            "offer": "household",
            "initials": "lf",
            "tasks": [],
        },
    )
    return {"q": "SH900 理发", "item": str(hairdressing.pk)}


def _dead(cast: Cast) -> dict[str, Any]:
    registry.record_death(elder_id=cast.li.pk, died_on=cast.at.date(), by=cast.clerk, at=cast.at)
    return {}


def _past(cast: Cast) -> dict[str, Any]:
    return {"day": "2026-11-09", "hour": "8"}


def _same_key(cast: Cast) -> dict[str, Any]:
    cast.order(key="used", days=3)
    return {"key": "used"}


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (_overlap, "重叠"),
        (_no_price, "没有价格"),
        (_dead, "去世"),
        (_past, "已经过去"),
        (_same_key, "同一个编号"),
    ],
)
def test_a_refusal_is_shown_beside_everything_typed(
    monday: Cast, agent: Client, prepare: Callable[[Cast], dict[str, Any]], says: str
) -> None:
    call = monday.call()
    change = prepare(monday)
    orders = Order.objects.count()
    said = wish(monday, **change)
    answer = agent.post(f"/hotline/calls/{call.pk}/order/", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "带上梯子" in page
    assert said["q"] in page
    assert Order.objects.count() == orders
    assert hotline_read.own_open(monday.ma) == call, "the call is still in hand"


def test_a_form_half_filled_names_what_is_missing(monday: Cast, agent: Client) -> None:
    call = monday.call()
    answer = agent.post(f"/hotline/calls/{call.pk}/order/", wish(monday, q="", item="", day="", hour=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("请填写服务项目", "请选择上门日期", "请填写上门时间", "带上梯子"):
        assert words in page


def test_a_call_of_another_agent_takes_no_order(monday: Cast, seat: Callable[[User], Client]) -> None:
    call = monday.call()
    answer = seat(monday.other_agent).post(f"/hotline/calls/{call.pk}/order/", wish(monday))
    assert answer.status_code == 422
    assert "这通电话由马晓兰办理" in answer.content.decode()


def test_the_suggested_enterprise_is_sent_the_order(monday: Cast, agent: Client) -> None:
    order = monday.order()
    url = f"/hotline/orders/{order.pk}/send/"
    answer = agent.post(url, {"enterprise": str(monday.kangan.pk)}, follow=True)
    assert "已派给康安居家服务有限公司" in answer.content.decode()
    again = agent.post(url, {"enterprise": str(monday.letter.pk)})
    assert again.status_code == 422
    assert "刚被您派给康安居家服务有限公司" in again.content.decode()


def test_an_enterprise_must_be_one(monday: Cast, agent: Client) -> None:
    order = monday.order()
    assert agent.post(f"/hotline/orders/{order.pk}/send/", {"enterprise": "x"}).status_code == 422
    assert orders_read.get_order(monday.ma, order.pk).stage == "PLACED"


def test_a_repeat_fills_the_form_with_the_last_order(monday: Cast, agent: Client) -> None:
    visit = monday.visited()
    monday.call(reference="line-2")
    page = agent.get("/hotline/").content.decode()
    assert 'data-key="F11"' in page
    again = agent.get("/hotline/", {"elder": str(monday.li.pk), "repeat": str(visit.order_id)}).content.decode()
    assert "SH001 室内保洁" in again
    assert "这次服务一共" in again


def test_orders_stay_closed_to_others(monday: Cast, seat: Callable[[User], Client]) -> None:
    order = monday.order()
    assert seat(monday.kangan_user).get(f"/hotline/orders/{order.pk}/").status_code == 403
    assert seat(monday.ma).get(f"/hotline/orders/{uuid4()}/").status_code == 404


def test_an_order_page_asks_the_same_number_of_questions_for_any_number_of_enterprises(
    monday: Cast, agent: Client, django_assert_max_num_queries: Callable
) -> None:
    order = monday.order()
    agent.get(f"/hotline/orders/{order.pk}/")
    with django_assert_max_num_queries(60) as few:
        agent.get(f"/hotline/orders/{order.pk}/")
    for n in range(3, 8):
        monday.enterprise(f"第{n}家政服务有限公司", f"第{n}", n)
    with django_assert_max_num_queries(len(few)):
        agent.get(f"/hotline/orders/{order.pk}/")


@pytest.mark.django_db
def test_money_that_does_not_reach_is_said_before_and_refused_after(monkeypatch: pytest.MonkeyPatch) -> None:
    cast, client = Cast(budget_fen=10_00), Client()
    set_clock(monkeypatch)
    client.force_login(cast.ma)
    call = cast.call()
    assert "预算不足" in client.get("/hotline/compose/", wish(cast)).content.decode()
    answer = client.post(f"/hotline/calls/{call.pk}/order/", wish(cast))
    assert answer.status_code == 422
    assert "带上梯子" in answer.content.decode()
    assert not Order.objects.exists()
