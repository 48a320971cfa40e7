"""Only a token opens the interface, and only for what it is meant for."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import ApiTokenUse
from sangyu.kit.ids import new_id
from sangyu.portals.api import limits
from sangyu.portals.api.schema import DOCS
from sangyu.portals.clock import now


def test_without_a_token_nothing_is_answered(knock, cast):
    answer = Client().get("/api/v1/calls")
    assert (answer.status_code, answer.json()["code"]) == (401, "api.TOKEN_MISSING")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def addresses() -> list[tuple[str, str, str | None]]:
    """List every operation of the contract: method, an address that fits, and the scope it needs."""
    contract = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
    return [
        (method, re.sub(r"\{\w+_id\}", str(new_id()), path).replace("{n}", "1"), operation.get("x-scope"))
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
        if operation.get("security")
    ]


def test_no_operation_answers_without_a_token_whoever_is_signed_in(cast):
    stranger, browser = Client(), Client()
    browser.force_login(cast.ma)
    for client in (stranger, browser):
        for method, path, _ in addresses():
            answer = getattr(client, method)(path, content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (401, "api.TOKEN_MISSING"), path


def test_no_operation_answers_a_token_of_another_scope(knock, cast, settings):
    settings.API_REQUESTS_PER_SECOND = 1000
    for scope in ("webhooks:read", "calls:write"):
        narrow = knock(cast.ma, scopes=[scope])
        for method, path, needed in addresses():
            if needed in {None, scope}:
                continue
            at = path.removeprefix("/api/v1")
            answer = narrow.get(at) if method == "get" else narrow.post(at, {}, match="*")
            assert (answer.status_code, answer.json()["code"]) == (403, "api.SCOPE_MISSING"), path


def test_a_token_needs_no_csrf_token(knock, cast):
    agent = knock(cast.ma)
    agent._client = Client(enforce_csrf_checks=True)
    assert agent.post("/calls", {"line_reference": "line-1"}).status_code == 201


@pytest.mark.parametrize("secret", ["", "nonsense", "sgy_abcdefgh_" + "x" * 43, "sgy_" + "\u4e2d" * 8])
def test_an_unknown_token_is_refused(knock, cast, secret):
    answer = Client().get("/api/v1/calls", headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")})
    assert answer.status_code == 401


def test_a_revoked_token_is_refused_at_once(knock, cast):
    agent = knock(cast.ma)
    token = access_read.tokens(cast.ma).get()
    access.revoke_token(token_id=token.pk, reason="电脑丢失", by=cast.head, at=now())
    assert (agent.get("/calls").status_code, agent.get("/calls").json()["code"]) == (401, "api.TOKEN_INVALID")


def test_a_token_ends_on_its_day(knock, cast, clock_to):
    agent = knock(cast.ma)
    clock_to(cast.at + timedelta(days=89))
    assert agent.get("/calls").status_code == 200
    clock_to(cast.at + timedelta(days=91))
    assert (agent.get("/calls").status_code, agent.get("/calls").json()["code"]) == (401, "api.TOKEN_INVALID")


def test_a_token_is_good_for_its_scopes_only(knock, cast):
    reader = knock(cast.ma, scopes=["calls:read"])
    assert reader.get("/calls").status_code == 200
    refused = reader.post("/calls", {"line_reference": "line-1"})
    assert (refused.status_code, refused.json()["code"]) == (403, "api.SCOPE_MISSING")


def test_a_scope_is_no_role(knock, cast):
    refused = knock(cast.kangan_user).post("/calls", {"line_reference": "line-1"})
    assert (refused.status_code, refused.json()["code"]) == (403, "access.NOT_ALLOWED")


def test_a_token_of_the_demo_opens_nothing_elsewhere(knock, cast, settings):
    issued = access.issue_sandbox_token(user=cast.ma, name="演示", scopes=["calls:read"], seed="demo", at=now())
    headers = {"Authorization": f"Bearer {issued.secret}"}
    assert Client().get("/api/v1/calls", headers=headers).status_code == 200
    settings.DEMO = False
    assert Client().get("/api/v1/calls", headers=headers).status_code == 401


def test_who_knocks_too_often_is_told_when_to_come_back(knock, cast, settings, monkeypatch):
    settings.API_REQUESTS_PER_SECOND = 1
    instant = 1000.0
    monkeypatch.setattr(limits, "monotonic", lambda: instant)
    agent, other = knock(cast.ma), knock(cast.other_agent)
    answers = [agent.get("/me") for _ in range(limits.BURST_SECONDS + 1)]
    assert [answer.status_code for answer in answers] == [200] * limits.BURST_SECONDS + [429]
    assert answers[-1].json()["code"] == "api.TOO_MANY_REQUESTS"
    assert answers[-1]["Retry-After"] == "1"
    assert other.get("/me").status_code == 200  # each token has its own measure
    instant += 1
    assert [agent.get("/me").status_code for _ in range(2)] == [200, 429]


def test_a_storm_of_requests_notes_its_token_once(knock, cast):
    agent = knock(cast.ma)
    agent.get("/calls")
    used = ApiTokenUse.objects.get()
    for _ in range(3):
        agent.get("/calls")
    assert ApiTokenUse.objects.get().last_used_at == used.last_used_at
