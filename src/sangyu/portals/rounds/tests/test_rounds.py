"""Every round can run twice and does its work once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast

from sangyu.access.queries import verify_chain
from sangyu.orders.models import Stage
from sangyu.portals.rounds import tasks
from sangyu.quality.models import Sample


@pytest.fixture
def at(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings) -> Cast:
    """Set the clock of the desks to the cast's own time."""
    from django.utils import timezone

    offset_s = int((cast.at - timezone.now()).total_seconds())
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(offset_s))
    return cast


def test_an_unanswered_dispatch_comes_back_to_the_centre(at: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    order = at.order(days=2)
    at.sent(order)
    tasks.take_back_unanswered(0)
    order.refresh_from_db()
    assert order.stage == Stage.SENT
    from django.utils import timezone

    later = at.at + timedelta(minutes=40)
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((later - timezone.now()).total_seconds())))
    for _ in range(2):
        tasks.take_back_unanswered(0)
    order.refresh_from_db()
    assert order.stage == Stage.PLACED


def test_the_audit_book_is_chained(at: Cast) -> None:
    tasks.seal_audit_book(0)
    tasks.seal_audit_book(0)
    assert verify_chain(at.programme.pk) == []


def test_a_sample_missed_yesterday_is_drawn_today(at: Cast) -> None:
    for _ in range(2):
        tasks.draw_sample(0)
    assert Sample.objects.filter(programme=at.programme).count() == 3
