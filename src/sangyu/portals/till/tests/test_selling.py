"""The till by its addresses: find, price, sell, give back; strangers are shown the door."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.meals.models import Refund, Sale
from sangyu.registry import actions as registry

DESK, FIND, SELL = "/till/", "/till/find/", "/till/sell/"


def text(response) -> str:
    return response.content.decode()


def test_a_card_shows_the_elder_the_parts_and_the_reason(kitchen, sit):
    card = kitchen.card(kitchen.cast.li)
    page = text(sit(kitchen.he).post(FIND, {"card": card.number}))
    for words in ("李秀兰", "82 岁", "15.00", "10.00", "5.00", "年满75周岁", "售出"):
        assert words in page


def test_one_press_sells_and_says_it_aloud(kitchen, sit):
    card = kitchen.card(kitchen.cast.li)
    answer = sit(kitchen.he).post(SELL, {"elder": kitchen.cast.li.pk, "card": card.number, "key": "k1"}, follow=True)
    assert "李奶奶，自付五元" in text(answer)
    sale = Sale.objects.get()
    assert (sale.canteen, sale.found_by, sale.by) == (kitchen.south, "CARD", kitchen.he)


@pytest.mark.parametrize(("typed", "found_by"), [("lxl", "NAME"), ("李秀", "NAME"), ("0001", "PHONE_TAIL")])
def test_an_elder_without_a_card_is_found_by_name_or_phone_tail(kitchen, sit, typed, found_by):
    page = text(sit(kitchen.he).post(FIND, {"q": typed}))
    assert "李秀兰" in page
    assert f'name="found_by" value="{found_by}"' in page


def test_two_of_a_name_are_both_offered(kitchen, sit):
    kitchen.cast.elder("李秀兰", date(1950, 1, 1), 61, ["13900000091"])
    page = text(sit(kitchen.he).post(FIND, {"q": "lxl"}))
    assert "找到 2 位" in page
    assert "Alt+2" in page


def test_one_letter_finds_nobody(kitchen, sit):
    assert "没有找到" in text(sit(kitchen.he).post(FIND, {"q": "l"}))


def test_an_unknown_card_says_what_next(kitchen, sit):
    answer = sit(kitchen.he).post(FIND, {"card": "6201000099999999"})
    assert answer.status_code == 422
    assert "没有尾号9999的卡" in text(answer)


def test_a_lost_card_is_refused(kitchen, sit):
    card = kitchen.card(kitchen.cast.li)
    registry.report_lost(card_id=card.pk, by=kitchen.cast.clerk, at=kitchen.cast.at)
    answer = sit(kitchen.he).post(FIND, {"card": card.number})
    assert answer.status_code == 422
    assert "已挂失" in text(answer)


def test_a_second_lunch_is_sold_at_full_price_only_on_purpose(kitchen, sit):
    client = sit(kitchen.he)
    kitchen.sell(kitchen.cast.li)
    refused = client.post(SELL, {"elder": kitchen.cast.li.pk, "found_by": "NAME", "key": "k2"})
    assert refused.status_code == 422
    assert "全价售出" in text(refused)
    assert "自付15元" in text(refused)
    agreed = client.post(
        SELL, {"elder": kitchen.cast.li.pk, "found_by": "NAME", "key": "k2", "agreed": "on"}, follow=True
    )
    assert "李奶奶，自付十五元" in text(agreed)


def test_a_repeat_of_the_same_press_sells_once(kitchen, sit):
    client = sit(kitchen.he)
    for _ in range(2):
        client.post(SELL, {"elder": kitchen.cast.li.pk, "key": "k3"})
    assert Sale.objects.count() == 1


def test_the_last_sale_is_given_back(kitchen, sit):
    sale = kitchen.sell(kitchen.cast.li)
    client = sit(kitchen.he)
    answer = client.post("/till/refund/", {"sale": sale.pk, "reason": "刷错人"}, follow=True)
    assert "已退第1笔" in text(answer)
    assert Refund.objects.get().sale == sale


def test_an_earlier_sale_is_not_given_back(kitchen, sit):
    first = kitchen.sell(kitchen.cast.li)
    kitchen.sell(kitchen.cast.grandpa)
    answer = sit(kitchen.he).post("/till/refund/", {"sale": first.pk, "reason": "刷错人"})
    assert answer.status_code == 422
    assert "最后一笔" in text(answer)


def test_the_desk_is_for_cashiers(kitchen, sit):
    assert sit(kitchen.he).get(DESK).status_code == 200
    assert sit(kitchen.cast.ma).get(DESK).status_code == 403
    assert sit(kitchen.cast.kangan_user).get(DESK).status_code == 403
    assert sit(kitchen.cast.ma).post(FIND, {"q": "lxl"}).status_code == 403


def test_another_canteen_s_sale_is_not_shown(kitchen, sit):
    sale = kitchen.sell(kitchen.cast.li)
    assert sit(kitchen.lv).get(DESK, {"sold": str(sale.pk)}).status_code == 404
    assert sit(kitchen.lv).post("/till/refund/", {"sale": sale.pk, "reason": "刷错人"}).status_code == 404


def test_a_cashier_without_a_canteen_is_told_whom_to_ask(kitchen, sit):
    idle = kitchen.cashier("idle", "闲云", kitchen.cast.kangan)
    answer = sit(idle).get(DESK)
    assert answer.status_code == 409
    assert "企业管理员" in text(answer)


def test_another_programme_s_elders_are_not_found(kitchen, sit):
    stranger = neighbour(kitchen.cast, Role.TILL)
    assert sit(stranger).get(DESK).status_code == 409
    assert "李秀兰" not in text(sit(stranger).post(FIND, {"q": "lxl"}))


def test_the_number_of_queries_does_not_grow_with_the_sales(kitchen, sit, django_assert_max_num_queries):
    client = sit(kitchen.he)
    for serial in range(71, 77):
        kitchen.sell(kitchen.aged(70, serial=serial))
    with django_assert_max_num_queries(14):
        client.get(DESK)


def test_the_entrance_shows_the_till_to_cashiers(kitchen, sit):
    answer = sit(kitchen.he).get(reverse("home"), follow=True)
    assert "till" in answer.request["PATH_INFO"] or "收银台" in text(answer)
