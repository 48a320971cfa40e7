"""What the job worker does for the desk of rehearsals."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app


@app.task(lock="rehearse")
def rehearse(run_id: str) -> None:
    """Make one rehearsal that somebody asked for; one after the other."""
    from sangyu.portals.rehearsal import actions  # which leaves the job here

    actions.work(UUID(run_id))
