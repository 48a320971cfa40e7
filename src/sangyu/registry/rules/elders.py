"""How an elder is numbered and found; pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

KEY_LENGTH_MAX = 60


def number_of(community_code: str, elder_id: UUID, attempt: int) -> str:
    """Make the registration number: the subdistrict and nine digits that follow from the id, moved on if taken."""
    return f"{community_code[6:9]}-{(elder_id.int + attempt) % 10**9:09d}"


def stored_keys(keys: Iterable[str]) -> list[str]:
    """Cut search keys to the length that is stored; what is searched for is cut in the same way.

    The pinyin of a long name (阿卜杜热合曼·…) is longer than any column should be.
    """
    return list(dict.fromkeys(key[:KEY_LENGTH_MAX] for key in keys))
