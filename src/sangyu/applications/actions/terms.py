"""Lay down how long a step may take where the city's text says nothing."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.applications.actions.common import words
from sangyu.applications.models import StepCode, Term
from sangyu.applications.queries import APPEAL
from sangyu.applications.rules import DoesNotFit
from sangyu.kit.ids import derived_id
from sangyu.policy.stages import DAYS_MAX


@transaction.atomic
def set_term(*, step: str, days: int, document: str, valid_from: date, by: User, at: datetime) -> Term:
    """Lay down within how many working days a step is done, from a day on; the same day again changes nothing.

    `step` is one of the steps, or APPEAL. A step whose days stand in the city's text keeps those.
    Raises: NotAllowed, WordsMissing; DoesNotFit, for no such step, no days, or another figure for the same first day.
    """
    ensure_role(by, Role.BUREAU)
    if step not in {*StepCode.values, APPEAL} - {StepCode.ACCEPT, StepCode.MATCH}:
        raise DoesNotFit("没有这个环节，请从列表里选。")
    if not 0 < days <= DAYS_MAX:
        raise DoesNotFit(f"办理期限应为1至{DAYS_MAX}个工作日。")
    term, made = Term.objects.get_or_create(
        id=derived_id("application-term", by.programme_id, step, valid_from),
        defaults={
            "programme_id": by.programme_id,
            "step": step,
            "days": days,
            "document": words(document, "依据的文件", 80),
            "valid_from": valid_from,
            "by": by,
            "at": at,
        },
    )
    if not made:
        if term.days != days:
            raise DoesNotFit(f"{valid_from}起已定为{term.days}个工作日。要改请另定一个以后的日期。")
        return term
    access.record(
        by=by,
        at=at,
        verb="applications.set_term",
        object_kind="programme",
        object_id=by.programme_id,
        facts={"step": step, "days": days, "valid_from": valid_from, "document": term.document},
    )
    return term
