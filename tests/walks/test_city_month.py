"""A city in a box from its founding to the bank's answer: the money is right, the same seed pays the same, and
nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings

from sangyu.access import queries as access_read
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.verify import verify as allowances_verify
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Stage
from sangyu.benefits.verify import verify as benefits_verify
from sangyu.city import areas, build, demo, players
from sangyu.city.assessed import leave_assessments
from sangyu.city.blueprint import BEIJING, Blueprint, month_to_play
from sangyu.city.close import check_books, close
from sangyu.city.given import leave_allowances
from sangyu.city.lunches import Tills
from sangyu.city.play import Play
from sangyu.city.summary import summary
from sangyu.city.tests.town import TREE
from sangyu.city.today import leave_work
from sangyu.dispatch import queries as dispatch_read
from sangyu.hotline import queries as hotline_read
from sangyu.kit.month import Month
from sangyu.ledger.verify import verify
from sangyu.meals.models import DayClose, FoundBy, Refund, Sale
from sangyu.orders import queries as orders_read
from sangyu.quality import queries as quality_read

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 15, 10, tzinfo=BEIJING)
DAYS = 7
GROWING = ("hotline_call", "orders_order", "dispatch_dispatch", "visits_visit", "benefits_charge", "quality_followup",
           "meals_sale", "meals_refund", "meals_dayclose",
           "settlement_statement", "settlement_payment", "ledger_journal", "ledger_hold", "ledger_holdend")  # fmt: skip


class PowerCut(Exception):
    """The machine stops here."""


def silent(_sentence: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def plan(bare_ground: None, django_db_blocker) -> Iterator[Blueprint]:
    """A city of 220 elders, built once for all tests of this file, each of which is undone; passwords hash quickly."""
    made = Blueprint(TREE, 0.002, 3, Month(2026, 10))
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        transaction.atomic(),
    ):
        build.build(made, progress=silent)
        yield made
        transaction.set_rollback(True)


def play(plan: Blueprint, *, days: int = DAYS) -> dict[str, object]:
    """Play the first days of the month to the bank's answer."""
    who = players.load(plan)
    Play(plan, who, until=plan.month.first_day + timedelta(days=days)).run()
    close(plan, who, progress=silent)
    return summary(who.programme.pk, plan.month)


