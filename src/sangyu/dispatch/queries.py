"""Reads of dispatch: who could go and why, what was sent to me, and the stored reasons of a dispatch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import rules
from sangyu.dispatch.models import Acceptance, Assignment, Candidate, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.errors import NotFound
from sangyu.kit.point import Crs, Point, distance_m
from sangyu.orders.models import Order, Stage
from sangyu.providers.models import (
    Certificate,
    ContractArea,
    ContractItem,
    Enterprise,
    EnterpriseState,
    Licence,
    MonthScore,
    Worker,
)

BEIJING = ZoneInfo("Asia/Shanghai")
INBOX_MAX = 100
# Nobody chooses "no answer in time"; the clock writes it.
REASONS_TO_REFUSE = [choice for choice in RefusalReason.choices if choice[0] != RefusalReason.NO_ANSWER]
TAKING_UP = (Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED, Stage.IN_SERVICE, Stage.SERVED)


def candidates(order: Order) -> list[rules.Verdict]:
    """Rank every enterprise of the programme for an order; a fixed number of queries whatever their count."""
    return candidates_for([order])[order.pk]


def candidates_for(orders: list[Order]) -> dict[UUID, list[rules.Verdict]]:
    """Rank every enterprise for each of some orders of one programme; a fixed number of queries for all of them."""
    if not orders:
        return {}
    programme_id = orders[0].programme_id
    field = _Field(programme_id, orders)
    weights = {
        on: adoption.parameters.get("dispatch_weights", rules.WEIGHTS)
        for on, adoption in adoption_read.in_force_on(programme_id, {_day(order) for order in orders}).items()
    }
    return {order.pk: rules.rank(field.firms(order), _wish(order), weights=weights[_day(order)]) for order in orders}


def _day(order: Order) -> date:
    return order.wanted_from.astimezone(BEIJING).date()


def _wish(order: Order) -> rules.Wish:
    item, community = order.item, order.community
    return rules.Wish(
        on=_day(order),
        area=community.parent.name if community.parent else community.name,
        item=item.name,
        skill=item.skill,
        certificate=item.certificate,
    )


class _Field:
    """What is known of every enterprise of a programme that bears on some of its orders, read once for all of them."""

    def __init__(self, programme_id: UUID, orders: list[Order]) -> None:
        days = {_day(order) for order in orders}
        contracted = ("contract__enterprise_id", "contract__valid_from", "contract__valid_until")
        self.enterprises = list(Enterprise.objects.filter(programme_id=programme_id))
        self.licences = list(
            Licence.objects.filter(enterprise__programme_id=programme_id, valid_from__lte=max(days)).values_list(
                "enterprise_id", "valid_from", "valid_until"
            )
        )
        codes = {code for order in orders for code in _codes(order)}
        self.areas = _contracts(ContractArea.objects.filter(area_id__in=codes).values_list("area_id", *contracted))
        self.items = _contracts(
            ContractItem.objects.filter(item_id__in={order.item_id for order in orders}).values_list(
                "item_id", *contracted
            )
        )
        self.sent = _sent(programme_id, days)
        self.fit = _fit_workers(programme_id, {_need(order) for order in orders})
        self.scores: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
        for enterprise_id, month, tenths in (
            MonthScore.objects.filter(enterprise__programme_id=programme_id, month__lt=f"{max(days):%Y-%m}")
            .order_by("month")
            .values_list("enterprise_id", "month", "score_tenths")
        ):
            self.scores[enterprise_id].append((month, tenths))
        self.refused = {
            (row.dispatch.order_id, row.dispatch.enterprise_id): row.get_reason_display()
            for row in RefusalRow.objects.filter(dispatch__order__in=orders).select_related("dispatch")
        }

    def firms(self, order: Order) -> list[rules.Firm]:
        """Return the facts of every enterprise for one of the orders."""
        on = _day(order)
        licences: dict[UUID, date] = {}
        for enterprise_id, since, until in self.licences:
            if since <= on:
                licences[enterprise_id] = max(until, licences.get(enterprise_id, until))
        in_area = {firm for code in _codes(order) for firm, since, until in self.areas[code] if since <= on < until}
        has_item = {firm for firm, since, until in self.items[order.item_id] if since <= on < until}
        need, home = _need(order), _home(order, self.enterprises)
        return [
            rules.Firm(
                enterprise_id=firm.pk,
                name=firm.name,
                admitted=firm.state == EnterpriseState.ADMITTED,
                state_label=str(EnterpriseState(firm.state).label),
                licence_until=licences.get(firm.pk),
                in_area=firm.pk in in_area,
                has_item=firm.pk in has_item,
                fit_workers=self.fit.get((firm.pk, need), 0),
                sent_today=self.sent.get((firm.pk, on), 0),
                capacity_per_day=firm.capacity_per_day,
                distance_m=round(distance_m(home, _point(firm.lng, firm.lat))),
                score_tenths=next(
                    (score for month, score in reversed(self.scores[firm.pk]) if month < f"{on:%Y-%m}"), None
                ),
                refused=self.refused.get((order.pk, firm.pk), ""),
            )
            for firm in self.enterprises
        ]


def _codes(order: Order) -> list[str]:
    code = order.community_id
    return [code, code[:9], code[:6]]


def _need(order: Order) -> tuple[str, str, date]:
    return order.item.skill, order.item.certificate, _day(order)


def _contracts(rows: QuerySet) -> dict[object, list[tuple[UUID, date, date]]]:
    found: dict[object, list[tuple[UUID, date, date]]] = defaultdict(list)
    for what, enterprise_id, since, until in rows:
        found[what].append((enterprise_id, since, until))
    return found


def _sent(programme_id: UUID, days: set[date]) -> dict[tuple[UUID, date], int]:
    first = datetime.combine(min(days), datetime.min.time(), BEIJING)
    last = datetime.combine(max(days) + timedelta(days=1), datetime.min.time(), BEIJING)
    rows = (
        Dispatch.objects.filter(
            order__programme_id=programme_id,
            order__wanted_from__gte=first,
            order__wanted_from__lt=last,
            order__stage__in=TAKING_UP,
            pk=Subquery(_latest(OuterRef("order_id"))),
        )
        .annotate(on=TruncDate("order__wanted_from", tzinfo=BEIJING))
        .filter(on__in=days)
        .values_list("enterprise_id", "on")
        .annotate(n=Count("id"))
    )
    return {(enterprise_id, on): n for enterprise_id, on, n in rows}


def _fit_workers(
    programme_id: UUID, needs: set[tuple[str, str, date]]
) -> dict[tuple[UUID, tuple[str, str, date]], int]:
    asked = sorted(needs)
    counts = {}
    for n, (skill, certificate, on) in enumerate(asked):
        fits = Q(left_on=None)
        if skill:
            fits &= Q(skills__contains=[skill])
        if certificate:
            holders = Certificate.objects.filter(kind=certificate, valid_from__lte=on, valid_until__gt=on)
            fits &= Q(pk__in=holders.values("worker_id"))
        counts[f"need_{n}"] = Count("id", filter=fits)
    rows = Worker.objects.filter(enterprise__programme_id=programme_id, left_on=None).order_by().values("enterprise_id")
    return {
        (row["enterprise_id"], need): row[f"need_{n}"]
        for row in rows.annotate(**counts)
        for n, need in enumerate(asked)
    }


def _latest(order_id: object) -> QuerySet:
    return Dispatch.objects.filter(order_id=order_id).order_by("-n").values("pk")[:1]


def _home(order: Order, enterprises: list[Enterprise]) -> Point:
    elder = order.elder
    if elder.lng is not None and elder.lat is not None:
        return _point(elder.lng, elder.lat)
    # Without a place of the elder's own every enterprise is as far as from the middle of them all.
    n = max(1, len(enterprises))
    return _point(sum(firm.lng for firm in enterprises) / n, sum(firm.lat for firm in enterprises) / n)


def _point(lng: float, lat: float) -> Point:
    return Point(lng=lng, lat=lat, crs=Crs.WGS84)


def dispatches(viewer: User) -> QuerySet[Dispatch]:
    """The dispatches that the viewer may see: all for the operator, those sent to one's own enterprise."""
    rows = Dispatch.objects.filter(order__programme_id=viewer.programme_id).select_related(
        "order", "order__elder", "order__item", "order__community", "order__community__parent", "enterprise", "sent_by"
    )
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.none()


