"""Passwords: choose one's own, or be given one for a single use."""

from __future__ import annotations

import gzip
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.db import transaction

from sangyu.access.actions.book import record
from sangyu.access.actions.sign_in import end_sessions_of, locked_words, note_wrong_password
from sangyu.access.models import PasswordChange, User
from sangyu.access.queries.sign_in import locked_name, profile
from sangyu.access.rules.codes import RECOVERY_ALPHABET
from sangyu.access.rules.passwords import faults
from sangyu.kit.errors import Refusal


class OldPasswordWrong(Refusal):
    """The old password is not the one that holds."""

    code = "OLD_PASSWORD_WRONG"


class WeakPassword(Refusal):
    """A password that is too short, too common, used before, or made of the own name."""

    code = "WEAK_PASSWORD"


def change_password(*, by: User, old: str, new: str, address: str, at: datetime, session_key: str | None) -> None:
    """Give oneself a new password; every other session of one's own ends.

    Raises: OldPasswordWrong, which counts like a wrong password at the door, and while the account is locked;
    WeakPassword, with every reason.
    """
    if not _old_is_right(by, old, address, at):
        raise OldPasswordWrong("原密码不对，请重新输入。错得太多账号会锁定。")
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        _ensure_good(user, new)
        set_password(user=user, password=new, by=user, at=at)
        ended = end_sessions_of(user_id=user.pk, but=session_key)
        record(
            by=user,
            at=at,
            verb="access.change_password",
            object_kind="user",
            object_id=user.pk,
            facts={"sessions_ended": ended},
        )
    by.password = user.password


@transaction.atomic
def _old_is_right(by: User, old: str, address: str, at: datetime) -> bool:
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if locked_name(user.username, at=at) is not None:
        raise OldPasswordWrong(locked_words())
    if user.check_password(old):
        return True
    note_wrong_password(user=user, address=address, at=at)
    return False


def set_password(*, user: User, password: str, by: User, at: datetime) -> None:
    """Write a password down as its hash and remember who set it; the verb that calls this writes the audit book."""
    user.set_password(password)
    user.save(update_fields=["password"])
    PasswordChange.objects.create(user=user, password=user.password, by=by, at=at)


def single_use_password() -> str:
    """Return a password to be read out once: four groups of four, 80 random bits."""
    return "-".join("".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(4)) for _ in range(4))


def _ensure_good(user: User, new: str) -> None:
    rules = profile()
    own_words = [user.username, user.display_name, user.phone]
    wrong = faults(new, profile=rules, own_words=own_words, common=_common())
    if user.check_password(new):
        wrong.append("新密码和原密码一样，请换一个。")
    elif rules.past_passwords and _was_used(user.pk, new, rules.past_passwords):
        wrong.append(f"最近{rules.past_passwords}次用过的密码不能再用，请换一个。")
    if wrong:
        raise WeakPassword("".join(wrong))


def _was_used(user_id: UUID, new: str, last: int) -> bool:
    rows = PasswordChange.objects.filter(user=user_id).order_by("-at", "-id")[:last]
    return any(check_password(new, row.password) for row in rows)


@cache
def _common() -> frozenset[str]:
    """Read the framework's list of twenty thousand common passwords."""
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)
