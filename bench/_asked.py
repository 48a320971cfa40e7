"""What a district's people ask all day: ten pages and verbs in the order of a busy hour."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from functools import partial
from itertools import count, cycle

from _city import ANSWER_S_MAX, Seat, seat
from _pages import pages


def asked(base: str, requests: int, *, hour: int) -> list[tuple[str, Callable[[], object]]]:
    """Line up so many requests of the people at their desks: of ten kinds, the frequent ones more often.

    What is rung and ordered in one `hour` is not rung and ordered again in another.
    """
    from django.conf import settings

    from sangyu.city import players
    from sangyu.city.build import HOTLINE
    from sangyu.orders.models import Order
    from sangyu.registry.models import Contact, Elder

    where = pages()
    seats: dict[str, Seat] = {}

    def look(page: str) -> Callable[[], object]:
        who, path = where[page]
        if who not in seats:
            seats[who] = seat(base, who)
        return lambda: seats[who].ask(path)

    numbers = cycle(Contact.objects.filter(relation="本人").order_by("-id").values_list("phone", flat=True)[:2000])
    people = cycle(Elder.objects.order_by("-id").values_list("pk", flat=True)[:2000])
    orders = cycle(Order.objects.order_by("-id").values_list("pk", flat=True)[:2000])
    agent = seat(base, "agent1")
    serial = count()

    def ring() -> Callable[[], object]:
        body = {"event": "ring", "line_reference": f"b-{hour}-{next(serial)}", "called_number": HOTLINE}
        return partial(cti, base, settings.CTI_KEY, {**body, "caller_number": next(numbers)})

    def order_page() -> Callable[[], object]:
        return partial(agent.ask, f"/hotline/orders/{next(orders)}/")

    def history() -> Callable[[], object]:
        return partial(agent.ask, f"/hotline/elders/{next(people)}/orders/")

    place = placing(base, players.programme(), hour)
    kinds: list[tuple[int, str, Callable[[], Callable[[], object]]]] = [
        (4, "hotline:desk", lambda: look("hotline:desk")),
        (3, "ring (verb)", ring),
        (3, "hotline:elder-orders", history),
        (2, "order placed (verb)", place),
        (2, "hotline:order", order_page),
        (2, "dispatching:board", lambda: look("dispatching:board")),
        (2, "provider:inbox", lambda: look("provider:inbox")),
        (2, "carer:today", lambda: look("carer:today")),
        (1, "community:elders?q", lambda: look("community:elders?q=王")),
        (1, "quality:queue", lambda: look("quality:queue")),
    ]
    line: list[tuple[str, Callable[[], object]]] = []
    row = [(name, make) for weight, name, make in kinds for _ in range(weight)]
    for n in range(requests):
        name, make = row[n * 7 % len(row)]
        line.append((name, make()))
    return line


def cti(base: str, key: str, event: dict[str, str]) -> None:
    """Say an event as the telephone exchange does."""
    headers = {"Content-Type": "application/json", "X-Cti-Key": key}
    request = urllib.request.Request(base + "/exchange/cti/events", json.dumps(event).encode(), headers)
    urllib.request.urlopen(request, timeout=ANSWER_S_MAX).close()


def placing(base: str, programme: object, hour: int) -> Callable[[], Callable[[], object]]:
    """Return what makes a form that takes an order; the calls it answers are taken in advance."""
    from datetime import timedelta

    from sangyu.access.models import User
    from sangyu.city.blueprint import BEIJING
    from sangyu.hotline import actions as hotline
    from sangyu.kit.ids import new_id
    from sangyu.portals.clock import now
    from sangyu.providers.models import ServiceItem
    from sangyu.registry.models import Elder

    agent, at = seat(base, "agent2"), now()
    user = User.objects.get(username="agent2")
    item = ServiceItem.objects.filter(skill="保洁", certificate="").order_by("code").first()
    elders = iter(Elder.objects.order_by("id").values_list("pk", flat=True)[hour * 2000 : hour * 2000 + 2000])
    slots = count()

    def make() -> Callable[[], object]:
        n, elder_id = next(slots), next(elders)
        call = hotline.ring(
            programme=programme, line_reference=f"p-{hour}-{n}", caller_number="", called_number="965885", at=at
        )
        hotline.answer(call_id=call.pk, by=user, at=at)
        day = (at.astimezone(BEIJING) + timedelta(days=2 + n % 5)).date()
        fields = {"elder": elder_id, "q": item.code, "day": day.isoformat(), "hour": 9 + n % 8, "key": str(new_id())}
        return lambda: agent.ask(f"/hotline/calls/{call.pk}/order/", fields)

    return make
