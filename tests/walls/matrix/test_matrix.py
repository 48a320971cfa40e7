"""Every route for every role, for people without a name, and for people to whom its objects do not belong.

What is expected stands in `routes.txt`. A press is tried as the form would make it: with everything that the form asks
for and with the token of the form, so that what refuses it is the wall and not a field that was left empty.

All that is said of the answers stands in this one file: files are shared out over processes, and each that reads the
matrix would walk it for itself.
"""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import override_settings
from django.urls import reverse

from sangyu.access.models import Role
from sangyu.config.middleware import POLICY
from tests.walks.test_every_page import routes
from tests.walls.matrix.cells import APART, READERS, REST, Seats, Tried, words_of
from tests.walls.matrix.inline import inline_of
from tests.walls.matrix.spec import KEYED, MACHINES, ONLY_IN_A_DEMO, OPEN_TO_ALL, PASS_OVER, Row, rows
from tests.walls.matrix.walled import Walled

pytestmark = pytest.mark.django_db

SHOWN = {200, 302, 304}
HIDDEN = {403, 404}
REFUSED = {403, 404, 409, 422}
EVERYBODY = frozenset(Role.values)
CELLS_MIN = 1_800
ONLY_LOOKED_AT = 405


def said(found: list[Tried]) -> list[str]:
    return [str(one) for one in found]


def test_every_route_has_its_row(settings) -> None:
    settings.STAGE = True
    told = {row.route for row in rows()}
    every = dict(routes())
    lost = (told | set(OPEN_TO_ALL) | set(KEYED)) - set(every)
    assert lost == set(), "these rows of tests/walls/matrix/routes.txt name routes that are gone: take them out"
    walled = told | set(OPEN_TO_ALL) | set(KEYED)
    unknown = {name for name in set(every) - walled if not name.startswith((ONLY_IN_A_DEMO, MACHINES))}
    assert unknown == set(), (
        "these routes have no wall: add a row for each to tests/walls/matrix/routes.txt "
        "(method, route, who may, how far it reaches, the words of address and form)"
    )


def test_nothing_breaks(tried: list[Tried]) -> None:
    assert said([one for one in tried if one.cell.status >= 500 or one.cell.status in {400, 405}]) == []


def test_thousands_of_cells_are_tried(tried: list[Tried]) -> None:
    counted = Counter(one.capacity for one in tried)
    print(f"cells tried: {len(tried)} {dict(counted)}, routes x methods: {len(rows())}")
    assert len(tried) >= CELLS_MIN


def test_nobody_without_a_name_gets_past_the_front_door(tried: list[Tried]) -> None:
    entrance = reverse("sign-in")
    past = [
        one
        for one in tried
        if one.capacity == "nobody"
        and (one.cell.written or one.cell.status != 302 or not one.cell.where.startswith(entrance))
    ]
    assert said(past) == []


def test_who_has_no_seat_sees_nothing_and_moves_nothing(tried: list[Tried]) -> None:
    outside = [one for one in tried if one.capacity == "member" and one.role not in {*one.row.seats, READERS}]
    assert {one.row for one in outside if one.role == REST} >= {row for row in rows() if EVERYBODY - row.seats - APART}
    assert said([one for one in outside if one.cell.status not in HIDDEN or one.cell.written]) == []


def test_who_only_reads_a_desk_moves_nothing_on_it(tried: list[Tried]) -> None:
    readers = [
        one
        for one in tried
        if one.role == READERS
        or (one.capacity == "member" and one.role in one.row.seats and one.role not in one.row.writers)
    ]
    assert readers
    assert said([one for one in readers if one.cell.status not in REFUSED or one.cell.written]) == []


def test_looking_writes_nothing(tried: list[Tried]) -> None:
    assert said([one for one in tried if one.row.method == "GET" and one.cell.written]) == []


def test_strangers_find_nothing_of_the_house(tried: list[Tried]) -> None:
    strangers = [one for one in tried if one.capacity == "stranger"]
    named = [one for one in strangers if one.row.names_an_object]
    assert len(named) > 300
    assert said([one for one in named if one.cell.written]) == []
    shown = [one for one in named if one.cell.status not in REFUSED and one.row.route not in PASS_OVER]
    assert said(shown) == []


def test_no_answer_to_a_stranger_names_anybody_of_the_house(standing: Walled, tried: list[Tried]) -> None:
    leaks = [
        f"{one}: {word}"
        for one in tried
        if one.capacity in {"stranger", "nobody"}
        for word in standing.marks(one.who)
        if word in one.cell.text and word not in one.said
    ]
    assert leaks == []


def test_who_may_can(tried: list[Tried]) -> None:
    """A wall without a door would pass every other test."""
    by_row: dict[Row, list[Tried]] = {}
    for one in tried:
        if one.capacity == "member" and one.role in one.row.writers:
            by_row.setdefault(one.row, []).append(one)
    shut = []
    for row, members in by_row.items():
        if row.method == "GET":
            shut += [str(one) for one in members if one.cell.status not in SHOWN]
        elif not row.idle and not any(one.cell.written for one in members):
            shut.append(f"{row} moves nothing for anybody: {said(members)}")
        elif row.idle and any(one.cell.written for one in members):
            shut.append(f"{row} is marked as idle and moves something: take the question mark away")
    assert shut == []


def test_a_press_without_the_forms_token_is_refused(standing: Walled) -> None:
    """Cross-site requests carry the cookie of the session, but not the token."""
    seats = Seats(standing.people.values())
    unguarded = []
    for row in rows():
        if row.method == "POST":
            path, typed, _steps = words_of(standing, row)
            who = standing.people[min(row.writers)]
            cell = seats.press(who, "POST", path, typed, token=False)
            if cell.status != 403 or cell.written:
                unguarded.append(f"{row}: {cell.status}")
    assert unguarded == []


def test_what_takes_posts_is_tried_with_posts(standing: Walled) -> None:
    """A route that takes posts and is only looked at in the table would be a door that nobody tries."""
    posted = {row.route for row in rows() if row.method == "POST"}
    seats = Seats(standing.people.values())
    missed = {}
    for row in rows():
        if row.route not in posted:
            path, _typed, _steps = words_of(standing, row)
            status = seats.press(standing.people[min(row.seats)], "POST", path).status
            if status != ONLY_LOOKED_AT:
                missed[row.route] = status
    assert missed == {}, "add a POST row for each of these to tests/walls/matrix/routes.txt"


# --- what every answer carries, and what no page holds


def test_the_parser_sees_what_it_looks_for() -> None:
    page = (
        '<p style="x" onclick="y"><script>z</script><a href="javascript:1">a</a><iframe></iframe>'
        '<img src="https://elsewhere.example/1.png"><script src="/static/x.js"></script><a href="/here/">b</a>'
        '<a href="//elsewhere.example/">c</a>'
    )
    assert inline_of(page) == [
        "p style",
        "p onclick",
        "words in <script>",
        "a href=javascript:1",
        "<iframe>",
        "img src=https://elsewhere.example/1.png",
        "a href=//elsewhere.example/",
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
