"""What the job worker does for the community window."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from sangyu.access.models import User
from sangyu.portals.clock import now
from sangyu.registry import actions as registry


@app.task(lock="find_duplicates")
def find_duplicates(user_id: str) -> None:
    """Look for records that may be one person, for whoever asked; never beside the search of the night."""
    registry.find_duplicates(by=User.objects.get(pk=UUID(user_id)), at=now())
