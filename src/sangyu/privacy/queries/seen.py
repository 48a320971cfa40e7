"""Who looked at a record, and who did something with it (谁看过我的档案)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from sangyu.access.models import AuditEntry, User
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

LOOKED = "access.look_up"
HANDED_OUT = ("privacy.hand_over",)


@dataclass(frozen=True)
class Sight:
    """One act about a record. `looked` says that somebody saw what is masked elsewhere, `shown` whether they did."""

    at: datetime
    who: str
    organisation: str
    verb: str
    fact: str
    reason: str
    looked: bool
    shown: bool


def sights(viewer: User, elder: Elder, *, looked_only: bool = False, limit: int = 200) -> list[Sight]:
    """Return who looked at an elder's record or did something with it, the last first, with the reason they gave.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    rows = _about(viewer, elder)
    if looked_only:
        rows = rows.filter(verb__in=(LOOKED, *HANDED_OUT))
    return [_sight(row) for row in rows.select_related("by__organisation").order_by("-at", "-id")[:limit]]


def looks_count(viewer: User, elder: Elder) -> int:
    """Count how often somebody saw what is masked elsewhere.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    return _about(viewer, elder).filter(verb=LOOKED, facts__shown=True).count()


def _about(viewer: User, elder: Elder) -> QuerySet[AuditEntry]:
    ids = registry_read.same_as(registry_read.get_elder(viewer, elder.pk).pk)
    return AuditEntry.objects.filter(programme_id=elder.programme_id, object_id__in=ids)


def _sight(row: AuditEntry) -> Sight:
    return Sight(
        at=row.at,
        who=row.by.display_name,
        organisation=row.by.organisation.name,
        verb=row.verb,
        fact=str(row.facts.get("fact", "")),
        reason=str(row.facts.get("reason", "")),
        looked=row.verb == LOOKED or row.verb in HANDED_OUT,
        shown=bool(row.facts.get("shown", True)),
    )
