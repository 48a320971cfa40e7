"""Lists are read page by page, each once, at the same price however long they are."""

from __future__ import annotations

import base64
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


def pages(agent, path: str) -> list[list[str]]:
    found, at = [], path
    while at is not None:
        said = agent.get(at).json()
        found.append([row["id"] for row in said["items"]])
        at = said["next"] and said["next"].removeprefix("/api/v1")
    return found


def flat(found: list[list[str]]) -> list[str]:
    return [row for page in found for row in page]


def queries(agent, path: str) -> int:
    agent.get(path)  # the token's use is noted with the first request
    with CaptureQueriesContext(connection) as seen:
        assert agent.get(path).status_code == 200
    return len(seen)


def test_every_row_is_on_one_page(knock, cast):
    placed = [cast.order(days=day, hour=hour) for day in (1, 2, 3) for hour in (8, 12, 16)]
    agent = knock(cast.ma)
    whole = pages(agent, "/orders?limit=200")
    parted = pages(agent, "/orders?limit=4")
    assert [len(page) for page in parted] == [4, 4, 1]
    assert flat(parted) == whole[0] == [str(order.pk) for order in sorted(placed, key=lambda row: row.wanted_from)]


def test_equal_keys_lose_nobody_between_two_pages(knock, cast):
    for number in range(7):
        cast.call(f"1390000000{number}", reference=f"line-{number}", answered=False)  # all ring at the same moment
    agent = knock(cast.ma)
    parted = flat(pages(agent, "/calls?limit=2"))
    assert sorted(parted) == sorted(pages(agent, "/calls")[0])
    assert len(set(parted)) == 7


def test_what_was_asked_for_stays_on_the_next_page(knock, cast):
    for day in (1, 2, 3):
        cast.order(days=day)
    cast.sent(cast.order(days=4))
    agent = knock(cast.ma)
    first = agent.get("/orders?stage=PLACED&limit=2").json()
    assert "stage=PLACED" in first["next"]
    second = agent.get(first["next"].removeprefix("/api/v1")).json()
    assert [row["stage"] for row in first["items"] + second["items"]] == ["PLACED"] * 3
    assert second["next"] is None


@pytest.mark.parametrize(
    "cursor",
    ["x", "WyJhIl0", base64.urlsafe_b64encode(b'["2026-11-09T00:00:00", "no-id"]').decode(), "%00", "9" * 300,
     base64.urlsafe_b64encode(b'["0001-01-01T00:00:00+14:00", "0192f0c1-5a00-7000-8000-000000000001"]').decode()],
)  # fmt: skip
def test_a_place_that_was_not_given_out_here_is_refused(knock, cast, cursor):
    answer = knock(cast.ma).get(f"/orders?after={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "api.CURSOR_WRONG")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
def test_a_page_is_neither_empty_nor_endless(knock, cast, limit):
    answer = knock(cast.ma).get(f"/orders?limit={limit}")
    assert (answer.status_code, answer.json()["code"]) == (422, "api.INVALID")
    assert answer.json()["errors"][0]["parameter"] == "limit"


def test_a_list_costs_the_same_however_long_it_is(knock, cast):
    agent, firm = knock(cast.ma), knock(cast.kangan_user)
    cast.call()
    cast.sent(cast.order(days=1))
    paths = [(agent, "/orders"), (agent, "/calls"), (firm, "/dispatches"), (agent, "/items"), (agent, "/dispatches")]
    short = [queries(machine, path) for machine, path in paths]
    for day in (2, 3, 4, 5):
        cast.call(reference=f"line-{day}0")
        cast.assigned(cast.order(days=day))
    assert [queries(machine, path) for machine, path in paths] == short
    assert max(short) <= 9


def test_finding_elders_costs_the_same_however_many_are_found(knock, cast):
    agent = knock(cast.ma)
    body = {"text": "李"}

    def search() -> tuple[int, int]:
        agent.post("/elders/searches", body)
        with CaptureQueriesContext(connection) as seen:
            found = agent.post("/elders/searches", body).json()["items"]
        return len(found), len(seen)

    one, price = search()
    for number in range(3, 7):
        cast.elder(f"李{'甲乙丙丁'[number - 3]}", date(1950, 1, number), 40 + number, [f"1390000010{number}"])
    five, price_of_five = search()
    assert (one, five) == (1, 5)
    assert price_of_five == price
