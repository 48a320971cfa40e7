"""The calls of a month: as many as the district has, at the hours people ring, each reproducible by itself."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta

import pytest

from sangyu.city import catalogue, demand
from sangyu.city.demand import BEIJING, Caller, Intent, Wishes
from sangyu.city.people import Town, service_class
from sangyu.city.tests.town import SEED, TREE
from sangyu.kit.month import Month

MONTH = Month(2026, 9)
SCALE = 0.04
ITEMS = {item.code: item for item in catalogue.items()}


@pytest.fixture(scope="module")
def elders():
    return list(Town(TREE, seed=SEED).registered(SCALE))


@pytest.fixture(scope="module")
def calls(elders):
    return list(demand.calls(MONTH, seed=SEED, elders=elders, items=catalogue.items()))


def test_the_same_month_has_the_same_calls(elders, calls):
    assert calls == list(demand.calls(MONTH, seed=SEED, elders=elders, items=catalogue.items()))
    assert calls != list(demand.calls(MONTH, seed=SEED + 1, elders=elders, items=catalogue.items()))


def test_a_day_asked_for_alone_is_the_day_within_the_month(elders, calls):
    day = date(2026, 9, 17)
    wishes = Wishes(catalogue.items(), seed=SEED)
    alone = list(demand.calls_of_day(day, seed=SEED, elders=elders, wishes=wishes))
    assert alone == [call for call in calls if call.at.date() == day]


def test_calls_come_in_order_within_the_month_with_refs_of_their_own(calls):
    assert [call.at for call in calls] == sorted(call.at for call in calls)
    assert all(MONTH.contains(call.at.date()) and call.at.tzinfo is BEIJING for call in calls)
    assert len({call.ref for call in calls}) == len(calls)


def test_a_full_district_orders_about_2700_times_a_day():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(364)]
    called = sum(demand.call_count(day, seed=SEED, elder_count=110_000) for day in days)
    assert 2_650 < called * 0.86 / len(days) < 2_780


def test_parts_of_a_call_add_up_in_a_tiny_city():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(364)]
    called = sum(demand.call_count(day, seed=SEED, elder_count=20) for day in days)
    assert 150 < called < 270


def test_mondays_are_busier_than_sundays(calls):
    by_day = Counter(call.at.weekday() for call in calls)
    assert by_day[0] > 1.3 * by_day[6]


def test_a_fifth_of_the_calls_come_between_nine_and_ten(calls):
    assert sum(call.at.hour == 9 for call in calls) / len(calls) == pytest.approx(0.2, abs=0.02)


def test_intents_and_callers_have_their_shares(calls):
    intents = Counter(call.intent for call in calls)
    assert set(intents) == set(Intent)
    assert intents[Intent.ORDER] / len(calls) == pytest.approx(0.86, abs=0.02)
    callers = Counter(call.caller for call in calls)
    unknown = callers[Caller.UNKNOWN] + callers[Caller.WITHHELD]
    assert unknown / len(calls) == pytest.approx(0.03, abs=0.01)


def test_a_number_on_file_belongs_to_the_elder_or_the_family(elders, calls):
    by_ref = {elder.ref: elder for elder in elders}
    on_file = {e.phone for e in elders} | {c.phone for e in elders for c in e.contacts}
    for call in calls:
        elder = by_ref[call.elder_ref]
        if call.caller is Caller.ELDER:
            assert call.caller_number == elder.phone
        elif call.caller is Caller.FAMILY:
            assert call.caller_number in {contact.phone for contact in elder.contacts}
        else:
            assert call.caller_number not in on_file
            assert (call.caller_number == "") == (call.caller is Caller.WITHHELD)


def test_a_wanted_visit_lies_one_to_three_days_ahead_and_ends_before_six(calls):
    for call in calls:
        if call.intent is not Intent.ORDER:
            assert call.wanted_from is None
            continue
        assert 1 <= (call.wanted_from.date() - call.at.date()).days <= 3
        assert time(8) <= call.wanted_from.time()
        ends = call.wanted_from + timedelta(minutes=ITEMS[call.item_code].minutes)
        assert ends.date() == call.wanted_from.date()
        assert ends.time() <= time(18)


def test_orders_are_not_emergencies_and_emergencies_are(calls):
    for call in calls:
        is_emergency = call.item_code != "" and ITEMS[call.item_code].service_class == "EMERGENCY"
        assert is_emergency == (call.intent is Intent.EMERGENCY)
        assert (call.item_code == "") == (call.intent not in (Intent.ORDER, Intent.EMERGENCY))


def test_those_the_government_pays_for_ring_more_often(elders, calls):
    people = Counter(service_class(elder) for elder in elders)
    classes = {elder.ref: service_class(elder) for elder in elders}
    rang = Counter(classes[call.elder_ref] for call in calls)
    rate = {each: rang[each] / people[each] for each in people}
    assert min(rate["A"], rate["B"], rate["D"]) > 1.3 * rate["C"]


def test_elders_have_favourites(calls):
    orders = Counter((call.elder_ref, call.item_code) for call in calls if call.intent is Intent.ORDER)
    assert max(orders.values()) >= 3
