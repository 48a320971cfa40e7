"""A district and its months copied from a few days that were played: everything that is kept twice still agrees."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import override_settings

from sangyu.access.models import User
from sangyu.city import players
from sangyu.city.scale import books, grow, months, people, settled
from sangyu.city.scale.schema import shape_of
from sangyu.city.tests.town import TREE
from sangyu.insight.verify import verify
from sangyu.kit.month import Month
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise, Worker
from sangyu.registry.models import Elder
from sangyu.settlement.models import Payment, PaymentReturn, Run

TABLES = (*people.TABLES, *months.TABLES, *books.TABLES, *settled.TABLES)
TILES = 3
UNTIL = date(2026, 10, 4)


def silent(_sentence: str) -> None:
    """Say nothing."""


@pytest.fixture
def quick_passwords():
    """Hash passwords quickly: nobody signs in here."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def test_a_district_that_was_copied_agrees_with_itself_to_the_fen(transactional_db, quick_passwords) -> None:
    plan = grow.LongPlan(TREE, 0.001, 3, Month(2026, 10))
    drawn_at = grow.play_template(plan, progress=silent, until=UNTIL)
    played, elders, workers = Order.objects.count(), Elder.objects.count(), Worker.objects.count()
    served_as, keys = connection.settings_dict["USER"], shape_of(TABLES)

    grow.multiply(plan, orders=5 * played, tiles=TILES, progress=silent)
    grow.settle_played(plan, drawn_at=drawn_at, progress=silent)

    # One tile was played; two more in October, two in September.
    assert Order.objects.count() == 5 * played
    assert (Elder.objects.count(), Worker.objects.count()) == (TILES * elders, TILES * workers)
    assert Enterprise.objects.count() == 3 * len(plan.enterprises)
    assert [str(run.month) for run in Run.objects.order_by("month")] == ["2026-09", "2026-10"]
    assert Payment.objects.exists()
    assert Payment.objects.count() == PaymentReturn.objects.filter(paid=True).count()
    assert {outcome.check: outcome.faults for outcome in verify() if outcome.faults} == {}
    assert len({elder.name for elder in Elder.objects.all()}) > elders
    assert connection.settings_dict["USER"] == served_as
    assert {row[:2] for part in shape_of(TABLES) for row in part} == {row[:2] for part in keys for row in part}
    assert not User.objects.get(username="e01.1").has_usable_password()

    with pytest.raises(grow.NotEmpty):
        grow.grow(progress=silent, orders=1)
    assert players.programme() is not None
