"""What is given by hand and counted in days or pieces: what an elder was granted of it, has, has had, and what is left.

A stay draws days of the period's credit, a device is one piece of it. Rows say what happened, of all records of one
person; the ledger holds the same in days and pieces, and `verify` holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sangyu import policy
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.benefits.credits import UNITS
from sangyu.benefits.models import Booking, BookingEnd, GiveBack, HandOver, StayCost
from sangyu.benefits.rules import Undecided
from sangyu.kit.errors import NotFound
from sangyu.ledger.rules import AccountKey
from sangyu.policy.benefit_list import Benefit
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

PIECES = 1  # of a device each person has one at a time


@dataclass(frozen=True)
class Stay:
    """A booking with its end, if it has one."""

    booking: Booking
    end: BookingEnd | None
    cost: StayCost | None = None

    @property
    def until_on(self) -> date:
        """Return the last day that was set aside."""
        return self.booking.from_on + timedelta(days=self.booking.days - 1)

    @property
    def days(self) -> int:
        """Return how many days it takes of the credit: those set aside, or those that were stayed."""
        return self.end.days if self.end else self.booking.days


@dataclass(frozen=True)
class Piece:
    """A device that was handed over, and whether it came back."""

    hand_over: HandOver
    give_back: GiveBack | None


@dataclass(frozen=True)
class Holding:
    """What an elder has of one benefit in one period. Units: days or pieces, as the benefit says.

    `granted` is None as long as nothing was drawn: then the tables say what there is. Newest rows first.
    """

    benefit: Benefit
    period: str
    granted: int | None
    stays: tuple[Stay, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def used(self) -> int:
        """Count what was drawn and what is set aside."""
        return sum(stay.days for stay in self.stays) + len(self.standing)

    @property
    def left(self) -> int:
        """Count what may still be drawn; nothing before the tables were asked."""
        return max(0, (self.granted or 0) - self.used)

    @property
    def standing(self) -> tuple[Piece, ...]:
        """Return the devices that did not come back."""
        return tuple(piece for piece in self.pieces if piece.give_back is None)

    @property
    def open_stays(self) -> tuple[Stay, ...]:
        """Return the stays that are set aside and have not ended."""
        return tuple(stay for stay in self.stays if stay.end is None)


def counted(listed: Iterable[Benefit]) -> list[Benefit]:
    """Return what of a list is given by hand in days or pieces."""
    return [benefit for benefit in listed if benefit.unit]


def period_of(benefit: Benefit, on: date) -> str:
    """Name the period of a day: its year, or nothing for what is given once."""
    return str(on.year) if benefit.period == "year" else ""


def account_key(programme_id: UUID, benefit: Benefit, elder_id: UUID, on: date) -> AccountKey:
    """Name the ledger account of what an elder has of a benefit in the period of a day."""
    kind = UNITS[benefit.unit][0]
    return AccountKey(programme_id, benefit.code.upper(), kind, period_of(benefit, on), elder_id)


def holdings_of(records: Collection[UUID], listed: Collection[Benefit], on: date) -> list[Holding]:
    """Return what a person, of so many records, has of each of some benefits in the period of a day."""
    units = {benefit.unit for benefit in listed}
    all_stays = _stays(records) if "days" in units else []
    all_pieces = _pieces(records) if "pieces" in units else []
    found = []
    for benefit in listed:
        of = benefit.code, period_of(benefit, on)
        stayed = tuple(one for one in all_stays if (one.booking.code, one.booking.period) == of)
        had = tuple(one for one in all_pieces if (one.hand_over.code, one.hand_over.period) == of)
        found.append(Holding(benefit, of[1], _granted(benefit, stayed, had), stayed, had))
    return found


def stays(viewer: User, elder: Elder) -> list[Stay]:
    """Return every stay that was ever set aside for an elder, the newest first.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    return _stays(registry_read.same_as(elder.pk))


def pieces(viewer: User, elder: Elder) -> list[Piece]:
    """Return every device that an elder was ever handed, the newest first.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    return _pieces(registry_read.same_as(elder.pk))


def _stays(records: Collection[UUID]) -> list[Stay]:
    rows = list(Booking.objects.filter(elder__in=records).select_related("by").order_by("-at", "-id"))
    ends = BookingEnd.objects.in_bulk([row.pk for row in rows])
    costs = StayCost.objects.in_bulk(list(ends))
    return [Stay(row, ends.get(row.pk), costs.get(row.pk)) for row in rows]


def _pieces(records: Collection[UUID]) -> list[Piece]:
    rows = list(HandOver.objects.filter(elder__in=records).select_related("by").order_by("-at", "-id"))
    back = GiveBack.objects.in_bulk([row.pk for row in rows])
    return [Piece(row, back.get(row.pk)) for row in rows]


def _granted(benefit: Benefit, stayed: Collection[Stay], had: Collection[Piece]) -> int | None:
    if benefit.unit == "pieces":
        return PIECES if had else None
    # The first stay of a period says how long its month is; one that was called off says nothing.
    first = next((stay.booking for stay in reversed(list(stayed)) if stay.end is None or stay.end.days), None)
    return first.granted if first else None


def holding_of(elder: Elder, benefit: Benefit, on: date) -> Holding:
    """Return what an elder has of one benefit in the period of a day."""
    return holdings_of(registry_read.same_as(elder.pk), [benefit], on)[0]


def days_granted(adopted: Adoption, benefit: Benefit, known: Mapping[str, Any], since: date) -> int:
    """Return how many days the tables give for a stay that begins on a day.

    Raises: Undecided, naming what is missing.
    """
    pack = adoption_read.pack_of(adopted)
    rule, answer = benefit.amount or (benefit.rule, "until")
    asked = {**known, **benefit.facts, "since": since.isoformat(), "on": since.isoformat()}
    decision = policy.decide(pack, rule, asked, since, adopted.parameters)
    until = getattr(decision, answer)
    if not isinstance(until, date):
        raise Undecided(f"无法按“{pack.rules[rule].title}”算出可住几天：{decision.because}。请民政局补充后再预约。")
    return (until - since).days + 1


def get_booking(viewer: User, booking_id: UUID) -> Booking:
    """Return a booking of an elder whom the viewer may see.

    Raises: NotFound.
    """
    row = Booking.objects.filter(pk=booking_id, programme_id=viewer.programme_id).select_related("elder").first()
    if row is None:
        raise NotFound("没有找到这次预约。请从老人的待遇页面打开。")
    registry_read.get_elder(viewer, row.elder_id)
    return row


def get_hand_over(viewer: User, hand_over_id: UUID) -> HandOver:
    """Return a device that was handed to an elder whom the viewer may see.

    Raises: NotFound.
    """
    row = HandOver.objects.filter(pk=hand_over_id, programme_id=viewer.programme_id).select_related("elder").first()
    if row is None:
        raise NotFound("没有找到这次发放。请从老人的待遇页面打开。")
    registry_read.get_elder(viewer, row.elder_id)
    return row
