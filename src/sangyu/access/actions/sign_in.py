"""Come in: check a name and a password, lock after too many wrong ones, and end sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from sangyu.access.actions.book import record
from sangyu.access.models import AttemptOutcome, Programme, Role, RoleAssignment, Session, SignInAttempt, User
from sangyu.access.queries.sign_in import FAILURES, address_is_locked, handle_of, has_factor, locked_name, profile
from sangyu.access.rules.lock_out import name_hash, one_address


@dataclass(frozen=True)
class Entry:
    """How an attempt ended.

    Shape: `user` only for the right password; `factor_due` when the second factor is still to come; `locked` when
    nothing was checked, for an account that exists and one that does not alike.
    """

    user: User | None = None
    factor_due: bool = False
    locked: bool = False


@transaction.atomic
def sign_in(*, username: str, password: str, address: str, at: datetime) -> Entry:
    """Check a name and a password and note the attempt; who fails too often is not heard for a while.

    The answer is the same for a wrong password, an unknown name, a suspended account and one without a password, and
    takes as long. Attempts at one account wait for each other, so that many at once are counted as many.
    """
    name, where = username.strip(), one_address(address)
    user = User.objects.select_for_update(no_key=True).filter(username=name).first()
    if locked_name(name, at=at):
        _note(name, user, where, AttemptOutcome.LOCKED, at)
        return Entry(locked=True)
    if address_is_locked(where, user=user, at=at):
        _note(name, user, where, AttemptOutcome.ADDRESS_LOCKED, at)
        return Entry(locked=True)
    if not _is_right(user, password):
        _note(name, user, where, AttemptOutcome.WRONG, at)
        return Entry(locked=locked_name(name, at=at) is not None)
    assert user is not None  # the password was theirs
    if has_factor(user):
        _note(name, user, where, AttemptOutcome.HALF, at)
        return Entry(user, factor_due=True)
    _note(name, user, where, AttemptOutcome.IN, at)
    return Entry(user)


def _is_right(user: User | None, password: str) -> bool:
    if user is None or not user.is_active or not user.has_usable_password():
        make_password(password)  # as much work as a check, so that the clock tells nobody which names exist
        return False
    return user.check_password(password)


def note_factor(*, user: User, address: str, at: datetime, right: bool) -> bool:
    """Note that a second factor was right or wrong; return whether the account is locked now.

    A right password does not wipe out wrong codes: only the right code does, or the bureau.
    """
    outcome = AttemptOutcome.IN if right else AttemptOutcome.WRONG_CODE
    _note(user.username, user, one_address(address), outcome, at)
    return locked_name(user.username, at=at) is not None


def locked_words() -> str:
    """Say that an account is locked, for how long, and who unlocks it."""
    return f"尝试次数太多，账号已锁定。请{profile().lock_minutes}分钟后再试，或请民政局解锁。"


def note_wrong_password(*, user: User, address: str, at: datetime) -> None:
    """Note that somebody who is signed in gave a wrong old password."""
    _note(user.username, user, one_address(address), AttemptOutcome.WRONG, at)


def _note(name: str, user: User | None, address: str, outcome: AttemptOutcome, at: datetime) -> None:
    """Keep an attempt; what could be somebody's password never stands in the audit book."""
    before = outcome in FAILURES and locked_name(name, at=at) is not None
    attempt = SignInAttempt.objects.create(
        at=at, name_hash=name_hash(name, key=settings.SECRET_KEY), user=user, address=address, outcome=outcome
    )
    if outcome in (AttemptOutcome.LOCKED, AttemptOutcome.ADDRESS_LOCKED):
        return  # the book has the attempts that led here
    by = user if outcome == AttemptOutcome.IN else _clock(user)
    if by is None:
        return  # an installation without a clock has no one to write an unknown caller down for
    facts = {"outcome": outcome.value, "address": address}
    if outcome in FAILURES and not before and locked_name(name, at=at) is not None:
        facts["locked"] = "yes"
    record(
        by=by,
        at=at,
        verb="access.sign_in",
        object_kind="user" if user else "sign_in_attempt",
        object_id=user.pk if user else attempt.pk,
        facts=facts,
    )


def _clock(user: User | None) -> User | None:
    """Find in whose name an attempt is written down that nobody we know has made: the programme's clock."""
    programme_id = (
        user.programme_id if user else Programme.objects.order_by("slug").values_list("pk", flat=True).first()
    )
    seats = RoleAssignment.objects.filter(role=Role.CLOCK, ended_on=None, user__programme_id=programme_id)
    found = seats.select_related("user").order_by("since_on", "pk").first()
    return found.user if found else None


@transaction.atomic
def end_session(*, handle: str, by: User, at: datetime) -> bool:
    """End one of one's own sessions; tell whether there was one."""
    keys = Session.objects.filter(user=by).values_list("session_key", flat=True)
    key = next((key for key in keys if handle_of(key) == handle), None)
    if key is None:
        return False
    Session.objects.filter(pk=key).delete()
    record(by=by, at=at, verb="access.end_session", object_kind="user", object_id=by.pk)
    return True


def end_sessions_of(*, user_id: UUID, but: str | None = None) -> int:
    """End every session of somebody (but one); return how many. The verb that calls this writes it down."""
    ended, _ = Session.objects.filter(user_id=user_id).exclude(session_key=but or "").delete()
    return ended


def forget_expired_sessions(*, real_at: datetime) -> None:
    """Take away what is left of sessions that ran out, also of those that never became somebody's."""
    Session.objects.filter(expire_date__lt=real_at).delete()


def note_seen(*, session_key: str, real_at: datetime, every: timedelta) -> None:
    """Note that a session is in use, at most once in `every`."""
    Session.objects.filter(session_key=session_key, seen_at__lt=real_at - every).update(seen_at=real_at)
