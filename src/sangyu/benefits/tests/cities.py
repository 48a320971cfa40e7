"""Programmes of other cities for the tests of what is given."""

from __future__ import annotations

from tests.troupe import Plan

GULOU = Plan(
    pack="fuzhou-gulou",
    slug="gulou",
    name="鼓楼区照料中心",
    area="350102",
    places=(
        ("35", "福建省"),
        ("3501", "福州市"),
        ("350102", "鼓楼区"),
        ("350102001", "东街街道"),
        ("350102001001", "示例社区"),
    ),
    hotline="12349",
    fund="SERVICE-VOUCHER",
    parameters={
        "voucher_month_fen": {"dibao": 20000, "extreme_poor": 40000},
        "rate_fen": 2000,
        "approved_max_fen": 10000,
    },
)
HULI = Plan(
    pack="xiamen-huli",
    slug="huli",
    name="湖里区居家社区养老",
    area="350206",
    places=(
        ("35", "福建省"),
        ("3502", "厦门市"),
        ("350206", "湖里区"),
        ("350206001", "湖里街道"),
        ("350206001001", "示例社区"),
    ),
    hotline="96195",
    fund="COMMUNITY-CARE",
    parameters={"low_paid_elder_pm": 300, "notice_days": 7, "low_income_line_fen": 120000},
    offer="basic",
)
