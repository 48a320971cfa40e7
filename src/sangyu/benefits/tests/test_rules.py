from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.benefits.rules import Quote

FEN = st.integers(0, 10**7)
PAYERS = st.dictionaries(st.sampled_from(["elder", "government", "sponsor", "insurer", "district"]), FEN, min_size=1)


@settings(deadline=None, max_examples=80)
@given(shares_fen=PAYERS, credit_fen=FEN)
def test_a_quote_kept_with_an_order_is_read_back_the_same(shares_fen, credit_fen):
    quote = Quote(
        price_fen=sum(shares_fen.values()),
        shares_fen=shares_fen,
        fund="DISTRICT-SUBSIDY",
        credit_fen=credit_fen,
        credit_granted_fen=50_00,
        decisions=({"rule": "platform-price", "because": "市场价80元"}, {"rule": "silent", "because": ""}),
    )
    assert Quote.from_json(json.loads(json.dumps(quote.to_json()))) == quote
    assert quote.elder_fen + quote.public_fen == quote.price_fen
    assert quote.public_fen == sum(fen for payer, fen in quote.shares_fen.items() if payer != "elder")
    assert quote.because == ("市场价80元",)
