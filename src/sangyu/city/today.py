"""Leave work on every desk for whoever opens the demo now: calls that ring, orders half way, a visit to do today.

The month that was played is over; the days since then are not played, except for these few things around now.
They are made once a day, however often the demo is started.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from sangyu.access.models import User
from sangyu.city import catalogue
from sangyu.city import players as cast
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.build import HOTLINE, relax_commits
from sangyu.city.people import Elder, service_class
from sangyu.city.players import Players, elder_id
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.kit.errors import Refusal
from sangyu.kit.point import Point
from sangyu.orders.models import Order
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.visits import actions as visits

MINUTES_MAX = 180  # an item that a worker can do twice in an afternoon


def leave_work(plan: Blueprint, players: Players, *, at: datetime, progress: Callable[[str], None]) -> bool:
    """Leave today's work on the desks unless it has been left already; return whether it was.

    All of it is one transaction, so a break leaves nothing half done.
    """
    relax_commits()
    scene = _Scene(plan, players, at)
    if scene.is_set():
        return False
    with transaction.atomic():
        scene.yesterday()
        scene.orders()
        scene.calls()
        quality.open_cycle(programme_id=players.programme.pk, on=scene.day, by=players.clock, at=at)
        quality.gather_complaints(by=players.clock, at=at)
    progress("今天的事已摆上各个工作台：两通来电在等，几张工单待派、待接、待派人，服务员今天有上门，昨天的回访待打。")
    return True


class _Scene:
    """Today, around a moment; the elders are those of the first enterprise's contract, so that it can serve them."""

    def __init__(self, plan: Blueprint, players: Players, at: datetime) -> None:
        self.plan, self.players, self.at = plan, players, at
        self.day: date = at.astimezone(BEIJING).date()
        self.firm = plan.enterprises[0]
        self.item = item_for(plan, players)
        self.manager: User = players.users[cast.manager_name(0)]
        self._near = self._neighbours()
        self._waiting = iter(self._near)  # everybody orders at most once

    def is_set(self) -> bool:
        found = hotline_read.calls(self.players.clock).filter(line_reference=self._line("waiting-1"))
        return found.exists()

    def yesterday(self) -> None:
        """Serve three orders of yesterday, one of them without any proof, and draw the day's sample."""
        before = datetime.combine(self.day - timedelta(days=1), time(9), BEIJING)
        for n in range(3):
            order = self._order(
                f"yesterday-{n}", before + timedelta(hours=2 * n), taken_at=before - timedelta(hours=16)
            )
            crew = self._sent(order, before - timedelta(hours=15), accepts=True, names=True)
            place = self._home(order) if n else None
            visit = visits.check_in(order_id=order.pk, by=crew, at=order.wanted_from, place=place)
            visits.check_out(
                visit_id=visit.pk,
                by=crew,
                at=order.wanted_from + timedelta(minutes=self.item.minutes),
                place=place,
                tasks_done=list(self.item.tasks),
            )
        if not any(sample.day == before.date() for sample in quality_read.samples(self.players.clock)):
            quality.draw_sample(day=before.date(), by=self.players.clock, at=before + timedelta(hours=12))

    def orders(self) -> None:
        """Leave two orders to send, two to accept, one to give to a worker, and one for today's visit."""
        soon = self._next_slot()
        tomorrow = datetime.combine(self.day + timedelta(days=1), time(9), BEIJING)
        earlier = self.at - timedelta(minutes=25)
        for n in range(2):
            self._order(f"placed-{n}", tomorrow + timedelta(hours=n), taken_at=earlier + timedelta(minutes=20 + n))
        for n in range(2):
            order = self._order(
                f"sent-{n}", tomorrow + timedelta(hours=1 + n), taken_at=earlier + timedelta(minutes=18)
            )
            self._sent(order, self.at - timedelta(minutes=4 - n))
        order = self._order("accepted", tomorrow + timedelta(hours=5), taken_at=earlier)
        self._sent(order, earlier + timedelta(minutes=3), accepts=True)
        for n in range(2):
            order = self._order(f"visit-{n}", soon + timedelta(hours=3 * n), taken_at=earlier + timedelta(minutes=n))
            first = self.players.users[cast.worker_name(0)]
            self._sent(order, earlier + timedelta(minutes=5 + n), accepts=True, names=True, worker=first)

    def calls(self) -> None:
        """Let the telephone ring twice, and leave one call that nobody took."""
        known = [elder for elder in self._classes("B") if elder.phone] or list(self.plan.elders)
        missed = self._ring("missed", known[1 % len(known)].phone, self.at - timedelta(minutes=12))
        hotline.hang_up(
            programme=self.players.programme,
            line_reference=missed.line_reference,
            at=self.at - timedelta(minutes=11),
        )
        self._ring("waiting-2", self.plan.elders[5].phone, self.at - timedelta(seconds=20))
        # The last thing that is written tells that everything before it is there.
        self._ring("waiting-1", known[0].phone, self.at - timedelta(seconds=8))

    def _ring(self, name: str, number: str, at: datetime) -> Call:
        return hotline.ring(
            programme=self.players.programme,
            line_reference=self._line(name),
            caller_number=number,
            called_number=HOTLINE,
            at=at,
        )

    def _order(self, name: str, wanted_from: datetime, *, taken_at: datetime) -> Order:
        """Take an order in a call; an elder who expects somebody already at that time is passed over."""
        rung = self._ring(name, "", taken_at - timedelta(minutes=2))
        agent = self.players.agent(name)
        hotline.answer(call_id=rung.pk, by=agent, at=taken_at - timedelta(minutes=2) + timedelta(seconds=7))
        for elder in self._waiting:
            try:
                return hotline.place_order(
                    call_id=rung.pk,
                    elder_id=self._pk(elder),
                    item=self.item,
                    wanted_from=wanted_from,
                    by=agent,
                    at=taken_at,
                    key=self._line(name),
                )
            except Refusal:
                continue
        raise LookupError("nobody in the first enterprise's subdistricts can take an order today")

    def _sent(
        self, order: Order, at: datetime, *, accepts: bool = False, names: bool = False, worker: User | None = None
    ) -> User | None:
        """Send an order to the first enterprise and let it go as far as is asked; return the worker who goes."""
        enterprise = providers_read.own_enterprise(self.manager)
        sent = dispatch.send(
            order_id=order.pk, by=self.players.dispatcher(str(order.pk)), at=at, enterprise_id=enterprise.pk
        )
        if accepts:
            dispatch.accept(dispatch_id=sent.pk, by=self.manager, at=at + timedelta(minutes=3))
        if not names:
            return None
        able = [row.worker for row in dispatch_read.worker_choices(self.manager, sent) if not row.reason]
        chosen = next((row for row in able if worker is None or row.user_id == worker.pk), None)
        if chosen is None:
            raise LookupError(f"nobody of {enterprise.name} can take order {order.number}")
        dispatch.assign(dispatch_id=sent.pk, worker_id=chosen.pk, by=self.manager, at=at + timedelta(minutes=5))
        return self.players.workers[chosen.pk].user

    def _home(self, order: Order) -> Point:
        return next(e.home for e in self._near if self._pk(e) == order.elder_id)

    def _pk(self, elder: Elder) -> UUID:
        return elder_id(self.players.programme.pk, elder.resident_id)

    def _neighbours(self) -> list[Elder]:
        """Return the elders of the first enterprise's subdistricts, class B first."""
        near = [e for e in self.plan.elders if e.community_code[:9] in self.firm.subdistricts]
        near.sort(key=lambda elder: ("BADC".index(service_class(elder)), elder.n))
        return near

    def _classes(self, service: str) -> list[Elder]:
        return [elder for elder in self.plan.elders if service_class(elder) == service]

    def _next_slot(self) -> datetime:
        """Return the next half hour that leaves time to get there; late in the evening it is tomorrow's first."""
        local = self.at.astimezone(BEIJING).replace(second=0, microsecond=0)
        slot = local + timedelta(minutes=60 - local.minute % 30)
        if slot.date() > self.day or slot.hour >= 19:
            return datetime.combine(self.day + timedelta(days=1), time(13), BEIJING)
        return max(slot, datetime.combine(self.day, time(8), BEIJING))

    def _line(self, name: str) -> str:
        return f"TODAY-{self.day:%Y%m%d}-{name}"


def item_for(plan: Blueprint, players: Players) -> ServiceItem:
    """Choose a short item that the first worker can do without a certificate, cleaning if possible."""
    firm = plan.enterprises[0]
    skills = plan.workers_of[firm.ref][0].skills
    able = [
        item
        for item in catalogue.items()
        if item.code in firm.item_codes
        and item.skill in skills
        and not item.certificate
        and item.minutes <= MINUTES_MAX
    ]
    return players.items[min(able, key=lambda item: (item.skill != "CLEANING", item.code)).code]
