"""Chengguan: from the ring of the telephone to the bank's answer, and every fen met again at the end."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry, AuditLink
from sangyu.benefits.models import Charge
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Acceptance, Assignment, Candidate, Dispatch, RefusalReason, RefusalRow
from sangyu.hotline.models import Call, CallOrder
from sangyu.ledger import cli
from sangyu.orders.models import Order, Stage
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Appraisal, Finalisation, FollowUp
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Approval, Confirmation, Payment, PaymentReturn, Statement
from sangyu.visits import actions as visits
from sangyu.visits.models import Departure, Evidence, Visit, VisitCharge
from tests.cast import BEIJING, HOME, Cast
from tests.month_end import bank_answers

IDENTITY = """
    SELECT
        (SELECT sum(price_fen) FROM benefits_charge) AS charged,
        (SELECT sum(amount_fen) FROM benefits_chargeshare WHERE payer = 'elder') AS elder,
        (SELECT sum(amount_fen) FROM benefits_chargeshare WHERE payer <> 'elder') AS public,
        (SELECT sum(gross_fen) FROM settlement_line WHERE NOT withdrawn) AS gross,
        (SELECT sum(gross_fen - net_fen) FROM settlement_statement) AS deducted,
        (SELECT sum(net_fen) FROM settlement_statement) AS net,
        (SELECT sum(ending.posted_fen) FROM ledger_holdend AS ending
           JOIN benefits_charge AS charge ON charge.hold_id = ending.hold_id) AS posted,
        (SELECT sum(ending.voided_fen) FROM ledger_holdend AS ending
           JOIN benefits_charge AS charge ON charge.hold_id = ending.hold_id
          WHERE ending.reason <> '') AS voided,
        (SELECT sum(amount_fen) FROM settlement_payment) AS asked,
        (SELECT coalesce(sum(entry.amount_fen), 0) FROM ledger_entry AS entry
           JOIN ledger_account AS account ON account.id = entry.account_id WHERE account.kind = 'BANK') AS bank,
        (SELECT coalesce(sum(entry.amount_fen), 0) FROM ledger_entry AS entry
           JOIN ledger_account AS account ON account.id = entry.account_id
          WHERE account.kind = 'PROVIDER_PAYABLE') AS owed,
        (SELECT sum(amount_fen) FROM ledger_hold AS hold
          WHERE NOT EXISTS (SELECT 1 FROM ledger_holdend AS ending WHERE ending.hold_id = hold.id)) AS still_held
"""


def sums() -> dict[str, int]:
    """Add everything up by SQL of this test's own, past every query of the rooms."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY)
        names = [column.name for column in cursor.description]
        return {name: int(value or 0) for name, value in zip(names, cursor.fetchone(), strict=True)}


def serve(cast: Cast, order: Order) -> Visit:
    """Take an order from the centre to the end of the visit, by way of an enterprise that has nobody free."""
    at = cast.at + timedelta(minutes=2)
    first = dispatch.send(order_id=order.pk, by=cast.wang, at=at, enterprise_id=cast.letter.pk)
    dispatch.refuse(
        dispatch_id=first.pk, reason=RefusalReason.NO_WORKER, by=cast.letter_user, at=at + timedelta(minutes=3)
    )
    sent = dispatch.send(order_id=order.pk, by=cast.wang, at=at + timedelta(minutes=4))
    dispatch.accept(dispatch_id=sent.pk, by=cast.kangan_user, at=at + timedelta(minutes=9))
    dispatch.assign(dispatch_id=sent.pk, worker_id=cast.zhao.pk, by=cast.kangan_user, at=at + timedelta(minutes=12))
    visit = visits.check_in(
        order_id=order.pk, by=cast.zhao_user, at=order.wanted_from, place=HOME, door_code=order.elder.door_code
    )
    visits.check_out(
        visit_id=visit.pk,
        by=cast.zhao_user,
        at=order.wanted_from + timedelta(minutes=110),
        place=HOME,
        tasks_done=["地面", "桌面"],
    )
    return visit


