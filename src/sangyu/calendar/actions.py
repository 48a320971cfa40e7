"""Verbs of the calendar: declare a day off or a day worked."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.calendar.models import DeclaredDay
from sangyu.calendar.rules import DocumentMissing
from sangyu.kit.ids import derived_id

__all__ = ["DocumentMissing", "declare"]


@transaction.atomic
def declare(
    *, programme_id: UUID | None, on: date, working: bool, document: str, by_id: UUID, at: datetime
) -> DeclaredDay:
    """Make a day a day off or a day worked, by a document; no programme means the whole country.

    What holds already is not declared again; something else said of the same day holds from now on.
    Raises: DocumentMissing.
    """
    if not document.strip():
        raise DocumentMissing(
            "请写明放假或上班安排的文件名称和文号，例如“国务院办公厅关于2027年部分节假日安排的通知”。"
        )
    last = DeclaredDay.objects.filter(programme_id=programme_id, on=on).order_by("-n").first()
    if last is not None and (last.working, last.document) == (working, document.strip()):
        return last
    n = last.n + 1 if last else 1
    return DeclaredDay.objects.create(
        id=derived_id("declared-day", programme_id, on, n),
        programme_id=programme_id,
        on=on,
        n=n,
        working=working,
        document=document.strip(),
        by_id=by_id,
        at=at,
    )
