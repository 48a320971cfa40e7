"""The keys that encrypt fields: how they are written down and what is refused; pure, on the standard library alone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

PROFILES = {"standard": "AES-256-GCM 与 HMAC-SHA256", "gm": "SM4-GCM 与 HMAC-SM3"}
INDEX = "index"
_BYTES = {"standard": 32, "gm": 16}
_INDEX_BYTES = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,11}", re.ASCII)


class BadKeys(ValueError):
    """The keys are not written as they should be; the text says what is wrong and repeats none of them."""


@dataclass(frozen=True, repr=False)
class Key:
    """One key by its name. Its `repr` shows nothing of the secret."""

    name: str
    profile: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.name}, {self.profile})"

    def __str__(self) -> str:
        """Write the key down; only for whoever keeps the installation's secrets."""
        return f"{self.name}:{self.profile}:{base64.urlsafe_b64encode(self.secret).decode()}"


@dataclass(frozen=True)
class KeyRing:
    """Every key of an installation: `first` encrypts what is new, `keys` read what is old, `index` looks up."""

    index: Key
    first: Key
    keys: Mapping[str, Key]

    def written(self) -> str:
        """Write the ring down as `read_ring` reads it; the key that encrypts stands first."""
        rest = [key for key in self.keys.values() if key != self.first]
        return ",".join(str(key) for key in (self.first, *rest, self.index))


def read_ring(text: str) -> KeyRing:
    """Read keys written `name:profile:secret`, separated by commas; the first that is not the index encrypts.

    Raises: BadKeys.
    """
    found: dict[str, Key] = {}
    for n, part in enumerate(filter(None, (part.strip() for part in text.replace("\n", ",").split(","))), start=1):
        key = _key(part, n)
        if key.name in found:
            raise BadKeys(f"密钥编号“{key.name}”写了两次")
        found[key.name] = key
    index = found.pop(INDEX, None)
    if index is None:
        raise BadKeys(f"缺少名为 {INDEX} 的索引密钥")
    if not found:
        raise BadKeys(f"除 {INDEX} 外还要有至少一把加密密钥")
    if len({key.secret for key in (index, *found.values())}) != len(found) + 1:
        raise BadKeys("两把密钥的内容相同")
    return KeyRing(index, next(iter(found.values())), found)


def ring_of(profile: str, name: str, *, secret: bytes, index_secret: bytes) -> KeyRing:
    """Make a ring of one encrypting key and one index key out of random bytes.

    Raises: BadKeys.
    """
    index = Key(INDEX, profile, index_secret[:_INDEX_BYTES])
    return with_key(KeyRing(index, index, {}), profile, name, secret=secret)


def with_key(ring: KeyRing, profile: str, name: str, *, secret: bytes) -> KeyRing:
    """Put a new key in front: it encrypts from now on, and the others still read what they encrypted.

    Raises: BadKeys.
    """
    added = Key(name, profile, secret[: _BYTES.get(profile, 0)])
    return read_ring(KeyRing(ring.index, added, ring.keys).written())


def _key(part: str, n: int) -> Key:
    name, _, rest = part.partition(":")
    profile, _, secret = rest.partition(":")
    if _NAME.fullmatch(name) is None or profile not in PROFILES:
        raise BadKeys(f"第{n}把密钥应形如 编号:套件:密钥，套件为 {'、'.join(PROFILES)} 之一")
    try:
        plain = base64.b64decode(secret, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys(f"密钥“{name}”不是完整的 base64 文字") from None
    wanted = _INDEX_BYTES if name == INDEX else _BYTES[profile]
    if len(plain) != wanted or len(set(plain)) <= wanted // 4:
        raise BadKeys(f"密钥“{name}”应为{wanted}个随机字节，请用 ./sangyu keys new 生成")
    return Key(name, profile, plain)
