"""Reckon a month as a dry run: everything that would be booked, person by person, for a second person to look at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Approval, Line, Run, Scheme
from sangyu.allowances.queries.reckoning import benefit_of
from sangyu.allowances.rules import MonthNotBegun, Told, last_day, root_of
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger

BEIJING = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    "id",
    "run_id",
    "elder_id",
    "period",
    "change",
    "entitled_fen",
    "booked_fen",
    "before_fen",
    "amount_fen",
    "because",
)


@transaction.atomic
def draw_up(*, code: str, month: Month, by: User, at: datetime) -> Run:
    """Reckon what everybody gets of one thing in a month, and the earlier months anew; nothing is booked.

    Reckoned again with the same result it is the same run; with another, the next one, and the older cannot be
    approved any more. What was killed half way leaves nothing. Raises: NotAllowed; NotARunKind, NothingAdopted;
    MonthNotBegun; RunUndecided.
    """
    ensure_role(by, Role.FINANCE, Role.BUREAU)
    if at.astimezone(BEIJING).date() < month.first_day:
        raise MonthNotBegun(f"{month}还没有开始，{month.first_day}起才能核算。")
    scheme = lock_scheme(by, code, month)
    reckoned = allowances_read.reckon(scheme, month)
    root, basis = root_of(reckoned.lines), Approval.objects.filter(scheme=scheme).count()
    newest = Run.objects.filter(scheme=scheme, month=str(month)).order_by("-n").first()
    if newest is not None and (newest.root, newest.basis) == (root, basis):
        return newest
    n = (newest.n if newest else 0) + 1
    amounts = [line.amount_fen for line in reckoned.lines]
    run = Run.objects.create(
        id=derived_id("allowance-run", scheme.pk, month, n),
        scheme=scheme,
        month=str(month),
        n=n,
        basis=basis,
        persons=reckoned.persons,
        given_fen=reckoned.given_fen,
        added_fen=sum(fen for fen in amounts if fen > 0),
        taken_fen=-sum(fen for fen in amounts if fen < 0),
        undecided=dict(reckoned.undecided),
        root=root,
        by=by,
        at=at,
    )
    _write(run, reckoned.lines)
    access.record(
        by=by,
        at=at,
        verb="allowances.draw_up",
        object_kind="allowance_run",
        object_id=run.pk,
        facts={"scheme": scheme.title, "month": str(month), "n": n, "persons": run.persons, "root": root},
    )
    return run


def lock_scheme(by: User, code: str, month: Month) -> Scheme:
    """Hold the row of a scheme, made with its first run as the pack of the month names it.

    Raises: NotARunKind, NothingAdopted.
    """
    _adopted, benefit = benefit_of(by.programme_id, code, last_day(month))
    Scheme.objects.get_or_create(
        id=derived_id("scheme", by.programme_id, code),
        defaults={
            "programme_id": by.programme_id,
            "code": code,
            "title": benefit.title,
            "payee": benefit.payee,
            "fund": benefit.fund.upper(),
        },
    )
    return Scheme.objects.select_for_update().get(programme_id=by.programme_id, code=code)


def _write(run: Run, lines: Iterable[Told]) -> None:
    ledger.insert(
        Line,
        COLUMNS,
        (
            (
                derived_id("allowance-line", run.pk, line.elder_id, line.period),
                run.pk,
                line.elder_id,
                line.period,
                str(line.change),
                line.entitled_fen,
                line.booked_fen,
                line.before_fen,
                line.amount_fen,
                line.because,
            )
            for line in lines
        ),
    )
