"""Who could go: every enterprise of the programme ranked for one order or for a whole board at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, DateField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left, TruncDate, TruncMonth

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import rules
from sangyu.dispatch.models import Dispatch, RefusalRow, WishKind
from sangyu.dispatch.queries.places import stored_point
from sangyu.dispatch.queries.wishing import wishes_of
from sangyu.kit.point import Point, distance_m
from sangyu.orders.models import Order, Stage
from sangyu.providers.models import (
    Certificate,
    ContractArea,
    ContractItem,
    Enterprise,
    EnterpriseKind,
    EnterpriseState,
    Licence,
    MonthScore,
    Worker,
)
from sangyu.providers.rules import held_until

BEIJING = ZoneInfo("Asia/Shanghai")
KINDS = {str(code): str(label) for code, label in EnterpriseKind.choices}
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
    return {
        order.pk: rules.rank(field.firms(order), field.need(order), weights=weights[_day(order)]) for order in orders
    }


def sent_by_enterprise(viewer: User, on: date) -> dict[UUID, int]:
    """Count what each enterprise has for a day; for those who see the whole programme. Shape: enterprise id -> n."""
    if not sees_whole_programme(viewer):
        return {}
    return {enterprise_id: n for (enterprise_id, _), n in _sent(viewer.programme_id, [], {on}).items()}


def sent_on(enterprise_id: UUID, on: date, *, besides: Order) -> int:
    """Count the orders that an enterprise has for a day, but for one; for the verb that holds the enterprise's lock."""
    first = datetime.combine(on, datetime.min.time(), BEIJING)
    return (
        _standing()
        .filter(
            enterprise_id=enterprise_id,
            order__wanted_from__gte=first,
            order__wanted_from__lt=first + timedelta(days=1),
        )
        .exclude(order=besides)
        .count()
    )


def _day(order: Order) -> date:
    return order.wanted_from.astimezone(BEIJING).date()


class _Field:
    """What is known of every enterprise of a programme that bears on some of its orders, read once for all of them."""

    def __init__(self, programme_id: UUID, orders: list[Order]) -> None:
        days = {_day(order) for order in orders}
        contracted = ("contract__enterprise_id", "contract__valid_from", "contract__valid_until")
        self.enterprises = list(Enterprise.objects.filter(programme_id=programme_id))
        self.states = {firm.pk: str(EnterpriseState(firm.state).label) for firm in self.enterprises}
        self.spots = {firm.pk: stored_point(firm.lng, firm.lat) for firm in self.enterprises}
        self.held = _held(programme_id, days)
        codes = {code for order in orders for code in _codes(order)}
        self.areas = _contracts(ContractArea.objects.filter(area_id__in=codes).values_list("area_id", *contracted))
        self.items = _contracts(
            ContractItem.objects.filter(item_id__in={order.item_id for order in orders}).values_list(
                "item_id", *contracted
            )
        )
        self.sent = _sent(programme_id, orders, days)
        self.share = _share(programme_id, orders)
        self.fit = _fit_workers(programme_id, {_skill(order) for order in orders})
        self.wishes = wishes_of({order.elder_id for order in orders})
        self.holds = _holds({worker_id for _, worker_id in self.wishes})
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
        held, before = self.held[on], f"{on:%Y-%m}"
        in_area = {firm for code in _codes(order) for firm, since, until in self.areas[code] if since <= on < until}
        has_item = {firm for firm, since, until in self.items[order.item_id] if since <= on < until}
        skill, home, share = _skill(order), _home(order, self.enterprises), self.share[_place(order)]
        shared = sum(share.values()) or 1
        wanted, unwanted = self._named(order)
        return [
            rules.Firm(
                enterprise_id=firm.pk,
                name=firm.name,
                admitted=firm.state == EnterpriseState.ADMITTED,
                state_label=self.states[firm.pk],
                licences=held.get(firm.pk, {}),
                in_area=firm.pk in in_area,
                has_item=firm.pk in has_item,
                fit_workers=self.fit.get((firm.pk, skill), 0) - unwanted.get(firm.pk, 0),
                sent_today=self.sent.get((firm.pk, on), 0),
                capacity_per_day=firm.capacity_per_day,
                distance_m=round(distance_m(home, self.spots[firm.pk])),
                score_tenths=next((score for month, score in reversed(self.scores[firm.pk]) if month < before), None),
                refused=self.refused.get((order.pk, firm.pk), ""),
                wanted=wanted.get(firm.pk, ""),
                unwanted=unwanted.get(firm.pk, 0),
                share_pm=share.get(firm.pk, 0) * 1000 // shared,
                kind=firm.kind,
                kind_label=KINDS[firm.kind],
                is_centre=firm.kind == EnterpriseKind.CENTRE and firm.street_id == order.community_id[:9],
            )
            for firm in self.enterprises
        ]

    def need(self, order: Order) -> rules.Need:
        """Return the order as the rules see it."""
        item, community = order.item, order.community
        return rules.Need(
            on=_day(order),
            area=community.parent.name if community.parent else community.name,
            item=item.name,
            skill=item.skill,
            certificate=item.certificate,
            named=bool(self._named(order)[0]),
            only_kind=item.only_kind,
            only_kind_label=KINDS.get(item.only_kind, ""),
        )

    def _named(self, order: Order) -> tuple[dict[UUID, str], Counter[UUID]]:
        """Return whom the elder asked for (a name for each enterprise) and how many fit ones are not wanted again."""
        item, on = order.item, _day(order)
        wanted: dict[UUID, str] = {}
        unwanted: Counter[UUID] = Counter()
        for (elder_id, worker_id), row in self.wishes.items():
            worker = row.worker
            if elder_id != order.elder_id or worker.left_on is not None:
                continue
            holds = any(
                kind == item.certificate and since <= on < until for kind, since, until in self.holds[worker_id]
            )
            if (item.skill and item.skill not in worker.skills) or (item.certificate and not holds):
                continue
            if row.kind == WishKind.WANTED:
                wanted.setdefault(worker.enterprise_id, worker.name)
            elif row.kind == WishKind.NOT_AGAIN:
                unwanted[worker.enterprise_id] += 1
        return wanted, unwanted


