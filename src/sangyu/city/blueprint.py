"""What is going to be built, before anything is: one scale, one seed, one month, and everybody in them.

Every person and every paper comes from the generators; this page adds only what the generators cannot know, because
it depends on the month that is played: when the programme was founded, and whose licence runs out while we watch.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sangyu.city import firms
from sangyu.city.areas import Areas
from sangyu.city.people import Elder, Town
from sangyu.kit.month import Month

BEIJING = ZoneInfo("Asia/Shanghai")
LAPSING = 1  # the enterprise, by number, whose papers run out in the middle of the month
CLOSED_AFTER_DAYS = 14  # follow-up calls, working days for objections, confirmation, payment, the bank's answer


def month_to_play(at: datetime) -> Month:
    """Return the last month whose books could be closed by now: ended at least `CLOSED_AFTER_DAYS` ago."""
    return Month.of((at.astimezone(BEIJING) - timedelta(days=CLOSED_AFTER_DAYS)).date()).previous()


@dataclass(frozen=True)
class Blueprint:
    """A city to build and a month to play in it; the same four values always mean the same city."""

    areas: Areas
    scale: float
    seed: int
    month: Month

    @cached_property
    def town(self) -> Town:
        return Town(self.areas, seed=self.seed)

    @cached_property
    def elders(self) -> tuple[Elder, ...]:
        return tuple(self.town.registered(self.scale))

    @cached_property
    def elders_of(self) -> dict[str, list[Elder]]:
        """Return the elders of every community that has any: code -> elders, both in rising order."""
        found: dict[str, list[Elder]] = defaultdict(list)
        for elder in self.elders:
            found[elder.community_code].append(elder)
        return dict(sorted(found.items()))

    @cached_property
    def enterprises(self) -> tuple[firms.Enterprise, ...]:
        made = firms.enterprises(self.areas, scale=self.scale, seed=self.seed)
        return tuple(self._lapse(firm) if firm.n == LAPSING else firm for firm in made)

    @cached_property
    def workers_of(self) -> dict[str, tuple[firms.Worker, ...]]:
        """Return the workers of every enterprise: its ref -> workers."""
        return {firm.ref: tuple(firms.workers(firm, seed=self.seed)) for firm in self.enterprises}

    @property
    def year_from(self) -> date:
        """The first day of the year that is played: prices, contracts and the pack hold from then on."""
        return date(self.month.year, 1, 1)

    @property
    def founded_at(self) -> datetime:
        """The morning on which the bureau sets the programme up, four weeks before the month."""
        return datetime.combine(self.month.first_day - timedelta(days=28), time(9), BEIJING)

    def registered_at(self, elder: Elder) -> datetime:
        """The moment at which an elder is registered, in office hours of the weeks before the month."""
        days, rest = 1 + elder.n % 24, elder.n // 24
        return self.founded_at + timedelta(days=days, minutes=rest % 480, seconds=rest // 480 % 60)

    @property
    def budget_fen(self) -> int:
        """The year's money: 30 million yuan for the whole district."""
        return int(30_000_000_00 * self.scale)

    def _lapse(self, firm: firms.Enterprise) -> firms.Enterprise:
        lapses_on = self.month.first_day + timedelta(days=17)
        papers = (replace(paper, valid_until=min(paper.valid_until, lapses_on)) for paper in firm.licences)
        return replace(firm, licences=tuple(papers))
