"""Hold days and pieces in the ledger against the rows that say what happened; nothing here trusts a verb."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Sum

from sangyu.benefits.models import Booking, BookingEnd, GiveBack, HandOver
from sangyu.ledger import queries as ledger_read

Of = tuple[str, str, UUID]  # code as the fund of an account, period, record


def verify(programme_id: UUID) -> list[str]:
    """Find what is set aside, drawn or handed out otherwise than the accounts say, and what a record has twice."""
    bookings = Booking.objects.filter(programme_id=programme_id)
    ended = BookingEnd.objects.filter(booking__programme_id=programme_id)
    handed = HandOver.objects.filter(programme_id=programme_id)
    standing = _sums(handed.exclude(pk__in=GiveBack.objects.values("hand_over")), "", Count("pk"))
    rows = (
        ("ELDER_DAYS", "held_fen", "预约", _sums(bookings.exclude(pk__in=ended.values("booking")), "", Sum("days"))),
        ("DAYS_USED", "balance_fen", "已住", _sums(ended.exclude(days=0), "booking__", Sum("days"))),
        ("PIECES_USED", "balance_fen", "已领", standing),
    )
    found = [f"{of[0]} {of[1]}：档案{of[2]}同时有{n}件。" for of, n in sorted(standing.items(), key=str) if n > 1]
    for kind, column, word, true in rows:
        booked: dict[Of, int] = {}
        for balance in ledger_read.balances(programme_id, kind=kind):
            key = balance.account
            if getattr(balance, column) and key.party_id is not None:
                booked[key.fund, key.period, key.party_id] = getattr(balance, column)
        for of in sorted(booked.keys() | true.keys(), key=str):
            if booked.get(of, 0) != true.get(of, 0):
                found.append(f"{of[0]} {of[1]}：档案{of[2]}{word}，账上{booked.get(of, 0)}，登记{true.get(of, 0)}。")
    return found


def _sums(rows: object, of: str, what: object) -> dict[Of, int]:
    names = [f"{of}{name}" for name in ("code", "period", "elder")]
    summed: Iterable[tuple[str, str, UUID, int]] = (
        rows.order_by().values_list(*names).annotate(n=what)  # type: ignore[attr-defined]
    )
    return {(code.upper(), period, elder_id): n for code, period, elder_id, n in summed}
