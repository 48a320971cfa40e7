"""What the job worker does for the desk of sheets."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from sangyu.intake import actions as intake
from sangyu.portals.clock import now


@app.task(lock="intake")
def go_on(batch_id: str) -> None:
    """Check, write or take back one batch; one after the other."""
    intake.go_on(batch_id=UUID(batch_id), at=now())
