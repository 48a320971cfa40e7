"""Who could go: every enterprise of the programme ranked for one order or for a whole board at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from sangyu.adoption import queries as adoption_read
from sangyu.dispatch import rules
from sangyu.dispatch.models import Dispatch, RefusalRow
from sangyu.dispatch.queries.newest import latest_of
from sangyu.dispatch.queries.places import stored_point
from sangyu.kit.point import Point, distance_m
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
                distance_m=round(distance_m(home, stored_point(firm.lng, firm.lat))),
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
            pk=Subquery(latest_of(OuterRef("order_id"))),
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


def _home(order: Order, enterprises: list[Enterprise]) -> Point:
    elder = order.elder
    if elder.lng is not None and elder.lat is not None:
        return stored_point(elder.lng, elder.lat)
    # Without a place of the elder's own every enterprise is as far as from the middle of them all.
    n = max(1, len(enterprises))
    return stored_point(sum(firm.lng for firm in enterprises) / n, sum(firm.lat for firm in enterprises) / n)
