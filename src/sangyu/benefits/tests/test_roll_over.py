"""A credit that rolls over: what is left of a month is drawn on in the next, on the books to the fen."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING
from tests.standing import standing
from tests.troupe import Plan, Troupe

from sangyu import policy
from sangyu.benefits import actions as benefits
from sangyu.benefits.pricing import pots_of
from sangyu.benefits.rules import Quote
from sangyu.kit.month import Month
from sangyu.ledger.verify import verify
from sangyu.registry.models import Elder

TAIYUAN = Plan(
    pack="taiyuan",
    slug="xiaodian",
    name="小店区养老服务中心",
    area="140105",
    places=(
        ("14", "山西省"),
        ("1401", "太原市"),
        ("140105", "小店区"),
        ("140105001", "坞城街道"),
        ("140105001001", "社区"),
    ),
    hotline="12349",
    fund="PURCHASE-SUBSIDY",
    parameters={"roll_over": True},
)


@standing
def taiyuan() -> Troupe:
    with TemporaryDirectory() as folder:
        return Troupe(TAIYUAN, Path(folder))


def needy(troupe: Troupe, serial: int = 1) -> Elder:
    elder = troupe.recognised(troupe.elder("李秀兰", date(1950, 3, 5), serial, [f"1390000{serial:04d}"]), "needy")
    Elder.objects.filter(pk=elder.pk).update(registered_at=datetime(2026, 1, 5, tzinfo=BEIJING))
    elder.refresh_from_db()
    return elder


def ordered(troupe: Troupe, elder: Elder, on: date, fen: int) -> Quote:
    quote = benefits.quote(elder=elder, item=troupe.cleaning, on=on, price_fen=fen)
    cause = uuid4()
    at = datetime(on.year, on.month, on.day, 9, tzinfo=BEIJING)
    benefits.reserve(order_id=cause, elder=elder, quote=quote, on=on, by=troupe.ma, at=at)
    return quote


def left(elder: Elder, on: date) -> int:
    return sum(pot.left for pot in pots_of(elder, on))


def test_what_two_months_left_is_there_in_the_third(taiyuan):
    elder = needy(taiyuan)
    assert left(elder, date(2026, 3, 9)) == 300_00, "January and February were never used"
    said = ordered(taiyuan, elder, date(2026, 3, 9), 130_00)
    assert (said.public_fen, said.elder_fen, said.credit_carried) == (130_00, 0, 200_00)
    assert said.pays_first == "先用额度130.00元"
    assert said.because[-1] == "每月额度100元，本次由政府支付130元，自付0元，本月还剩170元"
    assert left(elder, date(2026, 3, 9)) == 170_00
    assert left(elder, date(2026, 4, 9)) == 270_00
    assert ordered(taiyuan, elder, date(2026, 4, 9), 300_00).elder_fen == 30_00
    assert left(elder, date(2026, 4, 9)) == 0
    assert verify(taiyuan.programme.pk) == []


def test_what_rolls_over_does_not_lapse(taiyuan):
    elder = needy(taiyuan)
    ordered(taiyuan, elder, date(2026, 3, 9), 50_00)
    at = datetime(2026, 4, 2, tzinfo=BEIJING)
    assert benefits.lapse_credits(programme_id=taiyuan.programme.pk, month=Month(2026, 3), by=taiyuan.clock, at=at) == 0
    assert left(elder, date(2026, 4, 9)) == 350_00


def test_what_an_order_gives_back_after_its_month_is_carried_too(taiyuan):
    elder, cause = needy(taiyuan), uuid4()
    quote = benefits.quote(elder=elder, item=taiyuan.cleaning, on=date(2026, 1, 9), price_fen=100_00)
    at = datetime(2026, 1, 9, 9, tzinfo=BEIJING)
    benefits.reserve(order_id=cause, elder=elder, quote=quote, on=date(2026, 1, 9), by=taiyuan.ma, at=at)
    ordered(taiyuan, elder, date(2026, 2, 9), 20_00)
    assert left(elder, date(2026, 2, 9)) == 80_00
    benefits.release(order_id=cause, quote=quote, reason="取消", by=taiyuan.ma, at=at)
    assert left(elder, date(2026, 2, 9)) == 180_00
    assert ordered(taiyuan, elder, date(2026, 2, 10), 180_00).elder_fen == 0
    assert left(elder, date(2026, 3, 9)) == 100_00
    assert verify(taiyuan.programme.pk) == []


def naive(services: list[tuple[int, int]]) -> list[int]:
    """Draw on the credit one decision after the other, as the rehearsal's loop does; every month counts."""
    adopted = {"roll_over": True}
    known = {"birth_date": "1950-03-05", "identities": ["needy"]}
    public, rest = [], 0
    for month in range(1, 13):
        used, balance = 0, None
        for fen in [fen for of, fen in services if of == month] or [None]:
            facts = {**known, "price_fen": fen or 0, "used_before_fen": used, "left_last_period_fen": rest}
            made = policy.decide(policy.load("taiyuan"), "purchase-quota", facts, date(2026, month, 9), adopted)
            used, balance = used + made.used_fen, made.balance_fen
            if fen is not None:
                public.append(made.used_fen)
        rest = balance
    return public


SERIALS = count(2)


@settings(
    deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 260_00)), max_size=8))
def test_on_the_books_as_one_decision_after_the_other(taiyuan, services):
    elder, services = needy(taiyuan, next(SERIALS)), sorted(services, key=itemgetter(0))
    drawn = [ordered(taiyuan, elder, date(2026, month, 9), fen).public_fen for month, fen in services]
    assert drawn == naive(services)
    assert verify(taiyuan.programme.pk) == []
