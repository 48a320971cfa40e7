"""Two vouchers of one elder: the pack says which pays first, each has its account, and one order may draw both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.standing import standing
from tests.troupe import Troupe

from sangyu.adoption import queries as adoption_read
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Charge
from sangyu.benefits.rules import Quote
from sangyu.benefits.tests.cities import GULOU
from sangyu.kit.ids import new_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey, Leg, Reference
from sangyu.ledger.verify import verify
from sangyu.policy.benefit_list import read_benefits

TODAY = date(2026, 11, 9)
MONTH, YEAR = "NEEDS-VOUCHER", "AGE-VOUCHER"


@standing
def gulou() -> Troupe:
    with TemporaryDirectory() as folder:
        troupe = Troupe(GULOU, Path(folder)).staffed()
    troupe.li = troupe.recognised(troupe.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"]), "dibao")
    return troupe


def quoted(troupe, price_fen, on=TODAY):
    return benefits.quote(elder=troupe.li, item=troupe.cleaning, on=on, price_fen=price_fen)


def reserved(troupe, price_fen):
    order_id, quote = new_id(), quoted(troupe, price_fen)
    told = Quote.from_json(quote.to_json())
    assert told == quote
    benefits.reserve(order_id=order_id, elder=troupe.li, quote=quote, on=TODAY, by=troupe.ma, at=troupe.at)
    return order_id, quote


def charged(troupe, order_id, quote):
    return benefits.charge(
        order_id=order_id,
        elder=troupe.li,
        enterprise=troupe.kangan,
        item=troupe.cleaning,
        quote=quote,
        service_on=TODAY,
        by=troupe.zhao_user,
        at=troupe.at,
    )


def left(troupe):
    return {
        pot.fund: (pot.granted, pot.used, pot.left) for pot in benefits_read.left_of(troupe.clerk, troupe.li, TODAY)
    }


def test_the_month_pays_first_and_the_year_what_is_missing_each_by_its_clause(gulou):
    assert left(gulou) == {MONTH: (200_00, 0, 200_00), YEAR: (360_00, 0, 360_00)}
    first = quoted(gulou, 150_00)
    assert [(draw.pot, draw.used_fen, draw.left_fen) for draw in first.draws] == [
        (MONTH, 150_00, 50_00),
        (YEAR, 0, 360_00),
    ]
    assert first.pays_first == "先用困难群体月服务券150.00元（还余50.00元）"
    order_id, quote = reserved(gulou, 280_00)
    assert (quote.elder_fen, quote.public_fen, quote.credit_fen) == (0, 280_00, 280_00)
    assert quote.pays_first == ("先用困难群体月服务券200.00元（还余0.00元），再用80岁以上服务券80.00元（还余280.00元）")
    assert quote.because == (
        "低保对象，每月服务券200元",
        "服务券付200元，自付80元，服务券还余0元",
        "年满80周岁，全年服务券360元",
        "服务券付80元，自付0元，服务券还余280元",
    )
    assert [one["source"]["locator"] for one in quote.decisions] == [
        "每人每月发放居家养老服务券200—400元",
        "居家养老服务券",
        "每人每年发放居家养老服务券360元",
        "居家养老服务券",
    ]
    assert left(gulou) == {MONTH: (200_00, 200_00, 0), YEAR: (360_00, 80_00, 280_00)}
    charge = charged(gulou, order_id, quote)
    assert charged(gulou, order_id, quote) == charge
    assert (charge.public_fen, Charge.objects.count()) == (280_00, 1)
    third = quoted(gulou, 300_00)
    assert (third.elder_fen, third.pays_first) == (20_00, "先用80岁以上服务券280.00元（还余0.00元），再用自付20.00元")
    assert verify(gulou.programme.pk) == []


def test_what_is_called_off_goes_back_to_the_pot_it_came_from_and_the_rest_lapses_with_the_year(gulou):
    order_id, quote = reserved(gulou, 280_00)
    benefits.release(order_id=order_id, quote=quote, reason="取消", by=gulou.ma, at=gulou.at)
    assert left(gulou) == {MONTH: (200_00, 0, 200_00), YEAR: (360_00, 0, 360_00)}
    at = gulou.at.replace(year=2027, month=1, day=2)
    by = {"programme_id": gulou.programme.pk, "by": gulou.clock, "at": at}
    assert [benefits.lapse_credits(month=Month(2026, n), **by) for n in (11, 12, 12)] == [0, 2, 0]
    assert verify(gulou.programme.pk) == []


def test_an_account_from_before_the_pots_were_parted_still_counts(gulou):
    old = AccountKey(gulou.programme.pk, GULOU.fund, "ELDER_CREDIT", "2026", gulou.li.pk)
    source = replace(old, kind="CREDIT_SOURCE", party_id=None)
    for was, to, fen in ((source, old, 560_00), (old, replace(old, kind="CREDIT_USED"), 230_00)):
        ledger.transfer(
            id=new_id(), programme_id=gulou.programme.pk, kind="TEST", legs=[Leg(was, -fen), Leg(to, fen)],
            cause=Reference("ELDER", gulou.li.pk), service_on=TODAY, at=gulou.at, by_id=gulou.clerk.pk,
        )  # fmt: skip
    assert left(gulou) == {MONTH: (200_00, 200_00, 0), YEAR: (360_00, 30_00, 330_00)}


def test_the_order_stands_in_the_pack(gulou):
    text = adoption_read.list_of(adoption_read.in_force(gulou.programme.pk, TODAY), "benefits.csv")
    ranks = {one.code: one.rank for one in read_benefits(text)[0] if one.given == "order"}
    assert ranks == {"needs-voucher": 1, "age-voucher": 2}


def test_no_pot_ever_pays_more_than_it_holds_nor_before_its_turn(gulou):
    @given(prices=st.lists(st.tuples(st.integers(1, 300_00), st.sampled_from(["keep", "charge", "drop"])), max_size=6))
    @settings(deadline=None, max_examples=8, database=None, suppress_health_check=[HealthCheck.too_slow])
    def holds_for(prices) -> None:
        stand = {MONTH: 200_00, YEAR: 360_00}
        with transaction.atomic():
            for price_fen, what in prices:
                order_id, quote = reserved(gulou, price_fen)
                paid = {draw.pot: draw.used_fen for draw in quote.draws}
                first = min(stand[MONTH], price_fen)
                assert paid == {MONTH: first, YEAR: min(stand[YEAR], price_fen - first)}
                assert quote.elder_fen == price_fen - sum(paid.values())
                if what == "drop":
                    benefits.release(order_id=order_id, quote=quote, reason="取消", by=gulou.ma, at=gulou.at)
                    continue
                stand = {pot: stand[pot] - paid[pot] for pot in stand}
                if what == "charge":
                    charged(gulou, order_id, quote)
            assert {pot: row[2] for pot, row in left(gulou).items()} == stand
            held = ledger_read.balances(gulou.programme.pk, kind="ELDER_CREDIT")
            assert all(row.available_fen == stand[row.account.fund] for row in held)
            assert verify(gulou.programme.pk) == []
            transaction.set_rollback(True)

    holds_for()
