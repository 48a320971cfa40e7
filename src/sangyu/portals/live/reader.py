"""How a stream reads the outbox: at once, and yet so that a reader who comes back has missed nothing."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sangyu.outbox import queries as outbox_read
from sangyu.outbox.queries import START, Cursor, Told

PAGE = 500


class News(NamedTuple):
    """A message, and the cursor with which a listener who has heard it comes back."""

    told: Told
    resume: Cursor


class Reader:
    """A place in the outbox. It gives every message once, as soon as it is committed.

    A message can be committed while an older transaction still runs; it is given at once, but the place stays below
    it until that transaction has ended, because it too may leave messages. Whoever comes back with such a place hears
    the last few messages again, and none is lost.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._had: dict[UUID, int] = {}

    def read(self) -> list[News]:
        """Return the next messages, at most a page of them; empty when there is nothing new."""
        rows, floor = outbox_read.visible(self.cursor, without=self._had, limit=PAGE)
        resume, news = self.cursor, []
        for told in rows:
            if told.cursor.transaction < floor:
                resume = told.cursor
            self._had[told.cursor.message] = told.cursor.transaction
            news.append(News(told, resume))
        if len(rows) < PAGE:
            # Nothing below the floor is left, seen or unseen, so the place may move up to it.
            self.cursor = max(self.cursor, Cursor(floor, START))
            self._had = {message: number for message, number in self._had.items() if number >= floor}
        return news

    def had(self, told: Told) -> bool:
        """Tell whether this reader has given a message already."""
        return told.cursor < self.cursor or told.cursor.message in self._had
