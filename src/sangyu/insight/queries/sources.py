"""The rows behind every number, as they were known at an instant; each figure counts exactly what its source returns.

A row counts from the moment it was written, not from the day it speaks of: a death that is reported in December does
not change the report of November. Rows that are replaced in place (a stage, a state) are not read here; the rows
that made them are.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from sangyu.access.models import AuditEntry, User
from sangyu.benefits.models import Charge, Reversal
from sangyu.dispatch.models import Dispatch
from sangyu.insight.queries.lens import NONE, Lens, ensure_reader
from sangyu.meals.models import Refund, Sale
from sangyu.orders.models import Order, Served
from sangyu.providers.models import Canteen, Enterprise, EnterpriseState, Standing, Worker
from sangyu.quality.models import Finalisation
from sangyu.registry.models import CardEvent, CardEventKind, Elder, ElderCard, Merge, Unmerge
from sangyu.settlement.models import Difference, Line, Payment, PaymentReturn, Statement

DIED, NOT_DEAD = "registry.record_death", "registry.withdraw_death"
WORK = ("providers.take_on", "providers.let_go")
MEMBERS = (EnterpriseState.ADMITTED.value, EnterpriseState.SUSPENDED.value)
USABLE = (CardEventKind.ISSUED.value, CardEventKind.RETURNED.value)


def elders(viewer: User, lens: Lens) -> QuerySet[Any]:
    """The elders registered by then, each with `alive`: whether no death had been recorded by then.

    Of several records of one person the one counts that stood for the others by then.
    """
    ensure_reader(viewer)
    noted = AuditEntry.objects.filter(programme_id=viewer.programme_id, at__lt=lens.until)
    taken_back = noted.filter(verb=NOT_DEAD, object_id=OuterRef("object_id")).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id"))
    )
    # The few who died are one set: asking of each elder apart would read the audit book a hundred thousand times.
    dead = noted.filter(~Exists(taken_back), verb=DIED).values("object_id")
    rows = Elder.objects.filter(programme_id=viewer.programme_id, registered_at__lt=lens.until)
    return (
        rows.exclude(pk__in=_merged(viewer, lens).values("gone"))
        .annotate(alive=Case(When(pk__in=dead, then=Value(False)), default=Value(True), output_field=BooleanField()))
        .select_related("community", "community__parent")
    )


def living(viewer: User, lens: Lens) -> QuerySet[Any]:
    """The elders registered by then whose death had not been recorded by then."""
    return elders(viewer, lens).filter(alive=True)


def _merged(viewer: User, lens: Lens) -> QuerySet[Merge]:
    """The merges that had been made by then and not undone."""
    undone = Unmerge.objects.filter(merge=OuterRef("pk"), at__lt=lens.until)
    return Merge.objects.filter(~Exists(undone), gone__programme_id=viewer.programme_id, at__lt=lens.until)


def _found_through_others(viewer: User, lens: Lens, records: QuerySet[Any]) -> set[UUID]:
    """Return the persons of those records that another stood for by then. Shape: the ids that `elders` has of them."""
    goes = dict(_merged(viewer, lens).values_list("gone", "survivor"))
    if not goes:
        return set()
    found = set()
    for record in records.filter(elder__in=list(goes)).order_by().values_list("elder", flat=True).distinct():
        while record in goes:
            record = goes[record]
        found.add(record)
    return found


def orders(viewer: User, lens: Lens) -> QuerySet[Order]:
    """The orders placed by then (in the period), each with the enterprise that had it last and the elder's class."""
    ensure_reader(viewer)
    sent = Dispatch.objects.filter(order=OuterRef("pk"), sent_at__lt=lens.until).order_by("-n")
    rows = Order.objects.filter(programme_id=viewer.programme_id, placed_at__lt=lens.until)
    if lens.since is not None:
        rows = rows.filter(placed_at__gte=lens.since)
    return rows.annotate(
        enterprise_id=Subquery(sent.values("enterprise_id")[:1]),
        enterprise_name=Subquery(sent.values("enterprise__short_name")[:1]),
        elder_class=_class_of(KeyTransform("decisions", "quote")),
    ).select_related("elder", "item", "community", "community__parent")


