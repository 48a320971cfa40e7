"""A system subscribes itself by program, sees what it was pushed, and asks for it once more."""

from __future__ import annotations

import json

import pytest

from sangyu.kit.ids import new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Pushed
from sangyu.outbox.models import Subscription
from sangyu.portals.api import schema
from sangyu.portals.api.models import KeptAnswer
from sangyu.portals.api.tests.conftest import Knock, Machine
from sangyu.portals.clock import now

ALL = "/webhooks/subscriptions"
WISH = {
    "name": "康安派单系统",
    "address": "https://kangan.example/sangyu/events",
    "kinds": ["order.moved", "dispatch.sent"],
}


def said(answer, status: int = 200) -> dict:
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def subscribed(machine: Machine, **more: object) -> dict:
    return said(machine.post(ALL, {**WISH, **more}), 201)


def answered(status: int | None) -> None:
    """Let the subscribers answer whatever is due."""
    at = now()
    claimed = outbox.claim_pushes(at=at, limit=50)
    outbox.note_pushes(pushed=[Pushed(one, status, "", 5, at) for one in claimed], at=at)


def test_the_whole_of_it_by_one_program(knock: Knock, cast) -> None:
    machine = knock(cast.kangan_user)
    reached = {"listEventKinds": said(machine.get("/webhooks/event-kinds"))}
    assert {"kind", "data", "meaning", "open_to_enterprises"} == set(reached["listEventKinds"]["items"][0])
    made = reached["subscribe"] = subscribed(machine)
    assert made["secret"].startswith("whsec_")
    one = f"{ALL}/{made['id']}"
    listed = reached["listSubscriptions"] = said(machine.get(ALL))
    assert [row["id"] for row in listed["items"]] == [made["id"]]
    assert "secret" not in said(machine.get(one))
    reached["getSubscription"] = said(machine.get(one))
    pinged = reached["pingSubscription"] = said(machine.post(f"{one}/ping"), 202)
    answered(500)
    pushes = reached["listPushes"] = said(machine.get(f"{one}/pushes?state=WAITING"))
    assert [(row["id"], row["last_status"], row["tries"]) for row in pushes["items"]] == [(pinged["id"], 500, 1)]
    assert said(machine.get(f"{one}/pushes?state=DEAD"))["items"] == []
    reached["pushAgain"] = said(machine.post(f"/webhooks/pushes/{pinged['id']}/again"), 202)
    answered(200)
    push = reached["getPush"] = said(machine.get(f"/webhooks/pushes/{pinged['id']}"))
    assert (push["state"], push["event_id"], push["tries"]) == ("DELIVERED", pinged["event_id"], 2)
    renewed = reached["renewSubscriptionSecret"] = said(machine.post(f"{one}/secret"))
    assert renewed["secret"] not in {None, made["secret"]}
    off = reached["switchSubscriptionOff"] = said(machine.change(one, "switching-off", {"reason": "升级"}))
    assert off["is_on"] is False
    refused = machine.post(f"{one}/ping")
    assert (refused.status_code, json.loads(refused.content)["code"]) == (409, "outbox.NOTHING_TO_PUSH")
    on = reached["switchSubscriptionOn"] = said(machine.change(one, "switching-on", {}))
    assert on["is_on"] is True
    contract = schema.contract()["paths"]
    named = {
        operation["operationId"]
        for path, methods in contract.items()
        for operation in methods.values()
        if path.startswith("/api/v1/webhooks")
    }
    assert set(reached) == named, "every operation was reached"


def test_a_repeat_is_the_same_subscription_and_its_secret_is_kept_nowhere(knock: Knock, cast) -> None:
    machine = knock(cast.kangan_user)
    first = machine.post(ALL, WISH, key="subscribe-1")
    again = machine.post(ALL, WISH, key="subscribe-1")
    assert again["Idempotency-Replayed"] == "true"
    assert said(again, 201)["secret"] is None
    assert said(first, 201)["id"] == said(again, 201)["id"]
    assert Subscription.objects.count() == 1
    assert not KeptAnswer.objects.filter(request__key="subscribe-1").exists()
    assert machine.post(ALL, {**WISH, "name": "另一个"}, key="subscribe-1").status_code == 422


def test_a_program_sees_its_own_and_nobody_else_s(knock: Knock, cast) -> None:
    ours, theirs, bureau = knock(cast.kangan_user), knock(cast.letter_user), knock(cast.head)
    one = f"{ALL}/{subscribed(ours)['id']}"
    push = said(ours.post(f"{one}/ping"), 202)["id"]
    assert said(theirs.get(ALL))["items"] == []
    for path in (one, f"{one}/pushes", f"/webhooks/pushes/{push}"):
        assert theirs.get(path).status_code == 404
        assert bureau.get(path).status_code == 200
    for path in (f"{one}/ping", f"{one}/secret", f"/webhooks/pushes/{push}/again"):
        assert theirs.post(path).status_code == 404
    assert theirs.post(f"{one}/switching-off", {}, match="*").status_code == 404
    assert theirs.post(ALL, {**WISH, "organisation_id": str(cast.kangan.organisation_id)}).status_code == 404
    assert bureau.post(ALL, {**WISH, "organisation_id": str(cast.letter.organisation_id)}).status_code == 201
    for stranger in (cast.ma, cast.qian, cast.zhao_user):
        assert knock(stranger).get(ALL).status_code == 403
        assert knock(stranger).post(ALL, WISH).status_code == 403
    assert ours.get(f"{ALL}/{new_id()}").status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "https://169.254.169.254/latest/meta-data"}, "outbox.ADDRESS_REFUSED"),
        ({"address": "https://[::ffff:10.0.0.1]/"}, "outbox.ADDRESS_REFUSED"),
        ({"address": "file:///etc/passwd"}, "outbox.ADDRESS_REFUSED"),
        ({"kinds": ["call.rang"]}, "outbox.SUBSCRIPTION_WRONG"),
        ({"kinds": []}, "api.INVALID"),
        ({"sees_all": True}, "api.INVALID"),
        ({"scheme": "NONE"}, "api.INVALID"),
    ],
)
def test_what_is_refused_has_a_code(knock: Knock, cast, change: dict, code: str) -> None:
    answer = knock(cast.kangan_user).post(ALL, {**WISH, **change})
    assert said(answer, 422)["code"] == code
    assert not Subscription.objects.exists()


def test_a_token_without_the_scope_reads_nothing(knock: Knock, cast) -> None:
    assert knock(cast.kangan_user, ["orders:read"]).get(ALL).status_code == 403
    assert knock(cast.kangan_user, ["webhooks:read"]).post(ALL, WISH).status_code == 403
    assert outbox_read.active_subscriptions() == []
