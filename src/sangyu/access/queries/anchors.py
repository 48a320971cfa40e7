"""What the lines outside the database vouch for, and whether the audit book still holds it."""

from __future__ import annotations

from pathlib import Path

from sangyu.access.models import AuditLink, Programme
from sangyu.access.queries.book import ChainFault
from sangyu.access.rules.anchors import Anchor, read_anchors


def anchor_file(programme: Programme, folder: Path) -> Path:
    """Return the file that holds the lines of a programme, whether or not it is there yet."""
    return folder / f"{programme.slug}.txt"


def anchors(programme: Programme, folder: Path) -> list[Anchor]:
    """Return the lines of a programme, oldest first; empty when there is no file."""
    return _read(programme, folder)[0]


def verify_anchors(programme: Programme, folder: Path) -> list[ChainFault]:
    """Compare the chain with what was kept outside; an empty list means that every line still holds.

    A file that is not there vouches for nothing and is no fault.
    """
    kept, broken = _read(programme, folder)
    faults = [ChainFault(number, f"库外文件第{number}行读不懂，或与前一行不衔接") for number in broken]
    hashes = dict(
        AuditLink.objects.filter(programme=programme, n__in=[anchor.n for anchor in kept]).values_list("n", "hash")
    )
    for anchor in kept:
        if anchor.n and hashes.get(anchor.n) != anchor.hash:
            what = "与当日留存的不同" if anchor.n in hashes else "已经不在"
            faults.append(ChainFault(anchor.n, f"{anchor.on}留存的第{anchor.n}环{what}"))
    return faults


def _read(programme: Programme, folder: Path) -> tuple[list[Anchor], list[int]]:
    path = anchor_file(programme, folder)
    return read_anchors(path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")
