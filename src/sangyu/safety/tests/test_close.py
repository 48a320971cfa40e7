from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.cast import Cast
from tests.race import race, won_and_refused

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.safety import actions as safety
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Closure
from sangyu.safety.rules import AlreadyClosed, NotTaken, OutcomeMissing, TakenByAnother
from sangyu.safety.tests.conftest import fallen


def close(cast, alarm, outcome="REAL", note="她平安到家", *, by=None, minutes=42):
    at = cast.at + timedelta(minutes=minutes)
    return safety.close(alarm_id=alarm.pk, outcome=outcome, note=note, by=by or cast.wang, at=at)


def test_it_stays_open_until_somebody_says_how_it_ended(cast, taken):
    assert [case.alarm for case in safety_read.open_alarms(cast.head)] == [taken]
    closure = close(cast, taken)
    assert (closure.outcome, closure.note, closure.by) == ("REAL", "她平安到家", cast.wang)
    assert safety_read.open_alarms(cast.head) == []
    assert AuditEntry.objects.filter(verb="safety.close").get().facts == {"outcome": "REAL", "note": "她平安到家"}


def test_the_same_end_again_changes_nothing(cast, taken):
    assert close(cast, taken) == close(cast, taken, note="另一句话")
    assert Closure.objects.get().note == "她平安到家"


def test_another_end_is_refused(cast, taken):
    close(cast, taken)
    with pytest.raises(AlreadyClosed, match="已由王敏于09:42结案：真实，她平安到家。结论不能修改"):
        close(cast, taken, "FALSE", "误报")


@pytest.mark.parametrize(("outcome", "note"), [("REAL", ""), ("REAL", "  "), ("", "她平安到家"), ("AUTO", "到时关闭")])
def test_an_end_without_outcome_and_sentence_is_refused(cast, taken, outcome, note):
    with pytest.raises(OutcomeMissing, match="报警仍然打开"):
        close(cast, taken, outcome, note)
    assert safety_read.open_alarms(cast.wang)


def test_it_is_taken_before_it_is_closed(cast, alarm):
    with pytest.raises(NotTaken, match="请先接管"):
        close(cast, alarm)


def test_somebody_else_does_not_close_it_but_the_shift_leader_may(cast, taken):
    with pytest.raises(TakenByAnother, match="由王敏或值班长结案"):
        close(cast, taken, by=cast.ma)
    assert close(cast, taken, by=cast.other_agent).by == cast.other_agent


def test_nobody_else_and_no_clock_closes_it(cast, taken):
    for who in (cast.head, cast.clock, cast.zhao_user):
        with pytest.raises(NotAllowed, match="话务员"):
            close(cast, taken, by=who)


def test_how_the_last_one_ended_is_known_at_the_next(cast, taken):
    close(cast, taken, "FALSE", "误碰按键")
    second = fallen(cast, at=cast.at + timedelta(days=9))
    assert safety_read.last_closed(cast.ma, [cast.li.pk])[cast.li.pk].note == "误碰按键"
    safety.take(alarm_id=second.pk, by=cast.wang, at=cast.at + timedelta(days=9))
    close(cast, second, minutes=60 * 24 * 9)
    assert safety_read.last_closed(cast.ma, [cast.li.pk])[cast.li.pk].alarm == second
    assert [case.alarm for case in safety_read.alarms_of_elder(cast.ma, cast.li.pk)] == [second, taken]
    assert safety_read.last_closed(cast.zhao_user, [cast.li.pk]) == {}


@pytest.mark.parametrize("table", ["safety_taking", "safety_step", "safety_closure"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_done_stays(cast, taken, table, change):
    safety.note_step(alarm_id=taken.pk, rung="ELDER", by=cast.wang, at=cast.at, key="1")
    close(cast, taken)
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


@pytest.mark.django_db(transaction=True)
def test_of_two_ends_at_once_one_stands():
    cast = Cast()
    alarm = fallen(cast)
    safety.take(alarm_id=alarm.pk, by=cast.wang, at=cast.at)
    by_leader = partial(close, cast, alarm, "FALSE", "误碰按键", by=cast.other_agent)
    won, refused = won_and_refused(race(partial(close, cast, alarm), by_leader))
    assert [closure.pk for closure in won] == [Closure.objects.get().pk]
    assert [type(refusal) for refusal in refused] == [AlreadyClosed]
