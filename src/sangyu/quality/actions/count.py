"""Count what an appraisal sheet rests on, for many enterprises at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef

from sangyu.dispatch.models import Acceptance, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.month import Month
from sangyu.providers import queries as providers_read
from sangyu.providers import rules as providers_rules
from sangyu.providers.models import Certificate, Enterprise, Licence
from sangyu.quality import rules
from sangyu.quality.models import ComplaintResult, FollowUp
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")


def left_in(month: Month) -> dict[str, datetime]:
    """Return the filter for departures of a month."""
    return {
        "left_at__gte": datetime.combine(month.first_day, datetime.min.time(), BEIJING),
        "left_at__lt": datetime.combine(month.next().first_day, datetime.min.time(), BEIJING),
    }


def months(enterprises: list[Enterprise], month: Month) -> dict[UUID, rules.Month]:
    """Count what the sheet rests on for many enterprises at once; a fixed number of queries."""
    inside = left_in(month)
    begins_at, ends_at = inside.values()
    in_month = {"order__wanted_from__gte": begins_at, "order__wanted_from__lt": ends_at}
    sent: dict[UUID, int] = dict(
        Dispatch.objects.filter(enterprise__in=enterprises, **in_month)
        .values_list("enterprise_id")
        .annotate(n=Count("pk"))
    )
    under = {f"dispatch__{name}": value for name, value in in_month.items()}
    answered: dict[UUID, int] = defaultdict(int)
    for enterprise_id, n in (
        Acceptance.objects.filter(dispatch__enterprise__in=enterprises, **under)
        .values_list("dispatch__enterprise_id")
        .annotate(n=Count("pk"))
    ):
        answered[enterprise_id] += n
    for enterprise_id, n in (
        RefusalRow.objects.filter(dispatch__enterprise__in=enterprises, **under)
        .exclude(reason=RefusalReason.NO_ANSWER)
        # What was taken in time and taken away later was answered once.
        .filter(~Exists(Acceptance.objects.filter(dispatch=OuterRef("dispatch"))))
        .values_list("dispatch__enterprise_id")
        .annotate(n=Count("pk"))
    ):
        answered[enterprise_id] += n
    visits: dict[UUID, list[tuple[bool, bool]]] = defaultdict(list)
    late = timedelta(minutes=rules.LATE_MINUTES_MAX)
    for departure in Departure.objects.filter(visit__enterprise__in=enterprises, **inside).select_related(
        "visit", "visit__order"
    ):
        visit = departure.visit
        visits[visit.enterprise_id].append(
            (visit.arrived_at <= visit.order.wanted_from + late, departure.grade in ("A", "B"))
        )
    said: dict[UUID, list[int]] = defaultdict(list)
    for order_id, satisfaction in FollowUp.objects.filter(
        reached=True,
        task__order__in=Departure.objects.filter(visit__enterprise__in=enterprises, **inside).values("visit__order_id"),
    ).values_list("task__order__pk", "satisfaction"):
        said[order_id].append(satisfaction or 0)
    by_order = dict(
        Departure.objects.filter(visit__order_id__in=list(said)).values_list("visit__order_id", "visit__enterprise_id")
    )
    heard: dict[UUID, list[int]] = defaultdict(list)
    for order_id, answers in said.items():
        heard[by_order[order_id]] += answers
    # A complaint counts in the month in which it was found to be true: a closed month never changes.
    upheld: dict[UUID, int] = dict(
        ComplaintResult.objects.filter(enterprise__in=enterprises, upheld=True, at__gte=begins_at, at__lt=ends_at)
        .values_list("enterprise_id")
        .annotate(n=Count("pk"))
    )
    days = [month.first_day + timedelta(days=n) for n in range((month.next().first_day - month.first_day).days)]
    papers: dict[UUID, list[tuple[str, date, date]]] = defaultdict(list)
    for licence in Licence.objects.filter(enterprise__in=enterprises):
        papers[licence.enterprise_id].append((licence.kind, licence.valid_from, licence.valid_until))
    last_day = days[-1]
    trained = providers_read.trained_officers([firm.pk for firm in enterprises], last_day)
    # A renewed certificate stands beside the old one, which stays as evidence: of each kind the newest counts.
    newest: dict[UUID, dict[tuple[UUID, str], date]] = defaultdict(dict)
    for enterprise_id, worker_id, kind, until in (
        Certificate.objects.filter(worker__enterprise__in=enterprises, worker__left_on=None)
        .order_by("valid_until")
        .values_list("worker__enterprise_id", "worker_id", "kind", "valid_until")
    ):
        newest[enterprise_id][worker_id, kind] = until
    return {
        firm.pk: rules.Month(
            licence_days_missing=sum(not providers_rules.is_licensed(papers[firm.pk], on=day) for day in days),
            officers_missing=len(providers_rules.officers_missing(trained[firm.pk])),
            sent=sent.get(firm.pk, 0),
            answered_in_time=answered[firm.pk],
            visits=len(visits[firm.pk]),
            punctual=sum(punctual for punctual, _ in visits[firm.pk]),
            proven=sum(proven for _, proven in visits[firm.pk]),
            reached=len(heard[firm.pk]),
            satisfaction_sum=sum(heard[firm.pk]),
            complaints=upheld.get(firm.pk, 0),
            certificates=len(newest[firm.pk]),
            certificates_valid=sum(until > last_day for until in newest[firm.pk].values()),
        )
        for firm in enterprises
    }
