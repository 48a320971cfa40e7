"""Every rule of the requirements has its table, every doubtful sentence its reading, and every table who asks it."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

from sangyu import policy
from sangyu.config import asked
from sangyu.config.proof import PROGRAMMES, requirements

DOUBTS = {f"A{n}" for n in range(1, 36)}  # the sentences of the nine texts that can be read in two ways, or clash
CASES_LEAST = 3


@cache
def cases(pack_id: str) -> list[dict[str, Any]]:
    text = (policy.packs_folder() / pack_id / "cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@cache
def readings(pack_id: str) -> list[tuple[list[str], list[str], set[str]]]:
    """Read the tables of readings in NOTES.md. Shape: (names, values of a switch as written, numbers) a row."""
    found, column = [], ""
    for line in (policy.packs_folder() / pack_id / "NOTES.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("## "):
            column = ""
        elif line.startswith("|") and "编号" in cells:
            column = cells[0]
        elif line.startswith("|") and column and not line.startswith("|---"):
            number, told = (cells[0], "") if column == "编号" else (cells[-1], cells[0 if column == "参数" else -2])
            names, _, values = told.partition("=")
            found.append((re.findall(r"`(\w+)`", names), re.findall(r"`([^`]+)`", values), set(number.split("、"))))
    return found


def answer(pack: policy.Pack, rule: str, facts: dict[str, Any]) -> dict[str, Any]:
    told = policy.decide(pack, rule, facts).to_json()
    return {name: value for name, value in told.items() if name not in ("because", "row", "parameters_used")}


# -- every rule has its table --------------------------------------------------------------------------------------


def test_every_rule_and_statistic_names_its_tables_or_why_there_is_none() -> None:
    lines = [line for line in requirements() if line.kind in ("RULE", "STAT")]
    assert Counter(line.kind for line in lines) == {"RULE": 75, "STAT": 60}
    assert [line.id for line in lines if not line.tables] == []
    assert [line.id for line in lines if line.tables in asked.NO_TABLE and line.kind == "RULE"] == [], "it has a figure"
    named = {(line.programme, rule) for line in requirements() for rule in asked.rules_of(line)}
    assert [(pack, rule) for pack, rule in sorted(named) if rule not in policy.load(pack).rules] == []


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_rule_of_a_pack_decides_a_requirement_and_has_cases_of_its_own(programme: str) -> None:
    rules = policy.load(programme).rules
    assert asked.decided(programme).keys() == rules.keys()
    counted = Counter(case["rule"] for case in cases(programme))
    assert [rule for rule in rules if counted[rule] < CASES_LEAST] == []
    assert len({case["id"] for case in cases(programme)}) == len(cases(programme))


# -- every doubtful sentence has its reading -----------------------------------------------------------------------


def test_each_of_the_35_doubts_stands_in_the_notes_with_a_reading() -> None:
    numbered = {number for pack_id in PROGRAMMES for _, _, numbers in readings(pack_id) for number in numbers}
    assert numbered - {""} == DOUBTS


@pytest.mark.parametrize("pack_id", PROGRAMMES)
def test_the_notes_name_every_reading_of_the_pack_its_default_first(pack_id: str) -> None:
    pack = policy.load(pack_id)
    told = {name: values for names, values, _ in readings(pack_id) for name in names}
    assert told.keys() == pack.settings.keys() | pack.parameters.keys()
    for setting in pack.settings.values():
        written = [json.dumps(value).strip('"') for value in setting.values]
        assert told[setting.name] == written or (not setting.closed and not told[setting.name]), setting.name


@pytest.mark.parametrize("pack_id", PROGRAMMES)
def test_every_reading_turns_an_answer_of_a_worked_example(pack_id: str) -> None:
    """A switch that changes no answer is a word, not a reading: each value but the default is shown to decide."""
    pack = policy.load(pack_id)
    turned: dict[str, list[Any]] = {name: [] for name in pack.settings}
    for case in cases(pack_id):
        given = case["facts"].get("parameters", {})
        for name in given.keys() & turned.keys():
            rest = {key: value for key, value in given.items() if key != name}
            plain = answer(pack, case["rule"], {**case["facts"], "parameters": rest})
            if answer(pack, case["rule"], case["facts"]) != plain:
                turned[name].append(given[name])
    for setting in pack.settings.values():
        if setting.closed:
            assert [value for value in setting.values[1:] if value not in turned[setting.name]] == [], setting.name
        else:
            assert turned[setting.name], setting.name


@pytest.mark.parametrize("pack_id", PROGRAMMES)
def test_every_figure_that_a_text_leaves_open_is_asked_for_and_can_be_set(pack_id: str) -> None:
    lacking = {case["expect"].get("missing") for case in cases(pack_id)}
    given = {name for case in cases(pack_id) for name in case["facts"].get("parameters", {})}
    assert policy.load(pack_id).parameters.keys() - (lacking & given) == set()


# -- every table is asked, or waits --------------------------------------------------------------------------------


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_rule_is_asked_by_a_room_or_waits_for_one_of_the_street(programme: str) -> None:
    pack = policy.load(programme)
    waiting = asked.waiting(pack.folder)
    assert waiting.keys() == pack.rules.keys() - asked.askers(pack).keys()
    assert {told.partition("：")[0] for told in waiting.values()} <= {line.room for line in requirements()}
