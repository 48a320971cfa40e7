"""`./sangyu drill repeat`: answers swallowed after the commit, requests cut in half, and everybody pressing at once.

By people at pages and by machines at the interface, over the same bad line at the same time.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

from sangyu.config.drills.ground import Ground, faults
from sangyu.config.drills.house import house
from sangyu.config.drills.load import Book, callers, compare, settle
from sangyu.config.drills.machines import Keys, machines, press_key
from sangyu.config.drills.proxy import bad_line
from sangyu.config.drills.town import BEIJING, HOTLINE, ITEM, PASSWORD
from sangyu.config.drills.visitor import Answer, Visitor

LINES = 3
ERRANDS_S_MAX = 600.0


def run(ground: Ground, *, errands: int, widths: tuple[int, ...] = (2, 10, 50)) -> dict[str, Any]:
    """Run errands over a bad line, then press the same button many times at the same moment; count what came of it.

    Shape: the figures of the drill; `fates` says what the line did with the requests, `api` what machines alone did.
    """
    began = time.monotonic()
    database = ground.fresh("repeat")
    book, keys = Book(), Keys.issued(ground.town)
    with house(ground, database) as home:
        with bad_line(home.port) as line:
            many = max(1, errands // LINES)
            callers_ = callers(line.port, book, ground.town, lines=LINES, many=many)
            machines_ = machines(line.port, book, ground.town, keys, lines=LINES, many=many)
            lines = [*callers_, *machines_]
            for one in lines:
                one.start()
            for one in lines:
                one.join(ERRANDS_S_MAX)
            settle(lines)
        pressed = [_press_together(ground, home.port, width) for width in widths]
        pressed += [press_key(ground.town, keys, home.port, width) for width in widths]
        figures = compare(book)
        found = faults()
    return {
        "n": len(book.wishes),
        **figures,
        "twice": figures["twice"] + sum(press["twice"] for press in pressed),
        "api": {
            name: sum(getattr(machine, name) for machine in machines_)
            for name in ("acknowledged", "replayed", "refused")
        },
        "otherwise": [what for machine in machines_ for what in machine.otherwise],
        "asked": book.asked,
        "unheard": book.silent,
        "fates": dict(line.fates),
        "steps": sorted({step for step, _ in book.wishes}),
        "pressed": pressed,
        "faults": [
            *found,
            *(f"{press['width']} at once were told different things" for press in pressed if press["told"] > 1),
        ],
        "troubles": book.troubles,
        "seconds": round(time.monotonic() - began, 1),
    }


def _press_together(ground: Ground, port: int, width: int) -> dict[str, Any]:
    """Send the same order `width` times at one moment, with one key; count what came of it.

    Shape: the orders that were made, and `told`, how many different answers were given: one, if all is well.
    """
    from sangyu.hotline.models import Call, CallOrder
    from sangyu.orders.models import Order

    reference = f"together-{width}"
    agent = Visitor(port)
    agent.sign_in("agent", PASSWORD)
    from django.conf import settings

    machine = Visitor(port, headers={"X-Cti-Key": settings.CTI_KEY})
    ring = {"event": "ring", "line_reference": reference, "caller_number": "", "called_number": HOTLINE}
    call = machine.insist("POST", "/exchange/cti/events", body=ring).json["call"]
    agent.insist("POST", f"/hotline/calls/{call}/answer/")
    fields = {
        "elder": ground.town.elders()[-1].pk,
        "q": ITEM,
        "day": (datetime.now(BEIJING).date() + timedelta(days=28)).isoformat(),
        "hour": 6 + width % 13,
        "key": reference,
    }
    before = Order.objects.count()
    barrier = Barrier(width)

    def press(_: int) -> Answer:
        barrier.wait(60)
        return agent.insist("POST", f"/hotline/calls/{call}/order/", fields)

    with ThreadPoolExecutor(width) as fingers:
        answers = list(fingers.map(press, range(width)))
    made = Order.objects.count() - before
    linked = CallOrder.objects.filter(call=Call.objects.get(line_reference=reference)).count()
    return {
        "at": "page",
        "width": width,
        "orders": made,
        "told": len({answer.location for answer in answers}),
        "twice": max(made, linked) - 1,
    }
