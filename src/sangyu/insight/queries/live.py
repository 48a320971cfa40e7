"""What stands now and asks to be looked at: orders of the day, orders that are late, and the rules that fired.

These rows read present states, so they answer for this moment only; the report of a day reads `sources`.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules as dispatch_rules
from sangyu.dispatch.models import Dispatch
from sangyu.insight import rules
from sangyu.insight.queries import sources
from sangyu.insight.queries.lens import Lens, ensure_reader
from sangyu.ledger.models import HoldEnd
from sangyu.meals.models import Sale
from sangyu.orders.models import OPEN_STAGES, Order, Stage
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Enterprise
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUp, FollowUpTask, Objection, Ruling
from sangyu.safety import queries as safety_read
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules as settlement_rules
from sangyu.settlement.models import (
    Answer,
    Confirmation,
    PaymentFile,
    PaymentReturn,
    Run,
    Statement,
    StatementObjection,
    Withdrawal,
)
from sangyu.visits.models import Departure

NOT_ARRIVED = "NOT_ARRIVED"
UNANSWERED = "UNANSWERED"
UNSENT = "UNSENT"
LATE = {NOT_ARRIVED: "过点未到", UNANSWERED: "超时未接单", UNSENT: "久未派出"}
BEFORE_ARRIVAL = (Stage.PLACED, Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED)
UNPROVEN_GRADES = ("C", "D")


def wanted_today(viewer: User, lens: Lens) -> QuerySet[Order]:
    """The orders wanted on the day of the lens, whatever became of them."""
    begins_at, ends_at = rules.begin_of(lens.on), rules.end_of(lens.on)
    return sources.orders(viewer, lens).filter(wanted_from__gte=begins_at, wanted_from__lt=ends_at)


def late(viewer: User, lens: Lens) -> QuerySet[Order]:
    """The open orders that are late, each with the first rule of `LATE` that says so, as `late`."""
    last = Dispatch.objects.filter(order=OuterRef("pk")).order_by("-n")
    arrival_by = lens.until - timedelta(minutes=rules.ARRIVAL_LATE_MINUTES)
    sent_by = lens.until - timedelta(minutes=rules.UNSENT_MINUTES_MAX)
    rows = sources.orders(viewer, lens).filter(stage__in=BEFORE_ARRIVAL)
    rows = rows.annotate(
        answer_by=Subquery(last.values("answer_by")[:1]),
        late=Case(
            When(wanted_from__lt=arrival_by, then=Value(NOT_ARRIVED)),
            When(Q(stage=Stage.SENT, answer_by__lt=lens.until), then=Value(UNANSWERED)),
            When(Q(stage=Stage.PLACED, stage_at__lt=sent_by), then=Value(UNSENT)),
            default=Value(""),
            output_field=CharField(),
        ),
    )
    return rows.exclude(late="")


def orders_of_the_dead(viewer: User, lens: Lens) -> QuerySet[Order]:
    """The open orders of elders who are recorded as dead."""
    return sources.orders(viewer, lens).filter(stage__in=OPEN_STAGES, elder__died_on__isnull=False)


def unofficered(viewer: User, lens: Lens) -> list[tuple[Enterprise, list[str]]]:
    """The admitted enterprises without a trained safety officer or first-aider, with the duties nobody fills."""
    ensure_reader(viewer)
    return providers_read.without_officers(viewer, lens.on)


def papers(viewer: User, lens: Lens) -> list[providers_read.Expiring]:
    """The licences, contracts and certificates that ran out or soon will, nearest first."""
    ensure_reader(viewer)
    return providers_read.expiring(viewer, lens.on, rules.EXPIRY_DAYS)


def patterns(viewer: User, lens: Lens) -> list[dispatch_read.Pattern]:
    """The workers whom several elders asked not to send again, within the days that count."""
    ensure_reader(viewer)
    since = rules.begin_of(lens.on - timedelta(days=dispatch_rules.PATTERN_DAYS - 1))
    return dispatch_read.patterns(viewer, since, lens.until)


def bulk_look_ups(viewer: User, lens: Lens) -> list[access_read.BulkLookUp]:
    """Who looked at too many masked facts within an hour, in the days that count."""
    ensure_reader(viewer)
    since = rules.begin_of(lens.on - timedelta(days=rules.LOOK_BACK_DAYS - 1))
    return access_read.bulk_look_ups(viewer, since=since, until=lens.until)


def alarms(viewer: User, lens: Lens) -> list[safety_read.Case]:
    """The emergencies that nobody has closed."""
    ensure_reader(viewer)
    return safety_read.open_alarms(viewer)


def pressing_complaints(viewer: User, lens: Lens) -> list[quality_read.Case]:
    """The complaints without a result whose deadline is over or near."""
    ensure_reader(viewer)
    near = lens.on + timedelta(days=rules.COMPLAINT_DAYS)
    cases = quality_read.open_cases(viewer)
    return [case for case in cases if case.result is None and case.complaint.due_on <= near]


def to_sign(viewer: User, lens: Lens) -> list[Run]:
    """The runs whose next signature is this viewer's own: every statement confirmed, nothing paid, their step due."""
    ensure_reader(viewer)
    waiting = statements(viewer, lens).filter(run=OuterRef("pk"))
    runs = list(
        Run.objects.filter(Exists(waiting), programme_id=viewer.programme_id, drawn_at__lt=lens.until)
        .filter(~Exists(PaymentFile.objects.filter(run=OuterRef("pk"))))
        .filter(~Exists(unconfirmed(viewer, lens).filter(run=OuterRef("pk"))))
        .select_related("drawn_by")
        .order_by("month")
    )
    signed: dict[UUID, dict[str, UUID]] = {run.pk: {} for run in runs}
    for row in settlement_read.standing_approvals().filter(run__in=runs):
        signed[row.run_id][row.step] = row.by_id
    due = {run.pk: settlement_rules.due_step(signed[run.pk]) for run in runs}
    return [
        run
        for run in runs
        if (step := due[run.pk]) is not None
        and step.role in viewer.roles
        and viewer.pk not in {run.drawn_by_id, *signed[run.pk].values()}
    ]


