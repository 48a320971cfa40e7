"""One order on real pages: from the ring of the telephone to the worker's leaving, over HTTP, as five people would.

The rest of the play calls verbs; this walk proves that the desks carry an order through. It ends at the charge; the
follow-up and the month's end come in their own time.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin
from uuid import UUID

from django.conf import settings

from sangyu.city import players as cast
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.build import HOTLINE, PASSWORD
from sangyu.city.people import Elder, service_class
from sangyu.city.players import Players, elder_id
from sangyu.city.today import item_for
from sangyu.dispatch import queries as dispatch_read
from sangyu.hotline import queries as hotline_read
from sangyu.kit.errors import Refusal
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Stage
from sangyu.providers import queries as providers_read
from sangyu.registry import queries as registry_read


class PageRefused(Refusal):
    """A page did not let the walk go on."""

    code = "PAGE_REFUSED"


class Browser:
    """Somebody at a desk: signs in once, keeps the cookies, and sends forms as a page does."""

    def __init__(self, base_url: str, username: str | None = None) -> None:
        self._base = base_url.rstrip("/") + "/"
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
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
    """Take one order of today through the desks and return its number; done already, it is not done again.

    Raises: PageRefused.
    """
    day = at.astimezone(BEIJING).date()
    reference = f"PAGES-{day:%Y%m%d}"
    known = hotline_read.calls(players.clock).filter(line_reference=reference).first()
    if known is not None and known.end:
        return orders_read.get_order(players.clock, players.order_id(reference)).number
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
    order_id = _taken(plan, players, elder, reference, base_url, at)
    _carried(players, order_id, base_url)
    order = orders_read.get_order(players.clock, order_id)
    if order.stage != Stage.SERVED:
        raise PageRefused(f"工单{order.number}走完页面后仍是“{order.get_stage_display()}”。请查看服务日志。")
    return order.number


def _caller(plan: Blueprint) -> Elder:
    """Choose the last class B elder of the first enterprise's subdistricts; the first ones have today's other work."""
    near = [elder for elder in plan.elders if elder.community_code[:9] in plan.enterprises[0].subdistricts]
    return min(near, key=lambda elder: (service_class(elder) != "B", -elder.n))


def _taken(plan: Blueprint, players: Players, elder: Elder, reference: str, base_url: str, at: datetime) -> UUID:
    call = hotline_read.calls(players.clock).get(line_reference=reference)
    slot = at.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    agent = Browser(base_url, "agent1")
    agent.post(f"hotline/calls/{call.pk}/answer/")
    then = agent.post(
        f"hotline/calls/{call.pk}/order/",
        elder=elder_id(players.programme.pk, elder.resident_id),
        q=item_for(plan, players).code,
        day=slot.date().isoformat(),
        hour=slot.hour,
        key=reference,
    )
    order_id = UUID(then.rstrip("/").rsplit("/", 1)[-1])
    manager = players.users[cast.manager_name(0)]
    dispatcher = Browser(base_url, "dispatcher1")
    dispatcher.get("dispatching/")
    dispatcher.post(f"dispatching/orders/{order_id}/send/", enterprise=providers_read.own_enterprise(manager).pk)
    return order_id


def _carried(players: Players, order_id: UUID, base_url: str) -> None:
    manager = players.users[cast.manager_name(0)]
    sent = dispatch_read.latest(orders_read.get_order(players.clock, order_id))
    office = Browser(base_url, manager.username)
    office.post(f"provider/dispatches/{sent.pk}/accept/")
    able = [row.worker for row in dispatch_read.worker_choices(manager, sent) if not row.reason]
    worker = next(row for row in able if players.workers[row.pk].user.has_usable_password())
    office.post(f"provider/dispatches/{sent.pk}/assign/", worker=worker.pk)
    home = registry_read.get_elder(players.clock, sent.order.elder_id)
    place = {"lng": home.lng, "lat": home.lat, "accuracy": 12}
    phone = Browser(base_url, players.workers[worker.pk].user.username)
    phone.get(f"carer/orders/{order_id}/")
    phone.post(f"carer/orders/{order_id}/arrive/", **place, door_code=home.door_code)
    phone.post(f"carer/orders/{order_id}/leave/", **place, tasks=list(sent.order.item.tasks), note="")