def approved_month(cast: Cast):
    """Ring everybody, appraise November, agree on its statements and approve them."""
    for day in (10, 11, 12):
        evening = datetime(2026, 11, day, 20, tzinfo=BEIJING)
        quality.draw_sample(day=evening.date(), by=cast.clock, at=evening)
    for task in quality_read.queue(cast.sun, limit=50):
        quality.follow_up(
            task_id=task.pk,
            by=cast.sun,
            at=datetime(2026, 11, 13, 9, tzinfo=BEIJING),
            reached=True,
            happened=True,
            paid_as_told=True,
            satisfaction=2,
        )
    cast.appraised(at=datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    at = datetime(2026, 12, 5, 9, tzinfo=BEIJING)
    run = settlement.draw_up(month=cast.month, by=cast.qian, at=at)
    for statement in settlement_read.statements(cast.kangan_user):
        settlement.confirm(statement_id=statement.pk, invoice_number="04412026", by=cast.kangan_user, at=at)
    for signer in (cast.feng, cast.deputy, cast.head):
        settlement.approve(run_id=run.pk, by=signer, at=at + timedelta(hours=2))
    return run


@pytest.fixture
def walked(cast: Cast):
    """Two orders of Grandmother Li (credit of the month used up by the first) and one of Grandfather Wang."""
    orders = [
        cast.called_order(days=1),
        cast.called_order(days=2, reference="line-2"),
        cast.order(elder=cast.grandpa, days=3),
    ]
    for order in orders:
        serve(cast, order)
    return cast, approved_month(cast), orders


@pytest.mark.proves("LZ-14")
def test_every_step_of_the_walk_leaves_its_row(walked):
    cast, run, orders = walked
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    settlement.take_return(run_id=run.pk, content=bank_answers(file), by=cast.qian, at=run.drawn_at + timedelta(days=1))
    first = orders[0]
    call = CallOrder.objects.get(order=first).call
    assert (Call.objects.count(), call.end, call.agent) == (2, "ORDER", cast.ma)
    order = Order.objects.get(pk=first.pk)
    assert order.quote["decisions"]
    assert order.stage == Stage.SERVED
    attempts = Dispatch.objects.filter(order=first).order_by("n")
    assert [row.enterprise for row in attempts] == [cast.letter, cast.kangan]
    assert all(Candidate.objects.filter(dispatch=row).count() == 2 for row in attempts)
    assert RefusalRow.objects.get(dispatch=attempts[0]).reason == RefusalReason.NO_WORKER
    assert Acceptance.objects.get(dispatch=attempts[1]).by == cast.kangan_user
    assert Assignment.objects.get(dispatch=attempts[1]).worker == cast.zhao
    visit = Visit.objects.get(order=first)
    assert Evidence.objects.filter(visit=visit).count() == 3
    assert Departure.objects.get(visit=visit).grade == "A"
    charge = VisitCharge.objects.get(visit=visit).charge
    assert charge.cause_id == first.pk
    assert FollowUp.objects.filter(reached=True).exists()
    appraisal = Appraisal.objects.get(enterprise=cast.kangan)
    assert Finalisation.objects.get(appraisal=appraisal).total_tenths < 900
    statement = Statement.objects.get(run=run)
    assert Confirmation.objects.filter(statement=statement).exists()
    signers = [run.drawn_by, *(row.by for row in Approval.objects.filter(run=run).order_by("at", "id"))]
    assert len(set(signers)) == 4
    payment = Payment.objects.get(statement=statement)
    assert PaymentReturn.objects.get(payment=payment).paid
    line = settlement_read.line_of_charge(cast.auditor, charge.pk)
    assert line.statement == statement


def test_the_money_is_the_same_money_from_the_door_to_the_bank(walked, capsys):
    cast, run, _ = walked
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    settlement.take_return(run_id=run.pk, content=bank_answers(file), by=cast.qian, at=run.drawn_at + timedelta(days=1))
    fen = sums()
    assert fen["charged"] == fen["elder"] + fen["public"]
    assert fen["public"] == fen["gross"] == fen["posted"] + fen["voided"]
    assert fen["net"] == fen["posted"] == fen["asked"] == fen["bank"]
    assert fen["deducted"] == fen["voided"]
    assert (fen["owed"], fen["still_held"]) == (0, 0)
    # None of the sums above is trivially nothing: 3 x 64.00, of which the month's 50.00 are public, less 5 %.
    assert (fen["charged"], fen["elder"], fen["public"]) == (19200, 14200, 5000)
    assert (fen["net"], fen["deducted"]) == (4750, 250)
    control, _, *rows = csv.reader(io.StringIO(bytes(file.content).decode("gb18030"), newline=""))
    assert control[3] == "47.50"
    assert [(row[2], row[3], row[5]) for row in rows] == [(cast.kangan.account_name, cast.kangan.bank_account, "47.50")]
    assert cli.main(["verify"]) == 0
    assert "核验无误" in capsys.readouterr().out


def test_what_the_bank_could_not_pay_is_still_owed_to_the_fen(walked):
    cast, run, _ = walked
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    number = Payment.objects.get().number
    settlement.take_return(
        run_id=run.pk,
        content=bank_answers(file, failed=(number,)),
        by=cast.qian,
        at=run.drawn_at + timedelta(days=1),
    )
    fen = sums()
    assert (fen["bank"], fen["owed"]) == (0, fen["asked"])
    assert fen["net"] == fen["posted"] == fen["asked"] == 4750
    assert cli.main(["verify"]) == 0


def test_whatever_was_done_is_in_the_audit_book_and_the_book_is_whole(walked):
    cast, run, orders = walked
    acts = AuditEntry.objects.filter(programme=cast.programme)
    assert access.seal(programme_id=cast.programme.pk) == acts.count()
    assert access.seal(programme_id=cast.programme.pk) == 0
    assert AuditLink.objects.count() == acts.count()
    assert access_read.verify_chain(cast.programme.pk) == []
    done = list(access_read.audit_of(cast.auditor, orders[0].pk).values_list("verb", flat=True))
    assert done == [
        "orders.place",
        "dispatch.send",
        "dispatch.refuse",
        "dispatch.send",
        "dispatch.accept",
        "dispatch.assign",
        "visits.check_in",
        "visits.check_out",
        *["quality.follow_up"] * FollowUp.objects.filter(task__order=orders[0]).count(),
    ]
    assert [entry.verb for entry in access_read.audit_of(cast.auditor, run.pk)] == [
        "settlement.draw_up",
        *["settlement.approve"] * 3,
    ]


def test_a_charge_leads_back_to_the_clause_it_rests_on(walked):
    charge = Charge.objects.order_by("service_on").first()
    clauses = [decision["source"] for decision in charge.decisions]
    assert all(clause["document"] and clause["locator"] for clause in clauses)
    assert len(clauses) == 2
