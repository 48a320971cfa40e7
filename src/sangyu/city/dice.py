"""A city must come out the same on every machine and in any order, so each chance is a hash of its own name.

There is no shared generator whose state depends on who asked first: `chance(20, seed, "no-show", order)` answers
the same today, tomorrow, and whether or not anything else was asked before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")
Part = str | int

_SPAN = 1 << 64


def roll(*parts: Part) -> int:
    """Throw the die that these parts name: a whole number below 2**64."""
    name = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big")


def below(limit: int, *parts: Part) -> int:
    """Throw a number from 0 up to, not including, `limit`."""
    return roll(*parts) * limit // _SPAN


def chance(share_pm: int, *parts: Part) -> bool:
    """Decide with a likelihood of so many in a thousand."""
    return below(1000, *parts) < share_pm


def pick(options: Sequence[T], *parts: Part) -> T:
    """Choose one of equally likely options."""
    return options[below(len(options), *parts)]


class Urn(Generic[T]):
    """Options of unequal weight, summed once so that a draw costs one hash and one search."""

    def __init__(self, weights: Mapping[T, int]) -> None:
        self.options = tuple(weights)
        self._sums = list(accumulate(weights.values()))
        if not self._sums or self._sums[-1] <= 0:
            raise ValueError("an urn needs at least one option with a weight above zero")

    def draw(self, *parts: Part) -> T:
        return self.options[bisect_right(self._sums, below(self._sums[-1], *parts))]


class Scatter:
    """Visit every number below `size` exactly once, far apart from the one before.

    The stride is near the golden section, so the first hundred places are spread as evenly as the first hundred
    thousand: a small city has the same shape as a large one, to the person. `size` is a power of two.
    """

    def __init__(self, size: int, *parts: Part) -> None:
        if size < 2 or size & (size - 1):
            raise ValueError(f"a scatter needs a power of two, not {size}")
        self.size = size
        self._stride = int(size * 0.6180339887498949) | 1
        self._start = below(size, *parts, "scatter")

    def place(self, n: int) -> int:
        return (n * self._stride + self._start) % self.size


def scaled(total: int, scale: float) -> int:
    """Shrink a figure of the full city to a smaller one, halves upwards."""
    return int(total * scale + 0.5)
