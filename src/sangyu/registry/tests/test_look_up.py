from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race, won_and_refused

from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry, LookUp
from sangyu.access.queries import NotAllowed
from sangyu.access.rules import ReasonMissing, TooManyLookUps
from sangyu.access.rules.look_ups import ALARM_AT, MOST, bursts
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry.models import Document
from sangyu.registry.numbers import number_of

WHY = "窗口核对本人身份证"


def look(cast, by=None, reason=WHY, *, elder=None, after=timedelta(0)):
    elder = elder or cast.li
    return registry.look_up_document(elder_id=elder.pk, reason=reason, by=by or cast.clerk, at=cast.at + after)


def test_the_number_is_shown_against_a_reason_that_stands_in_the_book_and_the_number_does_not(cast):
    number = look(cast)
    assert number == number_of(Document.objects.get(elder=cast.li))
    entry = AuditEntry.objects.get(verb="access.look_up")
    assert (entry.by, entry.object_id) == (cast.clerk, cast.li.pk)
    assert entry.facts == {"fact": "document", "reason": WHY, "shown": True}
    assert number not in str(LookUp.objects.get().__dict__)


@pytest.mark.parametrize("reason", ["", "   ", "查 看"])
def test_without_a_reason_nothing_is_shown_and_nothing_counted(cast, reason):
    with pytest.raises(ReasonMissing, match="请写明查看原因"):
        look(cast, reason=reason)
    assert not LookUp.objects.exists()


def test_only_some_roles_and_only_elders_one_may_see(cast):
    for stranger in (cast.ma, cast.sun, cast.auditor):
        with pytest.raises(NotAllowed):
            look(cast, stranger)
    for outsider in (cast.kangan_user, cast.zhao_user, Neighbour(cast.at).clerk):
        with pytest.raises(NotFound):
            look(cast, outsider)
    assert look(cast, cast.other_agent) == look(cast, cast.head)


def test_twenty_an_hour_and_the_one_too_many_is_refused_and_kept(cast):
    for n in range(MOST):
        look(cast, after=timedelta(minutes=n))
    with pytest.raises(TooManyLookUps, match="最多查看20次"):
        look(cast, after=timedelta(minutes=MOST))
    assert LookUp.objects.filter(shown=False).count() == 1
    assert AuditEntry.objects.filter(verb="access.look_up", facts__shown=False).count() == 1
    look(cast, after=timedelta(minutes=61))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_as_many():
    cast = Cast()
    for _ in range(MOST - 2):
        look(cast)
    won, refused = won_and_refused(race(*[partial(look, cast)] * 5))
    assert (len(won), len(refused)) == (2, 3)


def test_the_bureau_sees_who_looked_at_too_many_and_how_many_were_refused(cast):
    for n in range(ALARM_AT - 1):
        look(cast, after=timedelta(minutes=n))
    until = cast.at + timedelta(days=1)
    assert access_read.bulk_look_ups(cast.head, since=cast.at, until=until) == []
    look(cast, reason="抄一份名册", after=timedelta(minutes=30))
    [row] = access_read.bulk_look_ups(cast.head, since=cast.at, until=until)
    assert (row.by, row.burst.n, row.refused, row.reason) == (cast.clerk, ALARM_AT, 0, "抄一份名册")
    assert access_read.bulk_look_ups(Neighbour(cast.at).head, since=cast.at, until=until) == []


def test_two_bursts_far_apart_are_two_and_slow_work_is_none(cast):
    quick = [cast.at + timedelta(minutes=n) for n in range(ALARM_AT)]
    later = [moment + timedelta(hours=5) for moment in quick]
    slow = [cast.at + timedelta(days=1, minutes=7 * n) for n in range(40)]
    assert [burst.n for burst in bursts(quick + later + slow)] == [ALARM_AT, ALARM_AT]
