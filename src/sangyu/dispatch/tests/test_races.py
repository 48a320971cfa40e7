"""Two people at one order, or one worker at two: one wins, and the other is told why."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.race import race

from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Acceptance, Assignment, Dispatch, RefusalRow
from sangyu.dispatch.rules import AlreadySent, AnswerTooLate, DoesNotFit, WorkerBusy
from sangyu.orders.models import Stage
from sangyu.providers.models import Enterprise

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


def test_two_dispatchers_send_one_order_once_and_the_other_is_told_by_whom(cast):
    for n in range(1, ROUNDS + 1):
        order = cast.order(days=n)
        outcomes = race(
            *(
                partial(dispatch.send, order_id=order.pk, by=who, at=cast.at, enterprise_id=firm.pk)
                for who, firm in ((cast.wang, cast.kangan), (cast.other_dispatcher, cast.letter))
            )
        )
        sent = Dispatch.objects.select_related("sent_by").get(order=order)
        [refused] = [outcome for outcome in outcomes if isinstance(outcome, AlreadySent)]
        assert sent.sent_by.display_name in str(refused)
        assert sent.enterprise.name in str(refused)


def test_an_answer_in_the_last_second_and_the_clock_never_both_win(cast):
    for n in range(1, ROUNDS + 1):
        sent = cast.sent(cast.order(days=n))
        answer, lapsed = race(
            partial(dispatch.accept, dispatch_id=sent.pk, by=cast.kangan_user, at=sent.answer_by),
            partial(
                dispatch.let_lapse,
                programme_id=cast.programme.pk,
                by=cast.clock,
                at=sent.answer_by + timedelta(seconds=1),
            ),
        )
        taken, back = Acceptance.objects.filter(dispatch=sent), RefusalRow.objects.filter(dispatch=sent)
        assert taken.count() + back.count() == 1
        sent.order.refresh_from_db()
        if isinstance(answer, AnswerTooLate):
            assert (lapsed, sent.order.stage) == (1, Stage.PLACED)
        else:
            assert (lapsed, sent.order.stage) == (0, Stage.ACCEPTED)


def test_a_double_click_accepts_once_and_complains_to_nobody(cast):
    for n in range(1, ROUNDS + 1):
        sent = cast.sent(cast.order(days=n))
        outcomes = race(*[partial(dispatch.accept, dispatch_id=sent.pk, by=cast.kangan_user, at=cast.at)] * 3)
        assert len({outcome.pk for outcome in outcomes}) == 1


def test_one_worker_named_for_two_elders_at_once_goes_to_one(cast):
    for n in range(1, ROUNDS + 1):
        taken = [
            cast.accepted(cast.order(days=n, hour=10)),
            cast.accepted(cast.order(elder=cast.grandpa, days=n, hour=11)),
        ]
        outcomes = race(
            *(
                partial(dispatch.assign, dispatch_id=sent.pk, worker_id=cast.zhao.pk, by=cast.kangan_user, at=cast.at)
                for sent in taken
            )
        )
        assert sorted(isinstance(outcome, WorkerBusy) for outcome in outcomes) == [False, True]
        assert Assignment.objects.filter(dispatch__in=taken).count() == 1


def test_the_last_place_of_a_day_goes_to_one_of_two_orders():
    cast = Cast()
    Enterprise.objects.filter(pk=cast.kangan.pk).update(capacity_per_day=1)
    for n in range(1, ROUNDS + 1):
        waiting = [cast.order(days=n), cast.order(elder=cast.grandpa, days=n)]
        sent = race(*(partial(dispatch.send, order_id=order.pk, by=cast.wang, at=cast.at) for order in waiting))
        assert {row.enterprise for row in sent} == {cast.kangan, cast.letter}


def test_two_orders_named_for_the_last_place_at_once_leave_one_with_the_figure():
    cast = Cast()
    Enterprise.objects.filter(pk=cast.kangan.pk).update(capacity_per_day=1)
    for n in range(1, ROUNDS + 1):
        waiting = [cast.order(days=n), cast.order(elder=cast.grandpa, days=n)]
        outcomes = race(
            *(
                partial(dispatch.send, order_id=order.pk, by=by, at=cast.at, enterprise_id=cast.kangan.pk)
                for order, by in zip(waiting, (cast.wang, cast.other_dispatcher), strict=True)
            )
        )
        [refused] = [outcome for outcome in outcomes if isinstance(outcome, DoesNotFit)]
        assert "达到上限1单" in str(refused)