def unproven(viewer: User, lens: Lens) -> QuerySet[Departure]:
    """The visits of the last days whose proof is not enough to be paid without a call."""
    ensure_reader(viewer)
    since = rules.begin_of(lens.on - timedelta(days=rules.UNPROVEN_DAYS - 1))
    rows = Departure.objects.filter(visit__programme_id=viewer.programme_id, grade__in=UNPROVEN_GRADES)
    return _with_visit(rows.filter(left_at__gte=since, left_at__lt=lens.until))


def _with_visit(rows: QuerySet[Departure]) -> QuerySet[Departure]:
    return rows.select_related(
        "visit", "visit__order", "visit__order__elder", "visit__order__item", "visit__worker", "visit__enterprise"
    )


def denied(viewer: User, lens: Lens) -> QuerySet[FollowUp]:
    """The visits of which the elder said on the telephone, in the last weeks, that nobody came."""
    ensure_reader(viewer)
    rows = FollowUp.objects.filter(
        task__sample__programme_id=viewer.programme_id, reached=True, happened=False, at__lt=lens.until
    )
    rows = rows.filter(at__gte=rules.begin_of(lens.on - timedelta(days=rules.LOOK_BACK_DAYS - 1)))
    visited_by = Departure.objects.filter(visit__order=OuterRef("task__order"))
    return rows.annotate(
        enterprise_name=Subquery(visited_by.values("visit__enterprise__short_name")[:1])
    ).select_related("by", "task", "task__order", "task__order__elder", "task__order__item")


def overdue_calls(viewer: User, lens: Lens) -> QuerySet[FollowUpTask]:
    """The follow-up calls that reached nobody and are older than they may be."""
    ensure_reader(viewer)
    reached = FollowUp.objects.filter(task=OuterRef("pk"), reached=True)
    rows = FollowUpTask.objects.filter(
        sample__programme_id=viewer.programme_id,
        sample__day__lt=lens.on - timedelta(days=rules.FOLLOW_UP_DAYS_MAX),
    )
    return rows.filter(~Exists(reached)).select_related("sample", "order", "order__elder", "order__item")


def second_lunches(viewer: User, lens: Lens) -> QuerySet[Sale]:
    """The meals of the last days that were not the elder's first of the day."""
    since = rules.begin_of(lens.on - timedelta(days=rules.SECOND_LUNCH_DAYS - 1))
    return sources.meals(viewer, Lens(lens.until, since)).filter(nth_of_day__gte=2)


def statements(viewer: User, lens: Lens) -> QuerySet[Statement]:
    """The statements in force."""
    ensure_reader(viewer)
    rows = Statement.objects.filter(run__programme_id=viewer.programme_id, run__drawn_at__lt=lens.until)
    return rows.filter(~Exists(Withdrawal.objects.filter(statement=OuterRef("pk")))).select_related("run", "enterprise")


def unconfirmed(viewer: User, lens: Lens) -> QuerySet[Statement]:
    """The statements that their enterprise has not confirmed."""
    return statements(viewer, lens).filter(~Exists(Confirmation.objects.filter(statement=OuterRef("pk"))))


def unanswered_objections(viewer: User, lens: Lens) -> QuerySet[StatementObjection]:
    """The objections to statements that nobody has answered."""
    rows = StatementObjection.objects.filter(statement__in=statements(viewer, lens).order_by().values("pk"))
    rows = rows.filter(~Exists(Answer.objects.filter(objection=OuterRef("pk"))))
    return rows.select_related("statement", "statement__run", "statement__enterprise", "by")


def unruled_objections(viewer: User, lens: Lens) -> QuerySet[Objection]:
    """The objections to appraisals that nobody has ruled on."""
    ensure_reader(viewer)
    rows = Objection.objects.filter(item__appraisal__programme_id=viewer.programme_id, at__lt=lens.until)
    rows = rows.filter(~Exists(Ruling.objects.filter(objection=OuterRef("pk"))))
    return rows.select_related("item", "item__appraisal", "item__appraisal__enterprise", "by")


def refused_payments(viewer: User, lens: Lens) -> QuerySet[PaymentReturn]:
    """The payments that the bank refused and that were not sent again."""
    ensure_reader(viewer)
    rows = PaymentReturn.objects.filter(
        payment__in=settlement_read.living_payments().filter(file__run__programme_id=viewer.programme_id),
        paid=False,
        at__lt=lens.until,
    )
    return rows.select_related(
        "payment", "payment__statement", "payment__statement__enterprise", "payment__statement__run", "by"
    )


def expired_holds(viewer: User, lens: Lens) -> QuerySet[HoldEnd]:
    """The holds of the last weeks that nobody settled in time; what they held is free again."""
    ensure_reader(viewer)
    since = rules.begin_of(lens.on - timedelta(days=rules.LOOK_BACK_DAYS - 1))
    rows = HoldEnd.objects.filter(hold__programme_id=viewer.programme_id, kind=HoldEnd.Kind.EXPIRED)
    rows = rows.filter(at__gte=since, at__lt=lens.until)
    number = Order.objects.filter(pk=OuterRef("hold__cause_id")).values("number")[:1]
    return rows.annotate(
        order_number=Subquery(number), order_id=F("hold__cause_id"), amount_fen=F("hold__amount_fen")
    ).select_related("hold", "hold__account")
