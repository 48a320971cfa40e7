"""The commands that other tools call."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sangyu.policy import packs_folder
from sangyu.policy.cli import main
from sangyu.policy.tests.change import changed

PACK_ID = "lanzhou-chengguan"
FACTS = '{"on": "2018-03-06", "age": 76, "lives_in_area": true}'


def test_list_gives_packs_rules_forms_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    packs = {pack["id"]: pack for pack in json.loads(capsys.readouterr().out)}
    rules = {rule["id"]: rule for rule in packs[PACK_ID]["rules"]}
    assert rules["lunch-subsidy"]["form"] == "split"
    assert rules["meal-entry"]["versions"] == [
        {"from": None, "until": "2014-10-01"},
        {"from": "2014-10-01", "until": None},
    ]
    assert main(["list"]) == 0
    assert "午餐补贴" in capsys.readouterr().out


def test_check_is_silent_about_a_sound_pack_and_loud_about_a_fault(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["check", PACK_ID]) == 0
    folder = changed(tmp_path, "tables/lunch-subsidy.csv", "65..74", "74..65")
    assert main(["--packs", str(folder.parent), "check"]) == 1
    assert f"packs/{PACK_ID}/tables/lunch-subsidy.csv:13: [lunch-subsidy]" in capsys.readouterr().out
    assert main(["check", "atlantis"]) == 1


def test_decide_reads_an_object_a_file_or_standard_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "facts.json"
    file.write_text(FACTS, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(FACTS))
    for said in (FACTS, str(file), "-"):
        assert main(["decide", PACK_ID, "registration", "--facts", said]) == 0
        assert json.loads(capsys.readouterr().out)["ground"] == "age_65"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["decide", "atlantis", "registration", "--facts", "{}"], "atlantis"),
        (["decide", PACK_ID, "no-such-rule", "--facts", "{}"], "no-such-rule"),
        (["decide", PACK_ID, "registration", "--facts", "{,"], "JSON"),
        (
            ["batch", PACK_ID, "registration", "in.parquet", "out.parquet", "--parameters", "{,"],
            "--parameters 不是 JSON",
        ),
        (["decide", PACK_ID, "registration", "--facts", "nowhere.json"], "nowhere.json"),
        (["decide", PACK_ID, "registration", "--facts", '{"on": "2018-03-06", "age": "old"}'], "age"),
    ],
)
def test_question_that_cannot_be_asked_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_facts_that_are_no_object_end_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text("[76]", encoding="utf-8")
    assert main(["decide", PACK_ID, "registration", "--facts", str(file)]) == 2
    assert capsys.readouterr().err == "--facts 应为 JSON 对象\n"


def test_cases_counts_every_line_and_fails_what_it_cannot_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good = {
        "id": "a",
        "pack": PACK_ID,
        "rule": "registration",
        "facts": json.loads(FACTS),
        "expect": {"eligible": True},
    }
    lines = [
        json.dumps(good),
        json.dumps({**good, "id": "b", "pack": "atlantis"}),
        json.dumps({**good, "id": "c", "expect": {"eligible": False}}),
        json.dumps({**good, "id": "d", "expect": {}}),
        json.dumps({**good, "id": "e", "rule": "no-such-rule"}),
        "not json",
    ]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["cases", str(file)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "1 passed, 5 failed"
    assert any("cases.jsonl:2: b" in line and "atlantis" in line for line in out)
    assert main(["cases", str(packs_folder() / PACK_ID / "cases.jsonl")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" 0 failed")


def test_command_starts_without_the_web_framework() -> None:
    source = Path(__file__).resolve().parents[3]
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sangyu.policy", "list"],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert PACK_ID in run.stdout
    assert "django" not in run.stderr
