"""When wrong passwords lock an account, and when an address has tried too often; pure."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from sangyu.access.rules.profile import Profile

# Failures that are older than this no longer belong to the attempts that are counted.
COUNTED = timedelta(hours=24)


def locked_until(failures: Sequence[datetime], *, profile: Profile) -> datetime | None:
    """Return until when these failures lock an account; None if they never did.

    Shape: `failures` are the wrong attempts since the last success or unlocking, oldest first. The count begins anew
    when a lock has run out.
    """
    until: datetime | None = None
    in_a_row = 0
    for failed_at in failures:
        if until is not None and failed_at >= until:
            until, in_a_row = None, 0
        in_a_row += 1
        if in_a_row == profile.failures_max:
            until, in_a_row = failed_at + profile.lock, 0
    return until


def name_hash(name: str, *, key: str) -> str:
    """Return what stands for a typed name in the table of attempts.

    What is typed there may be a password in the wrong box, so it is kept as a keyed hash, known account or not.
    """
    return hmac.new(key.encode(), name.casefold().encode(), hashlib.sha256).hexdigest()


def one_address(address: str) -> str:
    """Return the address as it is counted: an IPv6 neighbourhood of /64 is one caller, an IPv4 address stands alone."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
    return str(found)
