"""The enterprise names somebody who can do it and is free; the last one named goes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Assignment, RefusalReason
from sangyu.dispatch.rules import NotAccepted, WorkerBusy, WorkerUnfit
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Stage
from sangyu.orders.rules import WrongStage
from sangyu.providers.models import Certificate, Worker


def assign(cast, sent, worker=None, **more):
    worker = worker or cast.zhao
    return dispatch.assign(
        dispatch_id=sent.pk,
        worker_id=worker.pk,
        **{"by": cast.kangan_user, "at": cast.at + timedelta(minutes=9), **more},
    )


def second_worker(cast, **more):
    return cast.worker(cast.kangan, "周到", "13900000013", **more)


def test_the_worker_sees_the_visit_and_nobody_else_does(cast):
    sent = cast.accepted()
    assign(cast, sent)
    sent.order.refresh_from_db()
    assert sent.order.stage == Stage.ASSIGNED
    day = sent.order.wanted_from.replace(hour=0)
    own = dispatch_read.visits_to_do(cast.zhao_user, day, day + timedelta(days=1))
    assert [row.dispatch.order_id for row in own] == [sent.order_id]
    assert dispatch_read.visits_to_do(cast.other_user, day, day + timedelta(days=1)) == []
    assert dispatch_read.get_own_assignment(cast.zhao_user, sent.order_id).worker == cast.zhao
    with pytest.raises(NotFound):
        dispatch_read.get_own_assignment(cast.other_user, sent.order_id)


def test_naming_the_same_worker_again_changes_nothing(cast):
    sent = cast.accepted()
    assert assign(cast, sent).pk == assign(cast, sent).pk
    assert Assignment.objects.count() == 1


def test_another_worker_takes_the_place_of_the_first(cast):
    sent, other = cast.accepted(), second_worker(cast)
    assign(cast, sent)
    assign(cast, sent, other)
    assert dispatch_read.assignment_of(sent.order).worker == other
    with pytest.raises(NotFound, match="换人"):
        dispatch_read.get_own_assignment(cast.zhao_user, sent.order_id)
    assign(cast, sent)
    assert [row.n for row in Assignment.objects.order_by("n")] == [1, 2, 3]


def test_nobody_is_sent_to_two_elders_at_once(cast):
    first = cast.assigned(cast.order(hour=10))
    second = cast.accepted(cast.order(elder=cast.grandpa, hour=11))
    with pytest.raises(WorkerBusy, match=first.order.number):
        assign(cast, second)
    reasons = {choice.worker: choice.reason for choice in dispatch_read.worker_choices(cast.kangan_user, second)}
    assert first.order.number in reasons[cast.zhao]


def test_one_visit_may_follow_right_after_another(cast):
    cast.assigned(cast.order(hour=10))
    assign(cast, cast.accepted(cast.order(elder=cast.grandpa, hour=12)))


def test_who_was_replaced_is_free_again(cast):
    first, other = cast.assigned(cast.order(hour=10)), second_worker(cast)
    assign(cast, first, other)
    assign(cast, cast.accepted(cast.order(elder=cast.grandpa, hour=11)))


def test_a_worker_without_the_skill_is_refused(cast):
    Worker.objects.filter(pk=cast.zhao.pk).update(skills=["保洁"])
    second_worker(cast)
    sent = cast.accepted(cast.order(item=cast.bathing))
    with pytest.raises(WorkerUnfit, match=r"赵勤没有“助浴”技能"):
        assign(cast, sent)


def test_a_certificate_must_hold_on_the_day_of_the_visit(cast):
    order = cast.order(item=cast.bathing)
    sent = cast.accepted(order)
    on = order.wanted_from.date()
    lapsed = second_worker(cast, certificate_until=on)
    with pytest.raises(WorkerUnfit, match=f"{on.month}月{on.day}日过期"):
        assign(cast, sent, lapsed)
    Certificate.objects.filter(worker=lapsed).update(valid_until=on + timedelta(days=1))
    assign(cast, sent, lapsed)


def test_a_worker_without_any_certificate_is_refused(cast):
    Certificate.objects.filter(worker=cast.zhao).update(kind="健康证")
    fit = second_worker(cast)
    sent = cast.accepted(cast.order(item=cast.bathing))
    with pytest.raises(WorkerUnfit, match="赵勤没有养老护理员证"):
        assign(cast, sent)
    choices = {choice.worker: choice.reason for choice in dispatch_read.worker_choices(cast.kangan_user, sent)}
    assert choices == {fit: "", cast.zhao: "没有有效的养老护理员证"}


@pytest.mark.proves("LZ-03")
def test_who_has_left_or_works_elsewhere_is_not_found(cast):
    sent = cast.accepted()
    with pytest.raises(NotFound, match="离职"):
        assign(cast, sent, cast.other_worker)
    Worker.objects.filter(pk=cast.zhao.pk).update(left_on=date(2026, 11, 1))
    with pytest.raises(NotFound, match="离职"):
        assign(cast, sent)


def test_nobody_is_named_before_the_order_is_taken(cast):
    with pytest.raises(NotAccepted, match="先接单"):
        assign(cast, cast.sent())


def test_who_gave_the_order_back_cannot_send_anybody_to_it(cast):
    gone = cast.sent()
    dispatch.refuse(
        dispatch_id=gone.pk, reason=RefusalReason.TOO_FAR, by=cast.kangan_user, at=cast.at + timedelta(minutes=5)
    )
    now = dispatch.send(order_id=gone.order_id, by=cast.wang, at=cast.at + timedelta(minutes=6))
    dispatch.accept(dispatch_id=now.pk, by=cast.letter_user, at=cast.at + timedelta(minutes=7))
    with pytest.raises(NotAccepted, match="改派"):
        assign(cast, gone)
    assert dispatch_read.inbox(cast.kangan_user, Stage.ACCEPTED) == []


def test_nobody_is_replaced_at_the_door(cast):
    visit = cast.arrived()
    sent = dispatch_read.latest(visit.order)
    with pytest.raises(WrongStage, match="服务中"):
        assign(cast, sent, second_worker(cast))


@pytest.mark.parametrize("who", ["another enterprise", "another programme"])
@pytest.mark.proves("LZ-03")
def test_what_was_sent_to_others_is_not_found(cast, who):
    by = cast.letter_user if who == "another enterprise" else neighbour(cast, Role.ENTERPRISE)
    with pytest.raises(NotFound):
        assign(cast, cast.accepted(), by=by)


def test_the_usual_worker_is_offered_first(cast):
    cast.visited(cast.order(days=1))
    second_worker(cast)
    sent = cast.accepted(cast.order(days=3))
    choices = dispatch_read.worker_choices(cast.kangan_user, sent)
    assert [(choice.worker.name, choice.usual) for choice in choices] == [("赵勤", 1), ("周到", 0)]


@pytest.mark.proves("LZ-03")
def test_a_worker_sees_no_dispatches_and_an_enterprise_only_its_own(cast):
    sent = cast.assigned()
    others = cast.sent(cast.order(elder=cast.grandpa), enterprise=cast.letter)
    assert list(dispatch_read.dispatches(cast.kangan_user)) == [sent]
    assert list(dispatch_read.dispatches(cast.letter_user)) == [others]
    assert not dispatch_read.dispatches(cast.zhao_user).exists()
    assert dispatch_read.get_dispatch(cast.kangan_user, sent.pk) == sent
    for stranger in (cast.zhao_user, cast.letter_user, neighbour(cast, Role.DISPATCHER)):
        with pytest.raises(NotFound):
            dispatch_read.get_dispatch(stranger, sent.pk)
    assert [why.dispatch for why in dispatch_read.why(cast.wang, sent.order)] == [sent]
    assert dispatch_read.why(cast.letter_user, sent.order) == []
    assert [
        attempt.assignment.worker for attempt in dispatch_read.attempts(cast.wang, [sent.order])[sent.order_id]
    ] == [cast.zhao]