def served(viewer: User, lens: Lens) -> QuerySet[Order]:
    """The orders carried out by then, whenever they were placed."""
    done = Served.objects.filter(order=OuterRef("pk"), at__lt=lens.until)
    if lens.since is not None:
        done = done.filter(at__gte=lens.since)
    return orders(viewer, Lens(lens.until)).filter(Exists(done))


def meals(viewer: User, lens: Lens) -> QuerySet[Sale]:
    """The meals sold by then (in the period) and not given back by then."""
    ensure_reader(viewer)
    refund = Refund.objects.filter(sale=OuterRef("pk"), at__lt=lens.until)
    rows = Sale.objects.filter(programme_id=viewer.programme_id, sold_at__lt=lens.until).filter(~Exists(refund))
    if lens.since is not None:
        rows = rows.filter(sold_at__gte=lens.since)
    return rows.select_related("elder", "canteen", "canteen__enterprise", "canteen__community")


def cards(viewer: User, lens: Lens) -> QuerySet[Any]:
    """The cards given out by then, each with the `state` of its last event by then."""
    ensure_reader(viewer)
    events = CardEvent.objects.filter(card=OuterRef("pk"), at__lt=lens.until).order_by("-n")
    rows = ElderCard.objects.filter(programme_id=viewer.programme_id)
    rows = rows.annotate(state=Subquery(events.values("kind")[:1]), state_at=Subquery(events.values("at")[:1]))
    return rows.filter(state__isnull=False).select_related("elder", "elder__community", "elder__community__parent")


def active_cards(viewer: User, lens: Lens) -> QuerySet[Any]:
    """The cards that could be used then."""
    return cards(viewer, lens).filter(state__in=USABLE)


def enterprises(viewer: User, lens: Lens) -> QuerySet[Enterprise]:
    """The enterprises that stood as members by then (suspended ones too), each with its `state_then`."""
    ensure_reader(viewer)
    stood = Standing.objects.filter(enterprise=OuterRef("pk"), at__lt=lens.until).order_by("-n")
    rows = Enterprise.objects.filter(programme_id=viewer.programme_id)
    return rows.annotate(state_then=Subquery(stood.values("state")[:1])).filter(state_then__in=MEMBERS)


def workers(viewer: User, lens: Lens) -> QuerySet[Worker]:
    """The workers of member enterprises who had been taken on by then and not let go."""
    told = AuditEntry.objects.filter(
        programme_id=viewer.programme_id, object_id=OuterRef("pk"), verb__in=WORK, at__lt=lens.until
    ).order_by("-at", "-id")
    rows = Worker.objects.filter(enterprise__in=enterprises(viewer, lens).values("pk"))
    rows = rows.annotate(last_told=Subquery(told.values("verb")[:1]))
    return rows.filter(last_told=WORK[0]).select_related("enterprise")


def canteens(viewer: User, lens: Lens) -> QuerySet[Canteen]:
    """The canteens opened by then whose contract covers that day."""
    ensure_reader(viewer)
    rows = Canteen.objects.filter(
        programme_id=viewer.programme_id, contracted_from__lte=lens.on, contracted_until__gt=lens.on
    )
    opened = AuditEntry.objects.filter(
        programme_id=viewer.programme_id, object_id=OuterRef("pk"), verb="providers.open_canteen", at__lt=lens.until
    )
    return rows.filter(Exists(opened)).select_related("enterprise", "community", "community__parent")


def _class_of(decisions: Combinable | str) -> KeyTextTransform:
    """Read the elder's class (A to D) from the last decision that fixed the price; null where none asked for it."""
    return KeyTextTransform("service_class", KeyTransform("facts_used", KeyTransform("-1", decisions)))


