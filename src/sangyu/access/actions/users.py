"""Who works here: invite a user with roles, give and take roles, suspend, unlock, and help out of a lost password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access.actions.book import record
from sangyu.access.actions.factors import void_recovery_codes
from sangyu.access.actions.passwords import set_password, single_use_password
from sangyu.access.actions.sign_in import end_sessions_of
from sangyu.access.models import Factor, Organisation, Programme, Role, RoleAssignment, Unlocking, User
from sangyu.access.queries.viewer import ensure_role
from sangyu.access.rules.people import RoleDoesNotFit, ensure_fit
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound, Refusal

BEIJING = ZoneInfo("Asia/Shanghai")
REASON_MIN = 2
LABELS = {str(role): str(role.label) for role in Role}


class UsernameTaken(Refusal):
    """Somebody else signs in under this name."""


class NameMissing(Refusal):
    """A user without a name to sign in by, or to be known by."""


class NotOneself(Refusal):
    """Nobody changes their own roles or standing: another person of the bureau does."""

    code = "NOT_ONESELF"


class LastOfTheBureau(Refusal):
    """Without anybody of the bureau nobody could be invited any more."""

    code = "LAST_OF_THE_BUREAU"


class WhyMissing(Refusal):
    """A role or a standing is not taken away without saying why."""

    code = "WHY_MISSING"


@dataclass(frozen=True)
class Invited:
    """A user, and the password that is shown this once and good for one sign-in."""

    user: User
    password: str


@transaction.atomic
def invite_user(
    *,
    organisation: Organisation,
    username: str,
    display_name: str,
    roles: Iterable[str],
    password: str | None,
    on: date,
    phone: str = "",
) -> User:
    """Add a user with roles; without a password the user can act but not sign in.

    For founding a programme; afterwards people are invited by the bureau, with `invite`.
    Raises: NameMissing, UsernameTaken.
    """
    if not username.strip() or not display_name.strip():
        raise NameMissing("用户名和姓名都要填写，请补充。")
    if User.objects.filter(username=username).exists():
        raise UsernameTaken(f"用户名“{username}”已被使用，请换一个。")
    user = User(
        programme=organisation.programme,
        organisation=organisation,
        username=username,
        display_name=display_name,
        phone=phone,
    )
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as clash:  # somebody took the name between our look and our insert
        raise UsernameTaken(f"用户名“{username}”已被使用，请换一个。") from clash
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user=user, role=str(Role(role)), since_on=on) for role in sorted(set(roles))]
    )
    return user


@transaction.atomic
def invite(
    *,
    organisation_id: UUID,
    username: str,
    display_name: str,
    phone: str = "",
    roles: Iterable[str],
    by: User,
    at: datetime,
) -> Invited:
    """Invite somebody to work in an organisation of the programme, with a password for one sign-in.

    Raises: NotAllowed, NotFound, RoleDoesNotFit, NameMissing, UsernameTaken, BadPhone.
    """
    ensure_role(by, Role.BUREAU)
    organisation = Organisation.objects.filter(pk=organisation_id, programme_id=by.programme_id).first()
    if organisation is None:
        raise NotFound("没有找到这家单位。")
    given = sorted(set(roles))
    if not given:
        raise RoleDoesNotFit("请至少选择一个岗位。")
    ensure_fit(kind=organisation.kind, roles=given, labels=LABELS)
    user = invite_user(
        organisation=organisation,
        username=username.strip(),
        display_name=display_name.strip(),
        roles=given,
        password=None,
        on=_day(at),
        phone=phones.parse(phone) if phone.strip() else "",
    )
    password = single_use_password()
    set_password(user=user, password=password, by=by, at=at)
    _write_down("access.invite", user, by, at, {"roles": given, "organisation": organisation.pk})
    return Invited(user, password)


@transaction.atomic
def give_role(*, user_id: UUID, role: str, by: User, at: datetime) -> User:
    """Give somebody else one more role, from the next time they sign in; a repeat changes nothing.

    Raises: NotAllowed, NotFound, NotOneself, RoleDoesNotFit.
    """
    user = _other(user_id, by)
    held = set(_roles_of(user))
    if role in held:
        return user
    ensure_fit(kind=user.organisation.kind, roles=held | {role}, labels=LABELS)
    RoleAssignment.objects.create(user=user, role=str(Role(role)), since_on=_day(at))
    _write_down("access.give_role", user, by, at, {"role": role, "sessions_ended": end_sessions_of(user_id=user.pk)})
    return user


@transaction.atomic
def take_role(*, user_id: UUID, role: str, reason: str, by: User, at: datetime) -> User:
    """Take a role from somebody else; their sessions end at once. A repeat changes nothing.

    Raises: NotAllowed, NotFound, NotOneself, WhyMissing, LastOfTheBureau.
    """
    user = _other(user_id, by)
    said = _why(reason)
    if role not in _roles_of(user):
        return user
    if role == Role.BUREAU:
        _ensure_not_last(user)
    RoleAssignment.objects.filter(user=user, role=role, ended_on=None).update(ended_on=_day(at))
    facts = {"role": role, "reason": said, "sessions_ended": end_sessions_of(user_id=user.pk)}
    _write_down("access.take_role", user, by, at, facts)
    return user


@transaction.atomic
def suspend(*, user_id: UUID, reason: str, by: User, at: datetime) -> User:
    """Let somebody else in no more; their sessions end at once. A repeat changes nothing.

    Raises: NotAllowed, NotFound, NotOneself, WhyMissing, LastOfTheBureau.
    """
    user = _other(user_id, by)
    said = _why(reason)
    if not user.is_active:
        return user
    if Role.BUREAU in _roles_of(user):
        _ensure_not_last(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    facts = {"reason": said, "sessions_ended": end_sessions_of(user_id=user.pk)}
    _write_down("access.suspend", user, by, at, facts)
    return user


@transaction.atomic
def resume(*, user_id: UUID, by: User, at: datetime) -> User:
    """Let somebody else in again. A repeat changes nothing.

    Raises: NotAllowed, NotFound, NotOneself.
    """
    user = _other(user_id, by)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    _write_down("access.resume", user, by, at, {})
    return user


@transaction.atomic
def unlock(*, user_id: UUID, by: User, at: datetime) -> User:
    """Let somebody else try again before their lock has run out; the password stays what it is.

    Raises: NotAllowed, NotFound, NotOneself.
    """
    user = _other(user_id, by)
    Unlocking.objects.create(user=user, by=by, at=at)
    _write_down("access.unlock", user, by, at, {})
    return user


@transaction.atomic
def renew_password(*, user_id: UUID, reason: str, by: User, at: datetime) -> Invited:
    """Give somebody else a password for one sign-in; their sessions end and a lock is lifted.

    The second factor stays: who resets a password cannot come in with it.
    Raises: NotAllowed, NotFound, NotOneself, WhyMissing.
    """
    user = _other(user_id, by)
    said = _why(reason)
    password = single_use_password()
    set_password(user=user, password=password, by=by, at=at)
    Unlocking.objects.create(user=user, by=by, at=at)
    facts = {"reason": said, "sessions_ended": end_sessions_of(user_id=user.pk)}
    _write_down("access.renew_password", user, by, at, facts)
    return Invited(user, password)


@transaction.atomic
def reset_factors(*, user_id: UUID, reason: str, by: User, at: datetime) -> int:
    """Take away somebody else's second factor, whose phone is lost; return how many there were. Their sessions end.

    Raises: NotAllowed, NotFound, NotOneself, WhyMissing.
    """
    user = _other(user_id, by)
    said = _why(reason)
    removed = Factor.objects.filter(user=user, removed_at=None).update(removed_at=at, removed_by=by)
    void_recovery_codes(user=user, at=at)
    facts = {"reason": said, "removed": removed, "sessions_ended": end_sessions_of(user_id=user.pk)}
    _write_down("access.reset_factors", user, by, at, facts)
    return removed


def _other(user_id: UUID, by: User) -> User:
    """Lock a colleague of the programme; the rounds' own user is nobody's colleague.

    One change of people at a time in a programme, so that two of the bureau cannot take each other away at once.
    """
    ensure_role(by, Role.BUREAU)
    Programme.objects.select_for_update(no_key=True).get(pk=by.programme_id)
    user = (
        User.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation")
        .filter(pk=user_id, programme_id=by.programme_id)
        .first()
    )
    if user is None or Role.CLOCK in _roles_of(user):
        raise NotFound("没有找到这位用户。")
    if user.pk == by.pk:
        raise NotOneself("不能改自己的岗位、状态或密码，请民政局的另一位同事办理。换密码请到“我的账号”。")
    return user


def _roles_of(user: User) -> list[str]:
    return list(RoleAssignment.objects.filter(user=user, ended_on=None).values_list("role", flat=True))


def _ensure_not_last(user: User) -> None:
    rows = RoleAssignment.objects.filter(role=Role.BUREAU, ended_on=None, user__programme_id=user.programme_id)
    if not rows.filter(user__is_active=True).exclude(user=user).exists():
        raise LastOfTheBureau("这是民政局唯一能管理用户的人。请先邀请另一位，再停用或取消。")


def _why(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) < REASON_MIN:
        raise WhyMissing("请写明原因，会记入审计簿。")
    return said


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def _write_down(verb: str, user: User, by: User, at: datetime, facts: Mapping[str, Any]) -> None:
    record(by=by, at=at, verb=verb, object_kind="user", object_id=user.pk, facts=facts)
