"""Elders are masked for every caller, and shown whole only for a reason that stays in the books."""

from __future__ import annotations

import json

import pytest
from tests.standing import standing

from sangyu.access.models import AuditEntry
from sangyu.access.rules.look_ups import MOST
from sangyu.portals.api.models import KeptAnswer, RequestKey
from sangyu.registry.models import Document
from sangyu.registry.numbers import number_of

REASON = {"reason": "窗口核对本人身份证"}


@standing
def personal(cast) -> set[str]:
    return {
        "李秀兰",
        "13900000001",
        "09318000001",
        "南门巷",
        number_of(Document.objects.get(elder=cast.li)),
        "左耳听力弱",
    }


def told(answer) -> str:
    return json.dumps(answer.json(), ensure_ascii=False)


def test_what_is_read_is_masked(knock, cast, personal):
    agent = knock(cast.ma)
    found = agent.post("/elders/searches", {"phone": "13900000001"})
    read = agent.get(f"/elders/{cast.li.pk}")
    assert not [word for word in personal if word in told(found) + told(read)]
    assert read.json()["name"] == "李*兰"
    assert read.json()["phones"] == ["139****0001", "*******0001"]
    assert read.json()["document_number"].startswith("620102********")
    assert read.json()["age"] == 82


@pytest.mark.parametrize(
    "asked", [{"text": "李秀兰"}, {"text": "lxl"}, {"text": "0001 李"}, {"phone": "139 0000 0001"}]
)
def test_an_elder_is_found_as_at_the_desk(knock, cast, asked):
    (found,) = knock(cast.ma).post("/elders/searches", asked).json()["items"]
    assert found["id"] == str(cast.li.pk)


def test_who_sees_no_elders_finds_none(knock, cast):
    firm = knock(cast.kangan_user)
    assert firm.post("/elders/searches", {"text": "李"}).json()["items"] == []
    assert firm.get(f"/elders/{cast.li.pk}").status_code == 404
    assert firm.post(f"/elders/{cast.li.pk}/reveals", REASON).status_code == 404


def test_only_the_fields_that_are_wanted(knock, cast):
    agent = knock(cast.ma)
    assert set(agent.get(f"/elders/{cast.li.pk}?fields=age,community").json()) == {"id", "age", "community"}
    refused = agent.get(f"/elders/{cast.li.pk}?fields=name;drop")
    assert (refused.status_code, refused.json()["code"]) == (422, "api.INVALID")
    unknown = agent.get(f"/elders/{cast.li.pk}?fields=password")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "api.INVALID")


def test_a_look_at_the_whole_is_written_down_with_its_reason(knock, cast):
    clerk = knock(cast.clerk)
    shown = clerk.post(f"/elders/{cast.li.pk}/reveals", REASON)
    assert shown.json()["name"] == "李秀兰"
    assert shown.json()["document_number"] == number_of(Document.objects.get(elder=cast.li))
    entry = AuditEntry.objects.get(verb="access.look_up")
    assert (entry.by, entry.object_id, entry.facts["reason"]) == (cast.clerk, cast.li.pk, REASON["reason"])


def test_nothing_personal_is_kept_by_the_interface(knock, cast, personal):
    clerk, agent = knock(cast.clerk), knock(cast.ma)
    clerk.post(f"/elders/{cast.li.pk}/reveals", REASON)
    agent.post("/elders/searches", {"phone": "13900000001"})
    order = agent.post(
        "/orders",
        {"elder_id": str(cast.li.pk), "item_id": str(cast.cleaning.pk), "wanted_from": "2026-11-10T10:00:00+08:00",
         "note": "李秀兰家门铃坏了，电话13900000001"},
    )  # fmt: skip
    assert order.status_code == 201
    assert RequestKey.objects.count() == 3
    kept = "".join(bytes(row.body).decode() + json.dumps(row.headers) for row in KeptAnswer.objects.all())
    assert kept
    assert not [word for word in personal if word in kept]


def test_a_repeated_look_is_another_look(knock, cast):
    clerk = knock(cast.clerk)
    for _ in range(2):
        assert clerk.post(f"/elders/{cast.li.pk}/reveals", REASON, key="the-same-key").status_code == 200
    assert AuditEntry.objects.filter(verb="access.look_up").count() == 2


def test_a_look_too_many_is_refused_and_stays_in_the_books(knock, cast):
    clerk = knock(cast.clerk)
    for _ in range(MOST):
        assert clerk.post(f"/elders/{cast.li.pk}/reveals", REASON).status_code == 200
    refused = clerk.post(f"/elders/{cast.li.pk}/reveals", REASON)
    assert (refused.status_code, refused.json()["code"]) == (429, "access.TOO_MANY_LOOK_UPS")
    assert refused["Content-Type"] == "application/problem+json"
    looks = AuditEntry.objects.filter(verb="access.look_up").order_by("id")
    assert [entry.facts["shown"] for entry in looks] == [True] * MOST + [False]


def test_masked_is_what_a_scope_without_reveal_gets(knock, cast):
    plain = knock(cast.clerk, scopes=["elders:read"])
    refused = plain.post(f"/elders/{cast.li.pk}/reveals", REASON)
    assert (refused.status_code, refused.json()["code"]) == (403, "api.SCOPE_MISSING")
    assert not AuditEntry.objects.filter(verb="access.look_up").exists()


def test_the_door_is_shown_to_those_who_go_there_and_to_nobody_else(knock, cast):
    order = cast.order()
    door = f"/orders/{order.pk}/door"
    assert knock(cast.kangan_user).post(door).status_code == 404  # not theirs yet
    cast.assigned(order)
    for who in (cast.kangan_user, cast.zhao_user):
        shown = knock(who).post(door)
        assert shown.json()["address"] == "南门社区南门巷8号2单元301"
        assert shown.json()["phone"] == "13900000001"
    for who in (cast.letter_user, cast.other_user, cast.clerk):
        assert knock(who).post(door).status_code == 404
    looks = AuditEntry.objects.filter(verb="api.reveal_door")
    assert set(looks.values_list("by", flat=True)) == {cast.kangan_user.pk, cast.zhao_user.pk}
