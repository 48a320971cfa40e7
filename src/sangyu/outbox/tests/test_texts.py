"""A text is written down once, sent until it arrives or nobody can send it, and rung about where it cannot."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.race import race

from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id, new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Attempted, Draft
from sangyu.outbox.models import Text, TextAttempt
from sangyu.outbox.rules import LEASE_MINUTES, RETRY_MINUTES, Course, NothingToRing, standing
from sangyu.outbox.tests.speak import CHENGGUAN, NOON

ORDER = derived_id("order", "of Grandmother Li")
CLERK = derived_id("user", "wang")


def draft(n: int = 1, *, cause: UUID = ORDER, to: str = "ELDER", phone: str = "13900000001", **more) -> Draft:
    fields = {"not_before": NOON, "send_until": NOON + timedelta(days=1), **more}
    return Draft(
        programme_id=CHENGGUAN,
        cause_kind="order",
        cause_id=cause,
        n=n,
        to=to,
        phone=phone,
        template="taken",
        body=f"【城关区虚拟养老院】第{n}条",
        **fields,
    )


def queue(*drafts: Draft, at: datetime = NOON) -> int:
    return outbox.queue_texts(drafts=drafts, at=at)


def state(one: Draft) -> str:
    assert outbox_read.misplaced(CHENGGUAN) == []
    return outbox_read.texts(CHENGGUAN).get(pk=one.id).state


def try_to_send(at: datetime, result: str = "SENT", **more) -> list[UUID]:
    """Take what is due in hand and note the same result for all of it."""
    claimed = outbox.claim_texts(at=at, limit=100)
    attempts = [Attempted(one.text.pk, one.n, "test", result, **more) for one in claimed]
    outbox.note_attempts(attempts=attempts, at=at)
    return [one.text.pk for one in claimed]


@pytest.mark.django_db
def test_written_down_again_it_is_still_one_text():
    assert queue(draft(), draft(to="FAMILY", phone="13900000009")) == 2
    assert queue(draft(), at=NOON + timedelta(hours=1)) == 0
    assert Text.objects.count() == 2
    assert state(draft()) == "WAITING"


@pytest.mark.django_db
def test_nothing_is_handed_out_before_its_time():
    queue(draft(not_before=NOON + timedelta(hours=1)))
    assert try_to_send(NOON) == []
    assert try_to_send(NOON + timedelta(hours=1)) == [draft().id]
    assert state(draft()) == "SENT"


@pytest.mark.django_db
def test_what_is_handed_out_is_not_handed_out_again_until_its_sender_must_have_died():
    queue(draft())
    (first,) = outbox.claim_texts(at=NOON, limit=10)
    assert outbox.claim_texts(at=NOON + timedelta(minutes=LEASE_MINUTES - 1), limit=10) == []
    (second,) = outbox.claim_texts(at=NOON + timedelta(minutes=LEASE_MINUTES), limit=10)
    assert (first.text.pk, first.n) == (second.text.pk, second.n), "the gateway gets the same reference"


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_get_the_same_text():
    queue(*(draft(cause=new_id()) for _ in range(8)))
    taken = race(*[lambda: [one.text.pk for one in outbox.claim_texts(at=NOON, limit=8)]] * 2)
    got = [pk for one in taken for pk in one]
    assert len(got) == len(set(got)) == 8


@pytest.mark.django_db
def test_a_failure_is_tried_again_less_and_less_often_and_then_somebody_has_to_ring():
    queue(draft())
    at = NOON
    for wait in (*RETRY_MINUTES, None):
        assert try_to_send(at, "FAILED", reason="网关忙") == [draft().id]
        if wait is not None:
            assert state(draft()) == "WAITING"
            assert try_to_send(at + timedelta(minutes=wait) - timedelta(seconds=1)) == []
            at += timedelta(minutes=wait)
    assert state(draft()) == "FAILED"
    assert try_to_send(at + timedelta(hours=9)) == []
    (row,) = outbox_read.texts_to_ring(CHENGGUAN, NOON)
    assert row.because == "网关忙"


@pytest.mark.django_db
def test_what_the_gateway_refuses_is_not_tried_again():
    queue(draft())
    try_to_send(NOON, "REFUSED", reason="空号")
    assert state(draft()) == "FAILED"
    assert try_to_send(NOON + timedelta(hours=1)) == []


@pytest.mark.django_db
def test_a_text_whose_moment_is_over_is_not_sent():
    queue(draft(send_until=NOON + timedelta(minutes=1)))
    assert try_to_send(NOON + timedelta(minutes=1)) == []
    assert state(draft()) == "STOPPED"


@pytest.mark.django_db
def test_newer_news_takes_the_place_of_what_was_not_sent_and_leaves_what_was():
    queue(draft(1), draft(1, to="FAMILY", phone=""))
    other = draft(1, cause=new_id())
    queue(other)
    queue(draft(2))
    assert (state(draft(1)), state(draft(1, to="FAMILY")), state(draft(2))) == ("REPLACED", "REPLACED", "WAITING")
    assert state(other) == "WAITING"
    try_to_send(NOON)
    queue(draft(3))
    assert state(draft(2)) == "SENT"


@pytest.mark.django_db
def test_without_a_mobile_somebody_rings_once():
    queue(draft(phone=""))
    assert try_to_send(NOON) == []
    assert state(draft()) == "NO_MOBILE"
    for minute in (1, 2):
        row = outbox.ring_instead(
            programme_id=CHENGGUAN, text_id=draft().id, by_id=CLERK, at=NOON + timedelta(minutes=minute), note="已转告"
        )
    assert (row.state, row.because, row.since_at) == ("RUNG", "已转告", NOON + timedelta(minutes=1))
    assert not outbox_read.texts_to_ring(CHENGGUAN, NOON)


@pytest.mark.django_db
def test_the_most_urgent_call_comes_first_and_none_is_asked_for_too_late():
    late, soon = (draft(cause=new_id(), phone="", send_until=NOON + timedelta(hours=n)) for n in (2, 1))
    queue(late, soon)
    assert [row.pk for row in outbox_read.texts_to_ring(CHENGGUAN, NOON)] == [soon.id, late.id]
    assert [row.pk for row in outbox_read.texts_to_ring(CHENGGUAN, NOON + timedelta(hours=1))] == [late.id]


@pytest.mark.django_db
def test_nobody_rings_about_what_has_arrived_or_belongs_to_another_programme():
    queue(draft())
    try_to_send(NOON, delivered=True)
    with pytest.raises(NothingToRing, match="已送达"):
        outbox.ring_instead(programme_id=CHENGGUAN, text_id=draft().id, by_id=CLERK, at=NOON)
    with pytest.raises(NotFound):
        outbox.ring_instead(programme_id=new_id(), text_id=draft().id, by_id=CLERK, at=NOON)


@pytest.mark.django_db
def test_a_receipt_may_be_repeated_and_overtake_our_own_note():
    queue(draft())
    (one,) = outbox.claim_texts(at=NOON, limit=1)
    for _ in range(2):
        outbox.note_receipt(text_id=draft().id, outcome="DELIVERED", at=NOON)
    outbox.note_attempts(attempts=[Attempted(one.text.pk, 1, "test", "SENT")], at=NOON)
    outbox.note_receipt(text_id=draft().id, outcome="UNDELIVERED", at=NOON, reason="关机")
    assert state(draft()) == "DELIVERED"
    with pytest.raises(NotFound):
        outbox.note_receipt(text_id=new_id(), outcome="DELIVERED", at=NOON)


@pytest.mark.django_db
def test_what_did_not_arrive_is_to_be_rung_about():
    queue(draft())
    try_to_send(NOON)
    outbox.note_receipt(text_id=draft().id, outcome="UNDELIVERED", at=NOON, reason="关机")
    (row,) = outbox_read.texts_to_ring(CHENGGUAN, NOON)
    assert (row.state, row.because) == ("FAILED", "关机")


@pytest.mark.django_db
def test_an_attempt_noted_twice_is_one_attempt():
    queue(draft())
    (one,) = outbox.claim_texts(at=NOON, limit=1)
    for result in ("SENT", "FAILED"):
        outbox.note_attempts(attempts=[Attempted(one.text.pk, one.n, "test", result)], at=NOON)
    assert TextAttempt.objects.count() == 1
    assert state(draft()) == "SENT"


@pytest.mark.django_db
def test_a_batch_costs_the_same_whatever_its_size():
    def cost(size: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as log:
            queue(*(draft(cause=new_id()) for _ in range(size)))
            try_to_send(NOON, delivered=True)
        return len(log)

    assert cost(2) == cost(40)


TABLES = ["outbox_text", "outbox_textattempt", "outbox_textreceipt", "outbox_textclosing"]


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_sent_and_heard_is_not_changed(table, change):
    queue(draft(), draft(to="FAMILY", phone=""))
    try_to_send(NOON, delivered=True)
    outbox.ring_instead(programme_id=CHENGGUAN, text_id=draft(to="FAMILY").id, by_id=CLERK, at=NOON)
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


REASONS = st.just("因")
COURSES = st.builds(
    Course,
    has_mobile=st.booleans(),
    not_before=st.just(NOON),
    sent=st.booleans(),
    refused=st.booleans(),
    failures=st.integers(0, 7),
    failed_at=st.just(NOON),
    receipts=st.dictionaries(st.sampled_from(["DELIVERED", "UNDELIVERED"]), REASONS),
    closings=st.dictionaries(st.sampled_from(["RUNG", "REPLACED", "STOPPED"]), REASONS),
)


@settings(deadline=None, max_examples=200)
@given(COURSES)
def test_only_what_waits_is_due_and_what_arrived_stays_arrived(course):
    now = standing(course)
    assert (now.due_at is not None) == (now.state == "WAITING")
    assert ("DELIVERED" in (course.receipts or {})) == (now.state == "DELIVERED")
    if now.state == "WAITING":
        assert course.has_mobile
        assert not any((course.sent, course.refused, course.receipts, course.closings))
    if now.state in ("FAILED", "NO_MOBILE"):
        assert not course.closings, "whoever has been told, or need not be, is on nobody's list"
