"""Who may take a first order, where a city asks that a carer is trained and has villages to look after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import rules
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Worker

VILLAGES_RULE = "villages-per-carer"


def not_ready(programme_id: UUID, people: Iterable[Worker], on: date) -> dict[UUID, str]:
    """Say of each worker who may not be sent on a day why not; empty where the policy of the day asks for nothing.

    Shape: worker id -> Chinese reason. A fixed number of queries whatever the number of workers.
    """
    asked = adoption_read.decide_if_ruled(programme_id, VILLAGES_RULE, {"count": 0}, on)
    people = list(people)
    if asked is None or not people:
        return {}
    areas = Counter({worker_id: len(names) for worker_id, names in providers_read.areas_of(people).items()})
    trained = providers_read.trained(people, on)
    decided = {
        count: adoption_read.decide(programme_id, VILLAGES_RULE, {"count": count}, on)
        for count in {areas[worker.pk] for worker in people}
    }
    found = {}
    for worker in people:
        villages = decided[areas[worker.pk]]
        reason = rules.not_ready(
            trained=worker.pk in trained, areas_because=None if villages.result == "pass" else villages.because
        )
        if reason:
            found[worker.pk] = reason
    return found
