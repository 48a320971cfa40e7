"""What is read of the rooms' source and of the notes: who asks a rule, and what the others wait for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu import policy
from sangyu.config import asked, proof


def test_a_rule_is_asked_through_an_offer_by_name_as_a_band_or_for_a_fact_of_an_asked_rule() -> None:
    chengguan = asked.askers(policy.load("lanzhou-chengguan"))
    assert chengguan["lunch-subsidy"] == {"benefits"}, "an offer splits by it"
    assert chengguan["site-officers"] == {"providers"}, "named by a constant of the module"
    assert "quality" in chengguan["spot-check"]
    assert "benefits" in chengguan["service-class"], "the price and the split read the class"
    assert "call-charge" not in chengguan
    assert asked.askers(policy.load("fuzhou-gulou"))["voucher-tier-band"] == {"adoption"}


def test_only_a_call_that_decides_counts_as_asking(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        'RULE = "menu"\nTITLE = "bracelet"\nprint("price-cap", TITLE)\n'
        'read.decide(programme, RULE, {}, on)\nsteps.decide_step(programme, "settlement", {}, on)\n',
        encoding="utf-8",
    )
    assert list(asked._asked_in(page)) == ["menu", "settlement"]


def test_the_notes_say_for_which_room_a_rule_waits(tmp_path: Path) -> None:
    (tmp_path / "NOTES.md").write_text(
        f"# 读法\n\n| `safety` | `bracelet` | 别的表 |\n\n{asked.HEADING}\n\n| 房间 | 规则 | 等什么 |\n|---|---|---|\n"
        "| `stays` | `respite`、`low-income` | 入住 |\n\n## 别的\n\n| `budget` | `fund-share` | 经费 |\n",
        encoding="utf-8",
    )
    assert asked.waiting(tmp_path) == {"respite": "stays：入住", "low-income": "stays：入住"}


def test_the_command_lists_every_rule_with_its_requirements_and_who_asks_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert proof.main(["--rules", "--programme", "fuzhou-gulou"]) == 0
    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "price-cap limit GL-32 providers" in lines
    assert any(line.startswith("opening-award grant GL-28 等 facilities：") for line in lines)
    assert len(lines) == 1 + len(policy.load("fuzhou-gulou").rules)
