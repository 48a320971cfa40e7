"""The six digits of an authenticator app (RFC 6238 over RFC 4226, SHA-1, 30 s), and recovery codes; pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
# A phone may be half a minute fast or slow.
STEPS_ASIDE = 1
RECOVERY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what is mistaken for something else
RECOVERY_LENGTH = 12


def step_of(at: datetime) -> int:
    """Return the number of the half minute in which a moment lies."""
    return int(at.timestamp()) // STEP_S


def code_of(secret: bytes, step: int) -> str:
    """Return the six digits that an authenticator shows in a half minute."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_used(secret: bytes, code: str, *, at: datetime, after: int) -> int | None:
    """Return the half minute whose code this is, newer than `after`; None for a wrong, an old or a repeated code."""
    now = step_of(at)
    found = None
    for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def address_of(secret: bytes, *, account: str, issuer: str) -> str:
    """Return the `otpauth:` address that an authenticator reads from a picture."""
    query = urlencode({"secret": shown(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?{query}"


def shown(secret: bytes) -> str:
    """Return a secret as a person may type it."""
    return base64.b32encode(secret).decode().rstrip("=")


def plain_code(text: str) -> str:
    """Return what was typed as it is compared: capitals, without spaces and dashes."""
    return "".join(one for one in text.upper() if one.isascii() and one.isalnum())


def recovery_hash(code: str) -> str:
    """Return what is kept of a recovery code; sixty random bits need no slow hash."""
    return hashlib.sha256(plain_code(code).encode()).hexdigest()
