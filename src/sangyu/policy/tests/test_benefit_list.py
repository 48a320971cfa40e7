"""The list of what a city gives: every shipped one is sound, and what is wrong in one is told by its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sangyu.policy import packs_folder
from sangyu.policy.benefit_list import BENEFITS_FILE, COLUMNS, faults_beside, read_benefits

HEAD = ",".join(COLUMNS) + "\n"
GOOD = "phone,phone,通信补贴,phone-credit,,,month,run,operator,district-subsidy\n"
LISTED = sorted(path.parent.name for path in packs_folder().glob(f"*/{BENEFITS_FILE}"))


@pytest.mark.parametrize("pack_id", LISTED)
def test_every_shipped_list_is_sound(pack_id: str) -> None:
    assert list(faults_beside(packs_folder() / pack_id)) == []


def test_a_row_is_read_with_its_sum_and_what_holds_for_the_question() -> None:
    row = "insurance,insurance,意外险,insurance,insurance-premium.value,total=1;category=basic,year,run,insurer,fund\n"
    (found,), faults = read_benefits("\ufeff" + HEAD + "#编号\n" + row)
    assert faults == ()
    assert (found.amount, found.facts) == (("insurance-premium", "value"), {"total": 1, "category": "basic"})
    assert found.kind_label == "保险"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD.replace("phone,phone", "Phone,phone", 1), "编号“Phone”应是小写字母"),
        (GOOD + GOOD, "编号“phone”已经写过"),
        (GOOD.replace(",month,run", ",,run"), "按期发放的要写周期"),
        (GOOD.replace("operator", "bank"), "“bank”应为 elder、operator、insurer"),
        (GOOD.replace("phone-credit,,", "phone-credit,tier,"), "金额“tier”应写成"),
        (GOOD.replace("phone-credit,,,", "phone-credit,,total,"), "前提“total”应写成"),
        ("phone,phone\n", "这一行有 2 格"),
    ],
)
def test_what_is_wrong_is_told(row: str, said: str) -> None:
    _, faults = read_benefits(HEAD + row)
    assert any(said in fault for _, fault in faults), faults


def test_a_rule_and_a_fund_must_be_there(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(packs_folder() / "lanzhou-chengguan", tmp_path / "lanzhou-chengguan"))
    strange = GOOD.replace("phone-credit", "phones").replace("district-subsidy", "purse")
    wrong_form = "a,device,甲,settlement,,,once,hand,,\n"
    (folder / BENEFITS_FILE).write_text(HEAD + strange + wrong_form, encoding="utf-8")
    said = [fault for _, fault in faults_beside(folder)]
    assert len(said) == 3
    assert "phones" in said[0]
    assert "purse" in said[1]
    assert "不回答谁能享受" in said[2]
