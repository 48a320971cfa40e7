"""What went otherwise at the door is told to the centre, and an emergency raises the alarm at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import HOME
from tests.neighbours import neighbour
from tests.race import race, won_and_refused

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.files.tests.paint import photo
from sangyu.kit.errors import NotFound
from sangyu.outbox.models import Message
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Alarm
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Incident, IncidentKind, IncidentPhoto
from sangyu.visits.rules import NoteMissing, NotYours, PhotosFull, PhotoTooLate


def report(cast, order, kind=IncidentKind.NOBODY_HOME, **more):
    return visits.report_incident(
        order_id=order.pk, kind=kind, **{"by": cast.zhao_user, "at": order.wanted_from, "key": "k1", **more}
    )


def test_nobody_at_home_is_told_with_the_place_before_any_check_in(cast):
    order = cast.assigned().order
    incident = report(cast, order, note=" 敲门10分钟 ", place=HOME)
    assert (incident.visit, incident.worker, incident.enterprise) == (None, cast.zhao, cast.kangan)
    assert (incident.note, incident.place["distance_m"]) == ("敲门10分钟", 0)
    [case] = visits_read.incidents_open(cast.wang)
    assert case.incident == incident
    assert not Alarm.objects.exists()


def test_an_incident_during_the_service_names_the_visit(cast):
    visit = cast.arrived()
    assert report(cast, visit.order, IncidentKind.DAMAGE, note="碰碎一只碗").visit == visit


@pytest.mark.parametrize("kind", [IncidentKind.UNWELL, IncidentKind.DANGER])
def test_an_emergency_raises_the_alarm(cast, kind):
    order = cast.arrived().order
    incident = report(cast, order, kind, note="说胸口闷")
    alarm = Alarm.objects.get()
    assert (alarm.elder, alarm.source, alarm.source_id, alarm.phone) == (
        cast.li,
        "WORKER",
        incident.pk,
        "13900000011",
    )
    assert "说胸口闷" in alarm.note
    assert len(safety_read.open_alarms(cast.ma)) == 1


def test_a_second_report_changes_nothing(cast):
    order = cast.arrived().order
    first = report(cast, order, IncidentKind.UNWELL)
    again = report(cast, order, IncidentKind.UNWELL, at=order.wanted_from + timedelta(minutes=1))
    assert again.pk == first.pk
    assert (Incident.objects.count(), Alarm.objects.count()) == (1, 1)
    assert report(cast, order, key="k2").pk != first.pk


def test_another_kind_needs_words(cast):
    order = cast.assigned().order
    with pytest.raises(NoteMissing, match="一句话"):
        report(cast, order, IncidentKind.OTHER, note="  ")
    assert report(cast, order, IncidentKind.OTHER, note="电梯停了").note == "电梯停了"


def test_only_who_was_sent_reports(cast):
    order = cast.assigned().order
    with pytest.raises(NotYours, match="热线"):
        report(cast, order, by=cast.other_user)
    with pytest.raises(NotAllowed):
        report(cast, order, by=cast.kangan_user)
    with pytest.raises(NotFound):
        report(cast, order, by=neighbour(cast, Role.WORKER))


def test_the_centre_and_the_enterprise_are_told(cast):
    incident = report(cast, cast.assigned().order)
    told = Message.objects.filter(kind="incident.reported")
    assert {row.topic for row in told} == {"orders", f"enterprise:{cast.kangan.organisation_id}"}
    assert all(row.body == {"incident": str(incident.pk), "order": str(incident.order_id)} for row in told)


def test_incidents_are_seen_by_who_may_see_the_order(cast):
    incident = report(cast, cast.assigned().order)
    for viewer in (cast.zhao_user, cast.kangan_user, cast.wang, cast.auditor):
        assert visits_read.get_incident(viewer, incident.pk).incident == incident
        assert [case.incident for case in visits_read.incidents_of(viewer, incident.order_id)] == [incident]
    for stranger in (cast.letter_user, cast.other_user, cast.clerk, neighbour(cast, Role.DISPATCHER)):
        assert visits_read.incidents_open(stranger) == []
        with pytest.raises(NotFound):
            visits_read.get_incident(stranger, incident.pk)


def test_photos_follow_on_their_own_three_at_most_and_each_once(cast):
    incident = report(cast, cast.assigned().order, IncidentKind.DAMAGE)
    add = partial(visits.add_incident_photo, incident_id=incident.pk, by=cast.zhao_user, at=incident.at)
    first = add(content=photo())
    assert add(content=photo()).pk == first.pk
    add(content=photo(colour=(9, 9, 9)))
    add(content=photo(colour=(90, 9, 9)))
    with pytest.raises(PhotosFull, match="3张"):
        add(content=photo(colour=(9, 90, 9)))
    assert [row.n for row in visits_read.get_incident(cast.wang, incident.pk).photos] == [1, 2, 3]
    assert visits_read.file_for(cast.wang, first.file_id) == first.file
    with pytest.raises(NotFound):
        visits_read.file_for(cast.letter_user, first.file_id)


def test_photos_of_an_incident_come_from_who_told_it_and_within_a_day(cast):
    incident = report(cast, cast.assigned().order)
    with pytest.raises(NotFound):
        visits.add_incident_photo(incident_id=incident.pk, content=photo(), by=cast.other_user, at=incident.at)
    with pytest.raises(PhotoTooLate):
        visits.add_incident_photo(
            incident_id=incident.pk, content=photo(), by=cast.zhao_user, at=incident.at + timedelta(days=2)
        )
    assert not IncidentPhoto.objects.exists()


def test_the_open_list_costs_the_same_whatever_its_length(cast, django_assert_num_queries):
    for hour in (8, 11, 14):
        report(cast, cast.assigned(cast.order(hour=hour)).order)
    _ = cast.wang.roles
    with django_assert_num_queries(3):
        assert len(visits_read.incidents_open(cast.wang)) == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_report_at_once_is_one_incident_and_one_alarm(cast):
    order = cast.arrived().order
    told, refused = won_and_refused(race(*[partial(report, cast, order, IncidentKind.DANGER)] * 3))
    assert refused == []
    assert len({row.pk for row in told}) == 1
    assert Alarm.objects.count() == 1
