"""Whatever is killed, repeated, found out late or merged: nobody is paid twice for one month, to the fen.

Steps of months are taken in any order, some of them killed half way, some taken twice; facts change in between.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sangyu.allowances import actions as allowances
from sangyu.allowances import merging
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Approval, Line, Payment, PaymentFile, PaymentReturn, Run
from sangyu.allowances.queries.reckoning import booked_by_period
from sangyu.allowances.verify import verify
from sangyu.benefits.people import People
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.ledger.verify import verify as ledger_verify
from sangyu.registry.models import DuplicateCase, Elder, Merge, Unmerge

MONTHS = [Month(2026, 9), Month(2026, 10), Month(2026, 11)]
STEPS = ("draw", "approve", "pay", "answer", "refuse", "die", "birth", "merge")


class Killed(Exception):
    """The machine went away between the work and its end."""


def killed_after(statements: int):
    """Let the database be gone after so many statements, wherever in the work that is."""
    left = iter(range(statements))

    def ask(execute, sql, params, many, context):
        if next(left, None) is None and not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            raise Killed
        return execute(sql, params, many, context)

    return connection.execute_wrapper(ask)


def newest(**more):
    return Run.objects.filter(**more).order_by("-at", "-n").first()


def step(months, elders, name, n, tick):
    troupe, month = months.troupe, MONTHS[n % len(MONTHS)]
    at = months.at(MONTHS[-1]) + timedelta(minutes=tick)
    elder = elders[n % len(elders)]
    if name == "draw":
        allowances.draw_up(code="high-age-allowance", month=month, by=troupe.qian, at=at)
    elif name == "approve" and (run := newest()):
        allowances.approve(run_id=run.pk, by=troupe.feng, at=at)
    elif name == "pay" and (run := newest(pk__in=Approval.objects.values("run"))):
        allowances.pay(run_id=run.pk, by=troupe.qian, at=at)
    elif name in ("answer", "refuse") and (file := PaymentFile.objects.order_by("-n").first()):
        bad = (elder.pk,) if name == "refuse" else ()
        content = months.answer(file.run, *bad)
        allowances.take_return(run_id=file.run_id, content=content, by=troupe.qian, at=at)
    elif name == "die":
        Elder.objects.filter(pk=elder.pk).update(died_on=date(2026, 8 + n % 3, 10) if n % 2 else None)
    elif name == "birth":
        Elder.objects.filter(pk=elder.pk).update(birth_on=date(1930 + 10 * (n % 3), 3, 5))
    elif name == "merge":
        merge(months, elders[0], elders[-1], at) if n % 2 else part(months, elders[-1], at)


def merge(months, one, other, at):
    """Two people say that two records are of one person."""
    troupe = months.troupe
    found = {"programme": troupe.programme, "grounds": ["PHONE"], "score_pm": 600, "found_at": troupe.at}
    case, _ = DuplicateCase.objects.get_or_create(one=one, other=other, defaults=found)
    for by in (troupe.clerk, troupe.head):
        merging.rule_duplicate(case_id=case.pk, verdict="SAME", survivor_id=one.pk, reason="与家属核对", by=by, at=at)


def part(months, gone, at):
    """It was a mistake, where they are one."""
    standing = Merge.objects.exclude(pk__in=Unmerge.objects.values("merge")).filter(gone=gone).first()
    if standing is not None:
        merging.unmerge(merge_id=standing.pk, reason="两个人", by=months.troupe.head, at=at)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 7), st.sampled_from(["once", "once", "twice", "killed"])),
        min_size=6,
        max_size=22,
    )
)
def test_nobody_is_paid_twice_for_a_month(months, steps):
    with transaction.atomic():
        savepoint = transaction.savepoint()
        try:
            elders = [months.elder(f"老{n}", date(1940, 3, 5), 10 + n) for n in range(3)]
            for tick, (name, n, how) in enumerate(steps):
                for _ in range(2 if how == "twice" else 1):
                    if how == "killed":
                        with suppress(Refusal, Killed), transaction.atomic(), killed_after(n * 5 + tick):
                            step(months, elders, name, n, tick)
                    with suppress(Refusal):
                        step(months, elders, name, n, tick)
            sound(months)
            settled(months, elders)
        finally:
            transaction.savepoint_rollback(savepoint)


def sound(months):
    """Hold the books against the people, and what reached an account against what was booked."""
    assert verify(months.troupe.programme.pk) == []
    assert ledger_verify(months.troupe.programme.pk) == []
    for run in Run.objects.filter(pk__in=Approval.objects.values("run")):
        assert all(line.amount_fen == line.entitled_fen - line.booked_fen for line in Line.objects.filter(run=run))


def settled(months, elders):
    """Reckon and pay to the end: then everybody has exactly what the tables give for each month, once."""
    at = months.at(MONTHS[-1]) + timedelta(days=1)
    for month in MONTHS:
        run = allowances.draw_up(code="high-age-allowance", month=month, by=months.troupe.qian, at=at)
        allowances.approve(run_id=run.pk, by=months.troupe.feng, at=at)
    sound(months)
    people, booked = People(months.troupe.programme.pk), booked_by_period(run.scheme)
    for month in MONTHS:
        for person in people.persons:
            dead = person.died_on is not None and person.died_on < month.first_day
            born = {1930: 200_00, 1940: 100_00, 1950: 0}[person.birth_on.year]
            assert booked.get(str(month), {}).get(person.id, 0) == (0 if dead else born)
    with suppress(Refusal):
        allowances.pay(run_id=run.pk, by=months.troupe.qian, at=at)
    refused = PaymentReturn.objects.filter(paid=False).values("payment")
    reached: dict = {}
    for payment in Payment.objects.exclude(pk__in=refused).select_related("elder"):
        person = payment.elder.merged_into_id or payment.elder_id
        reached[person] = reached.get(person, 0) + payment.amount_fen
    standing = allowances_read.balances(run.scheme)
    for person in people.persons:
        due = sum(of.get(person.id, 0) for of in booked.values())
        assert reached.get(person.id, 0) == due - standing.get(person.id, 0)
        assert standing.get(person.id, 0) <= 0, "what is owed was sent, what is left is what they owe"
