"""What a pack offers at the door: read as written, and every slip told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu.policy import load
from sangyu.policy.check import check
from sangyu.policy.tests.change import changed

OFFER = 'account_when = { service_class = "B" }'


def test_an_offer_says_which_rules_are_asked_for_what() -> None:
    care = load("weifang-xiashan").offers["home_care"]
    assert (care.price, care.account, care.split) == ("home-care-price", "home-hours-account", "home-care-share")
    assert care.answers == {"hours_month": ("home-hours", "hours")}
    basic = load("xiamen-huli").offers["basic"]
    assert (basic.eligible, basic.facts) == ("service-object", {"category": "basic", "service_class": "paid"})
    assert load("fuzhou-gulou").offers["household"].grants == {"age-voucher": "year", "needs-voucher": "month"}
    assert load("taiyuan").offers["household"].split is None, "its account pays for everybody, if need be nothing"


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('eligible = "platform-price"', "eligible 应是一条 eligible 规则"),
        ('grants = { settlement = "month" }', "应是一条 tier 规则和它的周期"),
        ('grants = { phone-credit = "week" }', "应是一条 tier 规则和它的周期"),
        ('answers = { hours_month = "phone-credit" }', "应写成“规则.答复”"),
        ('answers = { hours_month = "phone-credit.gold" }', "应写成“规则.答复”"),
        ('answers = { happiness = "phone-credit.amount_fen" }', "事实 happiness 不存在"),
        ("facts = { happiness = 1 }", "事实 happiness 不存在"),
    ],
)
def test_a_slip_in_an_offer_is_told(tmp_path: Path, added: str, said: str) -> None:
    found = check(changed(tmp_path, "pack.toml", OFFER, f"{OFFER}\n{added}"))
    assert any(said in finding.message and "household" in finding.message for finding in found), found


def test_an_offer_that_leaves_somebody_without_a_share_is_told(tmp_path: Path) -> None:
    found = check(changed(tmp_path, "pack.toml", 'split = "domestic-service"\n', ""))
    assert any("split 没有写" in finding.message for finding in found)
