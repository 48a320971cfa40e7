"""Keep the root of the audit book outside the database, a line a day, where its owner cannot reach it."""

from __future__ import annotations

import fcntl
import os
from datetime import date
from pathlib import Path

from sangyu.access.models import AuditHead, Programme
from sangyu.access.queries.anchors import anchor_file, anchors, verify_anchors
from sangyu.access.rules.anchors import NOTHING_BEFORE, Anchor
from sangyu.kit.errors import Refusal


class BookDisagrees(Refusal):
    """The audit book is not the one that earlier anchors vouch for."""

    code = "AUDIT_BOOK_DISAGREES"


def anchor(*, programme: Programme, on: date, folder: Path) -> Anchor:
    """Add the line of a day to the programme's file, once; later calls of that day return it as it is.

    The line is on the disk when this returns. Seal the book first, so that the line vouches for all of it.
    Raises: BookDisagrees, when the book no longer holds what an earlier line vouches for; then nothing is added.
    """
    path = anchor_file(programme, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as book:
        fcntl.flock(book, fcntl.LOCK_EX)  # two workers at midnight: the second finds the line of the first
        faults = verify_anchors(programme, folder)
        if faults:
            raise BookDisagrees(f"审计账簿与库外留存的根不一致：{faults[0].what}。请立即保全数据库，并报告审计部门。")
        known = anchors(programme, folder)
        if known and known[-1].on >= on:
            return known[-1]
        head = AuditHead.objects.get(programme=programme)
        added = Anchor(on, head.n, head.hash, known[-1].digest if known else NOTHING_BEFORE)
        book.write(added.line + "\n")
        book.flush()
        os.fsync(book.fileno())
        return added
