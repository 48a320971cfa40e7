"""Who is locked, what a password still lacks, where somebody is signed in, and with what they prove themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet

from sangyu.access.models import (
    AttemptOutcome,
    Factor,
    FactorKind,
    LookUp,
    PasswordChange,
    RecoveryCode,
    Role,
    Session,
    SignInAttempt,
    Unlocking,
    User,
)
from sangyu.access.rules.lock_out import COUNTED, locked_until, name_hash
from sangyu.access.rules.look_ups import WINDOW, Burst, bursts
from sangyu.access.rules.passwords import due_at
from sangyu.access.rules.profile import Profile, profile_called

# Who moves money or oversees those who do: outside a demo they sit down only with a second factor.
STRONG_ROLES = frozenset({Role.FINANCE, Role.APPROVER, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR})
# Who may see a whole document number, each time for a reason.
LOOK_UP_ROLES = frozenset({Role.COMMUNITY, Role.SUPERVISOR, Role.BUREAU})
FAILURES = (AttemptOutcome.WRONG, AttemptOutcome.WRONG_CODE)


def profile() -> Profile:
    """Return the profile of this installation."""
    return profile_called(settings.PASSWORD_PROFILE)


def locked_name(name: str, *, at: datetime) -> datetime | None:
    """Return until when a typed name is locked, known or not; None if it may be tried."""
    return _locked([name], at=at).get(_hash(name))


def locked_users(users: Iterable[User], *, at: datetime) -> dict[UUID, datetime]:
    """Return until when accounts are locked, those that are not left out; three queries for any number of them."""
    by_hash = {_hash(user.username): user.pk for user in users}
    found = _locked([user.username for user in users], at=at)
    return {by_hash[hashed]: until for hashed, until in found.items()}


def _locked(names: Iterable[str], *, at: datetime) -> dict[str, datetime]:
    hashes = {_hash(name) for name in names}
    recent = SignInAttempt.objects.filter(name_hash__in=hashes, at__gt=at - COUNTED, at__lte=at)
    failures: dict[str, list[datetime]] = {}
    for hashed, failed_at in (
        recent.filter(outcome__in=FAILURES).order_by("at", "id").values_list("name_hash", "at").iterator()
    ):
        failures.setdefault(hashed, []).append(failed_at)
    if not failures:
        return {}
    good = recent.filter(outcome=AttemptOutcome.IN, name_hash__in=failures)
    fresh: dict[str, datetime] = dict(
        good.values_list("name_hash").annotate(last=Max("at")).values_list("name_hash", "last")
    )
    people = {_hash(user.username): user.pk for user in User.objects.filter(username__in=list(names))}
    opened = dict(
        Unlocking.objects.filter(user__in=people.values(), at__gt=at - COUNTED, at__lte=at)
        .values_list("user")
        .annotate(last=Max("at"))
        .values_list("user", "last")
    )
    found = {}
    for hashed, moments in failures.items():
        since = max((one for one in (fresh.get(hashed), opened.get(people.get(hashed))) if one), default=None)
        until = locked_until([one for one in moments if since is None or one > since], profile=profile())
        if until is not None and until > at:
            found[hashed] = until
    return found


def address_is_locked(address: str, *, user: User | None, at: datetime) -> bool:
    """Tell whether an address has tried too often of late to be heard for this account.

    Somebody who has come in from here before is still heard: a call centre has one address for thirty agents, and one
    person's mistakes must not shut the line. Their own account's lock still counts.
    """
    if not address:
        return False
    rules = profile()
    recent = SignInAttempt.objects.filter(address=address, at__gt=at - rules.lock, at__lte=at, outcome__in=FAILURES)
    if recent.count() < rules.address_failures_max:
        return False
    if user is None:
        return True
    came_in = SignInAttempt.objects.filter(address=address, user=user, outcome=AttemptOutcome.IN)
    return not came_in.filter(at__gt=at - rules.familiar).exists()


def _hash(name: str) -> str:
    return name_hash(name, key=settings.SECRET_KEY)


@dataclass(frozen=True)
class PasswordStanding:
    """What a password still lacks. Shape: `because` is empty unless it must be changed; days only when they warn."""

    because: str = ""
    days_left: int | None = None


def password_standing(user: User, *, at: datetime) -> PasswordStanding:
    """Tell whether somebody must change their password, or soon will have to."""
    last = PasswordChange.objects.filter(user=user).order_by("-at", "-id").first()
    rules = profile()
    if last is None:
        # Set before passwords were counted: only the calendar asks for a new one.
        asked = rules.password_days_max is not None and not settings.DEMO
        return PasswordStanding("密码从未更换过。请设置一个新密码。" if asked else "")
    if last.by_id != user.pk:
        return PasswordStanding("这个密码是别人替您设的，只用来登录一次。请设置自己的密码。")
    until = due_at(last.at, profile=rules)
    if until is None:
        return PasswordStanding()
    if until <= at:
        return PasswordStanding(f"密码用了{rules.password_days_max}天，按规定要更换。请设置新密码。")
    days_left = (until - at).days
    return PasswordStanding(days_left=days_left if days_left < rules.warn_days else None)


def factors(user: User) -> list[Factor]:
    """With what somebody proves themselves beside the password, oldest first."""
    return list(Factor.objects.filter(user=user, removed_at=None).order_by("added_at", "id"))


def has_factor(user: User) -> bool:
    """Tell whether somebody has a second factor."""
    return Factor.objects.filter(user=user, removed_at=None).exists()


def user_to_prove(user_id: UUID) -> User | None:
    """Return somebody whose second factor may be asked for; nobody who has been suspended meanwhile."""
    return User.objects.filter(pk=user_id, is_active=True).first()


def passkeys(user: User) -> list[Factor]:
    """The passkeys of somebody, oldest first."""
    return [factor for factor in factors(user) if factor.kind == FactorKind.PASSKEY]


def recovery_codes_left(user: User) -> int:
    """How many recovery codes somebody has left."""
    return RecoveryCode.objects.filter(user=user, used_at=None, void_at=None).count()


@dataclass(frozen=True)
class SignedIn:
    """Where somebody is signed in. Shape: `handle` names the session without opening it."""

    handle: str
    begun_at: datetime | None
    seen_at: datetime | None
    address: str
    device: str
    own: bool


def handle_of(session_key: str) -> str:
    """Return a name for a session that opens nothing."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


