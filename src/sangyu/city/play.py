"""Play a month: everybody does what they would do, in the order of time, on one queue, by the verbs of the desks.

What comes next for an order follows from where it stands, so a play that was broken off goes on by reading where
everything stands; what is done is skipped, and the month comes out the same.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from django.db import transaction

from sangyu.city import behaviour, catalogue, demand
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.build import HOTLINE, relax_commits
from sangyu.city.catalogue import Item
from sangyu.city.crew import Rosters, items_by_code
from sangyu.city.demand import CallPlan, Intent
from sangyu.city.dice import below, chance, pick
from sangyu.city.follow_up import ring_elders
from sangyu.city.lunches import Tills
from sangyu.city.people import Elder
from sangyu.city.players import Firm, Players, elder_id
from sangyu.city.rescue import rescue
from sangyu.city.resume import Standing, standing
from sangyu.city.words import REFUSALS, TALK, UNSERVED
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Dispatch, RefusalReason
from sangyu.dispatch.rules import NobodyFits
from sangyu.hotline import actions as hotline
from sangyu.hotline.models import Call, End
from sangyu.kit.errors import Refusal
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.orders.rules import SlotTaken
from sangyu.quality import actions as quality
from sangyu.registry import queries as registry_read
from sangyu.visits import actions as visits

ATTEMPTS_MAX = 3
SAMPLE_AT = time(21, 30)  # after the last worker has left
CALLS_AT = time(9)


@dataclass(eq=False)
class Case:
    """An order while it is played; `ref` is the call that it came from, and the name under which dice are thrown."""

    ref: str
    order_id: UUID
    elder: Elder
    elder_id: UUID
    item: Item
    wanted_from: datetime
    wanted_until: datetime
    sent: int = 0
    worker_id: UUID | None = None
    over: bool = False


class Play:
    """One month of one city; `until` ends it early, for short plays."""

    def __init__(
        self,
        plan: Blueprint,
        players: Players,
        *,
        until: date | None = None,
        progress: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self.plan, self.players, self.progress = plan, players, progress
        self.until = until or plan.month.next().first_day
        self.seed = plan.seed
        self.elders = {elder.ref: elder for elder in plan.elders}
        self.cases: dict[UUID, Case] = {}
        self._items = items_by_code()
        self._rosters = Rosters(plan, players)
        self._door_codes = dict(registry_read.elders(players.clock).values_list("pk", "door_code"))
        self._queue: list[tuple[datetime, str, int, Callable[..., None], tuple]] = []
        self._ticket = count()

    def run(self) -> None:
        """Play what has not been played yet, to the last evening and the morning calls after it."""
        relax_commits()
        found = standing(self.players.clock, self.plan.month)
        for call in demand.calls(self.plan.month, seed=self.seed, elders=self.plan.elders, items=catalogue.items()):
            if call.at < _moment(self.until, time(0)) and call.ref not in found.calls_ended:
                self._push(call.at, call.ref, self._ring, call)
            if call.intent is Intent.ORDER and self.players.order_id(order_key(call.ref)) in found.orders:
                self._take_up(call, found)
        days = _days(self.plan.month.first_day, self.until)
        for at, ref, step, words in Tills(self.plan, self.players).steps(days):
            self._push(at, ref, step, *words)
        for day in days:
            self._push(_moment(day, SAMPLE_AT), "sample", self._sample, day)
        while self._queue:
            when, _, _, step, words = heapq.heappop(self._queue)
            step(when, *words)
        self._sweep(_moment(self.until, time(0)) - timedelta(hours=1))

    def _push(self, when: datetime, ref: str, step: Callable[..., None], *words: object) -> None:
        heapq.heappush(self._queue, (when, ref, next(self._ticket), step, words))

    # --- the telephone

    def _ring(self, at: datetime, call: CallPlan) -> None:
        rung = self._line(call.ref, call.caller_number, at)
        self._push(
            at + timedelta(seconds=3 + below(14, self.seed, "rings", call.ref)), call.ref, self._pick_up, call, rung
        )

    def _line(self, ref: str, number: str, at: datetime) -> Call:
        return hotline.ring(
            programme=self.players.programme,
            line_reference=line_reference(ref),
            caller_number=number,
            called_number=HOTLINE,
            at=at,
        )

    def _pick_up(self, at: datetime, call: CallPlan, rung: Call) -> None:
        hotline.answer(call_id=rung.pk, by=self.players.agent(call.ref), at=at)
        self._push(at + timedelta(seconds=call.talk_seconds), call.ref, self._ends, call, rung)

    def _ends(self, at: datetime, call: CallPlan, rung: Call) -> None:
        if call.intent is Intent.ORDER:
            self._takes_order(at, call, rung)
        else:
            note = pick(TALK[call.intent], self.seed, "talk", call.ref)
            self._close(at, call.ref, rung, End(call.intent.value), note, self.elders[call.elder_ref])

    @transaction.atomic
    def _close(self, at: datetime, ref: str, rung: Call, kind: End, note: str, elder: Elder) -> None:
        hotline.end(
            call_id=rung.pk,
            kind=kind,
            by=self.players.agent(ref),
            at=at,
            note=note,
            elder_id=elder_id(self.players.programme.pk, elder.resident_id),
        )
        if kind is End.EMERGENCY:
            rescue(rung, self.players, ref=ref, at=at)

    def _takes_order(self, at: datetime, call: CallPlan, rung: Call) -> None:
        elder = self.elders[call.elder_ref]
        last_day = self.until - timedelta(days=1)
        # Whoever asks for a day beyond the play is asked to ring again; whoever expects somebody at that hour
        # already is offered the days after.
        for days in range(3):
            wanted_from = call.wanted_from + timedelta(days=days)
            if wanted_from.date() > last_day:
                break
            try:
                order = hotline.place_order(
                    call_id=rung.pk,
                    elder_id=elder_id(self.players.programme.pk, elder.resident_id),
                    item=self.players.items[call.item_code],
                    wanted_from=wanted_from,
                    by=self.players.agent(call.ref),
                    at=at,
                    key=order_key(call.ref),
                )
            except SlotTaken:
                continue
            except Refusal as refusal:
                self._close(at, call.ref, rung, End.CONSULTATION, f"未能下单：{refusal}"[:400], elder)
                return
            self._follow(self._case(call, order), at)
            return
        self._close(at, call.ref, rung, End.CONSULTATION, "想约的时间未能排上，请老人改日再来电", elder)

    def _case(self, call: CallPlan, order: Order) -> Case:
        case = Case(
            ref=call.ref,
            order_id=order.pk,
            elder=self.elders[call.elder_ref],
            elder_id=order.elder_id,
            item=self._items[call.item_code],
            wanted_from=order.wanted_from.astimezone(BEIJING),
            wanted_until=order.wanted_until.astimezone(BEIJING),
        )
        self.cases[case.order_id] = case
        return case

    def _follow(self, case: Case, placed_at: datetime) -> None:
        self._push(
            placed_at + timedelta(seconds=60 + below(200, self.seed, "sends", case.ref)), case.ref, self._send, case
        )
        self._expect_cancellation(case, placed_at)

    def _expect_cancellation(self, case: Case, placed_at: datetime) -> None:
        if chance(20, self.seed, "cancels", case.ref):
            early = timedelta(hours=2, minutes=below(180, self.seed, "cancels at", case.ref))
            if case.wanted_from - early > placed_at + timedelta(hours=1):
                self._push(case.wanted_from - early, case.ref, self._cancels, case)

    def _cancels(self, at: datetime, case: Case) -> None:
        if case.over:
            return
        ref = f"{case.ref}-cancel"
        agent = self.players.agent(ref)
        rung = self._line(ref, case.elder.phone, at)
        hotline.answer(call_id=rung.pk, by=agent, at=at + timedelta(seconds=6))
        done = at + timedelta(seconds=60)
        # The call first: should we be broken off here, the order is still open and all of this is done again.
        self._close(done, ref, rung, End.CONSULTATION, "来电取消已约的服务", case.elder)
        self._call_off(case, "ELDER_CANCELLED", agent, done)

    def _call_off(self, case: Case, reason: str, by: object, at: datetime) -> None:
        orders.cancel(order_id=case.order_id, reason=UNSERVED[reason], by=by, at=at)
        self._is_over(case)

    def _is_over(self, case: Case) -> None:
        case.over = True
        if case.worker_id is not None:
            self._rosters.cancel(case.worker_id, case.order_id)

    # --- the centre and the enterprises

    def _send(self, at: datetime, case: Case) -> None:
        if case.over:
            return
        dispatcher = self.players.dispatcher(case.ref)
        if case.sent >= ATTEMPTS_MAX:
            self._call_off(case, "REFUSED", dispatcher, at)
            return
        try:
            sent = dispatch.send(order_id=case.order_id, by=dispatcher, at=at)
        except NobodyFits:
            self._nobody(at, case)
            return
        case.sent = sent.n
        self._await_answer(case, sent)

    def _nobody(self, at: datetime, case: Case) -> None:
        # A day's capacity may come free again, so the order is looked at once more in the morning.
        again = _moment(at.astimezone(BEIJING).date() + timedelta(days=1), time(8, 30))
        if again < case.wanted_from - timedelta(hours=1) and at.astimezone(BEIJING).time() != time(8, 30):
            self._push(again, case.ref, self._send, case)
        else:
            self._call_off(case, "NOBODY_FITS" if case.sent == 0 else "REFUSED", self.players.dispatcher(case.ref), at)

    def _await_answer(self, case: Case, sent: Dispatch) -> None:
        firm = self.players.firms[sent.enterprise_id]
        minutes = behaviour.accepts_after_minutes(firm.ref, case.ref, seed=self.seed)
        answers_at = sent.sent_at + timedelta(minutes=minutes)
        if answers_at <= sent.answer_by:
            self._push(answers_at, case.ref, self._answers, case, sent)
        else:
            self._push(sent.answer_by + timedelta(minutes=1), case.ref, self._lapses, case)

    def _lapses(self, at: datetime, case: Case) -> None:
        if not case.over:
            dispatch.let_lapse(programme_id=self.players.programme.pk, by=self.players.clock, at=at)
            self._push(at + timedelta(minutes=2), case.ref, self._send, case)

    def _answers(self, at: datetime, case: Case, sent: Dispatch) -> None:
        if case.over:
            return
        firm = self.players.firms[sent.enterprise_id]
        because = behaviour.refusal(firm.ref, case.ref, seed=self.seed)
        reason = REFUSALS.get(because, "")
        worker_id = None if because else self._free_worker(case, firm)
        if worker_id is None:
            dispatch.refuse(
                dispatch_id=sent.pk,
                reason=reason or RefusalReason.NO_WORKER,
                note=because or "该时段合格的人员都已排满",
                by=firm.manager,
                at=at,
            )
            self._push(at + timedelta(minutes=3), case.ref, self._send, case)
            return
        dispatch.accept(dispatch_id=sent.pk, by=firm.manager, at=at)
        self._assign(at, case, sent, worker_id)

    def _free_worker(self, case: Case, firm: Firm) -> UUID | None:
        return self._rosters.choose(firm.ref, case.elder, case.item, case.wanted_from, case.wanted_until)

    def _names(self, at: datetime, case: Case, sent: Dispatch) -> None:
        """Name a worker for an order that was accepted just before the play was broken off."""
        worker_id = self._free_worker(case, self.players.firms[sent.enterprise_id])
        if worker_id is None:
            self._call_off(case, "NO_WORKER_FREE", self.players.dispatcher(case.ref), at)
        else:
            self._assign(at, case, sent, worker_id)

    def _assign(self, at: datetime, case: Case, sent: Dispatch, worker_id: UUID) -> None:
        manager = self.players.firms[sent.enterprise_id].manager
        dispatch.assign(dispatch_id=sent.pk, worker_id=worker_id, by=manager, at=at)
        self._goes(case, worker_id)
        self._expect_visit(case, worker_id)

    def _goes(self, case: Case, worker_id: UUID) -> None:
        case.worker_id = worker_id
        self._rosters.book(worker_id, case.order_id, case.wanted_from, case.wanted_until)

    # --- at the door

    def _expect_visit(self, case: Case, worker_id: UUID) -> None:
        crew = self.players.workers[worker_id]
        if behaviour.no_show(crew.ref, case.ref, seed=self.seed):
            self._push(case.wanted_from + timedelta(hours=1), case.ref, self._nobody_came, case)
        else:
            late = behaviour.minutes_late(crew.ref, case.ref, seed=self.seed)
            self._push(case.wanted_from + timedelta(minutes=late), case.ref, self._arrives, case, worker_id)

    def _nobody_came(self, at: datetime, case: Case) -> None:
        if not case.over:
            self._call_off(case, "NO_SHOW", self.players.dispatcher(case.ref), at)

    def _arrives(self, at: datetime, case: Case, worker_id: UUID) -> None:
        if case.over:
            return
        crew = self.players.workers[worker_id]
        seen = behaviour.evidence(crew.ref, case.ref, seed=self.seed, door=case.elder.home)
        has_scanned = chance(640, self.seed, "scans the door", case.ref)
        visit = visits.check_in(
            order_id=case.order_id,
            by=crew.user,
            at=at,
            place=seen.place,
            door_code=self._door_codes[case.elder_id] if has_scanned else "",
        )
        self._expect_departure(case, visit.pk, worker_id, at)

    def _expect_departure(self, case: Case, visit_id: UUID, worker_id: UUID, arrived_at: datetime) -> None:
        crew = self.players.workers[worker_id]
        stays = behaviour.minutes_stayed(crew.ref, case.ref, seed=self.seed, minutes=case.item.minutes)
        self._push(arrived_at + timedelta(minutes=stays), case.ref, self._leaves, case, visit_id, worker_id)

    def _leaves(self, at: datetime, case: Case, visit_id: UUID, worker_id: UUID) -> None:
        crew = self.players.workers[worker_id]
        seen = behaviour.evidence(crew.ref, case.ref, seed=self.seed, door=case.elder.home, moment="out")
        visits.check_out(
            visit_id=visit_id, by=crew.user, at=at, place=seen.place, tasks_done=["按标准完成", "请老人验看"]
        )
        case.over = True

    # --- the evening

    def _sample(self, at: datetime, day: date) -> None:
        quality.draw_sample(day=day, by=self.players.clock, at=at)
        if day.day % 5 == 0 or day + timedelta(days=1) == self.until:
            self.progress(f"{day.month}月{day.day}日结束：累计{len(self.cases):,}张工单。")
        morning = _moment(day + timedelta(days=1), CALLS_AT)
        if morning < _moment(self.until, time(0)):
            self._push(morning, "follow-up", self._ring_back)

    def _ring_back(self, at: datetime) -> None:
        refs = {case.order_id: case.ref for case in self.cases.values()}
        ring_elders(self.plan, self.players, refs=refs, at=at)

    def _sweep(self, at: datetime) -> None:
        """Call off what is still open when the month is over."""
        for case in self.cases.values():
            if not case.over:
                self._call_off(case, "MONTH_END", self.players.clock, at)

    # --- going on after a break

    def _take_up(self, call: CallPlan, found: Standing) -> None:
        order = found.orders[self.players.order_id(order_key(call.ref))]
        case = self._case(call, order)
        case.over = order.stage in (Stage.SERVED, Stage.CANCELLED)
        if case.over:
            return
        self._expect_cancellation(case, order.placed_at)
        sent, worker_id = found.sent.get(order.pk), found.worker_ids.get(order.pk)
        case.sent = sent.n if sent else 0
        if worker_id is not None and order.stage in (Stage.ASSIGNED, Stage.IN_SERVICE):
            self._goes(case, worker_id)
        if order.stage == Stage.PLACED and sent is None:
            self._follow(case, order.placed_at)
        elif order.stage == Stage.PLACED:
            self._push(order.stage_at + timedelta(minutes=3), case.ref, self._send, case)
        elif order.stage == Stage.SENT:
            self._await_answer(case, sent)
        elif order.stage == Stage.ACCEPTED:
            self._push(order.stage_at, case.ref, self._names, case, sent)
        elif order.stage == Stage.ASSIGNED:
            self._expect_visit(case, worker_id)
        else:
            visit_id, arrived_at = found.visits[order.pk]
            self._expect_departure(case, visit_id, worker_id, arrived_at)


def order_key(ref: str) -> str:
    """Name the order that a call ends in, for whoever repeats it."""
    return f"city:{ref}"


def order_refs(plan: Blueprint, players: Players) -> dict[UUID, str]:
    """Return the call behind every order that the month can have: order id -> ref."""
    calls = demand.calls(plan.month, seed=plan.seed, elders=plan.elders, items=catalogue.items())
    return {players.order_id(order_key(call.ref)): call.ref for call in calls if call.intent is Intent.ORDER}


def line_reference(ref: str) -> str:
    """Name a call as the telephone system does."""
    return f"CITY-{ref}"


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BEIJING)


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]
