"""Two records become one and two again: not a fen comes or goes, whatever was granted, used and held before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import FUND, Cast
from tests.standing import standing

from sangyu.benefits import actions as benefits
from sangyu.benefits import merging
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.credits import Credit
from sangyu.benefits.rules import Quote
from sangyu.kit.ids import derived_id, new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import Account, Journal
from sangyu.ledger.rules import AccountKey, Leg, Reference
from sangyu.ledger.verify import verify
from sangyu.registry.models import DuplicateCase, Elder, Merge, Unmerge


@dataclass(frozen=True)
class Purse:
    """What a record was granted of a month, how much of it was used, and how much is promised to an order."""

    granted_fen: int = 0
    used_fen: int = 0
    held_fen: int = 0


@st.composite
def purses(draw) -> Purse:
    granted = draw(st.integers(0, 5000))
    used = draw(st.integers(0, granted))
    return Purse(granted, used, draw(st.integers(0, granted - used)))


def key(cast: Cast, elder: Elder | None, kind: str = "ELDER_CREDIT", period: str = "2026-11") -> AccountKey:
    return AccountKey(cast.programme.pk, FUND, kind, period, elder.pk if elder else None)


def transfer(cast: Cast, source: AccountKey, target: AccountKey, amount_fen: int) -> None:
    ledger.transfer(
        id=new_id(),
        programme_id=cast.programme.pk,
        kind="TEST",
        legs=[Leg(source, -amount_fen), Leg(target, amount_fen)],
        cause=Reference("ELDER", cast.li.pk),
        service_on=cast.at.date(),
        at=cast.at,
        by_id=cast.clerk.pk,
    )


def fill(cast: Cast, elder: Elder, purse: Purse, *, kind: str = "CREDIT") -> None:
    mine = key(cast, elder, f"ELDER_{kind}")
    if purse.granted_fen:
        transfer(cast, key(cast, None, f"{kind}_SOURCE"), mine, purse.granted_fen)
    if purse.used_fen:
        transfer(cast, mine, key(cast, elder, f"{kind}_USED"), purse.used_fen)
    if purse.held_fen:
        ledger.hold(
            id=new_id(),
            account=mine,
            amount_fen=purse.held_fen,
            cause=Reference("ORDER", new_id()),
            at=cast.at,
            by_id=cast.clerk.pk,
        )


def standing_of(cast: Cast) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (name, kind): (found.balance_fen, found.available_fen)
        for name, elder in (("li", cast.li), ("grandpa", cast.grandpa))
        for kind in ("ELDER_CREDIT", "ELDER_MINUTES")
        for found in [ledger_read.balance(key(cast, elder, kind))]
    }


def total(cast: Cast) -> int:
    rows = Account.objects.filter(programme_id=cast.programme.pk, party_id__in=[cast.li.pk, cast.grandpa.pk])
    return sum(row.balance_fen for row in rows)


@standing
def merge(cast: Cast) -> Merge:
    """Grandfather Wang's record is taken for one more of Grandmother Li."""
    case = DuplicateCase.objects.create(
        programme=cast.programme, one=cast.li, other=cast.grandpa, grounds=["PHONE"], score_pm=600, found_at=cast.at
    )
    return Merge.objects.create(gone=cast.grandpa, survivor=cast.li, case=case, by=cast.clerk, at=cast.at)


def test_sums_are_kept_and_parting_is_as_if_nothing_had_been(cast: Cast, merge: Merge):
    @given(mine=purses(), theirs=purses(), minutes=purses())
    # A busy machine is no fault of the strategies.
    @settings(deadline=None, max_examples=12, database=None, suppress_health_check=[HealthCheck.too_slow])
    def holds_for(mine: Purse, theirs: Purse, minutes: Purse) -> None:
        with transaction.atomic():
            fill(cast, cast.li, mine)
            fill(cast, cast.grandpa, theirs)
            fill(cast, cast.grandpa, minutes, kind="MINUTES")
            before, sum_before = standing_of(cast), total(cast)
            act = {"merge": merge, "by": cast.clerk, "at": cast.at}
            merging.carry_over(**act)
            merging.carry_over(**act)
            carried = standing_of(cast)
            assert total(cast) == sum_before
            assert carried["grandpa", "ELDER_CREDIT"][1] == carried["grandpa", "ELDER_MINUTES"][1] == 0
            free = theirs.granted_fen - theirs.used_fen - theirs.held_fen
            assert carried["li", "ELDER_CREDIT"][1] == before["li", "ELDER_CREDIT"][1] + free
            granted = ledger_read.balance(key(cast, cast.li)).credit_fen
            assert granted == mine.granted_fen + theirs.granted_fen, "nothing of the period is granted again"
            merging.give_back(**act)
            merging.give_back(**act)
            assert standing_of(cast) == before
            assert total(cast) == sum_before
            assert verify(cast.programme.pk) == []
            transaction.set_rollback(True)

    holds_for()


