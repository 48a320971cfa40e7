from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.cast import FUND
from tests.neighbour import Neighbour
from tests.standing import standing

from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Charge, ChargeShare
from sangyu.budget import queries as budget_read
from sangyu.ledger.verify import verify


@standing
def charged(cast):
    cast.visited()
    return cast


def test_a_delivery_is_charged_as_it_was_quoted(charged):
    charge = Charge.objects.get()
    assert (charge.price_fen, charge.elder_fen, charge.public_fen) == (64_00, 14_00, 50_00)
    assert dict(ChargeShare.objects.values_list("payer", "amount_fen")) == {"elder": 14_00, "government": 50_00}
    assert [decision["rule"] for decision in charge.decisions] == ["platform-price", "class-b-credit"]


def test_the_credit_is_used_now_and_the_years_money_stays_held(charged):
    credit = benefits_read.credit(charged.programme.pk, FUND, charged.li.pk, charged.at.date())
    assert (credit.granted_fen, credit.used_fen, credit.left_fen) == (50_00, 50_00, 0)
    position = budget_read.position(charged.head, FUND, charged.at.date())
    assert (position.held_fen, position.paid_fen) == (50_00, 0)
    assert verify(charged.programme.pk) == []


def test_a_delivery_is_charged_once(charged):
    first = Charge.objects.get()
    again = benefits.charge(
        order_id=first.cause_id,
        elder=charged.li,
        enterprise=charged.kangan,
        item=charged.cleaning,
        quote=benefits.quote(elder=charged.li, item=charged.cleaning, on=first.service_on),
        service_on=first.service_on,
        by=charged.zhao_user,
        at=charged.at,
    )
    assert again == first
    assert (Charge.objects.count(), ChargeShare.objects.count()) == (1, 2)
    assert verify(charged.programme.pk) == []


def test_an_enterprise_sees_its_own_charges_and_no_others(charged):
    neighbour = Neighbour(charged.at)
    assert benefits_read.charges(charged.kangan_user).count() == benefits_read.charges(charged.qian).count() == 1
    for stranger in (charged.letter_user, charged.clerk, neighbour.head, neighbour.agent):
        assert not benefits_read.charges(stranger).exists()


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["benefits_charge", "benefits_chargeshare"])
def test_a_charge_is_neither_changed_nor_deleted(charged, table, change):
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))
