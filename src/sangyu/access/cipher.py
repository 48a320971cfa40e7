"""Fields that nobody may read from a copy of the database: encrypted with a key that is kept elsewhere.

A text names the key that encrypted it, so keys can be changed and old texts still be read. What must be looked up is
also kept as an index: a keyed digest, equal for equal texts, which says nothing to who has no key. The keys are the
variable `SANGYU_FIELD_KEYS`; a demo makes its own and keeps them in a file that only its account can read.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from sangyu.access.rules.field_keys import BadKeys, Key, KeyRing, read_ring, ring_of
from sangyu.kit.errors import Refusal

NONCE_BYTES = 12
TAG_BYTES = 16


class Unreadable(Refusal):
    """An encrypted field cannot be read with the keys of this installation."""

    code = "UNREADABLE"


class _Lock(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _Sm4Gcm:
    """SM4 in Galois counter mode, with the manners of `AESGCM`."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = algorithms.SM4(secret)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        worker = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        worker.authenticate_additional_data(associated_data or b"")
        return worker.update(data) + worker.finalize() + worker.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        worker = Cipher(self._cipher, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        worker.authenticate_additional_data(associated_data or b"")
        return worker.update(data[:-TAG_BYTES]) + worker.finalize()


class FieldCipher:
    """Encrypts, decrypts and indexes texts with the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._locks: dict[str, _Lock] = {key.name: _lock(key) for key in ring.keys.values()}

    def encrypt(self, text: str, *, bound_to: str) -> str:
        """Encrypt a text so that it can be read only together with what it is bound to. Shape: `key.base64`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = self._locks[self.ring.first.name].encrypt(nonce, text.encode(), bound_to.encode())
        return f"{self.ring.first.name}.{base64.b64encode(nonce + body).decode()}"

    def decrypt(self, secret: str, *, bound_to: str) -> str:
        """Read what `encrypt` wrote, with whichever key of the ring it was.

        Raises: Unreadable, for a key that is not on the ring and for a text that was changed or moved elsewhere.
        """
        name, _, rest = secret.partition(".")
        lock = self._locks.get(name)
        if lock is None:
            raise Unreadable(
                f"密文由密钥“{name}”加密，本机没有这把密钥，读不出来。请系统管理员在 SANGYU_FIELD_KEYS 里补上它。"
            )
        try:
            raw = base64.b64decode(rest, validate=True)
            return lock.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise Unreadable(
                "密文打不开：内容被改动、被移到别处，或密钥不对。请系统管理员保全数据库，并核对 SANGYU_FIELD_KEYS。"
            ) from None

    def index(self, text: str, *, kind: str) -> str:
        """Return the digest by which a text of a kind is found: 64 hexadecimal digits, always the same."""
        told = f"{kind}\0{text}".encode()
        if self.ring.index.profile == "standard":
            return hmac.digest(self.ring.index.secret, told, "sha256").hex()
        worker = HMAC(self.ring.index.secret, hashes.SM3())
        worker.update(told)
        return worker.finalize().hex()


def field_cipher() -> FieldCipher:
    """Return the cipher of this installation.

    Raises: BadKeys.
    """
    return _cipher(settings.FIELD_KEYS or _keys_of_demo(settings.FIELD_KEYS_FILE))


def new_ring(profile: str = "standard", name: str = "k1") -> KeyRing:
    """Make a ring of fresh random keys.

    Raises: BadKeys.
    """
    return ring_of(profile, name, secret=secrets.token_bytes(32), index_secret=secrets.token_bytes(32))


@lru_cache(maxsize=4)
def _cipher(keys: str) -> FieldCipher:
    return FieldCipher(read_ring(keys))


@lru_cache(maxsize=4)
def _keys_of_demo(file: Path | None) -> str:
    """Read the keys of a demo, made at the first call; of two processes that make them at once, one wins."""
    if file is None:
        raise BadKeys("SANGYU_FIELD_KEYS 没有设置")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as made:
            made.write(new_ring().written() + "\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip()


def _lock(key: Key) -> _Lock:
    return AESGCM(key.secret) if key.profile == "standard" else _Sm4Gcm(key.secret)


__all__ = ["FieldCipher", "Unreadable", "field_cipher", "new_ring"]
