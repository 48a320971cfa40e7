"""Menus, prices and opinions by their addresses; delivery and chosen dishes at the till."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from sangyu.kit.month import Month
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals.actions import Cooked
from sangyu.meals.models import Rating, Sale, SaleDish
from sangyu.meals.tests.kitchen import NOON

TODAY = NOON.date()
MENU, PRICES, BOARD, FIND, SELL = f"/till/menus/{TODAY}/", "/till/prices/", "/till/board/", "/till/find/", "/till/sell/"
ROWS = {"meal": "LUNCH", "name_0": "红烧肉", "kind_0": "MEAT", "price_0": "8.00", "name_1": "蛋汤", "kind_1": "SOUP"}


def text(response) -> str:
    return response.content.decode()


def picked(kitchen, name):
    return next(dish.pk for dish in meals_read.menu_of(kitchen.south, TODAY, "LUNCH").dishes if dish.name == name)


@pytest.mark.proves("JM-17")
def test_a_published_menu_is_read_by_whoever_serves_the_elders(kitchen, sit):
    answer = sit(kitchen.he).post(MENU, ROWS, follow=True)
    assert "菜单已公布" in text(answer)
    for who in (kitchen.cast.ma, kitchen.cast.clerk, kitchen.cast.wang, kitchen.cast.kangan_user):
        page = text(sit(who).get(BOARD))
        assert all(words in page for words in ("南门社区餐厅", "红烧肉", "8.00", "蛋汤"))
    assert "红烧肉" not in text(sit(kitchen.cast.ma).get(BOARD, {"day": str(TODAY + timedelta(days=1))}))
    assert sit(kitchen.cast.zhao_user).get(BOARD).status_code == 403


def test_a_menu_that_is_refused_keeps_what_was_typed(kitchen, sit):
    answer = sit(kitchen.he).post(MENU, {**ROWS, "name_1": "红烧肉"})
    assert answer.status_code == 422
    assert "写了两次" in text(answer)
    assert 'value="8.00"' in text(answer)


@pytest.mark.proves("QJ-09")
def test_the_till_prices_chosen_dishes_and_delivery_before_it_sells(kitchen, sit):
    client = sit(kitchen.he)
    client.post(MENU, ROWS)
    way = {"elder": kitchen.cast.li.pk, "found_by": "NAME", "dish": [picked(kitchen, "红烧肉")]}
    page = text(client.post(FIND, way))
    assert "自选：红烧肉 8.00" in page
    assert "全价售出" in page
    client.post(SELL, {**way, "key": "k1", "agreed": "on"})
    sale = Sale.objects.get()
    assert (sale.price_fen, SaleDish.objects.get().sale_id) == (8_00, sale.pk)
    assert client.post(FIND, {**way, "dish": ["no dish"]}).status_code == 422


@pytest.mark.proves("LZ-25")
def test_the_till_shows_that_the_meal_and_the_way_cost_a_severely_disabled_elder_nothing(kitchen, sit):
    kitchen.recognise(kitchen.cast.grandpa, "severe_disability")
    client = sit(kitchen.he)
    asked = {"elder": kitchen.cast.grandpa.pk, "found_by": "NAME", "mode": "DELIVERY"}
    page = " ".join(text(client.post(FIND, asked)).split())
    assert '<div class="till-own"><dt>自付</dt><dd>0.00</dd></div>' in page
    assert "<dt>送餐费</dt><dd>0.00</dd>" in page
    assert "免费送餐上门" in page
    assert "王爷爷，免费" in text(client.post(SELL, {**asked, "key": "k1"}, follow=True))
    assert Sale.objects.get().mode == "DELIVERY"


@pytest.mark.proves("JM-15", "QJ-14")
def test_the_bureau_lays_prices_down_and_the_canteen_reads_them(kitchen, sit):
    typed = {
        "price": "12.50",
        "valid_from": str(TODAY),
        "basis": "11月成本核算",
        "delivery_fee": "2",
        "age_0": "70",
        "price_0": "3",
        "age_1": "80",
        "price_1": "0",
    }
    south = {"canteen": str(kitchen.south.pk)}
    bureau = sit(kitchen.cast.head)
    assert 'value="2026-11-10"' in text(bureau.get(PRICES, south)), "a new table begins tomorrow unless it is said"
    assert "餐价已公布" in text(bureau.post(PRICES, typed, follow=True))
    page = text(sit(kitchen.he).get(PRICES))
    assert all(words in page for words in ("满80周岁", "免费", "满70周岁", "3.00", "12.50", "11月成本核算"))
    assert sit(kitchen.he).post(PRICES, {**typed, "valid_from": "2026-12-01"}).status_code == 403
    quoted = text(sit(kitchen.he).post(FIND, {"elder": kitchen.aged(69, serial=69).pk}))
    assert "<dt>餐价</dt><dd>12.50</dd>" in quoted


def test_an_age_without_a_price_is_told_beside_the_field(kitchen, sit):
    typed = {"price": "12.50", "valid_from": str(TODAY), "basis": "核算", "age_0": "70"}
    answer = sit(kitchen.cast.head).post(PRICES, typed)
    assert answer.status_code == 422
    assert "年龄和餐价要一起填" in text(answer)


@pytest.mark.proves("QJ-17")
def test_what_a_diner_says_is_written_down_and_read_beside_the_menu(kitchen, sit):
    meals.publish_menu(
        canteen_id=kitchen.south.pk,
        day=TODAY,
        meal="LUNCH",
        dishes=[Cooked("红烧肉", "MEAT")],
        by=kitchen.he,
        at=kitchen.cast.at,
    )
    sale = kitchen.sell(kitchen.cast.li)
    client, rating = sit(kitchen.he), f"/till/sales/{sale.pk}/rating/"
    assert "红烧肉" in text(client.get(rating))
    assert client.post(rating, {}).status_code == 422
    page = text(client.post(rating, {"score": "4", "dish_1": "软烂"}, follow=True))
    assert "软烂" in page
    assert "平均 <b>4.0</b> 分" in page
    assert "已经评过" in text(client.get(rating))
    assert Rating.objects.count() == 1
    assert sit(kitchen.lv).get(rating).status_code == 404


@pytest.mark.proves("FT-31")
def test_the_day_shows_persons_beside_portions(kitchen, sit):
    for agreed in (False, True):
        kitchen.sell(kitchen.cast.li, full_price_agreed=agreed)
    page = " ".join(text(sit(kitchen.he).get(f"/till/days/{TODAY}/")).split())
    month = meals_read.month_statement(kitchen.he, kitchen.south, Month.of(TODAY))
    assert [(day.sold, day.diners) for day in month.days] == [(2, 1)]
    told = re.search(r"份数.*?(\d+).*?就餐.*?(\d+)", re.sub(r"<[^>]*>", " ", page.partition("<main")[2]))
    assert told is not None
    assert told.groups() == ("2", "1")