def test_what_was_used_in_between_stays_used(cast: Cast, merge: Merge):
    fill(cast, cast.grandpa, Purse(5000))
    act = {"merge": merge, "by": cast.clerk, "at": cast.at}
    merging.carry_over(**act)
    transfer(cast, key(cast, cast.li), key(cast, cast.li, "CREDIT_USED"), 3000)
    [journal] = merging.give_back(**act)
    assert standing_of(cast)["li", "ELDER_CREDIT"] == (0, 0)
    assert standing_of(cast)["grandpa", "ELDER_CREDIT"] == (2000, 2000)
    assert journal.pk == derived_id("merge", "CREDIT_GIVEN_BACK", merge.pk, key(cast, cast.grandpa).id)


@pytest.mark.parametrize("verdict", ["SAME", "TWO"])
def test_the_credits_follow_the_second_word(cast: Cast, verdict: str):
    fill(cast, cast.grandpa, Purse(5000))
    case = DuplicateCase.objects.create(
        programme=cast.programme, one=cast.li, other=cast.grandpa, grounds=["PHONE"], score_pm=600, found_at=cast.at
    )
    say = {"case_id": case.pk, "reason": "与家属核对", "at": cast.at}
    merging.rule_duplicate(verdict="SAME", survivor_id=cast.li.pk, by=cast.clerk, **say)
    assert not Journal.objects.filter(cause_kind="MERGE").exists(), "one word is not enough"
    merging.rule_duplicate(verdict=verdict, survivor_id=cast.li.pk if verdict == "SAME" else None, by=cast.head, **say)
    moved = 5000 if verdict == "SAME" else 0
    assert standing_of(cast)["li", "ELDER_CREDIT"][0] == moved
    if verdict == "SAME":
        merging.unmerge(merge_id=Merge.objects.get().pk, reason="两个人", by=cast.head, at=cast.at)
        assert standing_of(cast)["grandpa", "ELDER_CREDIT"][0] == 5000


@pytest.mark.parametrize("drawn_fen", [0, 3000])
def test_two_persons_again_have_each_a_credit_of_their_own(cast: Cast, merge: Merge, drawn_fen: int):
    fill(cast, cast.grandpa, Purse(5000, used_fen=1000))
    act = {"merge": merge, "by": cast.clerk, "at": cast.at}
    merging.carry_over(**act)
    if drawn_fen:
        transfer(cast, key(cast, cast.li), key(cast, cast.li, "CREDIT_USED"), drawn_fen)
    Unmerge.objects.create(merge=merge, reason="两个人", by=cast.head, at=cast.at)
    merging.give_back(**act)
    said = [benefits_read.credit(cast.programme.pk, FUND, one.pk, cast.at.date()) for one in (cast.li, cast.grandpa)]
    assert [one.used_fen for one in said] == [drawn_fen, 1000], "each has used what was used for them"
    order = cast.order()
    assert order.public_fen == 5000 - drawn_fen
    assert benefits_read.credit(cast.programme.pk, FUND, cast.li.pk, cast.at.date()).left_fen == 0
    fifty = replace(Quote.from_json(order.quote), credit_fen=4000, credit_granted_fen=5000, shares_fen={})
    held = {"order_id": new_id(), "elder": cast.grandpa, "quote": fifty, "on": cast.at.date()}
    benefits.reserve(**held, by=cast.ma, at=cast.at)
    assert benefits_read.credit(cast.programme.pk, FUND, cast.grandpa.pk, cast.at.date()) == Credit(5000, 5000, 0)
    assert verify(cast.programme.pk) == []


def test_parting_again_gives_nothing_back_even_if_nothing_was_left_the_first_time(cast: Cast, merge: Merge):
    fill(cast, cast.grandpa, Purse(5000))
    merging.carry_over(merge=merge, by=cast.clerk, at=cast.at)
    transfer(cast, key(cast, cast.li), key(cast, cast.li, "CREDIT_USED"), 5000)
    undo = {"merge_id": merge.pk, "reason": "两个人", "by": cast.head, "at": cast.at}
    parted = merging.unmerge(**undo)
    fill(cast, cast.li, Purse(2000))
    assert merging.unmerge(**undo) == parted
    assert standing_of(cast)["li", "ELDER_CREDIT"] == (2000, 2000)
    assert standing_of(cast)["grandpa", "ELDER_CREDIT"] == (0, 0)
