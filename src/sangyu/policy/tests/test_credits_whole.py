"""Whole answers of accounts: what is drawn from a credit, in money, minutes and a purse, and what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu.policy import ir
from sangyu.policy.tests.rulebook import rulebook, said


@pytest.fixture
def pack(tmp_path: Path) -> ir.Pack:
    return rulebook(tmp_path)


def test_what_is_drawn_from_a_credit(pack: ir.Pack) -> None:
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=2000) == {
        "row": 2,
        "because": "50元、30元、0元、10元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 2000},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 1000, "government": 3000},
        "granted_fen": 5000,
        "used_fen": 3000,
        "balance_fen": 0,
    }
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=2000, refund_fen=500) == {
        "row": 2,
        "because": "50元、35元、0元、5元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 2000, "refund_fen": 500},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 500, "government": 3500},
        "granted_fen": 5000,
        "used_fen": 3500,
        "balance_fen": 0,
    }
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=200, refund_fen=500) == {
        "row": 2,
        "because": "50元、40元、10元、0元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 200, "refund_fen": 500},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 0, "government": 4000},
        "granted_fen": 5000,
        "used_fen": 4000,
        "balance_fen": 1000,
    }
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=6000) == {
        "row": 2,
        "because": "50元、0元、0元、40元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 6000},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 4000, "government": 0},
        "granted_fen": 5000,
        "used_fen": 0,
        "balance_fen": 0,
    }
    carried = {"left_last_period_fen": 1000, "parameters": {"carried": True}}
    assert said(pack, "credit", may=True, price_fen=6000, used_before_fen=0, **carried) == {
        "row": 2,
        "because": "50元、60元、0元、0元",
        "facts_used": {"may": True, "price_fen": 6000, "used_before_fen": 0, "left_last_period_fen": 1000},
        "parameters_used": {"carried": True},
        "shares_fen": {"elder": 0, "government": 6000},
        "granted_fen": 5000,
        "used_fen": 6000,
        "balance_fen": 0,
    }
    assert said(pack, "credit", may=True, price_fen=4000) == {
        "outcome": "needs_fact",
        "because": "缺少“本期已用”（used_before_fen），补充后才能判定",
        "facts_used": {"may": True, "price_fen": 4000},
        "parameters_used": {"carried": False},
        "missing": "used_before_fen",
    }
    assert said(pack, "credit", may=False, price_fen=4000) == {
        "row": 3,
        "because": "没有",
        "facts_used": {"may": False, "price_fen": 4000},
        "parameters_used": {},
        "shares_fen": {"elder": 4000, "government": 0},
        "granted_fen": 0,
        "used_fen": 0,
        "balance_fen": 0,
    }
    paid = {"paid_fen": {"elder": 1000, "government": 3000}}
    assert said(pack, "credit", may=True, price_fen=-4000, used_before_fen=5000) == {
        "outcome": "needs_fact",
        "because": "缺少“原单各方已付”（paid_fen），补充后才能判定",
        "facts_used": {"may": True, "price_fen": -4000, "used_before_fen": 5000},
        "parameters_used": {"carried": False},
        "missing": "paid_fen",
    }
    assert said(pack, "credit", may=True, price_fen=-4000, used_before_fen=5000, **paid) == {
        "row": 2,
        "because": "退回40.00元，按原单各方所付的比例：自付10.00元，政府30.00元",
        "facts_used": {
            "may": True,
            "price_fen": -4000,
            "used_before_fen": 5000,
            "paid_fen": {"elder": 1000, "government": 3000},
        },
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": -1000, "government": -3000},
        "granted_fen": 5000,
        "used_fen": -3000,
        "balance_fen": 3000,
    }
    assert said(pack, "credit", may=True, price_fen=-400, used_before_fen=5000, refund_fen=10, **paid) == {
        "row": 2,
        "because": "退回4.00元，按原单各方所付的比例：自付1.00元，政府3.00元",
        "facts_used": {
            "may": True,
            "price_fen": -400,
            "used_before_fen": 5000,
            "refund_fen": 10,
            "paid_fen": {"elder": 1000, "government": 3000},
        },
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": -100, "government": -300},
        "granted_fen": 5000,
        "used_fen": -300,
        "balance_fen": 310,
    }
    assert said(pack, "credit", may=True, price_fen=-400, **paid) == {
        "outcome": "needs_fact",
        "because": "缺少“本期已用”（used_before_fen），补充后才能判定",
        "facts_used": {"may": True, "price_fen": -400},
        "parameters_used": {"carried": False},
        "missing": "used_before_fen",
    }
    assert said(pack, "credit", may=False, price_fen=-400, **paid) == {
        "row": 3,
        "because": "退回4.00元，按原单各方所付的比例：自付1.00元，政府3.00元",
        "facts_used": {"may": False, "price_fen": -400, "paid_fen": {"elder": 1000, "government": 3000}},
        "parameters_used": {},
        "shares_fen": {"elder": -100, "government": -300},
        "granted_fen": 0,
        "used_fen": -300,
        "balance_fen": 0,
    }
    assert said(pack, "minutes", mode="home", hours_month=1, used_before_minutes=20, minutes=50) == {
        "row": 2,
        "because": "10",
        "facts_used": {"mode": "home", "hours_month": 1, "minutes": 50, "used_before_minutes": 20},
        "parameters_used": {},
        "granted_minutes": 60,
        "used_minutes": 40,
        "balance_minutes": 0,
        "rest_minutes": 10,
    }
    assert said(pack, "minutes", mode="institution", minutes=50) == {
        "row": 3,
        "because": "没有",
        "facts_used": {"mode": "institution", "minutes": 50},
        "parameters_used": {},
        "granted_minutes": 0,
        "used_minutes": 0,
        "balance_minutes": 0,
        "rest_minutes": 50,
    }
    assert (
        said(pack, "minutes", mode="home", hours_month=1, used_before_minutes=20, minutes=-50)
        == "BAD_FACT: “minutes”没有写明由谁支付，不能按负数退回，请写明退回额度（refund_fen）或改正已用数量"
    )
    assert said(pack, "purse", price_fen=500, balance_before_fen=300) == {
        "row": 2,
        "because": "0元",
        "facts_used": {"balance_before_fen": 300, "price_fen": 500},
        "parameters_used": {},
        "used_fen": 300,
        "balance_fen": 0,
    }
    assert said(pack, "purse", price_fen=500, balance_before_fen=-1) == {
        "row": 2,
        "because": "0元",
        "facts_used": {"balance_before_fen": -1, "price_fen": 500},
        "parameters_used": {},
        "used_fen": 0,
        "balance_fen": 0,
    }
