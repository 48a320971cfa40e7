"""Four of the drills, each for a moment: nothing acknowledged is lost, nothing comes twice, everything adds up.

The slow ones - a full disk, a moved clock, kills under load - are for `./sangyu drill all`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from sangyu.config import drill
from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment

SHORT = ("crash", "repeat", "race", "backup")

# They have a database of their own. What asks for one comes early in a run that is shared out, and these take long.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, Any]]:
    """Run each drill once, in a process of its own."""
    command = [sys.executable, "-m", "sangyu.config.cli", "drill", *SHORT, "--short"]
    elsewhere = own_environment(SANGYU_DATABASE_URL="postgresql://x@127.0.0.1:1/x", SANGYU_HOSTS="sangyu.example.cn")
    ended = subprocess.run(command, cwd=PROJECT, env=elsewhere, capture_output=True, text=True)
    print(ended.stderr[-6000:])
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == (0 if all(map(drill.is_clean, rows)) else 1), ended.stderr[-2000:]
    return {row["drill"]: row for row in rows}


@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost_and_nothing_comes_twice(figures: dict[str, dict[str, Any]], name: str) -> None:
    row = figures[name]
    assert {bad: row[bad] for bad in drill.BAD if row.get(bad)} == {}
    assert row["n"] > 0


def test_every_kill_at_a_commit_left_all_or_nothing(figures: dict[str, dict[str, Any]]) -> None:
    row = figures["crash"]
    assert row["n"] >= 2 * len(row["table"]) > 0
    assert all(step["as_calm"] for step in row["table"])


def test_answers_were_swallowed_and_still_each_wish_came_once(figures: dict[str, dict[str, Any]]) -> None:
    row = figures["repeat"]
    assert row["fates"]["swallow"] > 0
    assert {press["at"]: press["orders"] for press in row["pressed"]} == {"page": 1, "api": 1}
    assert row["api"]["replayed"] > 0
    assert row["api"]["refused"] > 0


def test_a_race_has_one_winner(figures: dict[str, dict[str, Any]]) -> None:
    races = {row["race"]: row for row in figures["race"]["races"]}
    assert set(races) == {"credit", "budget", "dispatchers", "worker", "hour", "door", "draw up", "pay"}
    for name in ("budget", "worker", "hour"):
        assert races[name]["one"] == races[name]["n"], name


def test_every_way_of_spoiling_a_backup_is_noticed(figures: dict[str, dict[str, Any]]) -> None:
    row = figures["backup"]
    assert len(row["spoiled"]) >= 10
    assert row["unnoticed"] == []
    assert row["after_the_moment"] == 0


def test_a_drill_that_lost_something_is_not_clean() -> None:
    clean = {"n": 5, "lost": 0, "twice": 0, "faults": [], "seconds": 1.5}
    assert drill.is_clean(clean)
    for bad in (
        {"lost": 1},
        {"twice": 2},
        {"half": 1},
        {"faults": ["books"]},
        {"fen_off": -5000},
        {"unnoticed": ["x"]},
    ):
        assert not drill.is_clean(clean | bad)
