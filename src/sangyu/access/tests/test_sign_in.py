from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.cast import BEIJING, PASSWORD, Cast
from tests.race import race

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry, SignInAttempt, User
from sangyu.access.rules.lock_out import locked_until, name_hash, one_address
from sangyu.access.rules.profile import PROFILES

CALL_CENTRE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
NIST = PROFILES["nist"]
NOON = datetime(2026, 11, 9, 12, tzinfo=BEIJING)


def attempt(cast, username="agent", password=PASSWORD, *, address=CALL_CENTRE, after=timedelta(0)):
    return access.sign_in(username=username, password=password, address=address, at=cast.at + after)


def fail(cast, n, username="agent", **more):
    return [attempt(cast, username, f"wrong-{i}", **more) for i in range(n)]


def test_the_right_password_comes_in_and_is_written_down(cast):
    assert attempt(cast) == access.Entry(cast.ma)
    entry = AuditEntry.objects.get(verb="access.sign_in")
    assert (entry.by, entry.object_id, entry.facts) == (cast.ma, cast.ma.pk, {"outcome": "IN", "address": CALL_CENTRE})


def test_five_wrong_passwords_lock_the_account_for_half_an_hour_and_not_longer(cast):
    outcomes = fail(cast, 5)
    assert [entry.locked for entry in outcomes] == [False] * 4 + [True]
    assert attempt(cast, after=timedelta(minutes=29)) == access.Entry(locked=True)
    assert attempt(cast, after=timedelta(minutes=30)).user == cast.ma


def test_four_wrong_passwords_and_a_right_one_begin_the_count_anew(cast):
    fail(cast, 4)
    assert attempt(cast, after=timedelta(seconds=1)).user == cast.ma
    fail(cast, 4, after=timedelta(seconds=2))
    assert attempt(cast, after=timedelta(seconds=3)).user == cast.ma


def test_a_lock_holds_from_every_address(cast):
    fail(cast, 5)
    assert attempt(cast, address=ELSEWHERE).locked


def test_a_name_that_nobody_has_is_answered_and_locked_like_any_other(cast):
    known, unknown = fail(cast, 7, "agent"), fail(cast, 7, "nobody")
    assert known == unknown
    assert [entry.locked for entry in unknown] == [False] * 4 + [True] * 3


@pytest.mark.parametrize("standing", ["suspended", "without a password"])
def test_an_account_that_may_not_come_in_answers_like_a_wrong_password(cast, standing):
    if standing == "suspended":
        access.suspend(user_id=cast.ma.pk, reason="休假", by=cast.head, at=cast.at)
    else:
        User.objects.filter(pk=cast.ma.pk).update(password="!")
    assert attempt(cast) == access.Entry()


class Counting(MD5PasswordHasher):
    """A hasher that counts its work."""

    n = 0

    def encode(self, password, salt):
        Counting.n += 1
        return super().encode(password, salt)


def test_an_unknown_name_a_suspended_account_and_a_wrong_password_cost_the_same_work(cast, settings):
    access.suspend(user_id=cast.wang.pk, reason="休假", by=cast.head, at=cast.at)
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    work = {}
    for name in ("agent", "dispatcher", "nobody-of-that-name"):
        Counting.n = 0
        attempt(cast, name, "wrong")
        work[name] = Counting.n
    assert set(work.values()) == {1}, work


def test_nothing_that_was_typed_stands_anywhere(cast):
    typed = "my-Secret-password-in-the-wrong-box"
    attempt(cast, typed, "agent")
    row = SignInAttempt.objects.get()
    assert typed not in f"{row.__dict__}{[entry.__dict__ for entry in AuditEntry.objects.all()]}"
    entry = AuditEntry.objects.get(verb="access.sign_in")
    assert (entry.object_kind, entry.object_id, entry.by) == ("sign_in_attempt", row.pk, cast.clock)
    assert entry.facts == {"outcome": "WRONG", "address": CALL_CENTRE}


def test_the_attempt_that_locks_says_so_in_the_book_and_later_ones_do_not_fill_it(cast):
    fail(cast, 9)
    entries = AuditEntry.objects.filter(verb="access.sign_in").order_by("id")
    assert [entry.facts.get("locked", "") for entry in entries] == ["", "", "", "", "yes"]
    assert SignInAttempt.objects.count() == 9


def test_an_address_that_tries_many_names_is_not_heard_for_any_it_never_came_in_with(cast):
    for n in range(NIST.address_failures_max):
        attempt(cast, f"guess-{n}", "x", address=ELSEWHERE)
    assert attempt(cast, "dispatcher", address=ELSEWHERE).locked
    assert attempt(cast, "dispatcher", address=CALL_CENTRE).user == cast.wang
    assert attempt(cast, "quality", address=ELSEWHERE, after=timedelta(minutes=31)).user == cast.sun


def test_the_hotlines_shared_address_stays_open_to_who_works_there(cast):
    attempt(cast, "agent")
    for n in range(NIST.address_failures_max):
        attempt(cast, f"guess-{n}", "x")
    assert attempt(cast, "agent").user == cast.ma
    assert attempt(cast, "finance").locked  # who never sat here is not let in by a prober's address
    fail(cast, 5, "agent", after=timedelta(seconds=1))
    assert attempt(cast, "agent", after=timedelta(seconds=2)).locked  # and the account's own lock holds as ever


@pytest.mark.parametrize(("days", "heard"), [(29, True), (31, False)])
def test_an_address_is_somebodys_own_for_a_month(cast, days, heard):
    attempt(cast, "agent")
    later = timedelta(days=days)
    for n in range(NIST.address_failures_max):
        attempt(cast, f"guess-{n}", "x", after=later)
    assert (attempt(cast, "agent", after=later).user == cast.ma) is heard


def test_the_bureau_unlocks_and_writes_it_down(cast):
    fail(cast, 5)
    assert access_read.locked_users([cast.ma, cast.wang], at=cast.at) == {cast.ma.pk: cast.at + NIST.lock}
    later = cast.at + timedelta(minutes=1)
    access.unlock(user_id=cast.ma.pk, by=cast.head, at=later)
    assert access_read.locked_users([cast.ma], at=later) == {}
    assert attempt(cast, after=timedelta(minutes=2)).user == cast.ma
    assert AuditEntry.objects.get(verb="access.unlock").by == cast.head


@pytest.mark.django_db(transaction=True)
def test_twelve_guesses_at_once_are_counted_as_twelve():
    cast = Cast()
    outcomes = race(*[partial(attempt, cast, "agent", f"guess-{n}") for n in range(12)])
    assert sum(not entry.locked for entry in outcomes) == NIST.failures_max - 1
    assert SignInAttempt.objects.filter(outcome="WRONG").count() == NIST.failures_max
    assert attempt(cast).locked


@effort(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 100), max_size=30))
def test_never_more_than_five_failures_fit_between_two_locks(minutes):
    heard: list[datetime] = []
    for minute in sorted(minutes):
        moment = NOON + timedelta(minutes=minute)
        until = locked_until(heard, profile=NIST)
        if until is None or until <= moment:
            heard.append(moment)
    for n in range(len(heard) - NIST.failures_max):
        assert heard[n + NIST.failures_max] - heard[n] >= NIST.lock


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("not an address", ""),
    ],
)
def test_a_neighbourhood_of_ipv6_is_one_caller(address, counted):
    assert one_address(address) == counted


def test_a_name_is_kept_as_a_keyed_hash_in_which_case_makes_no_difference():
    assert name_hash("Agent", key="a") == name_hash("agent", key="a") != name_hash("agent", key="b")
