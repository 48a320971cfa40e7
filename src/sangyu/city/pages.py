"""One order on real pages: from the ring of the telephone to the worker's leaving, over HTTP, as five people would.

The rest of the play calls verbs; this walk proves that the desks carry an order through. It ends at the charge; the
follow-up and the month's end come in their own time.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

from django.conf import settings

from sangyu.city import players as cast
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.build import HOTLINE, PASSWORD
from sangyu.city.people import Elder, service_class
from sangyu.city.players import Players, elder_id
from sangyu.city.today import item_for
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Dispatch
from sangyu.hotline import queries as hotline_read
from sangyu.kit.errors import Refusal
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order, Stage
from sangyu.providers import queries as providers_read
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder as RegisteredElder

ORDERING_TAKES = timedelta(minutes=5)


class PageRefused(Refusal):
    """A page did not let the walk go on."""

    code = "PAGE_REFUSED"


class Browser:
    """Somebody at a desk: signs in once, keeps the cookies, and sends forms as a page does."""

    def __init__(self, base_url: str, username: str | None = None) -> None:
        self._base = base_url.rstrip("/") + "/"
        self._cookies = CookieJar()
        # No proxy stands between: the pages of the demo are on this machine.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._cookies)
        )
        if username is not None:
            self.get("sign-in/")
            self.post("sign-in/", username=username, password=PASSWORD)

    def get(self, path: str) -> str:
        """Open a page and return its text."""
        return self._open(urllib.request.Request(urljoin(self._base, path)))[1]

    def post(self, path: str, **fields: object) -> str:
        """Send a form; return the address of the page that follows."""
        token = next((cookie.value for cookie in self._cookies if cookie.name == settings.CSRF_COOKIE_NAME), "")
        body = urlencode({**fields, "csrfmiddlewaretoken": token}, doseq=True).encode()
        return self._open(urllib.request.Request(urljoin(self._base, path), data=body))[0]

    def tell(self, path: str, event: dict[str, str]) -> None:
        """Send an event as the telephone system does."""
        headers = {"Content-Type": "application/json", "X-Cti-Key": settings.CTI_KEY}
        body = json.dumps(event).encode()
        self._open(urllib.request.Request(urljoin(self._base, path), data=body, headers=headers))

    def _open(self, asked: urllib.request.Request) -> tuple[str, str]:
        try:
            with self._opener.open(asked, timeout=60) as answer:
                return answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            raise PageRefused(f"页面{asked.full_url}回答{error.code}，这一步没有办成。请查看服务日志。") from error


def walk(plan: Blueprint, players: Players, *, base_url: str, at: datetime) -> str:
    """Take one order of today through the desks and return its number; `at` is the present of the desks.

    A walk that was broken off goes on from where its order stands; one that is done is not done again.
    Raises: PageRefused.
    """
    reference = f"PAGES-{at.astimezone(BEIJING):%Y%m%d}"
    order_id = players.order_id(reference)
    if not orders_read.orders(players.clock).filter(pk=order_id).exists():
        _rung_and_taken(plan, players, reference, base_url, at)
    for stage, step in _STEPS.items():
        order = orders_read.get_order(players.clock, order_id)
        if order.stage == stage:
            step(players, order, base_url)
    order = orders_read.get_order(players.clock, order_id)
    if order.stage != Stage.SERVED:
        raise PageRefused(f"工单{order.number}走完页面后仍是“{order.get_stage_display()}”。请查看服务日志。")
    return order.number


def step(players: Players, order: Order, base_url: str) -> None:
    """Take the next step of an order over its page, as the person whose step it is; a closed order has none."""
    if order.stage in _STEPS:
        _STEPS[order.stage](players, order, base_url)


def _caller(plan: Blueprint) -> Elder:
    """Choose the last class B elder of the first enterprise's subdistricts; the first ones have today's other work."""
    near = [elder for elder in plan.elders if elder.community_code[:9] in plan.enterprises[0].subdistricts]
    return min(near, key=lambda elder: (service_class(elder) != "B", -elder.n))


def _rung_and_taken(plan: Blueprint, players: Players, reference: str, base_url: str, at: datetime) -> None:
    elder = _caller(plan)
    Browser(base_url).tell(
        "exchange/cti/events",
        {
            "event": "ring",
            "line_reference": reference,
            "caller_number": elder.phone,
            "called_number": HOTLINE,
        },
    )
    call = hotline_read.calls(players.clock).get(line_reference=reference)
    slot = next_hour(at)
    agent = Browser(base_url, "agent1")
    agent.post(f"hotline/calls/{call.pk}/answer/")
    agent.post(
        f"hotline/calls/{call.pk}/order/",
        elder=elder_id(players.programme.pk, elder.resident_id),
        q=item_for(plan, players).code,
        day=slot.date().isoformat(),
        hour=slot.hour,
        key=reference,
    )


def next_hour(at: datetime) -> datetime:
    """Return the next full hour in Beijing that leaves time to take the order.

    It is near enough for the worker to be there already, whatever the hour of the day.
    """
    hour = at.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(hours=1 if hour + timedelta(hours=1) - at > ORDERING_TAKES else 2)


def _send(players: Players, order: Order, base_url: str) -> None:
    dispatcher = Browser(base_url, "dispatcher1")
    dispatcher.get("dispatching/")
    enterprise = providers_read.own_enterprise(players.users[cast.manager_name(0)])
    dispatcher.post(f"dispatching/orders/{order.pk}/send/", enterprise=enterprise.pk)


def _accept(players: Players, order: Order, base_url: str) -> None:
    office = Browser(base_url, cast.manager_name(0))
    office.post(f"provider/dispatches/{_sent(order).pk}/accept/")


def _assign(players: Players, order: Order, base_url: str) -> None:
    manager = players.users[cast.manager_name(0)]
    sent = _sent(order)
    able = [row.worker for row in dispatch_read.worker_choices(manager, sent) if not row.reason]
    signed_in = [row for row in able if players.workers[row.pk].user.has_usable_password()]
    if not signed_in:
        raise PageRefused(f"工单{order.number}没有能登录又有空的服务人员。请在企业工作台上派人。")
    # The last one: the first worker keeps the afternoon for the visits that are left on the desks.
    worker = max(signed_in, key=lambda row: players.workers[row.pk].user.username)
    Browser(base_url, manager.username).post(f"provider/dispatches/{sent.pk}/assign/", worker=worker.pk)


def _arrive(players: Players, order: Order, base_url: str) -> None:
    phone, home = _at_the_door(players, order, base_url)
    phone.get(f"carer/orders/{order.pk}/")
    phone.post(f"carer/orders/{order.pk}/arrive/", **_place(home), door_code=home.door_code)


def _leave(players: Players, order: Order, base_url: str) -> None:
    phone, home = _at_the_door(players, order, base_url)
    phone.post(f"carer/orders/{order.pk}/leave/", **_place(home), tasks=list(order.item.tasks), note="")


def _at_the_door(players: Players, order: Order, base_url: str) -> tuple[Browser, RegisteredElder]:
    goes = dispatch_read.assignment_of(order)
    assert goes is not None  # the order's stage says so
    phone = Browser(base_url, players.workers[goes.worker_id].user.username)
    return phone, registry_read.get_elder(players.clock, order.elder_id)


def _sent(order: Order) -> Dispatch:
    sent = dispatch_read.latest(order)
    assert sent is not None  # the order's stage says so
    return sent


def _place(home: RegisteredElder) -> dict[str, object]:
    return {"lng": home.lng, "lat": home.lat, "accuracy": 12}


_STEPS: dict[str, Callable[[Players, Order, str], None]] = {
    Stage.PLACED: _send,
    Stage.SENT: _accept,
    Stage.ACCEPTED: _assign,
    Stage.ASSIGNED: _arrive,
    Stage.IN_SERVICE: _leave,
}
