"""A site that is no demo: what its cookies say, and what its front door does not answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http import HTTPStatus

import pytest

from sangyu.access.cipher import new_ring
from sangyu.portals.live.tests.conftest import _database_url
from tests.house import PROJECT

KEYS = {"SANGYU_SECRET_KEY": "x" * 40, "SANGYU_CTI_KEY": "y" * 40, "SANGYU_FIELD_KEYS": new_ring().written()}
ASK = """
import django, json
from http import cookies
django.setup()
from django.conf import settings
from django.test import Client
answer = Client().get("/sign-in/", secure=True)
print(json.dumps({
    "status": answer.status_code,
    "cookies": {crumb.key: {"secure": bool(crumb["secure"]), "samesite": crumb["samesite"]}
                for crumb in answer.cookies.values()},
    "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE,
                settings.SESSION_COOKIE_DOMAIN],
    "debug": settings.DEBUG,
    "stage": [str(pattern.pattern) for pattern in __import__("sangyu.config.urls").config.urls.urlpatterns],
}))
"""


def test_outside_a_demo_cookies_travel_encrypted_only(db: None) -> None:
    environment = {
        **os.environ,
        **KEYS,
        "SANGYU_DEMO": "0",
        "SANGYU_HOSTS": "testserver",
        "SANGYU_DATABASE_URL": _database_url(),
        "PYTHONPATH": str(PROJECT / "src"),
        "DJANGO_SETTINGS_MODULE": "sangyu.config.settings",
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    told = json.loads(asked.stdout.splitlines()[-1])
    assert told["status"] == HTTPStatus.OK
    assert told["session"] == [True, True, "Lax", None]
    assert told["debug"] is False
    assert "csrftoken" in told["cookies"]
    assert all(crumb["secure"] and crumb["samesite"] == "Lax" for crumb in told["cookies"].values())
    assert not any("stage" in place for place in told["stage"])


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_nobody_traces(client, db: None, method: str) -> None:
    answer = client.generic(method, "/sign-in/", b"", headers={"x-secret": "told"})
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert b"told" not in answer.content
