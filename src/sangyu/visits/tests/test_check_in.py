"""The worker arrives, with whatever proof there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import HOME
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound
from sangyu.kit.point import Crs, Point
from sangyu.orders import actions as orders
from sangyu.orders.models import Stage
from sangyu.orders.rules import WrongStage
from sangyu.providers import actions as providers
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Evidence, EvidenceKind, Visit
from sangyu.visits.rules import NotYours, TooEarly


def check_in(cast, order, **more):
    return visits.check_in(order_id=order.pk, **{"by": cast.zhao_user, "at": order.wanted_from, **more})


def assigned(cast, **more):
    return cast.assigned(cast.order(**more)).order


def test_an_arrival_is_a_visit_with_its_proof(cast):
    order = assigned(cast)
    visit = check_in(cast, order, place=HOME, door_code=f" {order.elder.door_code} ")
    assert (visit.worker, visit.enterprise, visit.arrived_at) == (cast.zhao, cast.kangan, order.wanted_from)
    order.refresh_from_db()
    assert order.stage == Stage.IN_SERVICE
    kept = {row.kind: row.facts for row in Evidence.objects.filter(visit=visit)}
    assert kept[EvidenceKind.ARRIVAL_PLACE]["distance_m"] == 0
    assert kept[EvidenceKind.DOOR_CODE] == {"right": True}


def test_a_second_report_changes_nothing(cast):
    order = assigned(cast)
    first = check_in(cast, order, place=HOME)
    again = check_in(cast, order, at=order.wanted_from + timedelta(minutes=7), door_code="0000")
    assert again.pk == first.pk
    assert again.arrived_at == first.arrived_at
    assert Evidence.objects.count() == 1


def test_a_place_in_the_phone_s_own_coordinates_is_kept_in_ours(cast):
    order = assigned(cast)
    gcj = HOME.converted(Crs.GCJ02)
    visit = check_in(cast, order, place=Point(lng=gcj.lng, lat=gcj.lat, crs=Crs.GCJ02, accuracy_m=12.4))
    [kept] = Evidence.objects.filter(visit=visit)
    assert (kept.facts["crs"], kept.facts["accuracy_m"]) == (str(Crs.WGS84), 12)
    assert kept.facts["distance_m"] <= 1


def test_a_distant_place_and_a_wrong_code_are_kept_and_not_refused(cast):
    order = assigned(cast)
    visit = check_in(cast, order, place=Point(lng=103.90, lat=36.10, crs=Crs.WGS84), door_code="0000")
    kept = {row.kind: row.facts for row in Evidence.objects.filter(visit=visit)}
    assert kept[EvidenceKind.ARRIVAL_PLACE]["distance_m"] > 5_000
    assert kept[EvidenceKind.DOOR_CODE] == {"right": False}


def test_more_than_two_hours_early_is_refused_with_the_promised_time(cast):
    order = assigned(cast)
    with pytest.raises(TooEarly, match="11月10日 10:00"):
        check_in(cast, order, at=order.wanted_from - timedelta(hours=3))


def test_another_worker_is_told_that_the_order_is_not_hers(cast):
    with pytest.raises(NotYours, match="换人"):
        check_in(cast, assigned(cast), by=cast.other_user)


def test_who_was_replaced_is_told_so(cast):
    sent = cast.assigned()
    other = cast.worker(cast.kangan, "周到", "13900000013")
    dispatch.assign(dispatch_id=sent.pk, worker_id=other.pk, by=cast.kangan_user, at=cast.at)
    with pytest.raises(NotYours):
        check_in(cast, sent.order)


def test_an_order_without_a_worker_is_nobody_s(cast):
    with pytest.raises(NotYours):
        check_in(cast, cast.accepted().order)


def test_a_cancelled_order_is_not_begun(cast):
    order = assigned(cast)
    orders.cancel(order_id=order.pk, reason="老人住院", by=cast.ma, at=cast.at)
    with pytest.raises(WrongStage, match="已取消"):
        check_in(cast, order)
    assert not Visit.objects.exists()


def test_the_enterprise_does_not_check_in_for_the_worker(cast):
    with pytest.raises(NotAllowed, match="服务人员"):
        check_in(cast, assigned(cast), by=cast.kangan_user)


def test_another_programme_finds_nothing(cast):
    with pytest.raises(NotFound):
        check_in(cast, assigned(cast), by=neighbour(cast, Role.WORKER))


def test_a_visit_is_seen_by_its_worker_its_enterprise_and_the_centre_only(cast):
    visit = cast.arrived()
    for viewer in (cast.zhao_user, cast.kangan_user, cast.ma, cast.auditor):
        assert visits_read.get_visit(viewer, visit.pk) == visit
        assert visits_read.visit_of(viewer, visit.order) == visit
    colleague = cast.user(cast.kangan.organisation, "zhou", "周到", Role.WORKER)
    for stranger in (cast.letter_user, cast.other_user, colleague, cast.clerk, neighbour(cast, Role.QUALITY)):
        assert visits_read.visit_of(stranger, visit.order) is None
        with pytest.raises(NotFound):
            visits_read.get_visit(stranger, visit.pk)


def test_who_has_left_the_enterprise_neither_sees_the_visit_nor_begins_it(cast):
    order = assigned(cast)
    on = order.wanted_from.date()
    providers.let_go(
        worker_id=cast.zhao.pk, left_on=cast.at.date(), reason="辞职", by=cast.kangan_user, at=order.wanted_from
    )
    with pytest.raises(NotYours, match="离职"):
        check_in(cast, order)
    with pytest.raises(NotFound, match="没有找到这张工单"):
        dispatch_read.get_own_assignment(cast.zhao_user, order.pk)
    begins_at = order.wanted_from.replace(hour=0)
    assert dispatch_read.visits_to_do(cast.zhao_user, begins_at, begins_at + timedelta(days=1)) == []
    assert Visit.objects.filter(arrived_at__date=on).count() == 0
