"""The audit bench: what a sample is drawn from, what is known of each row, and whether the rules still say the same.

Whoever is given the month, the size, the seed and the strata draws the same rows; nothing here is stored but the
sample itself and what the auditor found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.benefits.models import Charge, Reversal
from sangyu.insight import rules
from sangyu.insight.models import Draw, DrawnCharge, Finding, FindingCode, Strata
from sangyu.insight.queries.lens import ensure_reader
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.meals.models import SaleCharge
from sangyu.orders.models import Order
from sangyu.quality.models import FollowUp
from sangyu.settlement.models import Line, Payment, PaymentReturn, Withheld
from sangyu.visits.models import Departure, Evidence, EvidenceKind, Photo

SAMPLE_MAX = 200
STRATA = Strata.choices
FINDING_CODES = FindingCode.choices
MEAL = "MEAL"
AT_THE_TILL = "售餐"
NOBODY_CAME = "没有上门记录"


def population(viewer: User, month: Month, *, strata: Strata) -> dict[UUID, str]:
    """Return every charge of a month of service that was not taken back, with its stratum, by id."""
    ensure_reader(viewer)
    rows = (
        Charge.objects.filter(
            programme_id=viewer.programme_id,
            service_on__gte=month.first_day,
            service_on__lt=month.next().first_day,
        )
        .filter(~Exists(Reversal.objects.filter(charge=OuterRef("pk"))))
        .order_by("id")
    )
    if strata == Strata.ENTERPRISE:
        return dict(rows.values_list("pk", "enterprise__short_name"))
    if strata == Strata.GRADE:
        grade = Departure.objects.filter(visit__order=OuterRef("cause_id")).values("grade")[:1]
        graded = rows.annotate(grade=Subquery(grade)).values_list("pk", "cause_kind", "grade")
        return {pk: AT_THE_TILL if kind == MEAL else grade or NOBODY_CAME for pk, kind, grade in graded}
    return dict.fromkeys(rows.values_list("pk", flat=True), str(Strata.NONE.label))


def draws(viewer: User, *, limit: int = 20) -> QuerySet[Draw]:
    """The samples of the programme, newest first."""
    ensure_reader(viewer)
    rows = Draw.objects.filter(programme_id=viewer.programme_id).select_related("by")
    return rows.order_by("-at", "-id")[:limit]


def get_draw(viewer: User, draw_id: UUID) -> Draw:
    """Return one sample.

    Raises: NotFound.
    """
    ensure_reader(viewer)
    found = Draw.objects.filter(pk=draw_id, programme_id=viewer.programme_id).select_related("by").first()
    if found is None:
        raise NotFound("没有找到这次抽样。")
    return found


def drawn_again(viewer: User, draw: Draw) -> bool:
    """Draw a sample again from the charges of today, and tell whether the same rows come out in the same order."""
    found = rules.draw_strata(
        population(viewer, Month.parse(draw.month), strata=Strata(draw.strata)), n=draw.n, seed=draw.seed
    )
    return rules.seal([str(charge_id) for ids in found.values() for charge_id in ids]) == draw.sha256


@dataclass(frozen=True)
class Row:
    """One charge of a sample with everything an auditor looks at.

    Shape: `facts` are the six facts of a visit in order (what, for whom, who, where, from, until), true where there
    is proof; a meal is proven by its sale. Units: `distance_m` metres, None where no place came in.
    """

    drawn: DrawnCharge
    order: Order | None
    sale_id: UUID | None
    departure: Departure | None
    facts: tuple[bool, ...]
    distance_m: int | None
    photos: int
    follow_up: FollowUp | None
    line: Line | None
    withheld: str
    payment: Payment | None
    returned: PaymentReturn | None
    finding: Finding | None

    @property
    def charge(self) -> Charge:
        """What was charged."""
        return self.drawn.charge

    @property
    def grade(self) -> str:
        """The grade of the proof; empty for a meal."""
        return self.departure.grade if self.departure else ""

    @property
    def money(self) -> str:
        """Where the public money of the charge is, in a few words."""
        if self.returned is not None:
            return "已到账" if self.returned.paid else "银行退回"
        if self.payment is not None:
            return "已送出"
        if self.line is not None:
            return "已出单"
        return (self.withheld and "暂不结算") or ("待出单" if self.charge.public_fen else "无公共资金")


FACTS = ("项目", "老人", "人员", "地点", "到达", "离开")


def worksheet(viewer: User, draw: Draw) -> list[Row]:
    """Return the rows of a sample; a fixed number of queries, whatever its size."""
    ensure_reader(viewer)
    drawn = list(
        DrawnCharge.objects.filter(draw=draw)
        .select_related("charge", "charge__elder", "charge__item", "charge__enterprise", "draw")
        .order_by("n")
    )
    charges = [row.charge_id for row in drawn]
    causes = [row.charge.cause_id for row in drawn if row.charge.cause_kind == "ORDER"]
    orders = Order.objects.in_bulk(causes)
    departures = {
        row.visit.order_id: row
        for row in Departure.objects.filter(visit__order__in=causes).select_related("visit", "visit__worker")
    }
    visits = [row.visit_id for row in departures.values()]
    places: dict[UUID, dict[str, Any]] = {
        row.visit_id: row.facts for row in Evidence.objects.filter(visit__in=visits, kind=EvidenceKind.ARRIVAL_PLACE)
    }
    photos = dict(Photo.objects.filter(visit__in=visits).values_list("visit").annotate(n=Count("pk")))
    sales = dict(SaleCharge.objects.filter(charge__in=charges).values_list("charge_id", "sale_id"))
    calls = {
        row.task.order_id: row
        for row in FollowUp.objects.filter(task__order__in=causes, reached=True).select_related("task").order_by("n")
    }
    lines = {
        row.charge_id: row
        for row in Line.objects.filter(charge__in=charges, withdrawn=False).select_related(
            "statement", "statement__run"
        )
    }
    held_back = dict(
        Withheld.objects.filter(charge__in=charges).order_by("run__month").values_list("charge_id", "reason")
    )
    statements = {row.statement_id for row in lines.values()}
    payments = {row.statement_id: row for row in Payment.objects.filter(statement__in=statements).order_by("file__at")}
    returns = {row.payment_id: row for row in PaymentReturn.objects.filter(payment__in=list(payments.values()))}
    findings = {row.drawn_id: row for row in Finding.objects.filter(drawn__in=drawn).select_related("by").order_by("n")}
    rows = []
    for one in drawn:
        charge = one.charge
        departure = departures.get(charge.cause_id)
        line = lines.get(charge.pk)
        payment = payments.get(line.statement_id) if line else None
        place = places.get(departure.visit_id) if departure else None
        rows.append(
            Row(
                drawn=one,
                order=orders.get(charge.cause_id),
                sale_id=sales.get(charge.pk),
                departure=departure,
                facts=_facts(charge, departure, sales.get(charge.pk)),
                distance_m=place.get("distance_m") if place else None,
                photos=photos.get(departure.visit_id, 0) if departure else 0,
                follow_up=calls.get(charge.cause_id),
                line=line,
                withheld=held_back.get(charge.pk, ""),
                payment=payment,
                returned=returns.get(payment.pk) if payment else None,
                finding=findings.get(one.pk),
            )
        )
    return rows


def _facts(charge: Charge, departure: Departure | None, sale_id: UUID | None) -> tuple[bool, ...]:
    if charge.cause_kind == MEAL:
        return (True, True, sale_id is not None, sale_id is not None, sale_id is not None, sale_id is not None)
    came = departure is not None
    placed = departure is not None and departure.grade in ("A", "B", "C")
    return (True, True, came, placed, came, came)


def tally(rows: Iterable[Row]) -> Mapping[int, int]:
    """Count the findings of a sample by code; code 0 stands for rows not looked at yet."""
    found: dict[int, int] = defaultdict(int)
    for row in rows:
        found[row.finding.code if row.finding else 0] += 1
    return found


def own_row(viewer: User, drawn_id: UUID) -> DrawnCharge:
    """Return one row of a sample.

    Raises: NotFound.
    """
    if not sees_whole_programme(viewer):
        raise NotFound("没有找到这一行。")
    found = (
        DrawnCharge.objects.filter(pk=drawn_id, draw__programme_id=viewer.programme_id).select_related("draw").first()
    )
    if found is None:
        raise NotFound("没有找到这一行。")
    return found
