"""Sessions that know whose they are, so that a person can see them and the house can end them at once.

They follow the real time, whatever clock the desks of a demo follow: a browser does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from sangyu.access.models import Session


class SessionStore(DatabaseStore):
    """Keep a session with its user, and since when, whence and with what they are here."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table of sessions of this house."""
        return Session

    def save(self, must_create: bool = False) -> None:
        """Keep the session; a database that fails is told as that, not as a session that somebody has ended.

        Raises: UpdateError, when it was ended meanwhile.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()
        self.seen_at = row.seen_at if row else None
        return row

    async def _aget_session_from_db(self) -> Any:
        row = await super()._aget_session_from_db()
        self.seen_at = row.seen_at if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Make the row of a session. Shape: `data` is what the session holds, our own facts under `here`."""
        row = super().create_model_instance(data)
        here = data.get("here", {})
        row.user_id = data.get(SESSION_KEY)
        row.begun_at = datetime.fromisoformat(here["begun_at"]) if "begun_at" in here else None
        row.seen_at = timezone.now()
        row.address = here.get("address", "")
        row.device = here.get("device", "")
        return row
