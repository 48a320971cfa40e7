"""What happened is pushed to whom it concerns, once, as ids and numbers only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.cast import Cast

from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.hotline import actions as hotline
from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.outbox import actions as outbox
from sangyu.outbox.actions import Subscribed
from sangyu.outbox.models import Message, Push
from sangyu.outbox.rules.addresses import AddressRefused
from sangyu.outbox.rules.pushes import BODY_BYTES_MAX, SubscriptionWrong
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer.catalogue import kinds, open_to
from sangyu.portals.developer.compose import compose, compose_settlement

Subscribe = Callable[..., Subscribed]


def written(town: Cast, done: Subscribed) -> list[tuple[str, dict[str, object]]]:
    """Compose, twice, and return the events of a subscription in order."""
    for _ in range(2):
        while compose(at=town.at):
            pass
        compose_settlement(at=town.at)
    rows = Push.objects.filter(subscription=done.subscription).order_by("at", "id")
    return [(row.kind, json.loads(row.body)["data"]) for row in rows]


def kinds_of(town: Cast, done: Subscribed) -> list[str]:
    return sorted(kind for kind, _ in written(town, done))


def test_an_enterprise_hears_of_its_own_orders_and_of_no_other(town: Cast, subscribed: Subscribe) -> None:
    ours = subscribed(organisation=town.kangan.organisation)
    theirs = subscribed(organisation=town.letter.organisation)
    order = town.order()
    assert written(town, ours) == []
    town.assigned(order)
    town.order(elder=town.grandpa)
    assert kinds_of(town, ours) == ["dispatch.accepted", "dispatch.assigned", "dispatch.sent"] + ["order.moved"] * 3
    assert {data["order"] for _, data in written(town, ours)} == {str(order.pk)}
    assert written(town, theirs) == []


def test_an_enterprise_hears_nothing_more_of_an_order_it_gave_back(town: Cast, subscribed: Subscribe) -> None:
    ours = subscribed(organisation=town.kangan.organisation)
    order = town.order()
    sent = town.sent(order)
    dispatch.refuse(dispatch_id=sent.pk, reason="NO_WORKER", by=town.kangan_user, at=town.at + timedelta(minutes=5))
    assert kinds_of(town, ours) == ["dispatch.refused", "dispatch.sent"]
    orders.cancel(order_id=order.pk, reason="老人外出", by=town.ma, at=town.at + timedelta(minutes=9))
    assert "CANCELLED" not in [data.get("stage") for _, data in written(town, ours)]


def test_the_bureau_hears_of_everything_once(town: Cast, subscribed: Subscribe) -> None:
    bureau = subscribed()
    only_calls = subscribed(kinds=["call.ended"])
    call = town.call()
    hotline.end(call_id=call.pk, kind="EMERGENCY", by=town.ma, at=town.at, note="摔倒了", elder_id=town.li.pk)
    town.assigned()
    told = Message.objects.count()
    assert len(written(town, bureau)) == told
    assert kinds_of(town, only_calls) == ["call.ended"]


def test_statements_and_payments_are_looked_up(town: Cast, subscribed: Subscribe) -> None:
    before = subscribed(organisation=town.kangan.organisation, kinds=["statement.drawn_up", "payment.returned"])
    theirs = subscribed(organisation=town.letter.organisation, kinds=["statement.drawn_up", "payment.returned"])
    town.visited()
    run = town.drawn_up()
    town.paid(run)
    (drawn_up, returned) = sorted(written(town, before), reverse=True)
    assert drawn_up[0] == "statement.drawn_up"
    assert drawn_up[1]["month"] == "2026-11"
    assert returned[0] == "payment.returned"
    assert returned[1]["paid"] is True
    assert returned[1]["amount_fen"] == drawn_up[1]["net_fen"] > 0
    assert written(town, theirs) == []
    town.at = run.drawn_at + timedelta(days=60)
    late = subscribed(kinds=["statement.drawn_up"])
    assert written(town, late) == [], "what was over before somebody subscribed is not news"


def test_a_push_names_nobody(town: Cast, subscribed: Subscribe) -> None:
    subscribed()
    call = town.call()
    hotline.end(call_id=call.pk, kind="COMPLAINT", by=town.ma, at=town.at, note="李秀兰说来晚了", elder_id=town.li.pk)
    town.visited()
    town.paid(town.drawn_up())
    while compose(at=town.at):
        pass
    compose_settlement(at=town.at)
    bodies = list(Push.objects.values_list("body", flat=True))
    assert len(bodies) > 15
    for body in bodies:
        assert not re.search(r"[一-鿿]", body), body
        assert not re.search(r"(?<![0-9a-f-])1[3-9]\d{9}(?![0-9a-f-])", body), body
        assert len(body.encode()) <= BODY_BYTES_MAX
        said = json.loads(body)
        assert list(said) == ["type", "timestamp", "data"]
        assert set(said["data"]) <= set(kinds()[said["type"]].data)


def test_a_message_that_cannot_be_told_keeps_no_other_waiting(town: Cast, subscribed: Subscribe) -> None:
    bureau, ours = subscribed(), subscribed(organisation=town.kangan.organisation)
    for body in ({"order": "x" * BODY_BYTES_MAX}, {"order": "nobody's"}, {}, {"stage": 7}):
        outbox.tell(programme_id=town.programme.pk, topic="orders", kind="order.moved", body=body, at=town.at)
    order = town.order()
    town.sent(order)
    told = written(town, bureau)
    assert len(told) == 3 + 3
    assert [data.get("order") for _, data in told].count(str(order.pk)) == 3
    assert {data["order"] for _, data in written(town, ours)} == {str(order.pk)}


def test_every_message_that_the_rooms_leave_is_in_the_table(town: Cast) -> None:
    town.call()
    town.assigned()
    assert set(Message.objects.values_list("kind", flat=True)) <= set(kinds())


def test_an_enterprise_subscribes_for_itself_and_to_what_is_open_to_it(town: Cast) -> None:
    def go(**more: object) -> Subscribed:
        given = {
            "organisation_id": town.kangan.organisation_id,
            "name": "康安派单系统",
            "address": "http://127.0.0.1:9/",
            "kinds": ["order.moved"],
            "by": town.kangan_user,
            "at": town.at,
            "key": "1",
            **more,
        }
        return developer.subscribe(**given)  # type: ignore[arg-type]

    assert go().secret is not None
    assert go().secret is None, "the same key again is the same subscription, whose secret was shown"
    with pytest.raises(NotFound):
        go(organisation_id=town.letter.organisation_id)
    with pytest.raises(NotFound):
        go(organisation_id=town.bureau.pk)
    with pytest.raises(SubscriptionWrong, match=r"call\.rang"):
        go(kinds=["order.moved", "call.rang"])
    with pytest.raises(SubscriptionWrong, match="起个名字"):
        go(name=" ")
    with pytest.raises(SubscriptionWrong, match="至少选择一种"):
        go(kinds=[])
    with pytest.raises(SubscriptionWrong, match="社区"):
        go(organisation_id=town.community.pk, by=town.head)
    with pytest.raises(AddressRefused, match="内部网络"):
        go(address="https://10.0.0.8/", key="2")
    for stranger in (town.ma, town.zhao_user, town.qian, town.auditor):
        with pytest.raises(NotAllowed):
            go(by=stranger)
    assert "call.rang" not in open_to(sees_all=False)
    done = go()
    with pytest.raises(NotFound):
        developer.switch(subscription_id=done.subscription.pk, on=False, by=town.letter_user, at=town.at)
