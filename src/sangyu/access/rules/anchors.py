"""The line that vouches, outside the database, for the audit book as it stood on a day; pure.

A line names the last link of the chain and the digest of the line before, so the lines are a chain of their own: of a
file of them none can be changed, left out or put in without every later line showing it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

NOTHING_BEFORE = "0" * 64
LINE = re.compile(r"(\d{4}-\d{2}-\d{2}) n=(\d+) hash=([0-9a-f]{64}) previous=([0-9a-f]{64})")
SHOWN_DIGITS = 32


@dataclass(frozen=True)
class Anchor:
    """What one line says: on this day the chain was `n` links long and ended in `hash`."""

    on: date
    n: int
    hash: str
    previous: str

    @property
    def line(self) -> str:
        """The line as it stands in the file."""
        return f"{self.on} n={self.n} hash={self.hash} previous={self.previous}"

    @property
    def digest(self) -> str:
        """What the next line says of this one."""
        return hashlib.sha256(self.line.encode()).hexdigest()

    @property
    def shown(self) -> str:
        """The hash as it is printed and read aloud: its first half, in groups of four."""
        return "-".join(self.hash[at : at + 4] for at in range(0, SHOWN_DIGITS, 4))


def read_anchors(text: str) -> tuple[list[Anchor], list[int]]:
    """Read the lines of a file.

    Shape: the anchors, oldest first; and the numbers of the lines that cannot be read or do not follow the one before.
    """
    anchors: list[Anchor] = []
    broken: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        anchor = _read(line)
        if anchor is None:
            broken.append(number)
            continue
        last = anchors[-1] if anchors else None
        follows = anchor.previous == (last.digest if last else NOTHING_BEFORE)
        if not follows or (last is not None and (anchor.on <= last.on or anchor.n < last.n)):
            broken.append(number)
        anchors.append(anchor)
    return anchors, broken


def _read(line: str) -> Anchor | None:
    found = LINE.fullmatch(line)
    if found is None:
        return None
    try:
        return Anchor(date.fromisoformat(found[1]), int(found[2]), found[3], found[4])
    except ValueError:  # a day that no calendar has
        return None
