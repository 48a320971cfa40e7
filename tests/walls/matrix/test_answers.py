"""What every answer carries, and what no page holds: script, style or handler written into it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import override_settings

from sangyu.config.middleware import POLICY
from tests.walls.matrix.cells import Tried

pytestmark = pytest.mark.django_db

ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post")
OURS = ("/", "#", "?", "tel:", "geo:", "data:image/")  # dialled and shown on a map by the phone itself


class Inline(HTMLParser):
    """Collect what a strict policy would block, and addresses that lead out of the house."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag if tag in {"script", "style"} and "src" not in given else ""
        if tag in {"style", "iframe", "object", "embed", "base"}:
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.found += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ADDRESSES and value and not value.strip().startswith(OURS)
        ]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.found.append(f"words in <{self._inside}>")


def inline_of(page: str) -> list[str]:
    """Return what is written into a page that belongs into a file of its own."""
    parser = Inline()
    parser.feed(page)
    return parser.found


def test_the_parser_sees_what_it_looks_for() -> None:
    page = (
        '<p style="x" onclick="y"><script>z</script><a href="javascript:1">a</a><iframe></iframe>'
        '<img src="https://elsewhere.example/1.png"><script src="/static/x.js"></script><a href="/here/">b</a>'
    )
    assert inline_of(page) == [
        "p style",
        "p onclick",
        "words in <script>",
        "a href=javascript:1",
        "<iframe>",
        "img src=https://elsewhere.example/1.png",
    ]


def test_no_page_holds_script_style_or_handlers_of_its_own(tried: list[Tried]) -> None:
    pages = [one for one in tried if one.cell.headers.get("Content-Type", "").startswith("text/html")]
    assert len(pages) > 1_000
    found = {f"{one.row}: {what}" for one in pages for what in inline_of(one.cell.text)}
    assert found == set()


def test_every_answer_carries_the_headers(tried: list[Tried]) -> None:
    wanted = {
        "X-Content-Type-Options": {"nosniff"},
        "Referrer-Policy": {"same-origin"},
        "X-Frame-Options": {"DENY"},
        "Cross-Origin-Opener-Policy": {"same-origin"},
    }
    bare = {
        f"{one.row}: {name} is {one.cell.headers.get(name)}"
        for one in tried
        for name, values in wanted.items()
        if one.cell.status < 500 and one.cell.headers.get(name) not in values
    }
    assert bare == set()


def test_every_answer_lets_only_this_house_run_scripts(tried: list[Tried]) -> None:
    policies = {one.cell.headers.get("Content-Security-Policy", "") for one in tried if one.cell.status < 500}
    assert POLICY in policies
    for policy in policies - {POLICY}:
        assert "default-src 'none'" in policy, "another policy than the house's has to be a stricter one"
    assert "unsafe" not in POLICY
    for line in ("script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert line in POLICY


def test_a_page_of_somebody_is_kept_by_no_cache_on_the_way(tried: list[Tried]) -> None:
    shared = {
        str(one.row)
        for one in tried
        if one.capacity == "member" and one.cell.status == 200 and "public" in one.cell.headers.get("Cache-Control", "")
    }
    assert shared == set()


def test_outside_a_demo_every_answer_asks_for_encryption(client) -> None:
    with override_settings(DEMO=False):
        asked = client.get("/sign-in/")["Strict-Transport-Security"]
    assert asked == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/sign-in/")


def test_no_browser_keeps_a_page(tried: list[Tried]) -> None:
    kept = {
        f"{one.row}: {one.cell.headers.get('Cache-Control')}"
        for one in tried
        if one.cell.headers.get("Content-Type", "").startswith("text/html")
        and "no-store" not in one.cell.headers.get("Cache-Control", "")
    }
    assert kept == set()
