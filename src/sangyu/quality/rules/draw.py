"""Samples that anyone can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID


def draw(rows: Iterable[UUID], *, due: int, seed: str) -> list[UUID]:
    """Draw a sample that anyone can draw again: the `due` smallest SHA-256 of seed and id."""
    ranked = sorted(rows, key=lambda row: hashlib.sha256(f"{seed}:{row}".encode()).digest())
    return ranked[:due]


def share_of(total: int, share_pm: int) -> int:
    """Take a share of a number of things, rounded up, so that a share of anything is at least one."""
    return -(-total * share_pm // 1000)
