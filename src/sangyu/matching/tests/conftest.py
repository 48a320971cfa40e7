"""The cast, and registers as other authorities send them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast, resident_number

from sangyu.kit.month import Month
from sangyu.matching import actions as matching
from sangyu.matching.models import Batch

OCTOBER = Month(2026, 10)
NOVEMBER = Month(2026, 11)
LI = resident_number(date(1944, 3, 5), 22)
GRANDPA = resident_number(date(1956, 8, 20), 31)


def stranger(serial: int) -> str:
    """A number that belongs to nobody in the programme."""
    return resident_number(date(1950, 1, 1), serial)


def text(heading: str, rows: Iterable[str]) -> bytes:
    """A register as comma-separated text."""
    return "\r\n".join((heading, *rows, "")).encode()


@pytest.fixture
def hand_in(cast: Cast, tmp_path: Path) -> Callable[..., Batch]:
    """Hand a register in as the bureau does."""

    def go(register: str, content: bytes, *, month: Month = OCTOBER, **more: Any) -> Batch:
        path = tmp_path / "register"
        path.write_bytes(content)
        given = {"file_name": "名册.csv", "purpose": "每月核对待遇资格", "by": cast.head, "at": cast.at, **more}
        return matching.hand_in(register=register, month=month, path=path, **given)

    return go
