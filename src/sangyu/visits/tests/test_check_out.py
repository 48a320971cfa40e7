"""The worker leaves: the proof is graded, the visit charged once, the order done."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
from tests.cast import HOME
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.adoption import actions as adoption
from sangyu.benefits.models import Charge
from sangyu.kit.errors import NotFound
from sangyu.kit.point import Crs, Point
from sangyu.ledger.models import HoldEnd
from sangyu.ledger.verify import verify
from sangyu.orders.models import Served, Stage
from sangyu.registry.models import Elder
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Departure, VisitCharge
from sangyu.visits.rules import LeftBeforeArrival

FAR = Point(lng=103.90, lat=36.10, crs=Crs.WGS84)
NEARBY = Point(lng=HOME.lng + 0.001, lat=HOME.lat, crs=HOME.crs)  # some ninety metres from her door


def check_out(cast, visit, **more):
    at = visit.arrived_at + timedelta(minutes=115)
    return visits.check_out(visit_id=visit.pk, **{"by": cast.zhao_user, "at": at, **more})


def test_leaving_charges_the_visit_and_serves_the_order(cast):
    visit = cast.arrived()
    departure = check_out(cast, visit, place=HOME, tasks_done=["地面"], note=" 老人在家 ")
    assert (departure.grade, departure.minutes, departure.note) == ("A", 115, "老人在家")
    charge = VisitCharge.objects.get(visit=visit).charge
    assert (charge.price_fen, charge.elder_fen, charge.public_fen) == (6400, 1400, 5000)
    assert charge.enterprise == cast.kangan
    visit.order.refresh_from_db()
    assert visit.order.stage == Stage.SERVED
    assert not HoldEnd.objects.filter(hold_id=charge.hold_id).exists()
    assert verify() == []


def test_a_second_report_changes_nothing(cast):
    visit = cast.arrived()
    first = check_out(cast, visit, place=HOME)
    again = check_out(cast, visit, at=visit.arrived_at + timedelta(hours=9), tasks_done=["玻璃"])
    assert again.pk == first.pk
    assert again.minutes == first.minutes
    assert (Departure.objects.count(), Charge.objects.count(), Served.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("arrival", "departure", "code", "grade"),
    [
        (HOME, HOME, True, "A"),
        (FAR, HOME, True, "A"),
        (HOME, FAR, False, "B"),
        (None, HOME, False, "B"),
        (FAR, FAR, True, "C"),
        (None, None, True, "C"),
        (FAR, None, False, "D"),
        (None, None, False, "D"),
    ],
)
def test_the_best_of_both_places_counts(cast, arrival, departure, code, grade):
    order = cast.order()
    visit = cast.arrived(order, place=arrival, door_code=order.elder.door_code if code else "")
    assert check_out(cast, visit, place=departure).grade == grade


def test_a_place_proves_nothing_where_the_home_is_not_known(cast):
    Elder.objects.filter(pk=cast.li.pk).update(lng=None, lat=None)
    departure = check_out(cast, cast.arrived(door_code=""), place=HOME)
    assert departure.grade == "D"
    assert "没有定位" in departure.because


def test_the_six_facts_are_complete_only_with_a_proven_place(cast):
    proven = cast.visited(cast.order(days=1))
    unproven = cast.visited(cast.order(days=2), place=None)
    assert visits_read.six_facts(cast.kangan_user, proven).complete
    facts = visits_read.six_facts(cast.kangan_user, unproven)
    assert not facts.complete
    assert facts.charge_id == VisitCharge.objects.get(visit=unproven).charge_id
    with pytest.raises(NotFound):
        visits_read.six_facts(cast.letter_user, proven)


def test_an_elder_who_has_died_is_not_charged_and_the_money_is_given_back(cast):
    visit = cast.arrived()
    Elder.objects.filter(pk=cast.li.pk).update(died_on=visit.arrived_at.date())
    departure = check_out(cast, visit, place=HOME)
    assert "去世" in departure.not_charged
    assert not Charge.objects.exists()
    assert {end.kind for end in HoldEnd.objects.all()} == {HoldEnd.Kind.VOIDED}
    assert all("去世" in end.reason for end in HoldEnd.objects.all())
    visit.order.refresh_from_db()
    assert visit.order.stage == Stage.SERVED
    assert verify() == []


def test_nobody_leaves_before_arriving(cast):
    visit = cast.arrived()
    with pytest.raises(LeftBeforeArrival):
        check_out(cast, visit, at=visit.arrived_at - timedelta(minutes=1))


@pytest.mark.parametrize("who", ["another worker", "another programme"])
def test_a_visit_of_others_is_not_found(cast, who):
    by = cast.other_user if who == "another worker" else neighbour(cast, Role.WORKER)
    with pytest.raises(NotFound, match="上门记录"):
        check_out(cast, cast.arrived(), by=by)


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_charge_once(cast):
    for n in range(1, 4):
        visit = cast.arrived(cast.order(days=n))
        outcomes = race(*[partial(check_out, cast, visit, place=HOME)] * 3)
        assert len({outcome.pk for outcome in outcomes}) == 1
        assert Charge.objects.filter(cause_id=visit.order_id).count() == 1
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_two_arrivals_at_once_are_one_visit(cast):
    order = cast.assigned().order
    arrive = partial(visits.check_in, order_id=order.pk, by=cast.zhao_user, at=order.wanted_from, place=HOME)
    assert len({visit.pk for visit in race(arrive, arrive, arrive)}) == 1


@pytest.mark.parametrize(("geofence_m", "grade"), [(150, "B"), (50, "D"), (None, "B")])
def test_a_city_that_sets_its_own_distance_is_asked_whether_the_worker_was_there(cast, geofence_m, grade):
    visit = cast.arrived(place=NEARBY, door_code="")
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="weifang-xiashan",
        parameters={} if geofence_m is None else {"geofence_m": geofence_m},
        document="峡政发〔2021〕3号",
        valid_from=visit.arrived_at.date(),
        by_id=cast.head.pk,
        at=cast.at,
    )
    departure = check_out(cast, visit)
    assert departure.grade == grade, "a distance that nobody has set leaves ours"
    if geofence_m == 50:
        assert re.fullmatch(r"签到处距老人家\d+米，超过50米，请人工核实", departure.because)
