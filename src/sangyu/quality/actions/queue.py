"""Who waits for whom: the rows of this room are only ever added to, and the serving log-in may not lock such a row.

What two people may do at once is queued behind the programme, the order or the enterprise it is about. Programme and
enterprise are locked without their keys, so that nobody who only refers to them has to wait.
"""

from __future__ import annotations

from uuid import UUID

from sangyu.access.models import Programme, User
from sangyu.providers.models import Enterprise
from sangyu.quality.models import Appraisal


def queue_for_programme(by: User) -> UUID:
    """Let one person at a time draw or draft for a programme; return its id."""
    return Programme.objects.select_for_update(no_key=True).get(pk=by.programme_id).pk


def queue_for_enterprise(appraisal: Appraisal) -> None:
    """Let one person at a time work on the sheets of an enterprise."""
    Enterprise.objects.select_for_update(no_key=True).get(pk=appraisal.enterprise_id)
