"""Who is entitled once somebody has verified it, and who pays for which item: Taiyuan's four groups, Huli's menu."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sangyu.benefits import queries as benefits_read
from sangyu.benefits.queries import Answer
from sangyu.registry.models import Elder
from tests.troupe import Troupe
from tests.walks.test_programmes import HULI, TAIYUAN


def quota(troupe: Troupe, elder: Elder) -> Answer:
    """Say whether an elder may have the month's quota today."""
    found = benefits_read.entitlements(troupe.clerk, elder, troupe.at.date())
    return next(one.answer for one in found if one.benefit.code == "purchase-quota")


@pytest.mark.proves("TY-03")
def test_each_of_four_groups_is_served_once_somebody_has_verified_it(db: None, tmp_path: Path) -> None:
    troupe = Troupe(TAIYUAN.plan, tmp_path)
    groups = ("needy", "three_no", "living_alone", "empty_nest", "lost_only_child")
    for n, code in enumerate(groups):
        elder = troupe.elder("李秀兰", date(1950, 3, 5), 22 + n, [f"1390000000{n}"])
        before = quota(troupe, elder)
        assert before in (Answer.NO, Answer.NOT_YET), code
        assert quota(troupe, troupe.recognised(elder, code)) == Answer.YES, code


@pytest.mark.proves("HL-14")
def test_the_community_pays_what_is_basic_and_the_elder_what_is_ordered_beside_it(db: None, tmp_path: Path) -> None:
    troupe = Troupe(HULI.plan, tmp_path)
    ordered = troupe.item("DC001", "上门理发", minutes=60, market_price_fen=3000, skill="理发", offer="ordered")
    troupe.contracted_items.append(ordered)
    troupe.staffed()
    phones = ("13900000001", "13900000002", "13900000003")
    parts = {"free": (0, 8000), "low_paid": (2400, 5600), "paid": (8000, 0)}
    for n, (service_class, (elder_fen, public_fen)) in enumerate(parts.items()):
        elder = troupe.recognised(
            troupe.elder("李秀兰", date(1944, 3, 5), 22 + n, [phones[n]]), f"service_class:{service_class}"
        )
        basic = troupe.rung(elder, phones[n], day=10 + n)
        beside = troupe.rung(elder, phones[n], day=10 + n, hour=15, item=ordered)
        assert (basic.elder_fen, basic.public_fen) == (elder_fen, public_fen), service_class
        assert (beside.elder_fen, beside.public_fen) == (3000, 0), service_class
        assert any("点单项目由个人购买" in said["because"] for said in beside.quote["decisions"])
