"""Services that other places name by kind: each is on the shipped list with a price, and a call can order it."""

from __future__ import annotations

from datetime import date

import pytest

from sangyu.city.catalogue import items
from sangyu.orders.models import Order
from sangyu.providers import actions as providers
from tests.cast import Cast

LISTED = {item.code: item for item in items()}


def ordered(cast: Cast, code: str, *, days: int) -> Order:
    """List an item as it is shipped, at its price, and take an order for it."""
    shipped = LISTED[code]
    item = providers.list_item(
        by=cast.wang,
        fields={
            "code": shipped.code,
            "name": shipped.name,
            "item_class": "DAILY_LIFE",
            "standard": shipped.standard,
            "unit": shipped.unit,
            "minutes": shipped.minutes,
            "offer": shipped.offer,
            "initials": shipped.initials,
        },
    )
    price_fen = shipped.market_price_fen
    providers.set_price(item=item, market_price_fen=price_fen, valid_from=date(2026, 1, 1), by=cast.wang, at=cast.at)
    return cast.order(elder=cast.grandpa, item=item, days=days, hour=8)


@pytest.mark.proves("FT-17")
def test_meals_escort_bathing_chinese_therapy_and_nursing_at_home_can_be_ordered_at_a_price(cast: Cast) -> None:
    wanted = {"LC035": "送餐", "MC011": "陪同就医", "LC064": "助浴", "MC032": "艾灸", "LC074": "照护"}
    for days, (code, name) in enumerate(wanted.items(), start=1):
        order = ordered(cast, code, days=days)
        assert name in order.item.name
        assert order.price_fen > 0


@pytest.mark.proves("HL-26")
def test_health_culture_sport_and_legal_aid_can_be_ordered(cast: Cast) -> None:
    wanted = {"MC004": "健康体征", "CF006": "秦腔", "CF020": "太极健身", "CF016": "法律咨询"}
    for days, (code, name) in enumerate(wanted.items(), start=1):
        assert name in ordered(cast, code, days=days).item.name
