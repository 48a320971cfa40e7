"""Numbers of rows from the tallies of the days that are over and from the facts since, whichever there are.

Without a tally everything is counted from the facts: a tally changes how long an answer takes, never the answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from sangyu.access.models import User
from sangyu.insight import rules
from sangyu.insight.models import Span, Tallied, Tally
from sangyu.insight.queries.facts import (
    DIFFERING_MONTHS,
    FACTS,
    FINGERPRINT,
    FIRST,
    SUMS,
    WHOLE,
    Facts,
    counting,
    differing,
)
from sangyu.insight.queries.figures import Figure
from sangyu.insight.queries.lens import NONE, Lens, ensure_reader
from sangyu.kit.month import Month
from sangyu.providers.models import ServiceItem

Sums = dict[str, int]
EVER = "-infinity"


def counted(viewer: User, code: str, lens: Lens, *cuts: str) -> dict[str, dict[str, Sums]]:
    """Count a figure through a lens by each of some dimensions; whatever `lens` cuts by is left aside.

    Shape: dimension -> value ("-" for none) -> "n" and every name of `SUMS`; values without a row are left out.
    Raises: NotAllowed.
    """
    ensure_reader(viewer)
    if not all(facts.has_period for facts in FACTS[code]):
        lens = Lens(lens.until)
    found: dict[str, dict[str, Sums]] = {cut: defaultdict(lambda: dict.fromkeys(("n", *SUMS), 0)) for cut in cuts}
    closed_on = _closed_on(viewer.programme_id, lens)
    if closed_on is not None:
        rows = _tallies(viewer.programme_id, code, lens, closed_on).filter(dim__in=cuts)
        sums = {name: Sum(name) for name in ("n", *SUMS)}
        for dim, key, *values in rows.values_list("dim", "key").annotate(**sums):
            _add(found[dim][key], values)
    for dim, key, *values in _since(viewer.programme_id, code, lens, closed_on, cuts):
        _add(found[dim][key], values)
    return {cut: {key: sums for key, sums in by_key.items() if sums["n"]} for cut, by_key in found.items()}


def by_day(viewer: User, code: str, lens: Lens) -> dict[date, int]:
    """Count a figure through a lens by the day of its rows; days without a row are left out."""
    ensure_reader(viewer)
    found: dict[date, int] = defaultdict(int)
    closed_on = _closed_on(viewer.programme_id, lens)
    if closed_on is not None:
        rows = _days(viewer.programme_id, code, lens, closed_on).filter(dim=WHOLE)
        for day, n in rows.values_list("row_on").annotate(n=Sum("n")):
            found[day] += n
    for day, _dim, _key, n, *_sums in _since(viewer.programme_id, code, lens, closed_on, (WHOLE,), ("row_on",)):
        found[day] += n
    return {day: n for day, n in found.items() if n}


def total(viewer: User, figure: Figure, lens: Lens) -> Sums | None:
    """Count a figure through a lens and add up its columns, where one of its counted dimensions answers at most.

    Shape: "n" and every name of the figure's sums; None where only the rows themselves can tell.
    """
    asked = _asked(viewer, figure.code, lens)
    if asked is None:
        return None
    cut, keys = asked
    found = counted(viewer, figure.code, lens, cut)[cut]
    return {name: sum(found[key][name] for key in keys if key in found) for name in ("n", *figure.sums)}


def item_classes(viewer: User) -> dict[str, str]:
    """Return the class of every catalogue item: id as text -> class."""
    rows = ServiceItem.objects.filter(programme_id=viewer.programme_id)
    return {str(pk): item_class for pk, item_class in rows.values_list("pk", "item_class")}


def first_day(programme_id: UUID) -> date | None:
    """Return the day of the first fact of a programme."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, {"programme": programme_id})
        (at,) = cursor.fetchone()
    return at.astimezone(rules.BEIJING).date() if at else None


