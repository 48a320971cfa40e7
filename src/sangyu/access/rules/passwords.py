"""Which passwords are good enough, in words for the person who chose them; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sangyu.access.rules.profile import Profile

# What people here choose when a longer password is asked for; the long list of common ones comes from the framework.
_COMMON_HERE = """
sangyu yanglao minzheng chengguan lanzhou woaini woaizuguo zhongguo beijing admin administrator administrators root
system guest user test password passw0rd p@ssw0rd p@ssword welcome huanying yanglaoyuan xunihua iloveyou woaini1314
woaini520 woaini1314520 qwerty qwertyuiop asdfgh asdfghjkl zxcvbnm abcdef abcdefg qazwsx qazwsxedc
"""
COMMON_HERE = frozenset(_COMMON_HERE.split())
RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
RUN_MAX = 6
DIFFERENT_MIN = 5
OWN_WORD_MIN = 4
OWN_WORD_MIN_HAN = 2  # a name of two characters is a whole name


def faults(
    password: str, *, profile: Profile, own_words: Iterable[str] = (), common: Collection[str] = frozenset()
) -> list[str]:
    """Return why a password is refused, in full sentences; empty if it is good.

    Shape: `own_words` are the person's log-in name, name and telephone number; `common` are words in small letters.
    """
    found = []
    if len(password) < profile.length_min:
        found.append(f"密码至少{profile.length_min}个字符，现在是{len(password)}个。可以用几个不相干的词连起来。")
    if len(password) > profile.length_max:
        found.append(f"密码最多{profile.length_max}个字符，请缩短。")
    if classes(password) < profile.classes_min:
        found.append(f"密码要有大写字母、小写字母、数字、符号中的至少{profile.classes_min}种。")
    if _is_common(password, common):
        found.append("这个密码太常见，容易被猜中，请换一个。")
    folded = password.casefold()
    if any(_is_a_word(word) and word.casefold() in folded for word in own_words):
        found.append("密码里不要有自己的用户名、姓名或电话，请换一个。")
    return found


def _is_a_word(text: str) -> bool:
    """Tell whether what somebody is called is long enough not to stand in a password by chance."""
    return len(text) >= (OWN_WORD_MIN if text.isascii() else OWN_WORD_MIN_HAN)


def classes(password: str) -> int:
    """Count the classes of characters: capitals, small letters, digits, everything else."""
    kinds = (
        lambda one: "A" <= one <= "Z",
        lambda one: "a" <= one <= "z",
        lambda one: "0" <= one <= "9",
        lambda one: not one.isalnum() or not one.isascii(),
    )
    return sum(any(kind(one) for one in password) for kind in kinds)


def _is_common(password: str, common: Collection[str]) -> bool:
    """Tell whether a password, or what is left without the digits and signs around it, is one of the common ones."""
    folded = password.casefold()
    core = folded.strip("0123456789!@#$%^&*()-_=+.,?~ ")
    if len(set(folded)) < DIFFERENT_MIN or not core:
        return True
    if folded in common or core in common or core in COMMON_HERE:
        return True
    parts = core.replace("-", " ").replace("_", " ").split()
    if parts and all(part in COMMON_HERE for part in parts):
        return True
    return _runs(folded) * 2 > len(folded)


def _runs(text: str) -> int:
    """Count the characters that stand in a run of the alphabet, the digits or a row of keys, either way."""
    covered = [False] * len(text)
    for run in (*RUNS, *(run[::-1] for run in RUNS)):
        for start in range(len(text) - RUN_MAX + 1):
            if text[start : start + RUN_MAX] in run:
                covered[start : start + RUN_MAX] = [True] * RUN_MAX
    return sum(covered)


def due_at(set_at: datetime, *, profile: Profile) -> datetime | None:
    """Return when a password must be changed; None where the calendar asks for nothing."""
    days = profile.password_days_max
    return None if days is None else set_at + timedelta(days=days)
