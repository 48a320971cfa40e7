"""A push is written down once, goes out until it is taken or given up, and is fair to every subscriber."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.race import race

from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id, new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Event, OutgoingPush, Pushed
from sangyu.outbox.models import Push, PushAttempt, PushStanding
from sangyu.outbox.rules.pushes import (
    BODY_BYTES_MAX,
    GIVE_UP_AFTER,
    LEASE,
    WAIT_S_MAX,
    BodyTooLong,
    Course,
    NothingToPush,
    Try,
    body_of,
    standing,
    wait,
)
from sangyu.outbox.tests.speak import CHENGGUAN, NOON
from sangyu.outbox.tests.test_subscribe import BUREAU, HEAD, subscribe

LATER = timedelta(hours=5)


def queue(done: outbox.Subscribed, *names: str, at=NOON) -> int:
    events = [Event(derived_id("event", name), done.subscription, "order.moved", "{}") for name in names]
    return outbox.queue_pushes(events=events, at=at)


def note(claimed: list[OutgoingPush], status: int | None, at) -> None:
    outbox.note_pushes(pushed=[Pushed(one, status, "", 7, at) for one in claimed], at=at)
    assert outbox_read.misplaced_pushes(CHENGGUAN) == []


def go(status: int | None, at=NOON, **more) -> list[OutgoingPush]:
    claimed = outbox.claim_pushes(at=at, limit=100, **more)
    note(claimed, status, at)
    return claimed


def state() -> str:
    return PushStanding.objects.get().state


@pytest.mark.django_db
def test_written_down_again_it_is_still_one_push():
    done = subscribe()
    assert queue(done, "a", "b") == 2
    assert queue(done, "a", "c") == 1
    assert queue(subscribe(key="2"), "a") == 1
    assert Push.objects.count() == 4


@pytest.mark.django_db
def test_noted_twice_it_was_tried_once():
    queue(subscribe(), "a")
    claimed = go(500)
    note(claimed, 200, NOON)
    assert PushAttempt.objects.get().status == 500
    assert state() == "WAITING"


@pytest.mark.django_db
def test_what_is_in_hand_is_not_handed_out_again_until_its_sender_must_have_died():
    queue(subscribe(), "a")
    (first,) = outbox.claim_pushes(at=NOON, limit=9)
    assert outbox.claim_pushes(at=NOON + LEASE / 2, limit=9) == []
    (second,) = outbox.claim_pushes(at=NOON + LEASE, limit=9)
    assert (first.push, first.n) == (second.push, second.n)


@pytest.mark.django_db
def test_a_late_failure_does_not_undo_a_delivery():
    queue(subscribe(), "a")
    (slow,) = outbox.claim_pushes(at=NOON, limit=9)
    go(200, NOON + LEASE)
    note([OutgoingPush(slow.push, 2, 0, False, ())], 500, NOON + LEASE)
    assert state() == "DELIVERED"


@pytest.mark.django_db
def test_each_subscriber_gets_a_few_and_a_failing_one_is_only_probed():
    healthy, dead = subscribe(), subscribe(key="2")
    queue(dead, *[f"d{n}" for n in range(20)])
    go(None)
    queue(healthy, *[f"h{n}" for n in range(20)])
    at = NOON + timedelta(minutes=1)
    claimed = outbox.claim_pushes(at=at, limit=16)
    whose = [one.push.subscription_id for one in claimed]
    assert whose == [healthy.subscription.pk] * 4 + [dead.subscription.pk]
    assert [one.failing for one in claimed] == [False] * 4 + [True]
    assert outbox.claim_pushes(at=at, limit=16, without=whose, failing_max=9) == []
    healthy_only = outbox.claim_pushes(at=at, limit=16, failing_max=0)
    assert {one.push.subscription_id for one in healthy_only} == {healthy.subscription.pk}


@pytest.mark.django_db
def test_while_it_is_off_nothing_goes_out_and_afterwards_it_goes_on():
    done = subscribe()
    queue(done, "a")
    switch = {"subscription_id": done.subscription.pk, "reason": "", "by_id": HEAD, "at": NOON}
    outbox.switch(on=False, **switch)
    assert outbox.claim_pushes(at=NOON, limit=9) == []
    assert outbox_read.active_subscriptions() == []
    with pytest.raises(NothingToPush):
        outbox.push_again(programme_id=CHENGGUAN, push_ids=[Push.objects.get().pk], by_id=HEAD, at=NOON)
    outbox.switch(on=True, **switch)
    assert len(go(200)) == 1


@pytest.mark.django_db
def test_asked_for_again_it_goes_out_once_more_even_if_it_was_taken():
    queue(subscribe(), "a")
    (first,) = go(200)
    again = {"programme_id": CHENGGUAN, "push_ids": [first.push.pk], "by_id": HEAD, "at": NOON + LATER}
    assert [outbox.push_again(**again) for _ in range(3)] == [1, 0, 0]
    (second,) = go(500, NOON + LATER)
    assert (second.push.event_id, second.n, second.round) == (first.push.event_id, 2, 1)
    assert state() == "WAITING"
    assert outbox.push_again(**again) == 1, "it need not wait for its turn"
    assert len(go(200, NOON + LATER)) == 1
    assert state() == "DELIVERED"


@pytest.mark.django_db
def test_another_organisation_s_push_is_not_found():
    queue(subscribe(), "a")
    pk = Push.objects.get().pk
    asked = {"push_ids": [pk], "by_id": HEAD, "at": NOON}
    for other in ({"programme_id": new_id()}, {"programme_id": CHENGGUAN, "organisation_id": new_id()}):
        with pytest.raises(NotFound):
            outbox.push_again(**asked, **other)
        with pytest.raises(NotFound):
            outbox_read.get_push(push_id=pk, **other)
    assert outbox_read.get_push(CHENGGUAN, pk, organisation_id=BUREAU).pk == pk


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_have_the_same_push():
    done = subscribe()
    queue(done, *[str(n) for n in range(12)])
    hands = race(*[lambda: outbox.claim_pushes(at=NOON, limit=9) for _ in range(4)])
    taken = [one.push.pk for hand in hands for one in hand]
    assert len(taken) == len(set(taken))
    assert taken


@pytest.mark.django_db
def test_a_round_costs_the_same_whatever_its_size():
    def cost(names: list[str], key: str) -> int:
        done = subscribe(key=key)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            queue(done, *names)
            go(200)
        return len(queries)

    subscribe(key="warm")
    assert cost(["a"], "1") == cost(["b", "c", "d"], "2")


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["push", "pushattempt", "pushagain", "signingsecret", "subscriptionswitch"])
def test_what_was_pushed_is_for_ever(table):
    done = subscribe()
    queue(done, "a")
    (one,) = go(200)
    outbox.push_again(programme_id=CHENGGUAN, push_ids=[one.push.pk], by_id=HEAD, at=NOON)
    outbox.switch(subscription_id=done.subscription.pk, on=False, reason="", by_id=HEAD, at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM outbox_{table}")


@settings(deadline=None, max_examples=200)
@given(st.uuids(), st.lists(st.sampled_from(["DELIVERED", "FAILED", "GONE"]), max_size=9), st.randoms())
def test_a_delivery_stands_whatever_is_noted_after_it_and_in_whatever_order(push_id: UUID, results, random):
    tries = [Try(result, "", NOON + n * LEASE) for n, result in enumerate(results)]
    shuffled = random.sample(tries, len(tries))
    for seen in (tries, shuffled, tries + shuffled):
        now = standing(Course(push_id, NOON, seen))
        assert (now.state == "DELIVERED") == ("DELIVERED" in results)
        assert (now.due_at is not None) == (now.state == "WAITING")


@settings(deadline=None, max_examples=100)
@given(st.uuids(), st.integers(1, 40))
def test_waits_grow_never_exceed_their_bound_and_are_spread(push_id: UUID, failures: int):
    this, following = wait(push_id, failures), wait(push_id, failures + 1)
    assert this == wait(push_id, failures)
    assert timedelta(seconds=3) <= this <= timedelta(seconds=WAIT_S_MAX * 1.25)
    assert following > this or following >= timedelta(seconds=WAIT_S_MAX * 0.75)
    assert len({wait(new_id(), failures) for _ in range(20)}) > 10


@settings(deadline=None, max_examples=50)
@given(st.uuids())
def test_within_a_day_it_is_tried_often_and_then_given_up(push_id: UUID):
    tries: list[Try] = []
    at = NOON
    while (now := standing(Course(push_id, NOON, tries))).state == "WAITING":
        at = now.due_at or at
        tries.append(Try("FAILED", "对方应答500", at))
    assert now.state == "DEAD"
    assert now.because == "对方应答500"
    assert 9 <= len(tries) <= 16
    assert at <= NOON + GIVE_UP_AFTER


def test_an_event_that_does_not_name_things_by_id_is_a_fault_of_ours():
    with pytest.raises(BodyTooLong):
        body_of(kind="order.moved", at=NOON, data={"note": "x" * BODY_BYTES_MAX})
