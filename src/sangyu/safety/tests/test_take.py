from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race, won_and_refused

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.outbox.models import Message
from sangyu.safety import actions as safety
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Taking
from sangyu.safety.rules import AlreadyClosed, Level, TakenByAnother
from sangyu.safety.tests.conftest import fallen


def take(cast, alarm, by=None, seconds=20):
    return safety.take(alarm_id=alarm.pk, by=by or cast.wang, at=cast.at + timedelta(seconds=seconds))


def test_whoever_takes_it_has_it(cast, alarm):
    take(cast, alarm)
    case = safety_read.get_alarm(cast.ma, alarm.pk)
    assert (case.taking.by, case.waited_s(cast.at + timedelta(hours=1))) == (cast.wang, 20)
    assert case.level(cast.at + timedelta(hours=1)) == Level.DESK


def test_taking_ones_own_again_changes_nothing(cast, alarm):
    first = take(cast, alarm)
    assert take(cast, alarm, seconds=90).at == first.at
    assert Message.objects.filter(kind="alarm.taken").count() == 1


def test_the_second_is_told_who_has_it(cast, taken):
    with pytest.raises(TakenByAnother, match="已由王敏于09:00接管"):
        take(cast, taken, by=cast.ma)


def test_a_closed_one_is_not_taken_again(cast, taken):
    safety.close(alarm_id=taken.pk, outcome="REAL", note="她平安到家", by=cast.wang, at=cast.at)
    with pytest.raises(AlreadyClosed, match="已由王敏于09:00结案：真实，她平安到家"):
        take(cast, taken, by=cast.ma)


@pytest.mark.parametrize("who", ["head", "auditor", "zhao_user", "clerk", "qian"])
def test_whoever_only_watches_takes_none(cast, alarm, who):
    with pytest.raises(NotAllowed, match="话务员、值班长、调度员"):
        take(cast, alarm, by=getattr(cast, who))


def test_the_agent_next_door_does_not_find_it(cast, alarm):
    with pytest.raises(NotFound, match="没有找到这次报警"):
        take(cast, alarm, by=Neighbour(cast.at).agent)


def test_those_that_nobody_has_come_first(cast):
    first, second, third = (fallen(cast, at=cast.at + timedelta(minutes=n)) for n in range(3))
    take(cast, first)
    assert [case.alarm for case in safety_read.open_alarms(cast.ma)] == [second, third, first]


def test_how_quickly_they_are_taken_is_counted(cast):
    for seconds in (10, 60, 100, 400):
        take(cast, fallen(cast), seconds=seconds)
    fallen(cast)
    found = safety_read.promptness(cast.head, cast.at, cast.at + timedelta(days=1), cast.at + timedelta(seconds=90))
    assert (found.raised, found.in_60_s, found.in_180_s) == (5, 2, 4)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told():
    cast = Cast()
    alarm = fallen(cast)
    takers = (cast.ma, cast.other_agent, cast.wang)
    won, refused = won_and_refused(race(*[partial(take, cast, alarm, by) for by in takers]))
    holder = Taking.objects.get().by
    assert [taking.by for taking in won] == [holder]
    assert len(refused) == 2
    assert all(holder.display_name in str(refusal) for refusal in refused)
