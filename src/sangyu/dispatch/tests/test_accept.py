"""The enterprise takes the order in time, or gives it back; silence gives it back too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Acceptance, RefusalReason, RefusalRow
from sangyu.dispatch.rules import AnswerTooLate
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Stage


def minutes(cast, n):
    return cast.at + timedelta(minutes=n)


def accept(cast, sent, **more):
    return dispatch.accept(dispatch_id=sent.pk, **{"by": cast.kangan_user, "at": minutes(cast, 5), **more})


def refuse(cast, sent, reason=RefusalReason.NO_WORKER, **more):
    return dispatch.refuse(
        dispatch_id=sent.pk, reason=reason, **{"by": cast.kangan_user, "at": minutes(cast, 5), **more}
    )


def stage(sent):
    sent.order.refresh_from_db()
    return sent.order.stage


def test_accepting_in_time_makes_the_order_the_enterprise_s(cast):
    sent = cast.sent()
    accept(cast, sent)
    assert stage(sent) == Stage.ACCEPTED
    assert [row.pk for row in dispatch_read.inbox(cast.kangan_user, Stage.ACCEPTED)] == [sent.pk]


def test_accepting_again_changes_nothing(cast):
    sent = cast.sent()
    first = accept(cast, sent)
    assert accept(cast, sent, at=minutes(cast, 50)).pk == first.pk
    assert Acceptance.objects.count() == 1


def test_the_last_minute_is_in_time_and_the_next_is_not(cast):
    sent = cast.sent()
    with pytest.raises(AnswerTooLate, match="09:32"):
        accept(cast, sent, at=sent.answer_by + timedelta(seconds=1))
    accept(cast, sent, at=sent.answer_by)


@pytest.mark.parametrize("verb", [accept, refuse])
def test_what_was_sent_to_another_enterprise_is_not_found(cast, verb):
    with pytest.raises(NotFound):
        verb(cast, cast.sent(), by=cast.letter_user)


@pytest.mark.parametrize("verb", [accept, refuse])
def test_a_worker_does_not_answer_for_the_enterprise(cast, verb):
    with pytest.raises(NotAllowed, match="企业管理员"):
        verb(cast, cast.sent(), by=cast.zhao_user)


@pytest.mark.parametrize("verb", [accept, refuse])
def test_another_programme_finds_nothing(cast, verb):
    with pytest.raises(NotFound):
        verb(cast, cast.sent(), by=neighbour(cast, Role.ENTERPRISE))


def test_refusing_puts_the_order_back_on_the_centre_s_list(cast):
    sent = cast.sent()
    row = refuse(cast, sent)
    assert stage(sent) == Stage.PLACED
    assert row.get_reason_display() == "没有空闲人员"
    assert dispatch_read.inbox(cast.kangan_user, Stage.SENT, Stage.ACCEPTED) == []


def test_refusing_again_keeps_the_first_reason(cast):
    sent = cast.sent()
    refuse(cast, sent)
    assert refuse(cast, sent, RefusalReason.TOO_FAR).reason == RefusalReason.NO_WORKER
    assert RefusalRow.objects.count() == 1


def test_another_reason_needs_words(cast):
    sent = cast.sent()
    with pytest.raises(dispatch.NoteMissing, match="写明"):
        refuse(cast, sent, RefusalReason.OTHER, note="  ")
    assert refuse(cast, sent, RefusalReason.OTHER, note=" 道路施工 ").note == "道路施工"


def test_an_accepted_order_is_not_refused_any_more(cast):
    sent = cast.accepted()
    with pytest.raises(AnswerTooLate, match=sent.order.number):
        refuse(cast, sent)


def test_a_refused_order_is_not_accepted_any_more(cast):
    sent = cast.sent()
    refuse(cast, sent)
    with pytest.raises(AnswerTooLate):
        accept(cast, sent)


def lapse(cast, n, **more):
    return dispatch.let_lapse(programme_id=cast.programme.pk, **{"by": cast.clock, "at": minutes(cast, n), **more})


def test_silence_gives_the_order_back(cast):
    sent = cast.sent()
    assert lapse(cast, 32) == 0
    assert lapse(cast, 33) == 1
    assert stage(sent) == Stage.PLACED
    row = RefusalRow.objects.get()
    assert (row.reason, row.by) == (RefusalReason.NO_ANSWER, cast.clock)
    assert lapse(cast, 34) == 0


def test_who_has_answered_is_left_alone(cast):
    cast.accepted()
    assert lapse(cast, 60) == 0


def test_an_old_attempt_does_not_take_the_new_one_back(cast):
    first = cast.sent()
    refuse(cast, first)
    second = dispatch.send(order_id=first.order_id, by=cast.wang, at=minutes(cast, 20))
    assert lapse(cast, 40) == 0
    assert stage(second) == Stage.SENT
    assert lapse(cast, 51) == 1


def test_only_the_clock_lets_orders_lapse(cast):
    with pytest.raises(NotAllowed):
        lapse(cast, 40, by=cast.kangan_user)
