"""How strict the house is with passwords and wrong ones: two profiles, chosen by the installation.

`nist` follows what research says (length and a list of what is too common; no change by the calendar); `dengbao` adds
what the Chinese classified-protection test scores (GB/T 22239-2019 level 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sangyu.kit.errors import Refusal


class UnknownProfile(Refusal):
    """A profile that nobody wrote."""

    code = "UNKNOWN_PROFILE"


@dataclass(frozen=True)
class Profile:
    """The values of a profile. Units: as their names say; None switches a rule off."""

    code: str
    length_min: int = 12
    length_max: int = 128
    classes_min: int = 1
    password_days_max: int | None = None
    warn_days: int = 0
    past_passwords: int = 0
    failures_max: int = 5
    lock_minutes: int = 30
    address_failures_max: int = 50
    familiar_days: int = 30

    @property
    def lock(self) -> timedelta:
        """How long an account is locked, and how far back the failures of an address count."""
        return timedelta(minutes=self.lock_minutes)

    @property
    def familiar(self) -> timedelta:
        """How long an address from which somebody has come in stays theirs."""
        return timedelta(days=self.familiar_days)


PROFILES = {
    "nist": Profile("nist"),
    "dengbao": Profile("dengbao", classes_min=3, password_days_max=90, warn_days=7, past_passwords=5),
}


def profile_called(code: str) -> Profile:
    """Return a profile by its name.

    Raises: UnknownProfile.
    """
    if code not in PROFILES:
        raise UnknownProfile(f"没有口令策略“{code}”。可选：{'、'.join(PROFILES)}。")
    return PROFILES[code]
