"""Every route for every role, for people without a name, and for people to whom its objects do not belong.

What is expected stands in `routes.txt`. A press is tried as the form would make it: with everything that the form asks
for and with the token of the form, so that what refuses it is the wall and not a field that was left empty.
"""

from __future__ import annotations

from collections import Counter

import pytest
from django.urls import reverse

from sangyu.access.models import Role
from tests.walks.test_every_page import anything, routes
from tests.walls.matrix.cells import APART, READERS, REST, Seats, Tried, words_of
from tests.walls.matrix.spec import KEYED, MACHINES, ONLY_IN_A_DEMO, OPEN_TO_ALL, PASS_OVER, Row, rows
from tests.walls.matrix.walled import Walled

pytestmark = pytest.mark.django_db

SHOWN = {200, 302, 304}
HIDDEN = {403, 404}
REFUSED = {403, 404, 409, 422}
EVERYBODY = frozenset(Role.values)
CELLS_MIN = 1_800
ONLY_POSTS = 405


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
    anybody = standing.people[Role.AGENT]
    seats = Seats([anybody])
    every = dict(routes())
    missed = {
        name
        for name in {row.route for row in rows()} - posted
        if seats.press(anybody, "POST", reverse(name, kwargs=anything(every[name]))).status not in {ONLY_POSTS, 403}
    }
    assert missed == set(), "add a POST row for each of these to tests/walls/matrix/routes.txt"
