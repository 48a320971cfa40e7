"""Chengguan's rules to the fen: who pays what for a service at home."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import PARAMETERS

from sangyu.adoption import actions as adoption
from sangyu.adoption.queries import NothingAdopted
from sangyu.benefits import actions as benefits
from sangyu.benefits.rules import NoOffer, Quote, Undecided
from sangyu.providers.models import ServiceItem
from sangyu.providers.queries import PriceMissing
from sangyu.registry import actions as registry

TOMORROW = date(2026, 11, 10)


def recognised(cast, elder, *codes):
    for code in codes:
        registry.recognise(
            elder=elder, code=code, evidence="证1号", valid_from=date(2026, 1, 1), by=cast.clerk, at=cast.at
        )
    return elder


def quote(cast, elder, item=None, on=TOMORROW):
    return benefits.quote(elder=elder, item=item or cast.cleaning, on=on)


@pytest.mark.parametrize(
    ("codes", "elder_fen", "public_fen", "because"),
    [
        (["three_no"], 0, 64_00, "A类老人由政府兜底64元，自付0元"),
        (["severe_disability"], 0, 64_00, "D类老人由政府兜底64元，自付0元"),
        (["three_no", "severe_disability", "entitled_group"], 0, 64_00, "A类老人由政府兜底64元，自付0元"),
        (["entitled_group"], 14_00, 50_00, "B类每月补贴50元，本次扣减50元，自付14元，本月剩余0元"),
        (["dibao", "living_alone"], 64_00, 0, "C类老人自己购买服务，自付64元"),
        ([], 64_00, 0, "C类老人自己购买服务，自付64元"),
    ],
    ids=["A", "D", "A before D and B", "B", "C with other identities", "C"],
)
@pytest.mark.proves("LZ-46", "LZ-48")
def test_each_class_pays_its_part_of_the_market_price_less_a_fifth(cast, codes, elder_fen, public_fen, because):
    said = quote(cast, recognised(cast, cast.grandpa, *codes))
    assert (said.price_fen, said.elder_fen, said.public_fen) == (64_00, elder_fen, public_fen)
    assert said.because == ("市场价80元，平台价低20%，为64元", because)


def test_a_service_below_the_credit_leaves_the_rest_for_later(cast):
    small = cast.item("SH002", "代购", minutes=30, market_price_fen=20_00)
    said = quote(cast, cast.li, small)
    assert (said.price_fen, said.elder_fen, said.public_fen) == (16_00, 0, 16_00)
    assert said.because[-1].endswith("本月剩余34元")


@pytest.mark.proves("LZ-48")
def test_a_price_of_odd_fen_is_rounded_half_up_once(cast):
    odd = cast.item("SH003", "理发", minutes=30, market_price_fen=33_33)
    assert quote(cast, cast.grandpa, odd).price_fen == 26_66
    odd = cast.item("SH004", "洗发", minutes=30, market_price_fen=33_32)
    assert quote(cast, cast.grandpa, odd).price_fen == 26_66


def test_the_sentence_read_out_says_who_pays(cast):
    assert quote(cast, cast.li).sentence == "这次服务一共64.00元，政府补贴50.00元，您只需付14.00元。"
    assert quote(cast, cast.grandpa).sentence == "这次服务一共64.00元，由您自付。"
    recognised(cast, cast.grandpa, "three_no")
    assert quote(cast, cast.grandpa).sentence == "这次服务一共64.00元，全部由政府补贴，您不用付钱。"


def test_other_policies_have_other_lists(cast):
    recognised(cast, cast.grandpa, "dibao")
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="lanzhou-chengguan",
        parameters={**PARAMETERS, "class_b_identities": ["entitled_group", "dibao"]},
        document="城民发〔2026〕30号",
        valid_from=date(2026, 11, 15),
        by_id=cast.head.pk,
        at=cast.at,
    )
    assert quote(cast, cast.grandpa, on=date(2026, 11, 14)).public_fen == 0
    assert quote(cast, cast.grandpa, on=date(2026, 11, 15)).public_fen == 50_00


def test_a_meal_cannot_be_ordered_by_telephone_and_it_is_said_what_is_lacking(cast):
    lunch = cast.item("CY001", "午餐", minutes=30, market_price_fen=15_00, offer="lunch")
    for elder in (cast.li, cast.grandpa):
        with pytest.raises(Undecided, match=r"无法按“午餐补贴”定价：缺少“就餐地点”.*现在不能下单，请换一个服务项目"):
            quote(cast, elder, lunch)


def test_an_item_that_no_offer_prices_is_refused(cast):
    strange = cast.item("QT001", "钟点陪伴", minutes=60, market_price_fen=50_00, offer="companionship")
    with pytest.raises(NoOffer, match="“兰州市城关区虚拟养老院”没有规定“钟点陪伴”这类服务如何定价"):
        quote(cast, cast.li, strange)


def test_without_a_price_or_a_policy_nothing_is_quoted(cast):
    unpriced = ServiceItem(programme=cast.programme, code="X", name="没定价", minutes=60, offer="household", unit="次")
    unpriced.save()
    with pytest.raises(PriceMissing, match="“没定价”在2026-11-10没有价格"):
        quote(cast, cast.li, unpriced)
    with pytest.raises(NothingAdopted, match="没有生效的政策包"):
        quote(cast, cast.li, on=date(2025, 12, 31))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(market_fen=st.integers(0, 2_000_00), codes=st.sets(st.sampled_from(["three_no", "entitled_group", "dibao"])))
def test_the_parts_always_add_up_and_none_is_below_zero(cast, market_fen, codes):
    item = ServiceItem.objects.get(pk=cast.bathing.pk)
    recognised(cast, cast.grandpa, *codes)
    said = benefits.quote(elder=cast.grandpa, item=item, on=TOMORROW, price_fen=market_fen)
    assert said.elder_fen + said.public_fen == said.price_fen == sum(said.shares_fen.values())
    assert min(said.shares_fen.values()) >= 0
    assert said.price_fen == (market_fen * 8 + 5) // 10
    assert 0 <= said.credit_fen <= min(50_00, said.public_fen)
    assert Quote.from_json(said.to_json()) == said