def sessions(user: User, *, own_key: str | None, real_at: datetime) -> list[SignedIn]:
    """Where somebody is signed in, the present place first, then the last seen first."""
    rows = Session.objects.filter(user=user, expire_date__gt=real_at).order_by("-seen_at", "session_key")
    found = [
        SignedIn(
            handle_of(row.session_key), row.begun_at, row.seen_at, row.address, row.device, row.session_key == own_key
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: not row.own)


def open_sessions(user_ids: Iterable[UUID], *, real_at: datetime) -> QuerySet[Session]:
    """The sessions of some people that have not run out."""
    return Session.objects.filter(user__in=list(user_ids), expire_date__gt=real_at)


@dataclass(frozen=True)
class BulkLookUp:
    """Somebody who looked at too many masked facts within an hour."""

    by: User
    burst: Burst
    refused: int
    reason: str


def bulk_look_ups(viewer: User, *, since: datetime, until: datetime) -> list[BulkLookUp]:
    """Who of the viewer's programme looked at too many masked facts within an hour, newest first."""
    rows = LookUp.objects.filter(by__programme_id=viewer.programme_id, at__gte=since, at__lt=until)
    of_person: dict[UUID, list[LookUp]] = {}
    for row in rows.select_related("by").order_by("at", "id"):
        of_person.setdefault(row.by_id, []).append(row)
    found = []
    for mine in of_person.values():
        for burst in bursts([row.at for row in mine]):
            inside = [row for row in mine if burst.first_at <= row.at <= burst.last_at]
            refused = sum(not row.shown for row in inside)
            found.append(BulkLookUp(inside[-1].by, burst, refused, inside[-1].reason))
    return sorted(found, key=lambda row: row.burst.last_at, reverse=True)


def look_ups_within_the_hour(user: User, *, at: datetime) -> int:
    """How many masked facts somebody has seen within the last hour."""
    return LookUp.objects.filter(by=user, shown=True, at__gt=at - WINDOW, at__lte=at).count()