def _codes(order: Order) -> list[str]:
    code = order.community_id
    return [code, code[:9], code[:6]]


def _skill(order: Order) -> tuple[str, str, date]:
    return order.item.skill, order.item.certificate, _day(order)


def _place(order: Order) -> tuple[str, date]:
    """Name the subdistrict and the month of an order, over which shares are counted."""
    return order.community_id[:9], _day(order).replace(day=1)


def _standing() -> QuerySet[Dispatch]:
    """The dispatches that stand: not given back, the order neither waiting to be sent nor called off."""
    given_back = RefusalRow.objects.filter(dispatch=OuterRef("pk"))
    return Dispatch.objects.filter(~Exists(given_back), order__stage__in=TAKING_UP)


def _contracts(rows: QuerySet) -> dict[object, list[tuple[UUID, date, date]]]:
    found: dict[object, list[tuple[UUID, date, date]]] = defaultdict(list)
    for what, enterprise_id, since, until in rows:
        found[what].append((enterprise_id, since, until))
    return found


def _held(programme_id: UUID, days: set[date]) -> dict[date, dict[UUID, dict[str, date]]]:
    """Tell until when each kind of licence holds. Shape: day -> enterprise -> kind -> last day."""
    papers: dict[UUID, list[tuple[str, date, date]]] = defaultdict(list)
    lodged = Licence.objects.filter(enterprise__programme_id=programme_id, valid_from__lte=max(days))
    for enterprise_id, *paper in lodged.values_list("enterprise_id", "kind", "valid_from", "valid_until"):
        papers[enterprise_id].append(tuple(paper))
    return {on: {firm: held_until(own, on=on) for firm, own in papers.items()} for on in days}


def _sent(programme_id: UUID, orders: list[Order], days: set[date]) -> dict[tuple[UUID, date], int]:
    first = datetime.combine(min(days), datetime.min.time(), BEIJING)
    last = datetime.combine(max(days) + timedelta(days=1), datetime.min.time(), BEIJING)
    rows = (
        _standing()
        .filter(order__programme_id=programme_id, order__wanted_from__gte=first, order__wanted_from__lt=last)
        .exclude(order__in=[order.pk for order in orders])
        .annotate(on=TruncDate("order__wanted_from", tzinfo=BEIJING))
        .filter(on__in=days)
        .values_list("enterprise_id", "on")
        .annotate(n=Count("id"))
    )
    return {(enterprise_id, on): n for enterprise_id, on, n in rows}


def _share(programme_id: UUID, orders: list[Order]) -> dict[tuple[str, date], Counter[UUID]]:
    """Count the month's orders in the subdistricts of some orders. Shape: (subdistrict, month) -> enterprise -> n."""
    places = {_place(order) for order in orders}
    months = {month for _, month in places}
    following = (max(months) + timedelta(days=31)).replace(day=1)
    in_area = Q()
    for code in {code for code, _ in places}:
        in_area |= Q(order__community__code__startswith=code)
    rows = (
        _standing()
        .filter(
            in_area,
            order__programme_id=programme_id,
            order__wanted_from__gte=datetime.combine(min(months), datetime.min.time(), BEIJING),
            order__wanted_from__lt=datetime.combine(following, datetime.min.time(), BEIJING),
        )
        .annotate(
            area=Left("order__community_id", 9),
            month=TruncMonth("order__wanted_from", tzinfo=BEIJING, output_field=DateField()),
        )
        .values_list("area", "month", "enterprise_id")
        .annotate(n=Count("id"))
    )
    found: dict[tuple[str, date], Counter[UUID]] = defaultdict(Counter)
    for area, month, enterprise_id, n in rows:
        found[area, month][enterprise_id] += n
    return found


def _holds(worker_ids: set[UUID]) -> dict[UUID, list[tuple[str, date, date]]]:
    found: dict[UUID, list[tuple[str, date, date]]] = defaultdict(list)
    if worker_ids:
        rows = Certificate.objects.filter(worker_id__in=worker_ids)
        for worker_id, kind, since, until in rows.values_list("worker_id", "kind", "valid_from", "valid_until"):
            found[worker_id].append((kind, since, until))
    return found


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


def _home(order: Order, enterprises: list[Enterprise]) -> Point:
    elder = order.elder
    if elder.lng is not None and elder.lat is not None:
        return stored_point(elder.lng, elder.lat)
    # Without a place of the elder's own every enterprise is as far as from the middle of them all.
    n = max(1, len(enterprises))
    return stored_point(sum(firm.lng for firm in enterprises) / n, sum(firm.lat for firm in enterprises) / n)
