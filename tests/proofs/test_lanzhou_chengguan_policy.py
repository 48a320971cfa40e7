"""What Chengguan's policy decides, held against its requirements: classes, samples, meals and money."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu import policy
from sangyu.access.models import AuditEntry
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.kit.errors import Refusal
from sangyu.meals import queries as meals_read
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.policy import Decision
from sangyu.policy.cases import run_file
from sangyu.providers import actions as providers
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder, Identity
from sangyu.settlement.models import Payment
from tests.cast import BEIJING, FUND, Cast

TODAY = date(2026, 11, 9)
DAY = date(2018, 3, 6)


def decided(rule: str, on: date = DAY, parameters: dict | None = None, **facts: object) -> Decision:
    """Ask the shipped pack of Chengguan."""
    return policy.decide(policy.load("lanzhou-chengguan"), rule, facts, on=on, parameters=parameters or {})


def lunch(**facts: object) -> dict[str, int] | None:
    """Ask what a lunch of the 15 yuan standard in a contracted canteen costs whom."""
    given = {
        "registered": True,
        "meal": "lunch",
        "nth_of_day": 1,
        "place": "contracted_canteen",
        "mode": "dine_in",
        "price_fen": 1500,
        "identities": [],
        "age": 70,
    }
    return decided("lunch-subsidy", **{**given, **facts}).shares_fen


@pytest.mark.proves("LZ-11")
def test_a_class_follows_from_recognitions_and_every_change_stays_readable(cast: Cast) -> None:
    def class_on(on: date, elder: Elder = cast.grandpa) -> str | None:
        return decided("service-class", on=on, **registry_read.facts(elder, on)).ground

    recognised = registry.recognise(
        elder=cast.grandpa,
        code="three_no",
        evidence="供养证 0016号",
        valid_from=date(2026, 11, 1),
        by=cast.clerk,
        at=cast.at,
    )
    later = cast.at + timedelta(days=5)
    registry.end_recognition(
        identity_id=recognised.pk, valid_until=date(2026, 11, 14), reason="已有赡养人", by=cast.clerk, at=later
    )
    registry.recognise(
        elder=cast.grandpa,
        code="severe_disability",
        evidence="残疾证 62…1",
        valid_from=date(2026, 11, 20),
        by=cast.clerk,
        at=later,
    )
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 14), date(2026, 11, 20)]
    assert [class_on(day) for day in days] == ["C", "A", "C", "D"]
    assert class_on(TODAY, cast.li) == "B"
    assert class_on(date(2026, 11, 13)) == "A", "what held then still reads as it was"
    assert {row.evidence for row in Identity.objects.filter(elder=cast.grandpa)} == {"供养证 0016号", "残疾证 62…1"}
    told = AuditEntry.objects.filter(verb__startswith="registry.", by=cast.clerk).order_by("at", "id")
    assert [entry.verb for entry in told][-3:] == [
        "registry.recognise",
        "registry.end_recognition",
        "registry.recognise",
    ]
    assert AuditEntry.objects.get(verb="registry.end_recognition").facts["reason"] == "已有赡养人"


@pytest.mark.proves("LZ-16")
@settings(deadline=None, max_examples=40)
@given(n=st.integers(0, 3000), share_pm=st.integers(1, 1000))
def test_the_share_of_the_day_is_rounded_up_to_whole_orders(n: int, share_pm: int) -> None:
    due = decided("spot-check", total=n, parameters={"share_pm": share_pm}).value
    assert due is not None
    assert due * 1000 >= n * share_pm > (due - 1) * 1000


# --- meals and money


@pytest.mark.proves("LZ-24")
def test_a_meal_is_kept_with_who_where_when_and_who_pays(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    sale = meals_read.get_sale(kitchen.he, kitchen.sell(cast.grandpa).pk)
    assert (sale.elder, sale.canteen, sale.sold_at) == (cast.grandpa, kitchen.south, NOON)
    assert (sale.price_fen, sale.elder_fen, sale.public_fen) == (1500, 600, 900)


@pytest.mark.proves("LZ-41", "LZ-42", "LZ-43", "LZ-44", "LZ-45", "LZ-46", "LZ-48")
def test_every_worked_example_that_the_pack_ships_comes_out_as_written() -> None:
    results = list(run_file(policy.packs_folder() / "lanzhou-chengguan" / "cases.jsonl", policy.load))
    assert [result for result in results if not result.passed] == []
    covered = {result.rule for result in results}
    assert {"meal-entry", "lunch-subsidy", "free-delivery", "domestic-service", "platform-price"} <= covered


@pytest.mark.proves("LZ-41")
def test_the_entry_age_changes_on_the_first_of_october_2014() -> None:
    assert decided("meal-entry", on=date(2014, 9, 30), age=60).eligible is True
    assert decided("meal-entry", on=date(2014, 9, 30), age=59).eligible is False
    assert decided("meal-entry", on=date(2014, 10, 1), age=64).eligible is False
    assert decided("meal-entry", on=date(2014, 10, 1), age=65).eligible is True


@pytest.mark.proves("LZ-42")
@pytest.mark.parametrize(
    ("age", "elder_fen", "government_fen"),
    [(64, 1500, 0), (65, 600, 900), (74, 600, 900), (75, 500, 1000), (101, 500, 1000)],
)
def test_a_lunch_of_fifteen_yuan_is_shared_by_age(age: int, elder_fen: int, government_fen: int) -> None:
    assert lunch(age=age) == {"elder": elder_fen, "government": government_fen}


@pytest.mark.proves("LZ-44")
def test_a_three_no_elder_pays_nothing_for_lunch() -> None:
    for age in (65, 80):
        assert lunch(identities=["three_no"], age=age) == {"elder": 0, "government": 1500}


@pytest.mark.proves("LZ-45")
@pytest.mark.parametrize("mode", ["delivery", "dine_in"])
def test_a_severely_disabled_elder_pays_nothing_at_home_or_at_the_table(mode: str) -> None:
    assert lunch(identities=["severe_disability"], mode=mode) == {"elder": 0, "government": 1500}
    assert decided("free-delivery", registered=True, identities=["severe_disability"]).eligible is True
    assert decided("free-delivery", registered=True, identities=[]).eligible is False


@pytest.mark.proves("LZ-47")
def test_what_is_left_of_the_fifty_yuan_is_never_paid_out(cast: Cast) -> None:
    providers.set_price(
        item=cast.cleaning, market_price_fen=20_00, valid_from=date(2026, 11, 1), by=cast.wang, at=cast.at
    )
    order = cast.order()
    assert (order.public_fen, order.elder_fen) == (16_00, 0), "a part of it pays the service, nothing goes to the elder"
    cast.visited(order)
    file = cast.paid(cast.drawn_up())
    second = datetime(2026, 12, 2, 2, tzinfo=BEIJING)
    assert benefits.lapse_credits(programme_id=cast.programme.pk, month=cast.month, by=cast.clock, at=second) == 1
    assert benefits_read.credit(cast.programme.pk, FUND, cast.li.pk, cast.month.first_day).left_fen == 0
    [payment] = Payment.objects.all()
    assert payment.statement.enterprise == cast.kangan, "whoever served is paid for the service, and nobody else"
    assert payment.amount_fen == file.total_fen <= 16_00


@pytest.mark.proves("LZ-50")
def test_the_same_safety_service_is_free_for_the_needy_and_paid_by_others(cast: Cast) -> None:
    call_button = cast.item("JJ001", "一键呼叫看护", minutes=30, market_price_fen=30_00, offer="safety_health")
    registry.recognise(
        elder=cast.grandpa,
        code="needy",
        evidence="困难证 3号",
        valid_from=date(2026, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    needy = benefits.quote(elder=cast.grandpa, item=call_button, on=TODAY)
    other = benefits.quote(elder=cast.li, item=call_button, on=TODAY)
    assert needy.price_fen == other.price_fen == needy.public_fen
    assert (needy.elder_fen, other.public_fen) == (0, 0)
    assert other.elder_fen > 0


@pytest.mark.proves("LZ-61")
def test_a_swipe_of_the_citizen_card_is_a_meal_of_its_elder(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    card = kitchen.card(cast.li)
    found = registry_read.find_by_card(kitchen.he, card.number)
    sale = kitchen.sell(found.elder, card_number=card.number)
    assert (sale.elder, sale.card, sale.found_by) == (cast.li, card, "CARD")
    registry.report_lost(card_id=card.pk, by=cast.ma, at=NOON)
    with pytest.raises(Refusal, match="已挂失"):
        kitchen.sell(cast.li, card_number=card.number, full_price_agreed=True)
