"""Ids are made here and not by the database, so that a caller can store one before it sends anything."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import datetime
from uuid import NAMESPACE_DNS, UUID, uuid5

NAMESPACE = uuid5(NAMESPACE_DNS, "sangyu")

_TAIL_BITS = 74


class _Sequence:
    """Hand out UUIDv7 in rising order: within one millisecond the random tail only grows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = -1
        self._tail = 0

    def take(self, ms: int, *, never_back: bool) -> UUID:
        with self._lock:
            if ms == self._ms or (never_back and ms < self._ms):
                self._tail += 1 + secrets.randbits(32)
            else:
                # The top bit starts at zero, which leaves room for 2**41 ids in the same millisecond.
                self._ms, self._tail = ms, secrets.randbits(_TAIL_BITS - 1)
            return _version_7(self._ms, self._tail)


def _version_7(ms: int, tail: int) -> UUID:
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


_by_clock = _Sequence()
_by_argument = _Sequence()


def new_id(at: datetime | None = None) -> UUID:
    """Make a UUIDv7 that sorts after the ones made before it in this process.

    `at` dates the id in the past or the future (imports, simulations). Without it the clock is read,
    as a source of order and uniqueness only: nothing may be decided by the time inside an id.
    """
    if at is None:
        return _by_clock.take(time.time_ns() // 1_000_000, never_back=True)
    if at.tzinfo is None:
        raise ValueError("new_id needs an aware datetime")
    return _by_argument.take(int(at.timestamp() * 1000), never_back=False)


def derived_id(*parts: object) -> UUID:
    """Make the same UUIDv5 from the same parts, so that a repeat finds what the first attempt made.

    Parts are told apart by position and length: ("a", "bc") and ("ab", "c") differ.
    """
    if not parts:
        raise ValueError("derived_id needs at least one part")
    texts = [str(part) for part in parts]
    return uuid5(NAMESPACE, "".join(f"{len(text)}:{text}" for text in texts))
