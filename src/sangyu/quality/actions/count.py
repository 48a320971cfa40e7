"""Count what an appraisal sheet rests on, for many enterprises at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count

from sangyu.dispatch.models import Acceptance, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.month import Month
from sangyu.providers.models import Certificate, Enterprise, Licence, Worker
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
    covered: dict[UUID, set[date]] = defaultdict(set)
    days = [month.first_day + timedelta(days=n) for n in range((month.next().first_day - month.first_day).days)]
    for licence in Licence.objects.filter(enterprise__in=enterprises):
        covered[licence.enterprise_id] |= {day for day in days if licence.valid_from <= day < licence.valid_until}
    duties: dict[UUID, set[str]] = defaultdict(set)
    for enterprise_id, held in Worker.objects.filter(enterprise__in=enterprises, left_on=None).values_list(
        "enterprise_id", "duties"
    ):
        duties[enterprise_id] |= set(held)
    certificates: dict[UUID, list[bool]] = defaultdict(list)
    last_day = days[-1]
    for enterprise_id, until in Certificate.objects.filter(
        worker__enterprise__in=enterprises, worker__left_on=None
    ).values_list("worker__enterprise_id", "valid_until"):
        certificates[enterprise_id].append(until > last_day)
    return {
        firm.pk: rules.Month(
            licence_days_missing=len(days) - len(covered[firm.pk]),
            officers_missing=2 - len({"safety_officer", "first_aider"} & duties[firm.pk]),
            sent=sent.get(firm.pk, 0),
            answered_in_time=answered[firm.pk],
            visits=len(visits[firm.pk]),
            punctual=sum(punctual for punctual, _ in visits[firm.pk]),
            proven=sum(proven for _, proven in visits[firm.pk]),
            reached=len(heard[firm.pk]),
            satisfaction_sum=sum(heard[firm.pk]),
            complaints=upheld.get(firm.pk, 0),
            certificates=len(certificates[firm.pk]),
            certificates_valid=sum(certificates[firm.pk]),
        )
        for firm in enterprises
    }
