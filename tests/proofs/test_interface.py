"""What programs outside do with a token: place an order, read it, repeat it harmlessly, and exchange work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from sangyu.access.models import Programme, Role
from sangyu.dispatch.models import Assignment
from sangyu.hotline import queries as hotline_read
from sangyu.orders.models import Order
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer.compose import compose
from sangyu.portals.developer.send import push_due
from tests.cast import Cast
from tests.proofs.machines import Listener, Partner
from tests.seat import seat


@pytest.fixture
def monday(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast, with the clock of the desks a minute later than its own."""
    seat(monkeypatch, cast.at + timedelta(minutes=1))(cast.ma)
    return cast


def steward(cast: Cast) -> Partner:
    """The service platform of residents, let in by the operator to place orders."""
    return Partner(cast, cast.operator, "大管家96980", roles=[Role.AGENT], scopes=["orders:read", "orders:write"])


def wish(cast: Cast) -> dict[str, str]:
    """Ask for Grandmother Li's cleaning tomorrow at ten."""
    wanted_from = (cast.at + timedelta(days=1)).replace(hour=10)
    return {
        "elder_id": str(cast.li.pk),
        "item_id": str(cast.cleaning.pk),
        "wanted_from": wanted_from.isoformat(),
        "note": "平台转来",
    }


@pytest.mark.proves("LZ-29")
def test_a_program_outside_places_an_order_by_token_as_documented_and_reads_its_state(monday: Cast) -> None:
    contract = json.loads((settings.ROOT / "docs" / "api" / "openapi.json").read_text(encoding="utf-8"))
    documented = {operation["operationId"] for path in contract["paths"].values() for operation in path.values()}
    assert {"placeOrder", "getOrder"} <= documented
    assert Client().get("/api/v1/orders").status_code == 401
    platform = steward(monday)
    placed = platform.post("/orders", wish(monday))
    assert placed.status_code == 201, placed.content.decode()
    monday.sent(Order.objects.get())
    read = platform.get(f"/orders/{placed.json()['id']}")
    assert (read.json()["number"], read.json()["stage"]) == (Order.objects.get().number, "SENT")


@pytest.mark.proves("FT-34")
def test_the_stewards_order_sent_twice_is_one_order(monday: Cast) -> None:
    platform = steward(monday)
    first, again = (platform.post("/orders", wish(monday), key="96980-000001") for _ in range(2))
    assert first.json() == again.json()
    assert "大管家96980" in Order.objects.get().placed_by.display_name
    other = platform.post("/orders", {**wish(monday), "note": "换一句话"}, key="96980-000001")
    assert other.status_code == 422
    assert Order.objects.count() == 1


@pytest.mark.proves("WH-48")
def test_three_partners_take_and_answer_their_own_orders_from_their_own_platforms(monday: Cast) -> None:
    third = monday.enterprise("和顺养老服务有限公司", "和顺", 3)
    worker = {
        monday.kangan: monday.zhao,
        monday.letter: monday.other_worker,
        third: monday.worker(third, "安宁", "13900000013"),
    }
    sent = {firm: monday.sent(monday.order(elder=monday.grandpa, days=n), enterprise=firm)
            for n, firm in enumerate(worker, start=1)}  # fmt: skip
    for firm, dispatch in sent.items():
        scopes = ["dispatch:read", "dispatch:write"]
        platform = Partner(monday, firm.organisation, f"{firm.short_name}平台", roles=[Role.ENTERPRISE], scopes=scopes)
        listed = [row["id"] for row in platform.get("/dispatches").json()["items"]]
        assert listed == [str(dispatch.pk)], "its own order and no other"
        here = f"/dispatches/{dispatch.pk}"
        assert platform.change(here, "acceptance").status_code == 200
        named = platform.change(here, "assignment", {"worker_id": str(worker[firm].pk)})
        assert named.status_code == 200, named.content.decode()
        assert Order.objects.get(pk=dispatch.order_id).stage == "ASSIGNED"
    assert {row.worker for row in Assignment.objects.all()} == set(worker.values())


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The city's platform listens."""
    listening = Listener()
    yield listening
    listening.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.proves("HL-51")
def test_the_citys_platform_sends_orders_in_and_hears_what_becomes_of_them_and_12349_rings(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = Cast()
    Programme.objects.filter(pk=cast.programme.pk).update(hotline_number="12349")
    seat(monkeypatch, cast.at + timedelta(minutes=1))(cast.ma)
    compose(at=cast.at)  # the desk of the pushes has begun to listen
    subscribed = developer.subscribe(
        organisation_id=cast.operator.pk,
        name="市养老信息平台",
        address=listener.url,
        kinds=["order.moved"],
        by=cast.head,
        at=cast.at,
        key="1",
    )
    scopes = ["orders:read", "orders:write"]
    city = Partner(cast, cast.operator, "市养老信息平台", roles=[Role.AGENT], scopes=scopes)
    placed = city.post("/orders", wish(cast)).json()["id"]
    cast.sent(Order.objects.get())
    later = cast.at + timedelta(minutes=10)
    while compose(at=later):
        pass
    push_due(at=later)
    heard = [said["data"] for said in listener.signed_with(subscribed.secret.shown)]
    assert sorted((said["order"], said["stage"]) for said in heard) == [(placed, "PLACED"), (placed, "SENT")]
    event = {"event": "ring", "line_reference": "1", "caller_number": "13900000001", "called_number": "12349"}
    key = {"X-Cti-Key": settings.CTI_KEY}
    rang = Client().post("/exchange/cti/events", json.dumps(event), content_type="application/json", headers=key)
    assert rang.status_code == 200
    assert [call.caller_number for call in hotline_read.waiting(cast.ma)] == ["13900000001"]


@pytest.mark.proves("FT-12")
def test_a_wish_from_the_steward_platform_arrives_as_an_order_that_says_where_it_came_from(monday: Cast) -> None:
    bathing = {"item_id": str(monday.bathing.pk), "wanted_from": (monday.at + timedelta(days=2)).isoformat()}
    platform = steward(monday)
    for more in ({}, bathing):
        placed = platform.post("/orders", {**wish(monday), **more, "source": "96980"})
        assert placed.status_code == 201, placed.content.decode()
        assert platform.get(f"/orders/{placed.json()['id']}").json()["source"] == "96980"
    assert set(Order.objects.values_list("source", "stage")) == {("96980", "PLACED")}
    client = Client()
    client.force_login(monday.wang)
    page = client.get(reverse("dispatching:order", args=[Order.objects.first().pk])).content.decode()
    assert "96980 转来" in page
    own = monday.order(elder=monday.grandpa)
    assert own.source == ""
