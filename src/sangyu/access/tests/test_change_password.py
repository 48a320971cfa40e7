from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.cast import PASSWORD

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.actions import OldPasswordWrong, WeakPassword
from sangyu.access.models import AuditEntry, PasswordChange
from sangyu.access.rules.passwords import classes, faults
from sangyu.access.rules.profile import PROFILES, UnknownProfile, profile_called

GOOD = "竹林 小溪 Kite 47"


def change(cast, new=GOOD, old=PASSWORD, *, at=None):
    access.change_password(by=cast.qian, old=old, new=new, address="", at=at or cast.at, session_key=None)


def test_a_new_password_holds_and_is_written_down_without_it(cast):
    change(cast)
    assert access.sign_in(username="finance", password=GOOD, address="", at=cast.at).user == cast.qian
    assert access.sign_in(username="finance", password=PASSWORD, address="", at=cast.at).user is None
    entry = AuditEntry.objects.get(verb="access.change_password")
    assert (entry.by, entry.facts) == (cast.qian, {"sessions_ended": 0})


def test_a_wrong_old_password_counts_towards_the_lock(cast):
    for n in range(5):
        with pytest.raises(OldPasswordWrong, match="原密码不对"):
            change(cast, old=f"wrong-{n}")
    with pytest.raises(OldPasswordWrong, match="已锁定。请30分钟后再试"):
        change(cast)  # even the right one, until the lock is over
    assert access.sign_in(username="finance", password=PASSWORD, address="", at=cast.at).locked


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Kite-47-bc", "至少12个字符，现在是10个"),
        ("password123456", "太常见"),
        ("Woaini1314520!", "太常见"),
        ("abcdefghijklm", "太常见"),
        ("qwertyuiop12", "太常见"),
        ("1234567890123", "太常见"),
        ("aaaaaaaaaaaaaa", "太常见"),
        ("Sangyu-Yanglao-2026", "太常见"),
        ("Butterfly12345", "太常见"),
        ("the finance of 47 kites", "自己的用户名"),
        ("call 13900000001 now", "自己的用户名"),
        ("钱谨-heron-at-the-pond", "自己的用户名"),
        ("x" * 129, "最多128个"),
    ],
)
@pytest.mark.parametrize("profile", PROFILES)
def test_weak_passwords_are_refused_in_both_profiles(profile, new, why):
    own_words = ["finance", "钱谨", "13900000001"]
    found = faults(new, profile=PROFILES[profile], own_words=own_words, common={"butterfly", "password"})
    assert any(why in sentence for sentence in found)


def test_a_weak_password_changes_nothing(cast):
    for new, why in (("butterfly12345", "太常见"), ("my finance password", "自己的用户名"), (PASSWORD, "和原密码一样")):
        with pytest.raises(WeakPassword, match=why):
            change(cast, new)
    assert not PasswordChange.objects.exists()


def test_long_words_are_enough_by_one_profile_and_not_by_the_other(cast, settings):
    settings.PASSWORD_PROFILE = "dengbao"
    with pytest.raises(WeakPassword, match="至少3种"):
        change(cast, "four quiet herons standing")
    settings.PASSWORD_PROFILE = "nist"
    change(cast, "four quiet herons standing")


def test_by_the_strict_profile_the_last_five_do_not_come_back(cast, settings):
    settings.PASSWORD_PROFILE = "dengbao"
    used = [f"Heron-{n}-am-Fluss" for n in range(7)]
    for old, new in zip([PASSWORD, *used], used[:6], strict=False):
        change(cast, new, old)
    for again in used[1:5]:
        with pytest.raises(WeakPassword, match="最近5次"):
            change(cast, again, used[5])
    change(cast, used[0], used[5])


def test_by_the_strict_profile_ninety_days_are_the_end_and_seven_days_before_it_warns(cast, settings):
    settings.PASSWORD_PROFILE = "dengbao"
    change(cast, "Heron-7-am-Fluss")

    def standing(days):
        return access_read.password_standing(cast.qian, at=cast.at + timedelta(days=days))

    assert standing(82) == access_read.PasswordStanding()
    assert standing(83.5).days_left == 6
    assert "90天" in standing(90).because
    settings.PASSWORD_PROFILE = "nist"
    assert standing(900) == access_read.PasswordStanding()


def test_a_password_that_somebody_else_set_is_good_for_coming_in_only(cast):
    given = access.renew_password(user_id=cast.qian.pk, reason="忘记密码", by=cast.head, at=cast.at)
    assert access.sign_in(username="finance", password=given.password, address="", at=cast.at).user == cast.qian
    assert "别人替您设的" in access_read.password_standing(cast.qian, at=cast.at).because
    cast.qian.refresh_from_db()
    change(cast, old=given.password)
    assert access_read.password_standing(cast.qian, at=cast.at).because == ""


def test_a_profile_that_nobody_wrote_is_refused_at_the_start():
    with pytest.raises(UnknownProfile, match="没有口令策略“strict”。可选：nist、dengbao"):
        profile_called("strict")


@effort(max_examples=100, deadline=None)
@given(st.text(min_size=12, max_size=128))
def test_what_is_refused_is_refused_with_a_reason_and_the_strict_profile_takes_nothing_more(password):
    nist, dengbao = (faults(password, profile=PROFILES[name]) for name in ("nist", "dengbao"))
    assert set(nist) <= set(dengbao)
    assert (len(dengbao) > len(nist)) == (classes(password) < 3)