def undone(work: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Do something, and undo all of it but the answer."""
    with transaction.atomic():
        answer = work()
        transaction.set_rollback(True)
    return answer


@contextmanager
def power_cut(table: str, after: int) -> Iterator[None]:
    """Let the machine stop in the middle of a verb: before row number `after` + 1 of a table is written."""
    left = [after]

    def write(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        if sql.startswith(f'INSERT INTO "{table}"'):
            if left[0] == 0:
                raise PowerCut
            left[0] -= 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(write):
        yield


def rows() -> dict[str, int]:
    """Count the rows that a repeat must not add to."""
    with connection.cursor() as cursor:
        found = {}
        for table in GROWING:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def test_a_week_is_paid_to_the_fen_the_same_each_time_and_only_once(plan: Blueprint) -> None:
    first = undone(lambda: play(plan))
    told = play(plan)
    assert told == first

    assert told["orders"] == told["visits"] + sum(told["unassigned"].values())
    assert told["charges_fen"] == told["elder_fen"] + told["public_fen"]
    assert told["public_fen"] == told["held_fen"] == told["statements_fen"]
    assert told["statements_fen"] - told["deducted_fen"] == told["paid_fen"] == told["payment_file_fen"]
    assert min(told["elder_fen"], told["public_fen"], told["deducted_fen"], told["paid_fen"], told["meals"]) > 0
    assert verify() == []
    check_books(players.load(plan))

    before = rows()
    assert play(plan) == told
    assert rows() == before


def test_a_play_that_was_broken_off_goes_on_to_the_same_end(plan: Blueprint) -> None:
    whole = undone(lambda: play(plan, days=4))
    for table, after in (
        ("dispatch_acceptance", 3),
        ("dispatch_assignment", 2),
        ("meals_salecharge", 2),
        ("meals_dayclose", 1),
    ):
        with pytest.raises(PowerCut), power_cut(table, after):
            play(plan, days=4)
    assert play(plan, days=4) == whole


def test_the_tills_sell_by_card_give_back_and_close_every_day(plan: Blueprint) -> None:
    who = players.load(plan)
    days = [plan.month.first_day + timedelta(days=n) for n in range(31)]
    for at, _ref, step, words in sorted(Tills(plan, who).steps(days), key=lambda row: row[:2]):
        step(at, *words)

    sold, given_back = Sale.objects.count(), Refund.objects.count()
    assert 0 < given_back < sold / 5
    assert set(Sale.objects.values_list("found_by", flat=True)) == {FoundBy.CARD}
    assert DayClose.objects.filter(agrees=True).count() == DayClose.objects.count() == 2 * len(days)
    told = summary(who.programme.pk, plan.month)
    assert told["meals"] == sold - given_back
    assert told["charges_fen"] == 1500 * told["meals"] == told["elder_fen"] + told["public_fen"]
    assert told["public_fen"] > told["elder_fen"] > 0
    assert verify() == []

    assert list(Tills(plan, who).steps(days)) == []


def test_today_leaves_something_on_every_desk_and_only_once(plan: Blueprint) -> None:
    who = players.load(plan)
    assert leave_work(plan, who, at=NOW, progress=silent)
    calls = len(hotline_read.waiting(who.users["agent1"]))
    counts = orders_read.counts(who.users["dispatcher1"])
    assert (calls, len(hotline_read.to_return(who.users["agent1"], NOW))) == (2, 1)
    assert counts == {"PLACED": 2, "SENT": 2, "ACCEPTED": 1, "ASSIGNED": 2, "IN_SERVICE": 0}
    assert len(dispatch_read.inbox(who.users["e01"], "SENT", "ACCEPTED")) == 3
    today = NOW.replace(hour=0, minute=0)
    assert dispatch_read.visits_to_do(who.users["w0001"], today, today + timedelta(days=1))
    assert quality_read.tasks_due(who.users["quality"])

    assert not leave_work(plan, who, at=NOW + timedelta(hours=1), progress=silent)
    assert orders_read.counts(who.users["dispatcher1"]) == counts


def test_the_assessors_have_visits_today_and_every_stage_has_an_assessment(plan: Blueprint) -> None:
    who = players.load(plan)
    assert leave_assessments(plan, who, at=NOW, progress=silent)
    found = set(assessment_read.assessments(who.users["bureau"]).values_list("stage", flat=True))
    assert found == set(Stage.values)
    today = [row.visit_at for row in assessment_read.own_due(who.users["assessor1"])]
    assert len([visit_at for visit_at in today if visit_at >= NOW]) == 2
    assert [row.part for row in assessment_read.own_due(who.users["assessor3"])][:1] == ["THIRD"]
    assert not leave_assessments(plan, who, at=NOW + timedelta(hours=1), progress=silent)


def test_the_telephone_credit_was_run_refused_by_the_bank_and_waits_for_a_second_person(plan: Blueprint) -> None:
    who = players.load(plan)
    assert leave_allowances(plan, who, at=NOW, progress=silent)
    runs = allowances_read.runs(who.users["approver"])
    assert [(page.run.month, page.state) for page in runs] == [
        (str(plan.month.next()), "待审批"),
        (str(plan.month), "有退回"),
        (str(plan.month.previous()), "已到账"),
    ]
    assert runs[0].run.persons > runs[1].run.persons > 0
    assert benefits_verify(who.programme.pk) == allowances_verify(who.programme.pk) == []
    assert not leave_allowances(plan, who, at=NOW + timedelta(hours=1), progress=silent)


def test_a_city_of_another_seed_is_refused_where_one_stands(plan: Blueprint, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    areas.write(TREE)
    with pytest.raises(demo.AnotherCity, match="种子3"):
        demo.build_only(scale=plan.scale, seed=4, progress=silent, at=NOW)


def test_every_named_log_in_is_there(plan: Blueprint) -> None:
    users = players.users_of(players.programme())
    may_sign_in = {name for name, user in users.items() if user.has_usable_password()}
    assert {
        "bureau",
        "auditor",
        "agent1",
        "dispatcher2",
        "quality",
        "finance",
        "approver",
        "till1",
        "till2",
        "e01",
        "w0012",
    } <= may_sign_in
    assert access_read.clock(players.programme()).username not in may_sign_in


@pytest.mark.parametrize(("day", "month"), [(22, "2026-10"), (15, "2026-10"), (14, "2026-09")])
def test_the_month_played_is_one_that_could_be_closed_by_now(day: int, month: str) -> None:
    assert str(month_to_play(datetime(2026, 11, day, 12, tzinfo=BEIJING))) == month
