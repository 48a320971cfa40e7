"""A figure that the text itself bounds is asked against that sentence when it is set, not when it is paid."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import BadParameter, load, packs_folder
from sangyu.policy.bands import outside
from sangyu.policy.check import check
from sangyu.policy.cli import main
from sangyu.policy.read import Reader

ON = date(2027, 1, 1)
GULOU = "fuzhou-gulou"


def steps(*awards_fen: int) -> dict[str, Any]:
    return {"area_table": [{"from_m2": 100 * n, "award_fen": fen} for n, fen in enumerate(awards_fen)]}


def copied(tmp_path: Path, pack_id: str, file: str, old: str, new: str) -> Path:
    folder = tmp_path / "packs" / pack_id
    shutil.copytree(packs_folder() / pack_id, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_an_opening_award_of_300_000_yuan_is_refused_with_the_clause_and_the_row() -> None:
    [one] = outside(load(GULOU), steps(50_000_00, 300_000_00), ON)
    assert (one.path, one.place, one.warns) == ((1, "award_fen"), "第2档", False)
    for said in (
        "面积对应的开办奖励",
        "300000元",
        "不在5万元至20万元之内",
        "“5万—20万元不等”",
        "opening-award-band.csv 第4行",
    ):
        assert said in str(one)


@pytest.mark.parametrize(
    ("pack_id", "figures", "place", "said"),
    [
        (GULOU, {"voucher_month_fen": {"dibao": 150_00, "extreme_poor": 400_00}}, "低保", "每月150元"),
        ("weifang-xiashan", {"hours_matrix": {"dibao": {"mild": 9, "severe": 60}}}, "低保、轻度失能", "每月9小时"),
        ("taiyuan", {"radius_m": 2001}, "", "规划的服务半径2001米"),
    ],
)
def test_every_part_of_a_figure_is_asked(pack_id: str, figures: dict[str, Any], place: str, said: str) -> None:
    [one] = outside(load(pack_id), figures, ON)
    assert one.place == place
    assert said in str(one)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 400_000_00), max_size=4))
def test_exactly_the_awards_beyond_the_clause_are_told(awards_fen: list[int]) -> None:
    told = [one.path[0] for one in outside(load(GULOU), steps(*awards_fen), ON)]
    assert told == [n for n, fen in enumerate(awards_fen) if not 50_000_00 <= fen <= 200_000_00]


def test_what_is_not_set_is_not_asked_and_what_is_of_another_kind_is_refused() -> None:
    assert list(outside(load(GULOU), {"rate_fen": 10**9, "area_table": None}, ON)) == []
    with pytest.raises(BadParameter, match="应为分档列表"):
        list(outside(load(GULOU), {"area_table": 5}, ON))


def test_a_text_that_only_wants_it_explained_warns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(tmp_path, "taiyuan", "tables/radius-plan.csv", ",fail,", ",warn,")
    (tmp_path / "figures.json").write_text('{"radius_m": 2001}', encoding="utf-8")
    packs, figures = str(folder.parent), str(tmp_path / "figures.json")
    cases = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [line for line in cases if json.loads(line)["expect"].get("result") != "fail" or "radius-plan" not in line]
    (folder / "cases.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert main(["--packs", packs, "check", "taiyuan", "--parameters", figures, "--on", "2027-01-01"]) == 0
    assert "提醒：“本设施的服务半径（米）”" in capsys.readouterr().out
    assert "不在800至2000米之内" not in "".join(str(one) for one in check(folder, parameters={"radius_m": 2001}, on=ON))
    pack = Reader(folder).pack
    assert pack is not None
    assert [one.warns for one in outside(pack, {"radius_m": 2001}, ON)] == [True]


def test_the_command_asks_the_bands_of_a_file_of_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps(steps(50_000_00, 300_000_00)), encoding="utf-8")
    assert main(["check", GULOU, "--parameters", str(figures)]) == 2
    assert "哪一天" in capsys.readouterr().err
    assert main(["check", GULOU, "--parameters", str(figures), "--on", "2027-01-01"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"packs/{GULOU}/tables/opening-award-band.csv:4: [opening-award-band] “面积对应的开办奖励")
    figures.write_text(json.dumps(steps(50_000_00, 200_000_00)), encoding="utf-8")
    assert main(["check", GULOU, "--parameters", str(figures), "--on", "2027-01-01"]) == 0


@pytest.mark.parametrize(
    ("band", "said"),
    [
        ("opening-award.amount_fen", "应写成“limit 规则.事实”"),
        ("opening-award-band", "应写成“limit 规则.事实”"),
        ("centre-standard.beds", "要只看 beds 一个事实"),
    ],
)
def test_a_band_that_no_figure_can_be_asked_against_is_a_fault_of_the_pack(
    tmp_path: Path, band: str, said: str
) -> None:
    folder = copied(tmp_path, GULOU, "pack.toml", '"opening-award-band.amount_fen"', f'"{band}"')
    [finding] = check(folder)
    assert said in finding.message
    lines = (folder / "pack.toml").read_text(encoding="utf-8").splitlines()
    assert lines[finding.line - 1] == "[parameters.area_table]"


def test_a_band_that_reads_its_figure_beside_something_worked_out_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    table = "tables/opening-award-band.csv"
    folder = copied(tmp_path, GULOU, table, "50000.00..200000.00,pass", "<=age_by_month_end,pass")
    assert "要只看 amount_fen 一个事实，现在看的是 age_by_month_end、amount_fen" in str(check(folder)[0])


def test_a_worked_example_that_could_not_be_adopted_is_a_fault(tmp_path: Path) -> None:
    folder = copied(tmp_path, GULOU, "cases.jsonl", '"award_fen": 20000000', '"award_fen": 20000001')
    told = [finding for finding in check(folder) if "算例用的参数" in finding.message]
    assert [finding.rule for finding in told] == ["opening-award-band"]
    assert told[0].file == f"{GULOU}/cases.jsonl"