def get_dispatch(viewer: User, dispatch_id: UUID) -> Dispatch:
    """Return one dispatch.

    Raises: NotFound, also for one that was sent to another enterprise.
    """
    found = dispatches(viewer).filter(pk=dispatch_id).first()
    if found is None:
        raise NotFound("没有找到这张派单，可能已改派给其他企业。")
    return found


def inbox(viewer: User, *stages: str, limit: int = INBOX_MAX) -> list[Dispatch]:
    """Return what the viewer's enterprise has in hand at these stages, soonest first; only while it is its own."""
    return list(
        dispatches(viewer)
        .filter(order__stage__in=stages, pk=Subquery(_latest(OuterRef("order_id"))))
        .order_by("order__wanted_from", "order_id")[:limit]
    )


def latest(order: Order) -> Dispatch | None:
    """Return the last dispatch of an order; for verbs and desks that hold the order already."""
    return Dispatch.objects.filter(order=order).select_related("enterprise", "sent_by").order_by("-n").first()


@dataclass(frozen=True)
class Why:
    """The stored reasons of a dispatch: who was sent, and what spoke for and against every enterprise."""

    dispatch: Dispatch
    candidates: tuple[Candidate, ...]
    counts: dict[str, int]


def why(viewer: User, order: Order) -> list[Why]:
    """Return the reasons of every attempt to send an order, first attempt first."""
    return _whys(list(dispatches(viewer).filter(order=order).order_by("n")))