def wrong_tallies(programme_id: UUID) -> Iterator[tuple[str, str]]:
    """Count every tallied day again, and yield what a tally should say; nothing where all are right.

    Shape: figure and day, what differs.
    """
    mark = Tallied.objects.filter(programme_id=programme_id, facts=FINGERPRINT).first()
    if mark is None:
        return
    asked: dict[str, Any] = {
        "programme": programme_id,
        "after": EVER,
        "until": rules.begin_of(mark.until_on),
        "since": EVER,
        "months_on": Month.of(mark.until_on).first_day,
    }
    with connection.cursor() as cursor:
        for code, every in FACTS.items():
            for facts in every:
                cursor.execute(differing(facts), {**asked, "figure": code, "cuts": list(facts.cuts)})
                for day, dim, key, tallied, n in cursor.fetchall():
                    yield f"{code} {day}", f"{dim} {key} 日计数{tallied}，逐行重数{n}"
        cursor.execute(DIFFERING_MONTHS, asked)
        for code, month, dim, key, tallied, n in cursor.fetchall():
            yield f"{code} {Month.of(month)}", f"{dim} {key} 月计数{tallied}，各日之和{n}"


def _asked(viewer: User, code: str, lens: Lens) -> tuple[str, list[str]] | None:
    """Say which dimension answers a lens, and which of its values."""
    if code not in FACTS or len(lens.cut) > 1 or not _is_whole_days(lens.since):
        return None
    if not lens.cut:
        return WHOLE, [WHOLE]
    ((name, value),) = lens.cut.items()
    if name == "alive" and value != NONE:
        value = "yes" if value == "yes" else "no"
    known = {cut for facts in FACTS[code] for cut in facts.cuts}
    if name == "item_class" and "item" in known and value != NONE:
        return "item", [item for item, item_class in item_classes(viewer).items() if item_class == value]
    if name not in known:
        return None
    if name in ("item", "enterprise") and value != NONE:
        value = str(UUID(value))
    return name, [value]


def _is_whole_days(since: datetime | None) -> bool:
    return since is None or since == rules.begin_of(since.astimezone(rules.BEIJING).date())


def _closed_on(programme_id: UUID, lens: Lens) -> date | None:
    """Return the first day for which no tally can answer a lens; None where none can at all."""
    mark = Tallied.objects.filter(programme_id=programme_id, facts=FINGERPRINT).first()
    if mark is None or not _is_whole_days(lens.since):
        return None
    return min(mark.until_on, lens.until.astimezone(rules.BEIJING).date())


def _tallies(programme_id: UUID, code: str, lens: Lens, closed_on: date) -> QuerySet[Tally]:
    """The tallies before a day: whole months as far as they go, then days; only days know when a row was."""
    if lens.since is not None:
        return _days(programme_id, code, lens, closed_on)
    months_on = Month.of(closed_on).first_day
    rows = Tally.objects.filter(programme_id=programme_id, figure=code).order_by()
    return rows.filter(
        Q(span=Span.MONTH, known_on__lt=months_on) | Q(span=Span.DAY, known_on__gte=months_on, known_on__lt=closed_on)
    )


def _days(programme_id: UUID, code: str, lens: Lens, closed_on: date) -> QuerySet[Tally]:
    rows = Tally.objects.filter(programme_id=programme_id, figure=code, span=Span.DAY, known_on__lt=closed_on)
    if lens.since is not None:
        since_on = lens.since.astimezone(rules.BEIJING).date()
        rows = rows.filter(known_on__gte=since_on, row_on__gte=since_on)
    return rows.order_by()


def _since(
    programme_id: UUID, code: str, lens: Lens, closed_on: date | None, cuts: Sequence[str], by: Sequence[str] = ()
) -> Iterator[Sequence[Any]]:
    """Add up the facts from a day on."""
    asked = {
        "programme": programme_id,
        "after": EVER if closed_on is None else rules.begin_of(closed_on),
        "until": lens.until,
        "since": lens.since or EVER,
    }
    if closed_on is not None and rules.begin_of(closed_on) >= lens.until:
        return
    for facts in FACTS[code]:
        mine = [cut for cut in cuts if cut in facts.cuts]
        if mine:
            yield from rows_of(facts, asked, cuts=mine, by=by)


def rows_of(facts: Facts, asked: dict[str, Any], *, cuts: Sequence[str], by: Sequence[str] = ()) -> list[Sequence[Any]]:
    """Run the statement of `facts.counting`."""
    with connection.cursor() as cursor:
        cursor.execute(counting(facts, cuts=cuts, by=by), asked)
        return list(cursor.fetchall())


def _add(sums: Sums, values: Sequence[int]) -> None:
    for name, value in zip(("n", *SUMS), values, strict=True):
        sums[name] += value
