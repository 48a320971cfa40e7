"""Everything kept twice is recomputed; a planted difference of every kind is found where it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.owner import past_the_guards
from tests.standing import standing

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.insight.verify import CHECKS, verify
from sangyu.orders.models import Order
from sangyu.outbox import actions as outbox
from sangyu.outbox.actions import Draft
from sangyu.outbox.models import TextStanding, TextState
from sangyu.settlement import actions as settlement


def faulty() -> set[str]:
    return {outcome.check for outcome in verify() if outcome.faults}


@standing
def month(cast: Cast) -> Cast:
    """A month with a class-B visit, a class-C visit, a waiting order, and everything paid."""
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    cast.sent(cast.order(days=40))
    cast.paid(cast.drawn_up())
    settlement.keep_ledger_sums(programme_id=cast.programme.pk, at=cast.at)
    access.seal(programme_id=cast.programme.pk)
    return cast


def test_a_month_that_went_through_the_verbs_is_sound(month: Cast) -> None:
    assert faulty() == set()
    assert [outcome.check for outcome in verify()] == list(CHECKS)


def test_a_stage_without_its_row_is_found(month: Cast) -> None:
    Order.objects.filter(stage="SENT").update(stage="ACCEPTED")
    assert faulty() == {"stages"}


def test_a_text_that_did_not_go_where_its_state_says_is_found(cast: Cast) -> None:
    order = cast.order()
    told = Draft(
        programme_id=cast.programme.pk,
        cause_kind="order",
        cause_id=order.pk,
        n=1,
        to="ELDER",
        phone="13900000001",
        template="taken",
        body="【城关区虚拟养老院】已登记",
        not_before=cast.at,
        send_until=cast.at + timedelta(days=1),
    )
    outbox.queue_texts(drafts=[told], at=cast.at)
    assert faulty() == set()
    TextStanding.objects.update(state=TextState.DELIVERED, due_at=None)
    (found,) = [outcome for outcome in verify() if outcome.faults]
    assert (found.check, [fault.subject for fault in found.faults]) == ("texts", [str(told.id)])


def test_a_book_that_parts_from_what_was_kept_outside_is_found(month: Cast, tmp_path: Path, settings) -> None:
    settings.ANCHORS = tmp_path
    access.anchor(programme=month.programme, on=month.at.date(), folder=tmp_path)
    assert faulty() == set()
    kept = access_read.anchor_file(month.programme, tmp_path)
    kept.write_text(kept.read_text(encoding="ascii").replace(" n=", " n=1"), encoding="ascii")
    assert faulty() == {"anchors"}


PLANTED = {
    "decisions": "UPDATE settlement_statement SET decision = jsonb_set(decision, '{amount_fen}', '1')",
    "shares": "UPDATE benefits_chargeshare SET amount_fen = amount_fen + 1 WHERE payer = 'elder'",
    "statements": "UPDATE settlement_statement SET orders = orders + 1",
    "kept-sums": "UPDATE settlement_ledgersum SET held_fen = held_fen + 1",
    "posted": "UPDATE ledger_holdend SET posted_fen = posted_fen - 1, voided_fen = voided_fen + 1 WHERE voided_fen > 0",
    "payments": "UPDATE settlement_paymentfile SET payments = payments + 1",
    "roots": "UPDATE settlement_statement SET root = repeat('0', 64)",
    "chain": "UPDATE access_auditentry SET facts = '{}' WHERE verb = 'settlement.pay'",
}


@pytest.mark.django_db(transaction=True)
def test_a_figure_changed_behind_the_verbs_is_found(month: Cast) -> None:
    with past_the_guards() as owner:
        for check, forgery in PLANTED.items():
            assert check not in faulty()
            assert owner.execute(forgery).rowcount, forgery
            assert check in faulty(), check
