"""A district of full size and its years: one month is played by the verbs, the rest is copied in the database.

The copying is one transaction by the owner of the tables. The month that was played is then settled by the verbs, in
full size: over all its tiles.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, RoleAssignment
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.city import areas, build, demo, diary, players
from sangyu.city.blueprint import BEIJING, Blueprint, month_to_play
from sangyu.city.close import appraise, settle
from sangyu.city.play import Play
from sangyu.city.players import Firm, Players
from sangyu.city.scale import books, canteen_days, months, people, settled
from sangyu.city.scale.copying import ON_OTHER_DAYS, PHONE_OF, columns
from sangyu.city.scale.schema import laid_aside
from sangyu.city.scale.shape import TILES, Shape
from sangyu.insight import actions as insight
from sangyu.kit.errors import Refusal
from sangyu.orders.models import Order
from sangyu.portals.clock import now
from sangyu.providers.models import Enterprise
from sangyu.settlement import actions as settlement

ORDERS = 7_450_000
IN_FULL_MONTHS, MEAL_MONTHS = 12, 12
GROWN = "city.grow"
OLDEST = date(2010, 1, 1)


class NotEmpty(Refusal):
    """A district of full size is built into an empty database only."""

    code = "NOT_EMPTY"


@dataclass(frozen=True)
class LongPlan(Blueprint):
    """A plan whose pack, prices and contracts hold for the years before the month that is played as well."""

    @property
    def year_from(self) -> date:
        """The day from which prices, contracts and the pack hold."""
        return OLDEST


def grow(
    *, progress: Callable[[str], None], orders: int = ORDERS, seed: int = demo.SEED, tiles: int = TILES
) -> dict[str, float]:
    """Build a district with so many orders into an empty database; return the seconds of every step.

    Raises: NotEmpty.
    """
    if players.programme() is not None:
        raise NotEmpty("这个数据库里已经有数据，全区规模的城只能建在空的数据库里。请换一个空的数据库再建。")
    plan = long_plan(seed)
    seconds: dict[str, float] = {}
    with _timed(seconds, "template"):
        drawn_at = play_template(plan, progress=progress)
    seconds |= multiply(plan, orders=orders, tiles=tiles, progress=progress)
    with _timed(seconds, "settle"):
        settle_played(plan, drawn_at=drawn_at, progress=progress)
    with _timed(seconds, "tallies"):
        count_days(plan, progress=progress)
    return seconds


def long_plan(seed: int, scale: float = demo.SCALE) -> LongPlan:
    """Plan the template of a district."""
    return LongPlan(areas.read(demo.DISTRICT), scale, seed, month_to_play(now()))


def play_template(plan: Blueprint, *, progress: Callable[[str], None], until: date | None = None) -> datetime:
    """Build and play the month that will be copied, up to its settlement; return when that is due."""
    build.build(plan, progress=progress)
    diary.note(plan, diary.BUILT)
    who = players.load(plan)
    Play(plan, who, until=until, progress=progress).run()
    return appraise(plan, who, progress=progress)


def multiply(
    plan: Blueprint,
    *,
    orders: int,
    tiles: int = TILES,
    in_full: int = IN_FULL_MONTHS,
    meals: int = MEAL_MONTHS,
    is_settled: bool = True,
    progress: Callable[[str], None],
) -> dict[str, float]:
    """Copy a template that was played until there are so many orders; return the seconds of every step.

    The last `in_full` months keep calls, proofs and follow-ups, the last `meals` months have canteens; the months
    before the template's are settled, unless all of them are to be left for one run.
    """
    seconds: dict[str, float] = {}
    who = players.load(plan)
    whole = Shape(plan.month, _orders_by_day(), orders, tiles)
    _appropriate(plan, whole, who)
    with _as_owner():
        wish = (in_full, meals, is_settled)
        _multiply(plan, whole, who, seconds, wish, progress)
    access.record(
        by=who.clock,
        at=plan.founded_at,
        verb=GROWN,
        object_kind="programme",
        object_id=who.programme.pk,
        facts={"orders": orders, "tiles": tiles, "months": len(whole.pieces), "since": str(whole.first_month)},
    )
    return seconds


def settle_played(plan: Blueprint, *, drawn_at: datetime, progress: Callable[[str], None]) -> None:
    """Settle the month that was played, over all tiles, by the verbs of the desks."""
    who = players.load(plan)
    settle(plan, replace(who, firms=_all_firms(who)), drawn_at=drawn_at, progress=progress)
    diary.note(plan, diary.CLOSED)
    access.seal(programme_id=who.programme.pk)


def count_days(plan: Blueprint, *, progress: Callable[[str], None]) -> None:
    """Count the years that were copied once and for all, as the clock would have done every night of them."""
    programme_id = players.load(plan).programme.pk
    days = insight.tally(programme_id=programme_id, at=now(), again=True)
    settlement.keep_ledger_sums(programme_id=programme_id, at=now())
    progress(f"{days:,}天记成日计数。")


def _multiply(
    plan: Blueprint,
    whole: Shape,
    who: Players,
    seconds: dict[str, float],
    wish: tuple[int, int, bool],
    progress: Callable[[str], None],
) -> None:
    in_full, meals, is_settled = wish
    tables = (*people.TABLES, *months.TABLES, *books.TABLES, *settled.TABLES)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TimeZone = 'Asia/Shanghai'; SET LOCAL synchronous_commit = off")
            cursor.execute(ON_OTHER_DAYS)
            cursor.execute(PHONE_OF)
        months.keep_template()
        for copy in (*months.COPIES, *people.COPIES):
            columns(copy.table)
        with laid_aside(tables, timed=partial(_timed, seconds), progress=progress):
            with _timed(seconds, "people"):
                people.populate(plan, whole)
            progress(f"登记{len(plan.elders) * whole.tiles:,}位老人。")
            accounts = books.Books(whole, who.clock.pk)
            copier = months.Months(whole, in_full=in_full, meals=meals)
            settling = _settling(plan, who)
            for piece in whole.pieces:
                with _timed(seconds, "months"):
                    copier.copy(piece)
                with _timed(seconds, "books"):
                    accounts.write(piece, copier.words(piece))
                if piece.back < meals:
                    with _timed(seconds, "canteens"):
                        canteen_days.close_days(piece, who.programme.pk)
                if piece.back and is_settled:
                    with _timed(seconds, "settled"):
                        settled.settle(piece, settling)
                if piece.month.month == 12 or piece.back == 0:
                    progress(f"{piece.month}写完。")
        with _timed(seconds, "balances"):
            accounts.balance()
            months.list_what_is_to_do()
    with _timed(seconds, "analyze"), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _orders_by_day() -> Counter[int]:
    moments = Order.objects.values_list("wanted_from", flat=True)
    return Counter(wanted_from.astimezone(BEIJING).day for wanted_from in moments.iterator())


def _appropriate(plan: Blueprint, whole: Shape, who: Players) -> None:
    """Give every year of the history the money of the whole district."""
    head = who.users["bureau"]
    wanted_fen = Blueprint(plan.areas, 1, plan.seed, plan.month).budget_fen
    for year in range(whole.first_month.year, plan.month.year + 1):
        left_fen = wanted_fen - (plan.budget_fen if year == plan.month.year else 0)
        if year == plan.month.year and left_fen <= 0:
            continue
        budget.appropriate(
            programme=who.programme,
            fund=build.FUND,
            year=year,
            amount_fen=left_fen,
            document=f"城财预〔{year}〕8号",
            by=head,
            at=plan.founded_at,
            key=f"whole-{year}",
        )


def _settling(plan: Blueprint, who: Players) -> settled.People:
    titles = budget_read.fund_titles(who.users["finance"], plan.month.first_day)
    return settled.People(
        programme=who.programme,
        finance=who.users["finance"],
        signers=(who.users["approver"], who.users["deputy"], who.users["bureau"]),
        managers={enterprise_id: firm.manager.pk for enterprise_id, firm in _all_firms(who).items()},
        enterprises=Enterprise.objects.in_bulk(),
        fund=build.FUND,
        fund_title=titles.get(build.FUND, build.FUND),
    )


def _all_firms(who: Players) -> dict[UUID, Firm]:
    """Return every enterprise with its manager, the copies too."""
    held = RoleAssignment.objects.filter(role=Role.ENTERPRISE, ended_on=None, user__programme=who.programme)
    held = held.select_related("user__organisation", "user__programme")
    managers = {row.user.organisation_id: row.user for row in held}
    found = dict(who.firms)
    for enterprise in Enterprise.objects.filter(programme=who.programme):
        found.setdefault(enterprise.pk, Firm(enterprise.short_name, managers[enterprise.organisation_id]))
    return found


@contextmanager
def _as_owner() -> Iterator[None]:
    """Let the owner of the tables write for the length of a block: who serves may not lay an index aside."""
    served = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(connection.settings_dict.get("OWNER", {}))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(served)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        seconds[step] = round(seconds.get(step, 0.0) + time.monotonic() - began, 1)


__all__ = [
    "GROWN",
    "ORDERS",
    "NotEmpty",
    "count_days",
    "grow",
    "long_plan",
    "multiply",
    "play_template",
    "settle_played",
]
