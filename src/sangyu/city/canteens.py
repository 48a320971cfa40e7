"""Elders have lunch outside, too: invented canteens, who holds a card, and who eats where on which day.

Assumptions: 65 canteens at scale 1, never fewer than two; 80,000 of 110,000 elders hold a card; of a thousand card
holders twenty eat at the canteen nearest to them on a day; one portion in forty is given back at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sangyu.city import places
from sangyu.city.blueprint import BEIJING, LAPSING, Blueprint
from sangyu.city.dice import below, chance, scaled
from sangyu.city.firms import Enterprise
from sangyu.city.people import Elder
from sangyu.kit.point import Point, distance_m

CANTEENS, CANTEENS_MIN = 65, 2
CARD_HOLDERS_PM = 727
DINERS_PM = 20
GIVEN_BACK_PM = 25
PAYS_IN_FULL_PM = 300  # of those whom the till tells that there is no subsidy for this portion
OPENS, OPENS_AT, OPEN_MINUTES = "11:00–13:30", time(11), 150


@dataclass(frozen=True, slots=True)
class Canteen:
    """A canteen to be opened; `n` names its till."""

    n: int
    name: str
    firm: Enterprise
    community_code: str
    address: str
    place: Point


@dataclass(frozen=True, slots=True)
class Lunch:
    """Somebody at the till; `ref` is the name under which dice are thrown."""

    ref: str
    at: datetime
    elder: Elder

    def is_given_back(self, seed: int) -> bool:
        return chance(GIVEN_BACK_PM, seed, "gives back", self.ref)

    def is_paid_in_full(self, seed: int) -> bool:
        return chance(PAYS_IN_FULL_PM, seed, "pays in full", self.ref)


def canteens(plan: Blueprint) -> tuple[Canteen, ...]:
    """Make the canteens of a city, each in a community of its own, where its enterprise has signed to serve."""
    hosts = [firm for firm in plan.enterprises if "LIFE_CARE" in firm.service_classes and firm.n != LAPSING]
    wanted = max(CANTEENS_MIN, scaled(CANTEENS, plan.scale))
    made: dict[str, Canteen] = {}
    for n in range(wanted):
        firm = hosts[n % len(hosts)]
        near = [code for code in plan.elders_of if code[:9] in firm.subdistricts and code not in made]
        if near:
            code = near[below(len(near), plan.seed, "canteen", n)]
            made[code] = _canteen(plan, n, firm, code)
    return tuple(made.values())


def card_number(elder: Elder) -> str:
    """Return the number on the elder's citizen card."""
    return f"620102{elder.n:010d}"


def has_card(plan: Blueprint, elder: Elder) -> bool:
    return chance(CARD_HOLDERS_PM, plan.seed, "card", elder.ref)


def regulars(plan: Blueprint, made: tuple[Canteen, ...]) -> dict[int, list[Elder]]:
    """Return the card holders whose nearest canteen it is: the canteen's n -> elders."""
    found: dict[int, list[Elder]] = defaultdict(list)
    for code, elders in plan.elders_of.items():
        here = places.community(code, plan.seed)
        nearest = min(made, key=lambda canteen: (distance_m(here, canteen.place), canteen.n))
        found[nearest.n] += [elder for elder in elders if has_card(plan, elder)]
    return found


def lunches(canteen: Canteen, guests: list[Elder], day: date, *, seed: int) -> Iterator[Lunch]:
    """Yield who comes to the till on a day, in no order; somebody may come twice, or be too young for the subsidy."""
    count, rest = divmod(len(guests) * DINERS_PM, 1000)
    count += below(1000, seed, "part of a lunch", canteen.n, day.isoformat()) < rest
    for i in range(count):
        ref = f"{day:%Y%m%d}-{canteen.n}-{i}"
        seconds = below(OPEN_MINUTES * 60, seed, "eats at", ref)
        yield Lunch(
            ref=ref,
            at=datetime.combine(day, OPENS_AT, BEIJING) + timedelta(seconds=seconds),
            elder=guests[below(len(guests), seed, "eats", ref)],
        )


def _canteen(plan: Blueprint, n: int, firm: Enterprise, code: str) -> Canteen:
    area = plan.areas[code]
    street = plan.areas[area.parent].name
    return Canteen(
        n=n,
        name=f"{street}{area.name}老年餐厅",
        firm=firm,
        community_code=code,
        address=f"{street}{area.name}{1 + below(200, plan.seed, 'canteen door', n)}号",
        place=places.community(code, plan.seed),
    )
