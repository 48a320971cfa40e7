"""Tell once of every level that ends soon, so that somebody assesses again in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.actions.common import BEIJING
from sangyu.assessment.models import Reminder
from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox

AHEAD = timedelta(days=30)
BATCH = 500


@transaction.atomic
def remind(*, by: User, at: datetime) -> int:
    """Tell of the levels of the programme that end within thirty days and were not told of; return how many.

    Who is being assessed again already is not told of. A second round the same day finds nothing.
    Raises: NotAllowed.
    """
    ensure_role(by, Role.CLOCK)
    until = at.astimezone(BEIJING).date() + AHEAD
    rows = assessment_read.to_remind(by.programme_id, until).iterator(BATCH)
    told = 0
    while chunk := list(islice(rows, BATCH)):
        Reminder.objects.bulk_create(
            [Reminder(id=derived_id("assessment-reminder", row.pk), conclusion=row, at=at) for row in chunk],
            ignore_conflicts=True,
        )
        for row in chunk:
            outbox.tell(
                programme_id=by.programme_id,
                topic="assessment",
                kind="assessment.due",
                body={"assessment": str(row.assessment_id)},
                at=at,
            )
        told += len(chunk)
    return told
