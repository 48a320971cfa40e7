"""Play the tills: portions sold by card, one given back now and then, and every day closed in the evening."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sangyu.budget.actions import BudgetGone
from sangyu.city import canteens
from sangyu.city import players as cast
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.canteens import Lunch, card_number
from sangyu.city.players import Players, elder_id
from sangyu.meals import actions as meals
from sangyu.meals.models import DayClose, Sale
from sangyu.meals.rules import FullPrice
from sangyu.providers import queries as providers_read

CLOSES_AT = time(19, 30)
MISTAKE = "刷错了卡，当场退回"

Step = tuple[datetime, str, Callable[..., None], tuple[Any, ...]]


class Tills:
    """The canteens of a built city, each with the cashier at its till."""

    def __init__(self, plan: Blueprint, players: Players) -> None:
        self.plan, self.players = plan, players
        self._ids = {row.name: row.pk for row in providers_read.canteens(players.clock)}
        self._open = tuple(made for made in canteens.canteens(plan) if made.name in self._ids)

    def steps(self, days: list[date]) -> Iterator[Step]:
        """Yield what is to do on these days, without the days that are closed already."""
        closed = set(DayClose.objects.filter(canteen__in=self._ids.values()).values_list("canteen_id", "day"))
        guests = canteens.regulars(self.plan, self._open) if self._open else {}
        for canteen in self._open:
            pk, till = self._ids[canteen.name], cast.till_name(canteen.n)
            for day in days:
                if (pk, day) in closed:
                    continue
                for lunch in canteens.lunches(canteen, guests.get(canteen.n, []), day, seed=self.plan.seed):
                    yield lunch.at, lunch.ref, self._serve, (pk, till, lunch)
                yield datetime.combine(day, CLOSES_AT, BEIJING), f"close-{canteen.n}", self._close, (pk, till, day)

    def _serve(self, at: datetime, canteen_id: UUID, till: str, lunch: Lunch) -> None:
        try:
            sale = self._sell(at, canteen_id, till, lunch, full_price_agreed=False)
        except FullPrice:
            if not lunch.is_paid_in_full(self.plan.seed):
                return
            sale = self._sell(at, canteen_id, till, lunch, full_price_agreed=True)
        except BudgetGone:
            return
        if lunch.is_given_back(self.plan.seed):
            meals.refund(sale_id=sale.pk, reason=MISTAKE, by=self.players.users[till], at=at + timedelta(seconds=40))

    def _sell(self, at: datetime, canteen_id: UUID, till: str, lunch: Lunch, *, full_price_agreed: bool) -> Sale:
        return meals.sell(
            canteen_id=canteen_id,
            elder_id=elder_id(self.players.programme.pk, lunch.elder.resident_id),
            key=f"city:{lunch.ref}",
            by=self.players.users[till],
            at=at,
            card_number=card_number(lunch.elder),
            full_price_agreed=full_price_agreed,
        )

    def _close(self, at: datetime, canteen_id: UUID, till: str, day: date) -> None:
        meals.close_day(canteen_id=canteen_id, day=day, by=self.players.users[till], at=at)