def _whys(sent: list[Dispatch]) -> list[Why]:
    rows: dict[UUID, list[Candidate]] = defaultdict(list)
    for row in Candidate.objects.filter(dispatch__in=sent).select_related("enterprise").order_by("id"):
        rows[row.dispatch_id].append(row)
    return [Why(dispatch, tuple(rows[dispatch.pk]), dispatch.counts) for dispatch in sent]


@dataclass(frozen=True)
class Attempt:
    """A dispatch with what became of it: taken or given back, and the workers named, the last of whom counts."""

    dispatch: Dispatch
    acceptance: Acceptance | None
    refusal: RefusalRow | None
    assignments: tuple[Assignment, ...]

    @property
    def assignment(self) -> Assignment | None:
        return self.assignments[-1] if self.assignments else None


def attempts(viewer: User, orders: list[Order]) -> dict[UUID, list[Attempt]]:
    """Return every attempt to send each of some orders, first attempt first; a fixed number of queries."""
    sent = list(dispatches(viewer).filter(order__in=orders).order_by("order_id", "n"))
    acceptances = {row.dispatch_id: row for row in Acceptance.objects.filter(dispatch__in=sent).select_related("by")}
    refusals = {row.dispatch_id: row for row in RefusalRow.objects.filter(dispatch__in=sent).select_related("by")}
    named: dict[UUID, list[Assignment]] = defaultdict(list)
    for row in Assignment.objects.filter(dispatch__in=sent).select_related("worker", "by").order_by("n"):
        named[row.dispatch_id].append(row)
    found: dict[UUID, list[Attempt]] = defaultdict(list)
    for row in sent:
        found[row.order_id].append(Attempt(row, acceptances.get(row.pk), refusals.get(row.pk), tuple(named[row.pk])))
    return found


def assignment_of(order: Order) -> Assignment | None:
    """Return who is to go for an order; for verbs and desks that hold the order already."""
    return (
        Assignment.objects.filter(dispatch__order=order)
        .select_related("worker", "worker__user", "dispatch", "dispatch__enterprise", "by")
        .order_by("-dispatch__n", "-n")
        .first()
    )


def acceptance_of(dispatch: Dispatch) -> Acceptance | None:
    """Return the acceptance of a dispatch, if there is one."""
    return Acceptance.objects.filter(dispatch=dispatch).select_related("by").first()


@dataclass(frozen=True)
class WorkerChoice:
    """A worker of the enterprise for an order: free and fit, or the reason why not."""

    worker: Worker
    distance_m: int
    usual: int
    reason: str


def whereabouts(viewer: User, orders: Iterable[Order]) -> dict[UUID, tuple[Dispatch, Assignment | None]]:
    """Return who has each of some orders in hand and who goes: "where is my order?" in two queries.

    Shape: order id -> its last dispatch and that dispatch's last assignment; an order never sent is left out.
    """
    last = {row.order_id: row for row in dispatches(viewer).filter(order__in=list(orders)).order_by("n")}
    goes = {
        row.dispatch_id: row
        for row in Assignment.objects.filter(dispatch__in=list(last.values())).select_related("worker").order_by("n")
    }
    return {order_id: (row, goes.get(row.pk)) for order_id, row in last.items()}