def charges(viewer: User, lens: Lens) -> QuerySet[Charge]:
    """The deliveries charged by then and not taken back by then, each with the elder's class."""
    ensure_reader(viewer)
    taken_back = Reversal.objects.filter(charge=OuterRef("pk"), at__lt=lens.until)
    rows = Charge.objects.filter(programme_id=viewer.programme_id, at__lt=lens.until).filter(~Exists(taken_back))
    if lens.since is not None:
        rows = rows.filter(at__gte=lens.since)
    return rows.annotate(elder_class=_class_of("decisions")).select_related(
        "elder", "elder__community", "elder__community__parent", "enterprise", "item"
    )


def subsidised(viewer: User, lens: Lens) -> QuerySet[Charge]:
    """The charges of which public money pays a part."""
    return charges(viewer, lens).filter(public_fen__gt=0)


def _sent(viewer: User, lens: Lens) -> QuerySet[Payment]:
    """The payments that had been sent by then (in the period) and were not refused by then."""
    ensure_reader(viewer)
    refused = PaymentReturn.objects.filter(payment=OuterRef("pk"), paid=False, at__lt=lens.until)
    sent = Payment.objects.filter(file__run__programme_id=viewer.programme_id, file__at__lt=lens.until)
    sent = sent.filter(~Exists(refused))
    return sent if lens.since is None else sent.filter(file__at__gte=lens.since)


def paid_lines(viewer: User, lens: Lens) -> QuerySet[Line]:
    """The statement lines whose payment had been sent by then and was not refused by then."""
    rows = Line.objects.filter(statement__run__programme_id=viewer.programme_id, net_fen__gt=0)
    rows = rows.filter(statement__in=_sent(viewer, lens).values("statement"))
    rows = rows.annotate(elder_class=_class_of("charge__decisions"))
    return rows.select_related(
        "charge", "charge__elder", "charge__enterprise", "charge__item", "statement", "statement__run"
    )


def paid_statements(viewer: User, lens: Lens) -> list[UUID]:
    """The statements behind `paid_lines`, newest month first, of one enterprise where the lens names it."""
    rows = Statement.objects.filter(
        run__programme_id=viewer.programme_id, pk__in=_sent(viewer, lens).values("statement")
    )
    if lens.cut.get("enterprise", NONE) != NONE:
        rows = rows.filter(enterprise_id=lens.cut["enterprise"])
    return list(rows.order_by("-run__month", "-pk").values_list("pk", flat=True))


def taken_back(viewer: User, lens: Lens) -> QuerySet[Difference]:
    """The corrections of earlier months that paid statements took back."""
    rows = Difference.objects.filter(statement__run__programme_id=viewer.programme_id)
    return rows.filter(statement__in=_sent(viewer, lens).values("statement")).select_related(
        "statement", "statement__enterprise", "statement__run", "correction"
    )


def beneficiaries(viewer: User, lens: Lens) -> QuerySet[Elder]:
    """The elders for whom public money paid a part at least once by then (in the period)."""
    paid = subsidised(viewer, lens)
    through_others = _found_through_others(viewer, lens, paid)
    return elders(viewer, lens).filter(Q(pk__in=paid.values("elder").distinct()) | Q(pk__in=through_others))


def heads(viewer: User, lens: Lens) -> int:
    """How many elders `beneficiaries` are, from their charges alone: whoever is charged was registered before."""
    paid = subsidised(viewer, lens).order_by()
    through_others = _found_through_others(viewer, lens, paid)
    if not through_others:
        return paid.values("elder").distinct().count()
    own = paid.exclude(elder__in=_merged(viewer, lens).values("gone"))
    there = own.filter(elder__in=through_others).values("elder").distinct().count()
    return own.values("elder").distinct().count() + len(through_others) - there


def finals(viewer: User, lens: Lens) -> QuerySet[Finalisation]:
    """The appraisals that had become final by then."""
    ensure_reader(viewer)
    rows = Finalisation.objects.filter(appraisal__programme_id=viewer.programme_id, at__lt=lens.until)
    return rows.select_related("appraisal", "appraisal__enterprise", "by")
