"""What visits earned the worker who made them: the rate that the enterprise had set for the item on the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.providers import queries as providers_read
from sangyu.visits import rules
from sangyu.visits.models import Departure, Visit

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Earned:
    """A served visit with what it earned, in fen; None where the enterprise has set no rate for the item."""

    departure: Departure
    pay_fen: int | None

    @property
    def visit(self) -> Visit:
        return self.departure.visit


@dataclass(frozen=True)
class Earnings:
    """What a stretch of time earned, visit by visit, latest first."""

    rows: tuple[Earned, ...]
    sum: rules.Earning

    def since(self, begins_at: datetime) -> rules.Earning:
        """Return the sum of the visits that ended at a moment or after it."""
        return rules.earning(row.pay_fen for row in self.rows if row.departure.left_at >= begins_at)


def earned_between(viewer: User, begins_at: datetime, ends_at: datetime) -> Earnings:
    """Return what the viewer's own visits earned that ended in a half-open stretch of time."""
    rows = _own(viewer).filter(left_at__gte=begins_at, left_at__lt=ends_at).order_by("-left_at", "-id")
    priced = tuple(_priced(rows))
    return Earnings(priced, rules.earning(row.pay_fen for row in priced))


def earned_by(viewer: User, visit: Visit) -> Earned | None:
    """Return what one of the viewer's own visits earned; None before it is over, or for somebody else's."""
    return next(iter(_priced(_own(viewer).filter(visit=visit))), None)


def _own(viewer: User) -> QuerySet[Departure]:
    return Departure.objects.filter(visit__programme_id=viewer.programme_id, visit__worker__user=viewer).select_related(
        "visit", "visit__order", "visit__order__elder", "visit__order__item"
    )


def _priced(rows: Iterable[Departure]) -> list[Earned]:
    shown = list(rows)
    asked = defaultdict(list)
    for row in shown:
        asked[row.visit.enterprise_id].append(_what(row))
    rates = {enterprise_id: providers_read.pay_fens(enterprise_id, what) for enterprise_id, what in asked.items()}
    return [Earned(row, rates[row.visit.enterprise_id][_what(row)]) for row in shown]


def _what(row: Departure) -> tuple[UUID, date]:
    return row.visit.order.item_id, row.visit.arrived_at.astimezone(BEIJING).date()
