"""What keeps a person's data from being erased: unfinished matters of every room, and what the law still binds."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, QuerySet

from sangyu.access.models import User
from sangyu.allowances.models import Approval
from sangyu.allowances.models import Line as AllowanceLine
from sangyu.applications.models import UNDER_WAY as APPLYING
from sangyu.applications.models import Application
from sangyu.assessment.models import UNDER_WAY as ASSESSING
from sangyu.assessment.models import Assessment
from sangyu.benefits.models import Charge, Reversal
from sangyu.matching.models import Difference
from sangyu.orders.models import OPEN_STAGES, Order
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.rules import Hindrance, bound
from sangyu.quality.models import Complaint, ComplaintClosure
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder
from sangyu.safety.models import Alarm
from sangyu.safety.models import Stage as Alarmed
from sangyu.settlement.models import Line, PaymentReturn

BEIJING = ZoneInfo("Asia/Shanghai")


def hindrances(viewer: User, elder: Elder, on: date) -> list[Hindrance]:
    """Return everything that keeps an elder's data on a day, what is unfinished first.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    registry_read.get_elder(viewer, elder.pk)
    ids = registry_read.same_as(elder.pk)
    unfinished: dict[str, QuerySet[Any]] = {
        "工单没有办完": Order.objects.filter(elder__in=ids, stage__in=OPEN_STAGES),
        "投诉没有办结": Complaint.objects.filter(elder__in=ids).filter(
            ~Exists(ComplaintClosure.objects.filter(complaint=OuterRef("pk")))
        ),
        "申请没有办结": Application.objects.filter(elder__in=ids, state__in=APPLYING),
        "评估没有结论": Assessment.objects.filter(elder__in=ids, stage__in=ASSESSING),
        "报警没有处置完": Alarm.objects.filter(elder__in=ids).exclude(stage=Alarmed.CLOSED),
        # Whoever acted on one afterwards would write into the record again.
        "名册差异没有办": Difference.objects.filter(elder__in=ids, is_open=True),
        "服务的钱没有付给企业": _unpaid(ids),
    }
    open_now = [(what, rows.count()) for what, rows in unfinished.items()]
    cards = [card for card in registry_read.cards_of(viewer, elder) if card.state in registry_read.USABLE]
    found = [Hindrance(f"还有{n}件{what}") for what, n in open_now if n]
    if cards:
        found.append(Hindrance(f"还有{len(cards)}张老人卡能用，请先挂失"))
    return found + bound(privacy_read.register().purposes, last_days(ids), on)


def last_days(ids: frozenset[UUID]) -> dict[str, date]:
    """Return the last day of each event from which the register of purposes counts. Shape: event -> day."""
    served = Charge.objects.filter(elder__in=ids).aggregate(last=Max("service_on"))["last"]
    # A run that was only reckoned has given nobody anything.
    given = AllowanceLine.objects.filter(elder__in=ids, run__in=Approval.objects.values("run")).exclude(amount_fen=0)
    paid = given.aggregate(last=Max("run__at"))["last"]
    known = {"served": served, "paid": paid.astimezone(BEIJING).date() if paid else None}
    return {event: day for event, day in known.items() if day is not None}


def _unpaid(ids: frozenset[UUID]) -> QuerySet[Charge]:
    paid = PaymentReturn.objects.filter(paid=True).values("payment__statement")
    settled = Line.objects.filter(charge=OuterRef("pk"), withdrawn=False, statement__in=paid)
    taken_back = Reversal.objects.filter(charge=OuterRef("pk"))
    return Charge.objects.filter(elder__in=ids, public_fen__gt=0).filter(~Exists(settled), ~Exists(taken_back))
