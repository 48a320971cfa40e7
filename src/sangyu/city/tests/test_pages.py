"""The walk over real pages: at any hour of the day it ends with a charge, and a repeat has no second effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import active_count
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.test import override_settings

from sangyu.benefits.models import Charge
from sangyu.city import areas, build, demo, diary, pages, players
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.house import open_house
from sangyu.city.tests.town import TREE
from sangyu.kit.month import Month
from sangyu.ledger.verify import verify
from sangyu.orders.models import Order, Stage
from sangyu.portals.clock import now

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=BEIJING)
NIGHT = datetime(2026, 11, 23, 3, 0, tzinfo=BEIJING)
LATE = datetime(2026, 11, 24, 23, 30, tzinfo=BEIJING)
LAST_MINUTE = datetime(2026, 11, 25, 23, 58, tzinfo=BEIJING)


def silent(_sentence: str) -> None:
    """Say nothing."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the desks."""

    def set_to(at: datetime) -> None:
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str((at - now()) // timedelta(seconds=1)))

    return set_to


@pytest.fixture
def plan(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Blueprint:
    """A city of 55 elders, whose month counts as closed."""
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    areas.write(TREE)
    made = Blueprint(TREE, 0.0005, 3, Month(2026, 10))
    build.build(made, progress=silent)
    for step in (diary.BUILT, diary.CLOSED):
        diary.note(made, step)
    return made


def test_the_demo_walks_one_order_over_pages_and_only_once(plan: Blueprint, clock) -> None:
    clock(NOON)
    told = demo.run(once=True, json=True, progress=silent, scale=plan.scale, seed=plan.seed)
    assert "pages" in told["seconds"]
    assert set(told["api"]["keys"]) >= {"agent1", "dispatcher1", "quality", "finance", "bureau", "e01", "w0001"}
    order = Order.objects.get()
    assert order.stage == Stage.SERVED
    charge = Charge.objects.get()
    assert (charge.cause_kind, charge.cause_id) == ("ORDER", order.pk)
    assert charge.price_fen > 0
    assert verify() == []

    again = demo.run(once=True, json=True, progress=silent, scale=plan.scale, seed=plan.seed)
    assert "pages" not in again["seconds"]
    assert again["api"] == told["api"]
    assert (Order.objects.count(), Charge.objects.count()) == (1, 1)


def test_the_walk_succeeds_at_any_hour_and_a_repeat_changes_nothing(plan: Blueprint, clock) -> None:
    who = players.load(plan)
    with open_house() as address:
        for walks, at in enumerate((NIGHT, LATE, LAST_MINUTE), start=1):
            clock(at)
            number = pages.walk(plan, who, base_url=address, at=now())
            assert pages.walk(plan, who, base_url=address, at=now()) == number
            assert (Order.objects.filter(stage=Stage.SERVED).count(), Charge.objects.count()) == (walks, walks)


@pytest.mark.django_db(transaction=True)
@override_settings(ALLOWED_HOSTS=[".sangyu.example"])
def test_the_house_answers_whatever_the_site_is_called_and_is_gone_afterwards() -> None:
    before = active_count()
    with open_house() as address:
        assert 'name="username"' in pages.Browser(address).get("sign-in/")
    assert active_count() == before
    with pytest.raises(URLError):
        urlopen(address, timeout=5)
