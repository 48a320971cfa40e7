"""A lunch is sold at the price of the policy, once a day, to whoever is entitled, and the money is held at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import FUND, Cast
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.adoption import actions as adoption
from sangyu.benefits.models import Charge, ChargeShare
from sangyu.budget import queries as budget_read
from sangyu.budget.actions import BudgetGone
from sangyu.kit.errors import NotFound
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import Sale, SaleCharge
from sangyu.meals.tests.kitchen import NOON
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.rules import CatererUnlicensed
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder
from sangyu.registry.rules import CardBlocked, CardUnknown


@pytest.mark.parametrize(
    ("years", "days_to_birthday", "elder_fen", "public_fen"),
    [
        (65, 0, 600, 900),
        (70, 30, 600, 900),
        (75, 1, 600, 900),
        (75, 0, 500, 1000),
        (75, -1, 500, 1000),
        (90, 0, 500, 1000),
    ],
)
@pytest.mark.proves("LZ-42")
def test_the_elder_pays_six_yuan_and_five_from_the_75th_birthday(
    kitchen, years, days_to_birthday, elder_fen, public_fen
):
    elder = kitchen.aged(years, serial=41, days_to_birthday=days_to_birthday)
    sale = kitchen.sell(elder)
    assert (sale.price_fen, sale.elder_fen, sale.public_fen) == (1500, elder_fen, public_fen)
    charge = SaleCharge.objects.get(sale=sale).charge
    assert (charge.cause_kind, charge.cause_id, charge.service_on) == ("MEAL", sale.pk, NOON.date())
    assert dict(ChargeShare.objects.filter(charge=charge).values_list("payer", "amount_fen")) == {
        "elder": elder_fen,
        "government": public_fen,
    }


@pytest.mark.parametrize(("code", "band"), [("three_no", "THREE_NO"), ("severe_disability", "SEVERE_DISABILITY")])
@pytest.mark.proves("LZ-44")
def test_the_city_pays_all_for_three_no_elders_and_the_severely_disabled(kitchen, code, band):
    kitchen.recognise(kitchen.cast.grandpa, code)
    sale = kitchen.sell(kitchen.cast.grandpa)
    assert (sale.elder_fen, sale.public_fen, sale.band) == (0, 1500, band)


def test_the_subsidy_is_held_on_the_year_s_money(kitchen):
    before = budget_read.position_of(kitchen.cast.programme.pk, FUND, 2026)
    kitchen.sell(kitchen.cast.grandpa)
    after = budget_read.position_of(kitchen.cast.programme.pk, FUND, 2026)
    assert after.held_fen - before.held_fen == 900
    assert before.available_fen - after.available_fen == 900


def test_the_till_says_it_in_one_breath(kitchen):
    offer = meals.quote(elder=kitchen.cast.li, canteen=kitchen.south, at=NOON)
    assert offer.said == "李奶奶，自付五元"
    assert "年满75周岁" in offer.because


@pytest.mark.proves("LZ-43")
def test_a_second_lunch_is_refused_until_the_elder_agrees_to_pay_all_of_it(kitchen):
    kitchen.sell(kitchen.cast.grandpa, canteen=kitchen.north, by=kitchen.lv)
    with pytest.raises(rules.SecondMeal, match=r"11:50已在北园社区餐厅.*自付15元.*全价售出"):
        kitchen.sell(kitchen.cast.grandpa, at=NOON + timedelta(minutes=20))
    second = kitchen.sell(kitchen.cast.grandpa, at=NOON + timedelta(minutes=21), full_price_agreed=True)
    assert (second.elder_fen, second.public_fen, second.nth_of_day, second.band) == (1500, 0, 2, "UNSUBSIDISED")
    assert SaleCharge.objects.get(sale=second).charge.hold_id is None


def test_the_next_day_is_a_new_day(kitchen):
    kitchen.sell(kitchen.cast.grandpa)
    assert kitchen.sell(kitchen.cast.grandpa, at=NOON + timedelta(days=1)).public_fen == 900


def test_a_lunch_at_full_price_does_not_use_up_the_day(kitchen):
    kitchen.sell(kitchen.cast.grandpa, canteen=kitchen.closed_door, by=kitchen.outsider, full_price_agreed=True)
    assert kitchen.sell(kitchen.cast.grandpa).public_fen == 900


def test_a_refunded_lunch_does_not_count(kitchen):
    sale = kitchen.sell(kitchen.cast.grandpa)
    meals.refund(sale_id=sale.pk, reason="菜不合口", by=kitchen.he, at=NOON + timedelta(minutes=1))
    assert kitchen.sell(kitchen.cast.grandpa, at=NOON + timedelta(minutes=2)).public_fen == 900


@pytest.mark.proves("LZ-43")
def test_dinner_has_no_subsidy(kitchen):
    evening = NOON.replace(hour=17)
    with pytest.raises(rules.FullPrice, match="只补贴每日午餐"):
        kitchen.sell(kitchen.cast.grandpa, at=evening)
    assert kitchen.sell(kitchen.cast.grandpa, at=evening, full_price_agreed=True).meal == "DINNER"


def test_a_canteen_whose_contract_is_over_sells_at_full_price(kitchen):
    with pytest.raises(rules.FullPrice, match="不在签约餐厅"):
        kitchen.sell(kitchen.cast.grandpa, canteen=kitchen.closed_door, by=kitchen.outsider)


def test_not_yet_65_says_how_many_days_are_left(kitchen):
    Elder.objects.filter(pk=kitchen.cast.grandpa.pk).update(birth_on=date(1961, 12, 22))  # a birthday put right later
    with pytest.raises(rules.FullPrice, match="还差43天满65周岁"):
        kitchen.sell(kitchen.cast.grandpa)


@pytest.mark.proves("LZ-61")
def test_a_card_finds_its_elder(kitchen):
    card = kitchen.card(kitchen.cast.li)
    sale = kitchen.sell(kitchen.cast.li, card_number=card.number, found_by="NAME")
    assert (sale.card_id, sale.found_by) == (card.pk, "CARD")


def test_an_unknown_card_is_refused_with_another_way(kitchen):
    with pytest.raises(CardUnknown, match=r"没有尾号9999的卡.*按姓名"):
        kitchen.sell(kitchen.cast.li, card_number="6201000099999999")


@pytest.mark.proves("LZ-61")
def test_a_lost_card_is_refused_and_the_elder_still_eats(kitchen):
    card = kitchen.card(kitchen.cast.li)
    registry.report_lost(card_id=card.pk, by=kitchen.cast.ma, at=NOON, note="电话挂失")
    with pytest.raises(CardBlocked, match=r"李秀兰的卡（尾号0001）已挂失.*社区"):
        kitchen.sell(kitchen.cast.li, card_number=card.number)
    assert kitchen.sell(kitchen.cast.li, found_by="PHONE_TAIL").found_by == "PHONE_TAIL"


def test_a_card_of_somebody_else_is_refused(kitchen):
    card = kitchen.card(kitchen.cast.li)
    with pytest.raises(rules.OtherCard, match="不是王德厚的"):
        kitchen.sell(kitchen.cast.grandpa, card_number=card.number)


def test_nothing_is_sold_to_the_dead(kitchen):
    registry.record_death(elder_id=kitchen.cast.li.pk, died_on=date(2026, 11, 1), by=kitchen.cast.clerk, at=NOON)
    with pytest.raises(rules.ElderDied, match=r"李秀兰已于2026-11-01登记去世.*社区"):
        kitchen.sell(kitchen.cast.li, full_price_agreed=True)


def test_the_same_key_sells_once(kitchen):
    first = kitchen.sell(kitchen.cast.li, key="press-1")
    assert kitchen.sell(kitchen.cast.li, key="press-1", at=NOON + timedelta(minutes=5)).pk == first.pk
    with pytest.raises(rules.SameKeyOtherSale):
        kitchen.sell(kitchen.cast.grandpa, key="press-1")
    assert Sale.objects.count() == Charge.objects.filter(cause_kind="MEAL").count() == 1


def test_nothing_is_sold_after_the_day_was_closed(kitchen):
    meals.close_day(canteen_id=kitchen.south.pk, day=NOON.date(), by=kitchen.he, at=NOON)
    with pytest.raises(rules.DayClosed, match="何芳在11:50日结"):
        kitchen.sell(kitchen.cast.li)


def test_only_the_cashier_of_a_canteen_sells_there(kitchen):
    with pytest.raises(NotFound, match="不是您的收银台"):
        kitchen.sell(kitchen.cast.li, by=kitchen.lv)
    with pytest.raises(NotAllowed, match="收银员"):
        kitchen.sell(kitchen.cast.li, by=kitchen.cast.kangan_user)


def test_another_programme_s_cashier_finds_nobody(kitchen):
    stranger = neighbour(kitchen.cast, Role.TILL)
    with pytest.raises(NotFound):
        kitchen.sell(kitchen.cast.li, by=stranger)
    assert not meals_read.sales(stranger).exists()


def test_without_public_money_nothing_is_sold_and_nothing_is_left_behind(db):
    from sangyu.meals.tests.kitchen import Kitchen

    poor = Kitchen(Cast(budget_fen=1800))
    poor.sell(poor.cast.grandpa)
    with pytest.raises(BudgetGone, match=r"可用9\.00元"):
        poor.sell(poor.cast.li)
    assert Sale.objects.count() == 1


def test_a_canteen_whose_licence_has_run_out_sells_nothing_until_the_new_one_is_lodged(kitchen):
    cast = kitchen.cast

    def lodge(number: str, since: date, until: date) -> None:
        paper = Paper("食品经营许可证", number, since, until)
        providers.lodge_licence(enterprise=cast.kangan, paper=paper, by=cast.head, at=cast.at)

    lodge("JY-1", date(2021, 11, 10), NOON.date() + timedelta(days=1))
    assert kitchen.sell(cast.li, at=NOON - timedelta(hours=1)).elder_fen == 500, "the last day of a licence counts"
    tomorrow = NOON + timedelta(days=1)
    for press in (
        lambda: kitchen.sell(cast.li, at=tomorrow, full_price_agreed=True),
        lambda: meals.quote(elder=cast.li, canteen=kitchen.south, at=tomorrow),
    ):
        with pytest.raises(
            rules.LicenceLapsed, match=r"食品经营许可证已于2026年11月10日过期.*请企业把新证交服务中心登记"
        ):
            press()
    lodge("JY-2", tomorrow.date(), date(2031, 11, 10))
    assert kitchen.sell(cast.li, at=tomorrow).elder_fen == 500


def test_where_the_policy_asks_for_a_food_licence_a_till_without_one_sells_nothing(kitchen):
    cast, tomorrow = kitchen.cast, NOON + timedelta(days=1)
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="jiangmen-xinhui",
        parameters={},
        document="新民〔2018〕12号",
        valid_from=tomorrow.date(),
        by_id=cast.head.pk,
        at=cast.at,
    )
    with pytest.raises(CatererUnlicensed, match="南门社区餐厅不能供餐：没有登记食品类许可证"):
        meals.quote(elder=cast.li, canteen=kitchen.south, at=tomorrow)
    assert kitchen.sell(cast.li).elder_fen == 500, "today the old policy holds"
