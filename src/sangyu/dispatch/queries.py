"""Reads of dispatch: who could go and why, what was sent to me, and the stored reasons of a dispatch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import rules
from sangyu.dispatch.models import Acceptance, Assignment, Candidate, Dispatch, RefusalRow
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
TAKING_UP = (Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED, Stage.IN_SERVICE, Stage.SERVED)


def candidates(order: Order) -> list[rules.Verdict]:
    """Rank every enterprise of the programme for an order; a fixed number of queries whatever their count."""
    on = order.wanted_from.astimezone(BEIJING).date()
    weights = adoption_read.in_force(order.programme_id, on).parameters.get("dispatch_weights", rules.WEIGHTS)
    item, community = order.item, order.community
    wish = rules.Wish(
        on=on,
        area=community.parent.name if community.parent else community.name,
        item=item.name,
        skill=item.skill,
        certificate=item.certificate,
    )
    return rules.rank(_firms(order, on), wish, weights=weights)


def _firms(order: Order, on: date) -> list[rules.Firm]:
    enterprises = list(Enterprise.objects.filter(programme_id=order.programme_id))
    licences: dict[UUID, date] = {}
    for enterprise_id, until in Licence.objects.filter(
        enterprise__programme_id=order.programme_id, valid_from__lte=on
    ).values_list("enterprise_id", "valid_until"):
        licences[enterprise_id] = max(until, licences.get(enterprise_id, until))
    code = order.community_id
    in_force = Q(contract__valid_from__lte=on, contract__valid_until__gt=on)
    in_area = set(
        ContractArea.objects.filter(in_force, area_id__in=[code, code[:9], code[:6]]).values_list(
            "contract__enterprise_id", flat=True
        )
    )
    has_item = set(
        ContractItem.objects.filter(in_force, item_id=order.item_id).values_list("contract__enterprise_id", flat=True)
    )
    day = datetime.combine(on, datetime.min.time(), BEIJING)
    sent = dict(
        Dispatch.objects.filter(
            order__programme_id=order.programme_id,
            order__wanted_from__gte=day,
            order__wanted_from__lt=day + timedelta(days=1),
            order__stage__in=TAKING_UP,
            pk=Subquery(_latest(OuterRef("order_id"))),
        )
        .values_list("enterprise_id")
        .annotate(n=Count("id"))
    )
    fit = Worker.objects.filter(enterprise__programme_id=order.programme_id, left_on=None)
    if order.item.skill:
        fit = fit.filter(skills__contains=[order.item.skill])
    if order.item.certificate:
        fit = fit.filter(
            pk__in=Certificate.objects.filter(
                kind=order.item.certificate, valid_from__lte=on, valid_until__gt=on
            ).values("worker_id")
        )
    fit_workers = dict(fit.order_by().values_list("enterprise_id").annotate(n=Count("id")))
    scores: dict[UUID, int] = {}
    for enterprise_id, tenths in (
        MonthScore.objects.filter(enterprise__programme_id=order.programme_id, month__lt=f"{on:%Y-%m}")
        .order_by("month")
        .values_list("enterprise_id", "score_tenths")
    ):
        scores[enterprise_id] = tenths
    refused = {
        row.dispatch.enterprise_id: row.get_reason_display()
        for row in RefusalRow.objects.filter(dispatch__order=order).select_related("dispatch")
    }
    home = _home(order, enterprises)
    return [
        rules.Firm(
            enterprise_id=firm.pk,
            name=firm.name,
            admitted=firm.state == EnterpriseState.ADMITTED,
            state_label=str(EnterpriseState(firm.state).label),
            licence_until=licences.get(firm.pk),
            in_area=firm.pk in in_area,
            has_item=firm.pk in has_item,
            fit_workers=fit_workers.get(firm.pk, 0),
            sent_today=sent.get(firm.pk, 0),
            capacity_per_day=firm.capacity_per_day,
            distance_m=round(distance_m(home, _point(firm.lng, firm.lat))),
            score_tenths=scores.get(firm.pk),
            refused=refused.get(firm.pk, ""),
        )
        for firm in enterprises
    ]


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


def inbox(viewer: User, *stages: str, limit: int = 100) -> list[Dispatch]:
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
    sent = list(dispatches(viewer).filter(order=order).order_by("n"))
    rows: dict[UUID, list[Candidate]] = defaultdict(list)
    for row in Candidate.objects.filter(dispatch__in=sent).select_related("enterprise").order_by("id"):
        rows[row.dispatch_id].append(row)
    return [Why(dispatch, tuple(rows[dispatch.pk]), dispatch.counts) for dispatch in sent]


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
    current = {}
    for row in Assignment.objects.filter(dispatch__order__in=[row.dispatch.order_id for row in rows]).order_by(
        "dispatch__n", "n"
    ).select_related("dispatch"):
        current[row.dispatch.order_id] = row.pk
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
    current = {row.dispatch.order_id: row for row in rows}
    return sorted(current.values(), key=lambda row: (row.begins_at, row.pk))
