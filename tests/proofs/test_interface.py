"""What programs outside do with a token: place an order, read it, repeat it harmlessly, and exchange work."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from sangyu.access.models import Role
from sangyu.dispatch.models import Assignment
from sangyu.orders.models import Order
from tests.cast import Cast
from tests.proofs.machines import Partner
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
