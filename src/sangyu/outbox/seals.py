"""The sealing of secrets that the house must be able to use again: what lies in the database alone signs nothing."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12
_PURPOSE = b"sangyu push secret"


def sealed(plain: bytes) -> str:
    """Seal a secret with the key of this installation."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, plain, _PURPOSE)).decode()


def opened(text: str) -> bytes | None:
    """Open what was sealed, also with a key that this installation had before; None where no key fits."""
    raw = base64.b64decode(text)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(key)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _PURPOSE)
        except InvalidTag:
            continue
    return None


def _key(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
