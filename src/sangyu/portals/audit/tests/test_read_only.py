"""An auditor changes nothing: every address of the house is tried with every writing method, and no row is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import SlugConverter, StringConverter, UUIDConverter

from sangyu.orders.models import Order
from sangyu.settlement.models import Run, Statement

# What belongs to nobody but the viewer: the session, the language, and at the bench the own samples and findings.
OWN = {
    "sign-in",
    "sign-out",
    "set_language",
    "second-factor",
    "account-password",
    "session-end",
    "app-add",
    "passkey-add",
    "audit:draw",
    "audit:find",
}
# Work something out or show samples when posted to, and store nothing.
READING = {"finance:verify", "audit:manifest", "components:all", "components:pocket", "components:plain"}
# Answered without a log-in by machines that show their own key.
MACHINES = ("exchange:", "stage:", "api:")
WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM) (?!\"?access_session)", re.IGNORECASE)


def addresses(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """List every address of the house with its name, arguments filled with what exists nowhere."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            below = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, prefix + str(entry.pattern), below)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", "/" + filled(prefix + str(entry.pattern), entry)


def filled(route: str, entry: URLPattern) -> str:
    for name, converter in entry.pattern.converters.items():
        value = "2026-11" if "month" in name else "x"
        if isinstance(converter, UUIDConverter):
            value = str(uuid4())
        elif not isinstance(converter, (StringConverter, SlugConverter)):
            value = "1"
        route = re.sub(rf"<\w*:?{name}>", value, route)
    return route


@pytest.fixture
def auditor(november, sign_in):
    november.drawn_up()
    client = sign_in(november.auditor)
    client.get(reverse("audit:search"))
    return client


def tried(client, method: str, address: str, **facts: str) -> tuple[HttpResponse, list[str]]:
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(address, facts)
    return answer, [query["sql"][:90] for query in queries if WRITES.match(query["sql"])]


def test_no_address_of_the_house_lets_an_auditor_write(auditor):
    seen, wrote, let_in = 0, [], []
    for name, address in addresses():
        if name in OWN or name.startswith(MACHINES):
            continue
        seen += 1
        for method in ("post", "put", "patch", "delete"):
            answer, statements = tried(auditor, method, address)
            wrote += [(name, method, statement) for statement in statements]
            # A desk that shows a refusal beside its own form answers 409 or 422, which is a refusal too.
            if answer.status_code not in (403, 404, 405, 409, 422) and name not in READING:
                let_in.append((name, method, answer.status_code))
    assert (wrote, let_in) == ([], [])
    assert seen > 60


def test_nor_does_an_address_of_something_that_exists(november, auditor):
    order, statement, run = Order.objects.first(), Statement.objects.first(), Run.objects.first()
    attempts = {
        "hotline:order-cancel": ([order.pk], {"reason": "x"}),
        "dispatching:send": ([order.pk], {"enterprise": str(november.kangan.pk)}),
        "finance:draw-up": ([run.month], {}),
        "finance:approve": ([run.month], {}),
        "finance:pay": ([run.month], {}),
        "finance:withdraw": ([statement.pk], {"reason": "x"}),
        "bureau:freeze": ([], {"on": date(2026, 12, 1).isoformat()}),
    }
    known = {name for name, _ in addresses()}
    tried_at_all = 0
    for name, (arguments, facts) in attempts.items():
        if name not in known:
            continue
        answer, wrote = tried(auditor, "post", reverse(name, args=arguments), **facts)
        assert wrote == [], name
        assert answer.status_code == 403 or "没有这项权限" in answer.content.decode(), name
        tried_at_all += 1
    assert tried_at_all >= 4


def test_a_write_would_be_seen(auditor):
    wish = {"month": "2026-11", "n": "2", "seed": "1", "strata": "NONE"}
    answer, wrote = tried(auditor, "post", reverse("audit:draw"), **wish)
    assert answer.status_code == 302
    assert any("insight_draw" in statement for statement in wrote)
