"""The table of security requirements says what is so: its evidence exists and its counts are those of its rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.house import PROJECT

FOLDER = PROJECT / "docs" / "security"
STATES = ("met", "partly", "not", "n.a.")
# Levels 1 and 2 of the standard, without V10 and V17; a row that is lost would be a requirement forgotten.
ROWS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16}
PLACE = re.compile(r"(?:src|tests|docs|bench|frontend|ops|packs)/[\w./-]*\w(?:::\w+)?")
COUNTS = re.compile(r"^\| (?:V(\d+)|合计|all) \|[^|]*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def told() -> list[dict[str, str]]:
    with (FOLDER / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def chapter(row: dict[str, str]) -> int:
    return int(row["id"][1:].partition(".")[0])


def test_every_requirement_has_one_row() -> None:
    rows = told()
    assert [row["id"] for row in rows if not re.fullmatch(r"V\d+\.\d+\.\d+", row["id"])] == []
    assert [name for name, n in Counter(row["id"] for row in rows).items() if n > 1] == []
    assert Counter(chapter(row) for row in rows) == ROWS
    assert {row["level"] for row in rows} == {"1", "2"}
    assert {row["state"] for row in rows} <= set(STATES)
    assert [row["id"] for row in rows if not row["what"].strip() or not row["evidence"].strip()] == []


def missing(evidence: str) -> list[str]:
    """Return the files and tests that an evidence names and that are not there."""
    found = []
    for place in PLACE.findall(evidence):
        name, _, test = place.partition("::")
        path = PROJECT / name
        if not path.exists() or (test and not _has(path, test)):
            found.append(place)
    return found


def _has(path: Path, test: str) -> bool:
    return path.is_file() and re.search(rf"^def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


@pytest.mark.parametrize("planted", ["tests/walls/test_nowhere.py", "tests/walls/test_asvs.py::test_that_nobody_wrote"])
def test_evidence_that_is_not_there_is_found(planted: str) -> None:
    assert missing(f"so it is said: {planted}") == [planted]


def test_every_evidence_is_there() -> None:
    assert {row["id"]: gone for row in told() if (gone := missing(row["evidence"]))} == {}


def test_what_is_not_met_says_what_is_missing() -> None:
    silent = [
        row["id"]
        for row in told()
        if row["state"] in {"partly", "not", "n.a."} and len(PLACE.sub("", row["evidence"]).strip(" ;:.")) < 12
    ]
    assert silent == []


@pytest.mark.parametrize("page", ["asvs.md", "asvs.en.md"])
def test_the_counts_on_the_page_are_those_of_the_rows(page: str) -> None:
    rows = told()
    written = {row[0]: [int(n) for n in row[1:]] for row in COUNTS.findall((FOLDER / page).read_text(encoding="utf-8"))}
    counted = {
        str(number): [
            ROWS[number],
            *(sum(chapter(r) == number and r["state"] == state for r in rows) for state in STATES),
        ]
        for number in ROWS
    }
    counted[""] = [len(rows), *(sum(r["state"] == state for r in rows) for state in STATES)]
    assert written == counted
