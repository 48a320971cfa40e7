"""The one clock of the desks: real time, or the present of the demo city that has been played ahead or behind."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone


def now() -> datetime:
    """Return the present moment of the desks.

    `SANGYU_CLOCK_OFFSET_S` (demo only) moves it by whole seconds, so that a city played in another month is open
    for business on its own last evening; the file `SANGYU_CLOCK_FILE` (demo only) holds what `move_to` added since.
    """
    return timezone.now().astimezone(UTC) + timedelta(seconds=_offset_s() + _moved_s())


def move_to(at: datetime) -> None:
    """Put the clock of the demo forward, for every process at once; it never goes back.

    Raises: LookupError, where no clock file is named: outside a demo nobody moves the clock.
    """
    path = _file()
    if path is None:
        raise LookupError("SANGYU_CLOCK_FILE is not set: only a demo has a clock that moves")
    ahead_s = int((at - now()).total_seconds())
    if ahead_s <= 0:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(str(_moved_s() + ahead_s), encoding="ascii")
    new.replace(path)  # another process reads the old moment or the new one, never half a number


def can_move() -> bool:
    """Tell whether this installation has a clock that moves."""
    return _file() is not None


def _offset_s() -> int:
    return int(os.environ.get("SANGYU_CLOCK_OFFSET_S", "0"))


def _moved_s() -> int:
    path = _file()
    try:
        return int(path.read_text(encoding="ascii")) if path else 0
    except FileNotFoundError:
        return 0


def _file() -> Path | None:
    name = os.environ.get("SANGYU_CLOCK_FILE", "")
    return Path(name) if name else None
