"""What the city remembers of itself between two starts: kept in the audit book, as acts of the clock."""

from __future__ import annotations

from collections.abc import Mapping

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.city import players
from sangyu.city.blueprint import Blueprint

BEGUN, BUILT, CLOSED, WALKED = "city.begin", "city.build", "city.close", "city.pages"


def read() -> dict[str, Mapping]:
    """Return what has been noted: verb -> facts; empty in a database without a city."""
    organiser = players.programme()
    clock = User.objects.filter(programme=organiser, username=f"clock.{players.SLUG}").first() if organiser else None
    if clock is None:
        return {}
    rows = access_read.audit_of(clock, organiser.pk).filter(verb__in=[BEGUN, BUILT, CLOSED, WALKED])
    return {row.verb: row.facts for row in rows}


def note(plan: Blueprint, verb: str) -> None:
    """Note that a step was reached, once."""
    if verb in read():
        return
    organiser = players.programme()
    access.record(
        by=access_read.clock(organiser),
        at=plan.founded_at,
        verb=verb,
        object_kind="programme",
        object_id=organiser.pk,
        facts={"scale": plan.scale, "seed": plan.seed, "month": str(plan.month)},
    )
