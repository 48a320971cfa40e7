"""What is cooked is hung out for every day, dishes are chosen by themselves, and diners say what they thought of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.adoption import actions as adoption
from sangyu.kit.errors import NotFound
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.actions import Cooked
from sangyu.meals.models import Menu, Rating, SaleDish
from sangyu.meals.tests.kitchen import NOON

TODAY = NOON.date()
PORK, TOFU, GREENS, SOUP = (
    Cooked("红烧肉", "MEAT", 8_00),
    Cooked("麻婆豆腐", "VEGETABLE", 4_00),
    Cooked("清炒白菜", "VEGETABLE", 3_00),
    Cooked("番茄蛋汤", "SOUP"),
)


def hang_out(kitchen, *dishes, day=TODAY, meal="LUNCH", by=None, canteen=None, at=None):
    return meals.publish_menu(
        canteen_id=(canteen or kitchen.south).pk,
        day=day,
        meal=meal,
        dishes=dishes or (PORK, TOFU, GREENS, SOUP),
        by=by or kitchen.he,
        at=at or kitchen.cast.at,
    )


def on_the_menu(kitchen, *names):
    return [dish.pk for dish in meals_read.menu_of(kitchen.south, TODAY, "LUNCH").dishes if dish.name in names]


@pytest.mark.proves("JM-17")
def test_each_canteen_hangs_out_what_it_cooks_day_by_day(kitchen):
    tomorrow = TODAY + timedelta(days=1)
    hang_out(kitchen)
    hang_out(kitchen, PORK, SOUP, day=tomorrow)
    hang_out(kitchen, TOFU, canteen=kitchen.north, by=kitchen.lv)
    hung = meals_read.menus(kitchen.cast.programme.pk, [TODAY, tomorrow])
    assert [(row.row.day, row.row.canteen.name, [dish.name for dish in row.dishes]) for row in hung] == [
        (TODAY, "北园社区餐厅", ["麻婆豆腐"]),
        (TODAY, "南门社区餐厅", ["红烧肉", "麻婆豆腐", "清炒白菜", "番茄蛋汤"]),
        (tomorrow, "南门社区餐厅", ["红烧肉", "番茄蛋汤"]),
    ]


def test_a_later_menu_takes_the_place_of_the_first_and_a_repeat_changes_nothing(kitchen):
    first = hang_out(kitchen)
    assert hang_out(kitchen) == first
    second = hang_out(kitchen, TOFU)
    assert second.n == 2
    assert [row.row for row in meals_read.menus(kitchen.cast.programme.pk, [TODAY])] == [second]


def test_the_city_s_rule_for_menus_is_asked_and_a_poor_meal_still_hangs_out(kitchen):
    assert hang_out(kitchen).sufficient is None
    cast, tomorrow = kitchen.cast, TODAY + timedelta(days=1)
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="qujing",
        parameters={},
        document="曲民〔2017〕9号",
        valid_from=tomorrow,
        by_id=cast.head.pk,
        at=cast.at,
    )
    whole, poor = hang_out(kitchen, day=tomorrow), hang_out(kitchen, PORK, SOUP, day=tomorrow, meal="DINNER")
    assert (whole.sufficient, whole.because) == (True, "有一荤两素一汤")
    assert (poor.sufficient, poor.because) == (False, "不够一荤两素一汤，还缺2样")


@pytest.mark.parametrize(
    ("dishes", "day", "why"),
    [
        ([Cooked("", "MEAT")], TODAY, "没有写菜名"),
        ([PORK, PORK], TODAY, "“红烧肉”写了两次"),
        ([Cooked("水", "SOUP", 0)], TODAY, "必须大于0元"),
        ([PORK], TODAY - timedelta(days=1), "已经过去"),
    ],
    ids=["nothing", "twice", "for nothing", "over"],
)
def test_a_menu_that_cannot_hang_is_refused(kitchen, dishes, day, why):
    with pytest.raises(rules.MenuRefused, match=why):
        hang_out(kitchen, *dishes, day=day)


@pytest.mark.proves("QJ-09")
def test_dishes_chosen_one_by_one_are_sold_beside_the_set_meal(kitchen):
    hang_out(kitchen)
    picked = on_the_menu(kitchen, "红烧肉", "清炒白菜")
    offer = meals.quote(elder=kitchen.cast.grandpa, canteen=kitchen.south, at=NOON, dishes=picked)
    assert [(dish.name, dish.price_fen) for dish in offer.chosen] == [("红烧肉", 8_00), ("清炒白菜", 3_00)]
    with pytest.raises(rules.FullPrice, match="只补贴15元标准的午餐，本餐11元"):
        kitchen.sell(kitchen.cast.grandpa, dishes=picked)
    chosen = kitchen.sell(kitchen.cast.grandpa, dishes=picked, full_price_agreed=True)
    assert (chosen.price_fen, chosen.elder_fen, chosen.public_fen) == (11_00, 11_00, 0)
    assert sum(SaleDish.objects.filter(sale=chosen).values_list("price_fen", flat=True)) == chosen.price_fen
    again = {"dishes": picked, "full_price_agreed": True, "key": "once"}
    once = kitchen.sell(kitchen.cast.grandpa, **again)
    assert kitchen.sell(kitchen.cast.grandpa, **again) == once
    for other in ({"dishes": picked[:1]}, {"mode": "DELIVERY"}):
        with pytest.raises(rules.SameKeyOtherSale, match="菜或送餐方式却不同"):
            kitchen.sell(kitchen.cast.grandpa, **{**again, **other})
    meals.refund(sale_id=once.pk, reason="刷错人", by=kitchen.he, at=NOON)
    flat = kitchen.sell(kitchen.cast.li)
    assert (flat.price_fen, SaleDish.objects.filter(sale=flat).exists()) == (15_00, False)
    close = meals.close_day(canteen_id=kitchen.south.pk, day=TODAY, by=kitchen.he, at=NOON.replace(hour=18))
    assert (close.price_fen, close.agrees) == (26_00, True)


def test_only_what_hangs_with_a_price_is_chosen(kitchen):
    hang_out(kitchen)
    for wrong in ([*on_the_menu(kitchen, "番茄蛋汤")], [kitchen.south.pk]):
        with pytest.raises(rules.DishNotOffered, match="重新选菜"):
            kitchen.sell(kitchen.cast.li, dishes=wrong)
    pork = on_the_menu(kitchen, "红烧肉")
    hang_out(kitchen, TOFU)
    with pytest.raises(rules.DishNotOffered):
        kitchen.sell(kitchen.cast.li, dishes=pork)


@pytest.mark.proves("QJ-17")
def test_a_diner_gives_points_to_the_meal_and_says_something_of_a_dish(kitchen):
    hang_out(kitchen)
    first, second = kitchen.sell(kitchen.cast.li), kitchen.sell(kitchen.cast.grandpa)
    pork, tofu = on_the_menu(kitchen, "红烧肉", "麻婆豆腐")
    meals.rate(sale_id=first.pk, score=5, comments={pork: "软烂，咬得动", tofu: " "}, by=kitchen.he, at=NOON)
    meals.rate(sale_id=second.pk, score=2, comments={tofu: "太辣"}, by=kitchen.he, at=NOON)
    for viewer in (kitchen.he, kitchen.cast.head):
        said = meals_read.opinion(viewer, kitchen.south, TODAY)
        assert (said.ratings, said.score_tenths) == (2, 35)
        assert [(dish.name, words) for dish, words in said.comments] == [
            ("红烧肉", "软烂，咬得动"),
            ("麻婆豆腐", "太辣"),
        ]


def test_a_meal_is_rated_once_by_its_own_canteen_and_only_of_what_was_served(kitchen):
    hang_out(kitchen)
    sale = kitchen.sell(kitchen.cast.li)
    hang_out(kitchen, TOFU, at=NOON + timedelta(minutes=1))
    [tofu] = on_the_menu(kitchen, "麻婆豆腐")
    for score, comments, why in ((6, {}, "1至5分"), (4, {tofu: "好吃"}, "不在这一餐的菜单上")):
        with pytest.raises(rules.RatingRefused, match=why):
            meals.rate(sale_id=sale.pk, score=score, comments=comments, by=kitchen.he, at=NOON)
    for _ in range(2):
        meals.rate(sale_id=sale.pk, score=4, comments={}, by=kitchen.he, at=NOON)
    with pytest.raises(rules.RatingRefused, match="已经评过4分"):
        meals.rate(sale_id=sale.pk, score=1, comments={}, by=kitchen.he, at=NOON)
    with pytest.raises(NotFound):
        meals.rate(sale_id=sale.pk, score=1, comments={}, by=neighbour(kitchen.cast, Role.TILL), at=NOON)
    assert Rating.objects.count() == 1


def test_a_meal_that_was_given_back_is_not_rated(kitchen):
    sale = kitchen.sell(kitchen.cast.li)
    meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=NOON)
    with pytest.raises(rules.RatingRefused, match="已经退了"):
        meals.rate(sale_id=sale.pk, score=1, comments={}, by=kitchen.he, at=NOON)


def test_another_s_menu_is_nobody_s_business(kitchen):
    with pytest.raises(NotFound):
        hang_out(kitchen, by=kitchen.lv)
    assert not Menu.objects.exists()


@pytest.mark.proves("FT-31")
def test_of_a_day_it_is_known_how_many_persons_ate_and_how_often(kitchen):
    kitchen.sell(kitchen.cast.li)
    kitchen.sell(kitchen.cast.li, at=NOON.replace(hour=17), full_price_agreed=True)
    kitchen.sell(kitchen.cast.grandpa)
    meals.refund(sale_id=kitchen.sell(kitchen.aged(70, serial=71)).pk, reason="刷错人", by=kitchen.he, at=NOON)
    kitchen.sell(kitchen.cast.li, canteen=kitchen.north, by=kitchen.lv, full_price_agreed=True)
    sums = meals_read.day_sums(kitchen.he, kitchen.south, TODAY)
    assert (sums.diners, sums.sold) == (2, 3)
