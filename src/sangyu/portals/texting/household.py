"""Which numbers of a household may ring."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sangyu.portals.texting import rules
from sangyu.portals.texting.rules import Number
from sangyu.privacy import queries as privacy_read
from sangyu.registry import queries as registry_read

FAMILY_TOPIC = "family_news"


def numbers(elder_ids: Collection[UUID], at: datetime) -> dict[UUID, list[Number]]:
    """The numbers of each household; the family's only where the elder has not refused that they are told."""
    rows = registry_read.contacts_of_all(elder_ids)
    open_to_family = privacy_read.consented(elder_ids, FAMILY_TOPIC, at)
    return {
        elder_id: [
            Number(row.relation, row.phone) for row in known if row.relation == rules.OWN or elder_id in open_to_family
        ]
        for elder_id, known in rows.items()
    }
