"""The list of what a city gives: every shipped one is sound, and what is wrong in one is told by its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sangyu.policy import packs_folder
from sangyu.policy.benefit_list import BENEFITS_FILE, COLUMNS, FIRST_FORM, SECOND_FORM, faults_beside, read_benefits

HEAD = ",".join(COLUMNS[:SECOND_FORM]) + "\n"
GOOD = "phone,phone,通信补贴,phone-credit,,,month,run,operator,district-subsidy,,,\n"
STAY = "stay,stay,短住,respite,respite-stay.until,,year,hand,,,,days,last_respite_on\n"
VOUCHER = "one,voucher,券,one,,,year,order,,fund,1,,\n"
LISTED = sorted(path.parent.name for path in packs_folder().glob(f"*/{BENEFITS_FILE}"))


@pytest.mark.parametrize("pack_id", LISTED)
def test_every_shipped_list_is_sound(pack_id: str) -> None:
    assert list(faults_beside(packs_folder() / pack_id)) == []


def test_a_row_is_read_with_its_sum_and_what_holds_for_the_question() -> None:
    row = (
        "insurance,insurance,意外险,insurance,insurance-premium.value,total=1;category=basic,year,run,insurer,fund,,,\n"
    )
    (found,), faults = read_benefits("\ufeff" + HEAD + "#编号\n" + row)
    assert faults == ()
    assert (found.amount, found.facts) == (("insurance-premium", "value"), {"total": 1, "category": "basic"})
    assert found.kind_label == "保险"


def test_ranks_units_and_what_follows_are_read_and_lists_from_before_them_too() -> None:
    stay, voucher = read_benefits(HEAD + STAY + VOUCHER)[0]
    assert (stay.unit, stay.states, stay.amount) == ("days", ("last_respite_on",), ("respite-stay", "until"))
    assert voucher.rank == 1
    old = ",".join(COLUMNS[:FIRST_FORM]) + "\n" + GOOD.replace(",,,\n", "\n")
    ((phone,), faults) = read_benefits(old)
    assert (faults, phone.code, phone.rank, phone.unit, phone.states) == ((), "phone", 0, "", ())


def test_what_a_stay_costs_is_parted_by_a_rule_that_splits(tmp_path: Path) -> None:
    head, stay = ",".join(COLUMNS) + "\n", STAY.strip("\n")
    assert [one.cost for one in read_benefits(f"{head}{stay},respite-cost\n")[0]] == ["respite-cost"]
    ((_line, said),) = read_benefits(head + GOOD.strip("\n") + ",respite-cost\n")[1]
    assert said == "费用按哪条规则分担，只写在按天给的一行"
    folder = Path(shutil.copytree(packs_folder() / "xiamen-huli", tmp_path / "xiamen-huli"))
    text = (folder / BENEFITS_FILE).read_text(encoding="utf-8")
    (folder / BENEFITS_FILE).write_text(text.replace(",respite-cost", ",respite-stay"), encoding="utf-8")
    ((_line, said),) = faults_beside(folder)
    assert said.endswith("的费用规则 'respite-stay' 应是 pack.toml 里一条分担（split）的规则")


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
        (GOOD.replace(",,,\n", ",2,,\n"), "先后“2”应为整数，只写在下单时使用的一行"),
        (VOUCHER.replace(",1,", ",first,"), "先后“first”应为整数"),
        (VOUCHER + VOUCHER.replace("one", "two"), "先后“1”在同一项资金里已经写过"),
        (GOOD.replace(",,,\n", ",,pieces,\n"), "只写在申请后办理（hand）的一行"),
        (STAY.replace("days", "weeks"), "“weeks”应为 days、pieces"),
        (STAY.replace(",year,", ",month,"), "按天、按件给的要写周期"),
        (STAY.replace("respite-stay.until", ""), "按天给的要在金额里写哪张表"),
    ],
)
def test_what_is_wrong_is_told(row: str, said: str) -> None:
    _, faults = read_benefits(HEAD + row)
    assert any(said in fault for _, fault in faults), faults


def test_of_several_that_pay_for_one_service_each_has_its_turn(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(packs_folder() / "fuzhou-gulou", tmp_path / "fuzhou-gulou"))
    text = (folder / BENEFITS_FILE).read_text(encoding="utf-8")
    (folder / BENEFITS_FILE).write_text(text.replace("service-voucher,2,", "service-voucher,,"), encoding="utf-8")
    ((_line, said),) = faults_beside(folder)
    assert said.startswith("80岁以上服务券、困难群体月服务券都能付“居家养老服务”，要写先后")


def test_a_rule_and_a_fund_must_be_there(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(packs_folder() / "lanzhou-chengguan", tmp_path / "lanzhou-chengguan"))
    strange = GOOD.replace("phone-credit", "phones").replace("district-subsidy", "purse")
    wrong_form = "a,device,甲,settlement,,,once,hand,,,,pieces,has_pension\n"
    (folder / BENEFITS_FILE).write_text(HEAD + strange + wrong_form, encoding="utf-8")
    said = [fault for _, fault in faults_beside(folder)]
    assert len(said) == 4
    assert "phones" in said[0]
    assert "purse" in said[1]
    assert "不回答谁能享受" in said[2]
    assert "登记的“has_pension”应为 has_issued_phone" in said[3]