def worker_choices(viewer: User, dispatch: Dispatch) -> list[WorkerChoice]:
    """Return the enterprise's workers for an order: the fit ones first (usual workers, then nearest)."""
    dispatch = get_dispatch(viewer, dispatch.pk)
    order = dispatch.order
    on = order.wanted_from.astimezone(BEIJING).date()
    workers = list(Worker.objects.filter(enterprise_id=dispatch.enterprise_id, left_on=None))
    holders = set(
        Certificate.objects.filter(
            worker__in=workers, kind=order.item.certificate, valid_from__lte=on, valid_until__gt=on
        ).values_list("worker_id", flat=True)
    )
    busy = defaultdict(list)
    for row in taken(workers, order.wanted_from, order.wanted_until):
        busy[row.worker_id].append(row.dispatch.order.number)
    usual = dict(
        Assignment.objects.filter(worker__in=workers, dispatch__order__elder_id=order.elder_id)
        .values_list("worker_id")
        .annotate(n=Count("id"))
    )
    elder = order.elder
    choices = []
    for worker in workers:
        far = (
            round(distance_m(_point(elder.lng, elder.lat), _point(worker.lng, worker.lat)))
            if elder.lng is not None and elder.lat is not None
            else 0
        )
        reason = ""
        if order.item.skill and order.item.skill not in worker.skills:
            reason = f"没有“{order.item.skill}”技能"
        elif order.item.certificate and worker.pk not in holders:
            reason = f"没有有效的{order.item.certificate}"
        elif busy[worker.pk]:
            reason = f"该时段已安排工单{busy[worker.pk][0]}"
        choices.append(WorkerChoice(worker, far, usual.get(worker.pk, 0), reason))
    return sorted(choices, key=lambda choice: (bool(choice.reason), -choice.usual, choice.distance_m, choice.worker.pk))


def taken(workers: list[Worker], begins_at: datetime, ends_at: datetime) -> list[Assignment]:
    """Return the assignments of workers that overlap a stretch of time and still stand."""
    rows = (
        Assignment.objects.filter(
            worker__in=workers,
            begins_at__lt=ends_at,
            ends_at__gt=begins_at,
            dispatch__order__stage__in=[Stage.ASSIGNED, Stage.IN_SERVICE],
        )
        .select_related("dispatch", "dispatch__order")
        .order_by("begins_at")
    )
    current = _current([row.dispatch.order_id for row in rows])
    return [row for row in rows if current[row.dispatch.order_id] == row.pk]


def visits_to_do(viewer: User, begins_at: datetime, ends_at: datetime) -> list[Assignment]:
    """Return the assignments of the worker whom the viewer is, in a half-open stretch of time, soonest first."""
    rows = (
        Assignment.objects.filter(
            worker__user=viewer,
            begins_at__gte=begins_at,
            begins_at__lt=ends_at,
            dispatch__order__stage__in=[Stage.ASSIGNED, Stage.IN_SERVICE, Stage.SERVED],
        )
        .select_related("worker", "dispatch", "dispatch__order", "dispatch__order__elder", "dispatch__order__item")
        .order_by("begins_at", "dispatch__n", "n")
    )
    current = _current([row.dispatch.order_id for row in rows])
    return [row for row in rows if current[row.dispatch.order_id] == row.pk]


def get_own_assignment(viewer: User, order_id: UUID) -> Assignment:
    """Return the assignment of an order to the worker whom the viewer is.

    Raises: NotFound, also when the order has gone to somebody else since.
    """
    row = (
        Assignment.objects.filter(
            dispatch__order_id=order_id,
            worker__user=viewer,
            dispatch__order__stage__in=[Stage.ASSIGNED, Stage.IN_SERVICE, Stage.SERVED],
        )
        .select_related(
            "worker",
            "dispatch",
            "dispatch__enterprise",
            "dispatch__order",
            "dispatch__order__elder",
            "dispatch__order__item",
            "dispatch__order__community",
        )
        .order_by("-dispatch__n", "-n")
        .first()
    )
    if row is None or _current([order_id])[order_id] != row.pk:
        raise NotFound("没有找到这张工单，可能已换人或取消。请回到今日任务看看。")
    return row


def _current(order_ids: list[UUID]) -> dict[UUID, UUID]:
    """Name the assignment that counts for each order: the last one of the last dispatch."""
    rows = Assignment.objects.filter(dispatch__order_id__in=order_ids).order_by("dispatch__n", "n")
    return dict(rows.values_list("dispatch__order_id", "pk"))


def attempts_of(number: str) -> list[Why] | None:
    """Return the reasons of an order by its number, for whoever works at the machine itself; None if there is none."""
    order = Order.objects.filter(number=number).first()
    if order is None:
        return None
    sent = list(Dispatch.objects.filter(order=order).select_related("enterprise", "sent_by").order_by("n"))
    return _whys(sent)
