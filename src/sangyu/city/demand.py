"""Who rings the hotline in a month, when, and for what: the play that drives the city through its own desks.

Assumptions: 9.0 orders per registered elder and year (7.45 million orders in seven and a half years), Mondays busy
and Sundays quiet, a fifth of the day's calls between nine and ten; of a thousand calls 860 end as an order, 70 as a
consultation, 30 as a comfort talk, 25 as a complaint, 15 as an emergency; 60 come from a family's telephone, 25 from
an unknown number, 5 with the number withheld. Elders of class A, B and D ring about twice as often as others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sangyu.city import phones
from sangyu.city.catalogue import Item
from sangyu.city.dice import Part, Urn, below, chance
from sangyu.city.people import Elder, service_class
from sangyu.kit.month import Month

BEIJING = ZoneInfo("Asia/Shanghai")
ORDERS_A_YEAR = 9
OPENS_AT, CLOSES_AT = time(8), time(18)


class Intent(StrEnum):
    """How a call ends."""

    ORDER = "ORDER"
    CONSULTATION = "CONSULTATION"
    COMPLAINT = "COMPLAINT"
    EMERGENCY = "EMERGENCY"
    COMFORT = "COMFORT"


class Caller(StrEnum):
    """Whose telephone rings in: found at once, found through the family, or to be asked for."""

    ELDER = "ELDER"
    FAMILY = "FAMILY"
    UNKNOWN = "UNKNOWN"
    WITHHELD = "WITHHELD"


@dataclass(frozen=True, slots=True)
class CallPlan:
    """One call that will come in.

    `caller_number` is empty when withheld. `item_code` is set for orders and emergencies, `wanted_from` for orders
    only; the visit then fits between 8:00 and 18:00 of a later day.
    """

    ref: str
    at: datetime
    caller: Caller
    caller_number: str
    elder_ref: str
    intent: Intent
    item_code: str
    wanted_from: datetime | None
    talk_seconds: int


_INTENTS_PM = {
    Intent.ORDER: 860,
    Intent.CONSULTATION: 70,
    Intent.COMFORT: 30,
    Intent.COMPLAINT: 25,
    Intent.EMERGENCY: 15,
}
_INTENTS = Urn(_INTENTS_PM)
_CALLERS = Urn({Caller.ELDER: 910, Caller.FAMILY: 60, Caller.UNKNOWN: 25, Caller.WITHHELD: 5})
_WEEKDAY_PERCENT = (115, 110, 106, 105, 104, 86, 74)
_HOURS = Urn(
    {7: 20, 8: 110, 9: 200, 10: 170, 11: 90, 12: 35, 13: 35, 14: 95, 15: 100, 16: 75, 17: 45, 18: 17, 19: 6, 20: 2}
)
_DAYS_AHEAD = Urn({1: 550, 2: 300, 3: 150})
_ACCEPTED_PM = {"A": 900, "B": 750, "C": 400, "D": 1000}
_CLASSES = Urn({"LIFE_CARE": 740, "MEDICAL_CARE": 170, "COMFORT": 90})
_POPULAR = ("日常保洁", "上门做午饭", "午餐送餐上门", "上门理发", "油烟机清洗", "擦玻璃", "代买蔬菜粮油", "洗头",
            "上门量血压", "陪同就医半日", "保健推拿", "康复训练", "上门陪聊", "读书读报")  # fmt: skip
# Some services have their hour.
_STARTS = {"上门做早饭": time(8), "晨间照料": time(8), "上门做午饭": time(10, 30), "午餐送餐上门": time(11, 30),
           "上门做晚饭": time(16), "晚间照料": time(17), "晚餐送餐上门": time(17, 30)}  # fmt: skip


def calls(month: Month, *, seed: int, elders: Sequence[Elder], items: Sequence[Item]) -> Iterator[CallPlan]:
    """Yield the calls of a month in the order in which they come in; the same call whoever asks, and when."""
    wishes = Wishes(items, seed=seed)
    day = month.first_day
    while month.contains(day):
        yield from calls_of_day(day, seed=seed, elders=elders, wishes=wishes)
        day += timedelta(days=1)


def calls_of_day(day: date, *, seed: int, elders: Sequence[Elder], wishes: Wishes) -> Iterator[CallPlan]:
    """Yield the calls of one day in the order in which they come in."""
    count = call_count(day, seed=seed, elder_count=len(elders))
    yield from sorted((_call(day, i, seed, elders, wishes) for i in range(count)), key=lambda call: (call.at, call.ref))


def call_count(day: date, *, seed: int, elder_count: int) -> int:
    """Say how many calls come in on a day; parts of a call are drawn for, so that small cities have quiet days."""
    percent = _WEEKDAY_PERCENT[day.weekday()] * (95 + below(11, seed, "busy", day.isoformat()))
    whole = 365 * 100 * 100 * _INTENTS_PM[Intent.ORDER]
    count, rest = divmod(elder_count * ORDERS_A_YEAR * 1000 * percent, whole)
    return count + (below(whole, seed, "part of a call", day.isoformat()) < rest)


class Wishes:
    """What elders ask for: some items far more often than others, and each elder a few favourites."""

    def __init__(self, items: Sequence[Item], *, seed: int) -> None:
        self._seed = seed
        self.items = {item.code: item for item in items}
        # Nights and whole days do not fit between eight and six; they are arranged, not ordered by telephone.
        by_day = [item for item in items if item.unit not in ("夜", "日") and item.minutes <= 600]
        self._urns = {
            service_class: Urn({i.code: self._weight(i) for i in by_day if i.service_class == service_class})
            for service_class in {item.service_class for item in by_day}
        }

    def order(self, elder_ref: str, *key: Part) -> Item:
        """Choose what an elder orders, more often than not one of three favourites."""
        if chance(550, *key, "favourite"):
            key = (self._seed, elder_ref, "favourite", below(3, *key, "which favourite"))
        service_class = _CLASSES.draw(*key, "class")
        return self.items[self._urns[service_class].draw(*key, "item")]

    def emergency(self, *key: Part) -> Item:
        return self.items[self._urns["EMERGENCY"].draw(*key, "item")]

    def _weight(self, item: Item) -> int:
        return 40 if item.name in _POPULAR else 1 + below(5, self._seed, "liked", item.code)


def _call(day: date, i: int, seed: int, elders: Sequence[Elder], wishes: Wishes) -> CallPlan:
    key: tuple[Part, ...] = (seed, "call", day.isoformat(), i)
    elder = _who(elders, *key)
    intent = _INTENTS.draw(*key, "intent")
    caller, number = _from(elder, *key)
    # Emergencies keep no office hours.
    hour = below(24, *key, "hour") if intent is Intent.EMERGENCY else _HOURS.draw(*key, "hour")
    at = datetime.combine(day, time(hour), BEIJING) + timedelta(seconds=below(3600, *key, "second"))
    item = None
    if intent is Intent.ORDER:
        item = wishes.order(elder.ref, *key)
    elif intent is Intent.EMERGENCY:
        item = wishes.emergency(*key)
    return CallPlan(
        ref=f"{day:%Y%m%d}-{i}",
        at=at,
        caller=caller,
        caller_number=number,
        elder_ref=elder.ref,
        intent=intent,
        item_code=item.code if item else "",
        wanted_from=_wanted(day, item, *key) if item and intent is Intent.ORDER else None,
        talk_seconds=40 + below(280, *key, "talk"),
    )


def _who(elders: Sequence[Elder], *key: Part) -> Elder:
    """Draw an elder, letting those who ring less often go with a matching likelihood."""
    for attempt in range(20):
        elder = elders[below(len(elders), *key, "elder", attempt)]
        if chance(_ACCEPTED_PM[service_class(elder)], *key, "rings", attempt):
            break
    return elder


def _from(elder: Elder, *key: Part) -> tuple[Caller, str]:
    caller = _CALLERS.draw(*key, "caller")
    if caller is Caller.FAMILY and elder.contacts:
        return caller, elder.contacts[below(len(elder.contacts), *key, "contact")].phone
    if caller is Caller.UNKNOWN:
        return caller, phones.stranger(below(10**8, *key, "stranger"))
    if caller is Caller.WITHHELD:
        return caller, ""
    return Caller.ELDER, elder.phone


def _wanted(day: date, item: Item, *key: Part) -> datetime:
    """Choose a later day and a half hour at which the service still ends before closing time."""
    on = day + timedelta(days=_DAYS_AHEAD.draw(*key, "days ahead"))
    opens = datetime.combine(on, OPENS_AT, BEIJING)
    if item.name in _STARTS:
        return datetime.combine(on, _STARTS[item.name], BEIJING)
    minutes_open = (CLOSES_AT.hour - OPENS_AT.hour) * 60 - item.minutes
    return opens + timedelta(minutes=30 * below(minutes_open // 30 + 1, *key, "half hour"))
