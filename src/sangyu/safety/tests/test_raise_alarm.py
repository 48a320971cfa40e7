from __future__ import annotations

from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.outbox.models import Message
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Alarm
from sangyu.safety.tests.conftest import fallen


def test_everybody_of_the_operator_sees_it_at_once(cast, alarm):
    for viewer in (cast.ma, cast.other_agent, cast.wang, cast.head, cast.auditor):
        (case,) = safety_read.open_alarms(viewer)
        assert (case.alarm, case.taking, case.steps, case.closure) == (alarm, None, (), None)
    assert (alarm.elder, alarm.note, alarm.stage) == (cast.li, "在家摔倒，站不起来", "WAITING")
    assert Message.objects.get(topic="safety").body == {"alarm": str(alarm.pk)}
    assert AuditEntry.objects.get(object_id=alarm.pk).facts["source"] == "CALL"


def test_the_same_source_again_is_the_same_alarm(cast):
    source_id = new_id()
    first = fallen(cast, source_id=source_id)
    assert fallen(cast, source_id=source_id, note="又说了一遍", by=cast.other_agent) == first
    assert (Alarm.objects.get().note, Message.objects.filter(topic="safety").count()) == ("在家摔倒，站不起来", 1)
    assert safety_read.alarm_of(cast.ma, "CALL", source_id).alarm == first
    assert safety_read.alarm_of(cast.ma, "DEVICE", source_id) is None


def test_help_does_not_wait_for_a_name(cast):
    alarm = fallen(cast, elder=None, phone="+86 137 0000 0000", note="")
    assert (alarm.elder, alarm.phone) == (None, "13700000000")


def test_a_worker_may_raise_one_and_sees_only_ones_own(cast, alarm):
    own = fallen(cast, source="WORKER", by=cast.zhao_user)
    assert [case.alarm for case in safety_read.open_alarms(cast.zhao_user)] == [own]
    with pytest.raises(NotFound, match="没有找到这次报警"):
        safety_read.get_alarm(cast.zhao_user, alarm.pk)


@pytest.mark.parametrize("who", ["clerk", "kangan_user", "head", "qian"])
def test_others_ring_the_hotline(cast, who):
    with pytest.raises(NotAllowed, match="话务员"):
        fallen(cast, by=getattr(cast, who))


def test_the_programme_next_door_neither_raises_nor_sees_it(cast, alarm):
    neighbour = Neighbour(cast.at)
    assert safety_read.open_alarms(neighbour.head) == []
    for wrong in ({"by": neighbour.agent}, {"elder": neighbour.zhou}):
        with pytest.raises(NotFound, match="没有找到这位老人"):
            fallen(cast, **wrong)


@pytest.mark.django_db(transaction=True)
def test_a_device_that_says_it_three_times_at_once_raises_one_alarm():
    cast = Cast()
    raised = race(*[partial(fallen, cast, source="DEVICE", source_id=cast.li.pk)] * 3)
    assert {alarm.pk for alarm in raised} == {Alarm.objects.get().pk}
    assert Message.objects.filter(kind="alarm.raised").count() == 1
