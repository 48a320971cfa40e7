"""What changed between two days or two folders is told row by row and cell by cell."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sangyu.policy import load, pack_ids
from sangyu.policy.cli import main
from sangyu.policy.diff import State, diff
from sangyu.policy.read import Reader
from sangyu.policy.tests.change import PACK_ID, changed


def between(folder: Path) -> list[str]:
    """Compare the Chengguan pack with a changed copy, all versions."""
    pack = Reader(folder).pack
    assert pack is not None
    return [str(change) for change in diff(State(load(PACK_ID)), State(pack))]


@pytest.mark.parametrize("pack_id", pack_ids())
def test_a_pack_does_not_differ_from_itself(pack_id: str) -> None:
    state = State(load(pack_id))
    assert diff(state, state) == []
    on = State(load(pack_id), date(2018, 1, 1))
    assert diff(on, on) == []


def test_two_days_tell_what_a_new_version_brought() -> None:
    pack = load(PACK_ID)
    found = [str(change) for change in diff(State(pack, date(2014, 9, 30)), State(pack, date(2014, 10, 1)))]
    assert found[0].startswith(
        "“就餐补贴准入年龄”（meal-entry）第3行改动：年龄（周岁） >=60 → 是否符合 是，依据 age_60；"
    )
    assert "“年龄（周岁）”由 >=60 改为 >=65；“依据”由 age_60 改为 age_65" in found[0]
    assert "新增规则版本“餐厅日结算”（canteen-day）：2014年10月1日起，共1行" in found
    assert any("（lunch-subsidy）第13行新增：年龄（周岁） 65..74" in one for one in found)
    assert any("（lunch-subsidy）第14行改动：其他情形" in one for one in found)


def test_a_changed_cell_a_new_row_and_a_row_that_is_gone(tmp_path: Path) -> None:
    changed(tmp_path, "tables/lunch-subsidy.csv", "min(1000, price_fen)", "min(1100, price_fen)")
    changed(tmp_path, "tables/phone-credit.csv", ",2000,", ",25.00,")
    folder = changed(tmp_path, "tables/lunch-subsidy.csv", "other,,,,,,,,,,,,rest,0,", "#other,,,,,,,,,,,,rest,0,")
    path = folder / "tables/registration.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:2], ">=90," + lines[2].split(",", 1)[1], *lines[2:]]), "utf-8")
    found = between(folder)
    assert [
        one for one in found if "“政府”由 min(1000, price_fen) 改为 min(1100, price_fen)" in one and "第12行改动" in one
    ]
    assert [one for one in found if "“金额”由 20元 改为 25元" in one]
    assert [one for one in found if "（lunch-subsidy）原第3行删去：就餐地点" in one and "自付 余额，政府 0元" in one]
    assert [one for one in found if "（registration）第3行新增：年龄（周岁） >=90" in one]
    assert len(found) == 4


def test_readings_parameters_and_documents_are_told_too(tmp_path: Path) -> None:
    changed(tmp_path, "pack.toml", 'values = ["lunch", "any"]', 'values = ["any", "lunch"]')
    changed(tmp_path, "pack.toml", 'label = "每单补贴金额（分）"', 'label = "每单补贴（分）"')
    changed(tmp_path, "pack.toml", "2014-10-01, table", "2015-10-01, table")
    start = 'from = {}-10-01, table = "meal-entry.csv"'
    folder = changed(tmp_path, "pack.toml", start.format(2014), start.format(2015))
    found = between(folder)
    assert (
        "改动读法开关“补贴覆盖的餐次”（meals_covered）：“可选的值（第一个是默认）”由 lunch、any 改为 any、lunch"
        in found
    )
    assert "改动参数“每单补贴（分）”（per_order_fen）：“名称”由 每单补贴金额（分） 改为 每单补贴（分）" in found
    assert "改动规则版本“就餐补贴准入年龄”（meal-entry）：“有效期”由 2014年10月1日前 改为 2015年10月1日前" in found
    assert "新增规则版本“就餐补贴准入年龄”（meal-entry）：2015年10月1日起，共2行" in found


def test_the_command_prints_sentences_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", f"{PACK_ID}@2014-09-30", f"{PACK_ID}@2014-10-01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{len(lines) - 1} 处改动"
    assert main(["diff", "--json", f"{PACK_ID}@2014-09-30", f"{PACK_ID}@2014-10-01"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["said"] for one in found] == lines[:-1]
    assert {"column": "age", "header": "年龄（周岁）", "before": ">=60", "after": ">=65"} in found[0]["cells"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("atlantis@2018-01-01", f"{PACK_ID}@2018-01-01", "没有规则包 atlantis"),
        (f"{PACK_ID}@2018", f"{PACK_ID}@2018-01-01", "“2018”不是日期"),
        (PACK_ID, f"{PACK_ID}@2018-01-01", "要么都不写"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    before: str, after: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", before, after]) == 2
    assert said in capsys.readouterr().err
