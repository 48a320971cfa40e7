"""A visitor at the demo: rings, changes role, walks the tour, closes the month, and is refused four times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from sangyu.benefits.models import Charge
from sangyu.city import areas, build, diary, players
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.close import close
from sangyu.city.pages import Browser
from sangyu.city.play import Play
from sangyu.city.stage import progress, tasks, tour
from sangyu.city.stage.refusals import ATTEMPTS
from sangyu.city.stage.roles import ON_THE_STRIP
from sangyu.city.stage.standing import standing
from sangyu.city.stage.urls import urlpatterns
from sangyu.city.tests.town import TREE
from sangyu.hotline.models import Call
from sangyu.kit.month import Month
from sangyu.ledger.models import Journal
from sangyu.ledger.verify import verify
from sangyu.orders.models import Order, Stage
from sangyu.portals.clock import now
from sangyu.settlement.models import PaymentReturn, Statement

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=BEIJING)


def silent(_sentence: str) -> None:
    """Say nothing."""


@pytest.fixture
def city(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings) -> Iterator[Blueprint]:
    """A small city whose October was played for eight days and paid; it is noon on 22 November, on a stage."""
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    monkeypatch.setenv("SANGYU_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str((NOON - now()) // timedelta(seconds=1)))
    settings.STAGE, settings.VAR = True, tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    areas.write(TREE)
    plan = Blueprint(TREE, 0.001, 3, Month(2026, 10))
    build.build(plan, progress=silent)
    diary.note(plan, diary.BEGUN)
    who = players.load(plan)
    Play(plan, who, until=plan.month.first_day + timedelta(days=8)).run()
    close(plan, who, progress=silent)
    standing.cache_clear()
    yield plan
    standing.cache_clear()


def test_outside_a_demo_nothing_of_the_stage_is_there(db: None, client: Client, settings) -> None:
    assert settings.STAGE is False
    for pattern in urlpatterns:
        path = f"/stage/{pattern.pattern}".replace("<int:n>", "1").replace("<slug:name>", "paid-twice")
        assert client.get(path).status_code == 404, path
        assert client.post(path).status_code == 404, path
    assert "sy-stage" not in client.get("/sign-in/").content.decode()


def test_a_visitors_ten_minutes(city: Blueprint, live_server: LiveServer) -> None:
    """One test, because the city that it needs takes longer to build than all that is done in it."""
    visitor = Browser(live_server.url)
    assert "sy-stage" in visitor.get("sign-in/")
    four_attempts_are_refused_and_leave_no_trace()
    the_strip_rings_as_the_exchange_does(visitor)
    every_role_on_the_strip_has_a_desk(visitor, live_server.url)
    a_step_out_of_turn_says_which_comes_first(live_server.url)
    one_order_is_walked_from_the_ring_to_the_fen(visitor, live_server.url)
    the_month_is_closed_and_the_clock_stands_behind_the_banks_answer()


def four_attempts_are_refused_and_leave_no_trace() -> None:
    _, who = standing()
    tale = tour.story()
    before = counts()
    said = {name: attempt.make(who, tale, at=now()) for name, attempt in ATTEMPTS.items()}
    assert all(answer.refused for answer in said.values()), said
    assert "去世" in said["dead-elder"].said
    assert "预算" in said["budget-gone"].said
    assert "过期" in said["expired-licence"].said
    assert counts() == before
    tale.elder.refresh_from_db()
    assert tale.elder.died_on is None


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Journal, Order, Charge, Statement))


def the_strip_rings_as_the_exchange_does(visitor: Browser) -> None:
    assert visitor.post("stage/ring/", who="withheld").endswith("/hotline/")
    visitor.post("stage/ring/", who="unknown")
    rung = Call.objects.filter(line_reference__startswith=tour.TOUR_LINE).values_list("caller_number", flat=True)
    assert sorted(rung) == ["", "13000000000"]


def every_role_on_the_strip_has_a_desk(visitor: Browser, base: str) -> None:
    for role, _ in ON_THE_STRIP:
        assert visitor.post("stage/become/", role=role).removeprefix(base) != "/sign-in/", role


def a_step_out_of_turn_says_which_comes_first(base: str) -> None:
    visitor = Client(HTTP_HOST=base.removeprefix("http://"))
    visitor.post("/stage/tour/2/")
    answer = visitor.post("/stage/tour/2/step/", {"here": "/stage/refusals/"}, follow=True)
    assert answer.redirect_chain == [("/stage/refusals/", 302)]
    assert "请先在第1站让电话响" in answer.content.decode()


def one_order_is_walked_from_the_ring_to_the_fen(visitor: Browser, base: str) -> None:
    tale = tour.story()
    before = Order.objects.filter(elder=tale.elder).count()
    for n in range(1, 6):
        visitor.post(f"stage/tour/{n}/")
        visitor.post(f"stage/tour/{n}/step/")
    order = tour.story().order
    assert order is not None
    assert order.stage == Stage.SERVED
    assert Order.objects.filter(elder=tale.elder).count() == before + 1
    assert Charge.objects.filter(cause_id=order.pk).count() == 1
    arrived = [visitor.post(f"stage/tour/{n}/").removeprefix(base) for n in range(6, 11)]
    assert [path.split("/")[1] for path in arrived] == ["texting", "quality", "quality", "finance", "audit"]
    assert str(tale.line.pk) in arrived[-1]


def the_month_is_closed_and_the_clock_stands_behind_the_banks_answer() -> None:
    progress.begin("2026-11", now())
    tasks.close_the_month("2026-11")
    told = progress.read()
    assert told is not None
    assert (told.failed, told.done) == ("", True), told.lines
    assert now() > datetime(2026, 12, 5, tzinfo=BEIJING)
    before_december = Order.objects.filter(wanted_from__lt=datetime(2026, 12, 1, tzinfo=BEIJING))
    assert not before_december.exclude(stage__in=[Stage.SERVED, Stage.CANCELLED]).exists()
    paid = sum(row.payment.amount_fen for row in PaymentReturn.objects.filter(paid=True).select_related("payment"))
    assert paid == sum(row.net_fen for row in Statement.objects.all())
    assert verify() == []
