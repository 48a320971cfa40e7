"""How a push is signed, after Standard Webhooks 1.0; pure.

A shared secret signs as `v1` (HMAC-SHA256): whoever checks could also have signed. A key pair signs as `v1a` (Ed25519):
whoever checks knows the public key only, which suits two organisations better.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET_BYTES = 32


@dataclass(frozen=True)
class Secret:
    """What signs: 32 random bytes, used as a shared secret or as the private half of a key pair."""

    scheme: str
    raw: bytes

    @property
    def shown(self) -> str:
        """What the subscriber is given: the shared secret, or the public key."""
        if self.scheme == "ED25519":
            return "whpk_" + _base64(_private(self.raw).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        return "whsec_" + _base64(self.raw)


def signed_text(*, message: str, seconds: int, body: bytes) -> bytes:
    """Return the bytes that are signed."""
    return f"{message}.{seconds}.".encode() + body


def signature(secret: Secret, *, message: str, seconds: int, body: bytes) -> str:
    """Sign a push once. Shape: `v1,` or `v1a,` and base64."""
    text = signed_text(message=message, seconds=seconds, body=body)
    if secret.scheme == "ED25519":
        return "v1a," + _base64(_private(secret.raw).sign(text))
    return "v1," + _base64(hmac.new(secret.raw, text, hashlib.sha256).digest())


def header(secrets: Iterable[Secret], *, message: str, seconds: int, body: bytes) -> str:
    """Sign with every secret that is valid now, the newest first; one of them is enough for the subscriber."""
    return " ".join(signature(one, message=message, seconds=seconds, body=body) for one in secrets)


def _private(raw: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(raw)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
