"""How far the closing of a month has come: a small file that the job worker writes and the pages read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Progress:
    """The closing of a month, as far as it has come. Shape: `lines` in the order in which they were said."""

    month: str
    begun_at: str
    lines: tuple[str, ...] = field(default_factory=tuple)
    done: bool = False
    failed: str = ""

    @property
    def running(self) -> bool:
        return not self.done and not self.failed


def read() -> Progress | None:
    """Return the last closing, or None if there was none."""
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Progress(**{**kept, "lines": tuple(kept["lines"])})


def keep(progress: Progress) -> None:
    """Put down how far it has come; a reader sees the old state or the new one."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(progress), ensure_ascii=False), encoding="utf-8")
    new.replace(path)


def begin(month: str, at: datetime) -> Progress:
    """Put down that a closing has been asked for."""
    progress = Progress(month=month, begun_at=at.isoformat())
    keep(progress)
    return progress


def _path() -> Path:
    return Path(settings.VAR) / "demo" / "closing.json"
