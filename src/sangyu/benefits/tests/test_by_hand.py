"""Days of a stay and pieces of a device: set aside, drawn, handed out, given back; never more, never a second time."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.standing import standing
from tests.troupe import Troupe

from sangyu.adoption import queries as adoption_read
from sangyu.benefits import actions as benefits
from sangyu.benefits import merging
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.by_hand import holding_of
from sangyu.benefits.facts import facts
from sangyu.benefits.models import Booking, HandOver
from sangyu.benefits.queries import Answer
from sangyu.benefits.rules import (
    DaysGone,
    HandedOutAlready,
    NotEntitled,
    NotGivenByHand,
    NotRecordable,
    SameKeyOtherFact,
    Undecided,
)
from sangyu.benefits.tests.cities import GULOU, HULI
from sangyu.benefits.verify import verify
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.verify import verify as ledger_verify
from sangyu.registry import actions as registry
from sangyu.registry.models import DuplicateCase, Elder, Merge, Unmerge

TODAY, TENTH = date(2026, 11, 9), date(2026, 11, 10)


class Hands:
    """The steps of giving by hand, by the community's clerk."""

    def __init__(self, troupe: Troupe) -> None:
        self.troupe, self.code = troupe, "respite" if troupe.plan.slug == "huli" else "bracelet"
        self.li = self.known("李秀兰", 1)
        self.wang = self.known("王德厚", 2)

    def known(self, name: str, serial: int) -> Elder:
        """Register somebody of 82 to whom both cities give what is given by hand."""
        elder = self.troupe.elder(name, date(1944, 3, 5), serial, [f"1390000000{serial}"])
        self.troupe.recognised(elder, "severe_disability" if self.code == "respite" else "dementia")
        if self.code == "respite":
            for fact in ("last_respite_on", "family_last_respite_on"):
                self.state(elder, fact, None)
        return elder

    def state(self, elder: Elder, name: str, value: object) -> None:
        benefits.state(
            elder_id=elder.pk, name=name, value=value, evidence="询问家属", valid_from=date(2026, 1, 1),
            by=self.troupe.clerk, at=self.troupe.at - timedelta(days=3), key=name,
        )  # fmt: skip

    def set_aside(self, elder, days=10, from_on=TENTH, key="1", days_on=0):
        return benefits.set_aside(
            elder_id=elder.pk, code=self.code, from_on=from_on, days=days, house="示例养老院",
            by=self.troupe.clerk, at=self.troupe.at + timedelta(days=days_on), key=key,
        )  # fmt: skip

    def draw(self, booking, days, after=60):
        at = self.troupe.at + timedelta(days=after)
        return benefits.draw(booking_id=booking.pk, days=days, by=self.troupe.clerk, at=at)

    def call_off(self, booking, reason="家人回来了"):
        at = self.troupe.at + timedelta(hours=2)
        return benefits.call_off(booking_id=booking.pk, reason=reason, by=self.troupe.clerk, at=at)

    def hand_over(self, elder, serial="SH-001", key="1", on=TODAY, by=None, code=None):
        return benefits.hand_over(
            elder_id=elder.pk, code=code or self.code, serial_number=serial, receipt="领用单 7号", handed_on=on,
            by=by or self.troupe.clerk, at=self.troupe.at, key=key,
        )  # fmt: skip

    def give_back(self, row, on=TODAY, reason="坏了"):
        by = self.troupe.clerk
        return benefits.give_back(hand_over_id=row.pk, given_back_on=on, reason=reason, by=by, at=self.troupe.at)

    def held(self, elder, on=TODAY):
        answered = benefits_read.entitlements(self.troupe.clerk, elder, on)
        return next(one for one in answered if one.benefit.code == self.code)

    def holding(self, elder):
        adopted = adoption_read.in_force(self.troupe.programme.pk, TODAY)
        [benefit] = [one for one in benefits_read.benefits_of(adopted) if one.code == self.code]
        return holding_of(elder, benefit, TODAY)

    def left(self, elder):
        return self.holding(elder).left

    def merge(self, survivor, gone):
        case = DuplicateCase.objects.filter(one=survivor, other=gone).first() or DuplicateCase.objects.create(
            programme=self.troupe.programme,
            one=survivor,
            other=gone,
            grounds=["PHONE"],
            score_pm=900,
            found_at=self.troupe.at,
        )
        for by in (self.troupe.clerk, self.troupe.head):
            merging.rule_duplicate(
                case_id=case.pk, verdict="SAME", survivor_id=survivor.pk, reason="核对", by=by, at=self.troupe.at
            )

    def part(self):
        merge = Merge.objects.exclude(pk__in=Unmerge.objects.values("merge")).get()
        merging.unmerge(merge_id=merge.pk, reason="两个人", by=self.troupe.head, at=self.troupe.at)

    def sound(self) -> bool:
        return verify(self.troupe.programme.pk) == [] and ledger_verify(self.troupe.programme.pk) == []


def played(plan) -> Hands:
    with TemporaryDirectory() as folder:
        return Hands(Troupe(plan, Path(folder)))


@standing
def huli() -> Hands:
    return played(HULI)


@standing
def gulou() -> Hands:
    return played(GULOU)


def test_days_are_set_aside_drawn_and_come_back(huli):
    assert (huli.held(huli.li).answer, huli.held(huli.li).holding.granted) == (Answer.YES, None)
    first = huli.set_aside(huli.li)
    assert huli.set_aside(huli.li) == first, "the same key sets aside once"
    assert (first.granted, first.period, huli.left(huli.li)) == (30, "2026", 20)
    assert huli.draw(first, 8) == huli.draw(first, 8)
    assert huli.left(huli.li) == 22, "two of the ten were not stayed"
    second = huli.set_aside(huli.li, 22, date(2026, 12, 1), "2")
    assert (second.because, huli.left(huli.li)) == (first.because, 0)
    [pot] = benefits_read.left_of(huli.troupe.clerk, huli.li, TODAY)
    assert (pot.title, pot.unit, pot.granted, pot.used, pot.left) == ("“喘息”服务", "days", 30, 30, 0)
    with pytest.raises(DaysGone, match="本期30天，已入住和预约30天，还剩0天，不够1天"):
        huli.set_aside(huli.li, 1, date(2026, 12, 30), "3")
    huli.call_off(second)
    assert huli.left(huli.li) == 22
    assert huli.sound()


def test_who_had_a_stay_this_year_has_no_second_and_whose_was_called_off_has_one(huli):
    registry.share_household(
        elder_id=huli.li.pk, other_id=huli.wang.pk, since=date(2026, 1, 1), by=huli.troupe.clerk, at=huli.troupe.at
    )
    booking = huli.set_aside(huli.li)
    told = huli.held(huli.li)
    assert (told.answer, told.until, told.holding.left) == (Answer.NOT_YET, date(2027, 1, 1), 20)
    assert "2026年11月9日已申请过" in told.because
    with pytest.raises(NotEntitled, match="这一户2026年11月9日已申请过"):
        huli.set_aside(huli.wang, key="w")
    huli.call_off(booking)
    assert huli.held(huli.li).answer == huli.held(huli.wang).answer == Answer.YES
    assert huli.set_aside(huli.wang, key="w", days_on=1).granted == 30
    assert huli.sound()


def test_what_cannot_be_a_stay_is_told(huli):
    booking = huli.set_aside(huli.li)
    with pytest.raises(DaysGone, match="2026-11-10至2026-11-19已有预约，日期重叠"):
        huli.set_aside(huli.li, 5, date(2026, 11, 19), "2")
    with pytest.raises(SameKeyOtherFact):
        huli.set_aside(huli.li, 9)
    with pytest.raises(NotRecordable, match="实际入住应为1至10天"):
        huli.draw(booking, 11)
    with pytest.raises(NotRecordable, match="2026-11-19才住满10天"):
        huli.draw(booking, 10, after=3)
    with pytest.raises(NotRecordable, match="写明原因"):
        huli.call_off(booking, "")
    huli.draw(booking, 10)
    with pytest.raises(NotRecordable, match="已登记入住10天"):
        huli.call_off(booking)
    with pytest.raises(NotEntitled, match="还差8517天满90周岁"):
        huli.set_aside(huli.troupe.elder("林小妹", date(1960, 3, 5), 3, ["13900000003"]), key="y")
    asked = huli.troupe.recognised(
        huli.troupe.elder("吴阿公", date(1944, 3, 5), 4, ["13900000004"]), "severe_disability"
    )
    with pytest.raises(Undecided, match="请先登记"):
        huli.set_aside(asked, key="z")
    with pytest.raises(NotGivenByHand):
        huli.hand_over(huli.li)


def test_days_that_were_not_used_lapse_with_their_year(huli):
    huli.draw(huli.set_aside(huli.li), 10)
    at = huli.troupe.at.replace(year=2027, month=1, day=2)
    for lapsed in (1, 0):
        assert (
            benefits.lapse_credits(
                programme_id=huli.troupe.programme.pk, month=Month(2026, 12), by=huli.troupe.clock, at=at
            )
            == lapsed
        )
    [account] = ledger_read.balances(huli.troupe.programme.pk, kind="DAYS_LAPSED")
    assert (account.balance_fen, huli.sound()) == (20, True)
    assert huli.held(huli.li, date(2027, 1, 2)).answer == Answer.YES


def test_a_device_is_handed_out_once_and_again_when_it_came_back(gulou):
    row = gulou.hand_over(gulou.li, "sh 001")
    assert gulou.hand_over(gulou.li, "SH001") == row, "the same key hands out once"
    with pytest.raises(HandedOutAlready, match="编号SH001，经手人罗敏），还没有退回；每人只发一件"):
        gulou.hand_over(gulou.li, "SH002", "2")
    with pytest.raises(HandedOutAlready, match="编号SH001的定位手环还登记在别人名下"):
        gulou.hand_over(gulou.wang, "SH001", "2")
    assert gulou.give_back(row) == gulou.give_back(row)
    assert gulou.hand_over(gulou.wang, "SH001", "2").turn == 2
    gulou.hand_over(gulou.li, "SH002", "3")
    assert [piece.hand_over.serial_number for piece in gulou.held(gulou.li).holding.pieces] in (
        ["SH002", "SH001"],
        ["SH001", "SH002"],
    )
    assert gulou.sound()


def test_what_cannot_be_handed_over_is_told(gulou, cast):
    sound = gulou.troupe.elder("林小妹", date(1960, 3, 5), 3, ["13900000003"])
    with pytest.raises(NotEntitled, match="只给孤寡老人、失智老人配备。不能办理定位手环"):
        gulou.hand_over(sound)
    for wrong in ({"serial": " "}, {"on": date(2026, 11, 10)}):
        with pytest.raises(NotRecordable, match="设备编号和领用单都要写"):
            gulou.hand_over(gulou.li, **wrong)
    row = gulou.hand_over(gulou.li)
    for wrong in ({"reason": " "}, {"on": date(2026, 11, 8)}):
        with pytest.raises(NotRecordable, match="退回要写明原因"):
            gulou.give_back(row, **wrong)
    with pytest.raises(NotFound):
        gulou.hand_over(gulou.wang, by=cast.clerk)
    assert HandOver.objects.count() == 1


def test_a_phone_that_is_handed_over_is_a_phone_that_is_held(cast):
    hands = Hands.__new__(Hands)
    hands.troupe, hands.code = cast, "issued-phone"
    registry.recognise(
        elder=cast.grandpa, code="needy", evidence="困难证明", valid_from=TODAY, by=cast.clerk, at=cast.at
    )
    assert "has_issued_phone" not in facts(cast.grandpa, TODAY)
    row = hands.hand_over(cast.grandpa)
    assert facts(cast.grandpa, TODAY)["has_issued_phone"] is True
    benefits.give_back(
        hand_over_id=row.pk, given_back_on=TENTH, reason="不用了", by=cast.clerk, at=cast.at + timedelta(days=1)
    )
    assert facts(cast.grandpa, TODAY)["has_issued_phone"] is True
    assert facts(cast.grandpa, TENTH)["has_issued_phone"] is False


STEPS = st.lists(st.tuples(st.sampled_from("aabcddmp"), st.integers(0, 3), st.integers(1, 31)), max_size=14)
AT_LEISURE = settings(deadline=None, max_examples=12, database=None, suppress_health_check=[HealthCheck.too_slow])


def test_nobody_has_a_device_twice_whatever_is_repeated_merged_and_parted(gulou):
    @given(steps=STEPS)
    @AT_LEISURE
    def holds_for(steps) -> None:
        with transaction.atomic():
            for n, (what, who, serial) in enumerate(steps):
                elder = (gulou.li, gulou.wang)[who % 2]
                before = {one.pk: gulou.holding(one).standing for one in (gulou.li, gulou.wang)}
                with suppress(Refusal, Merge.DoesNotExist), transaction.atomic():
                    if what in "ab":
                        row = gulou.hand_over(elder, f"S{serial % 4}", str(n))
                        assert gulou.hand_over(elder, f"S{serial % 4}", str(n)) == row
                        assert before[elder.pk] == (), "who has one is handed no other"
                    elif what in "cd" and before[elder.pk]:
                        gulou.give_back(before[elder.pk][0].hand_over)
                    elif what == "m":
                        gulou.merge(gulou.li, gulou.wang)
                    elif what == "p":
                        gulou.part()
                gulou.li.refresh_from_db()
                gulou.wang.refresh_from_db()
                assert gulou.sound(), (what, verify(gulou.troupe.programme.pk))
            transaction.set_rollback(True)

    holds_for()


def test_nobody_stays_longer_than_the_year_gives_whatever_is_repeated_merged_and_parted(huli):
    @given(steps=STEPS)
    @AT_LEISURE
    def holds_for(steps) -> None:
        with transaction.atomic():
            for n, (what, who, days) in enumerate(steps):
                elder = (huli.li, huli.wang)[who % 2]
                booking = Booking.objects.filter(elder=elder).order_by("at", "pk").first()
                with suppress(Refusal, Merge.DoesNotExist), transaction.atomic():
                    if what in "ab":
                        from_on = TENTH + timedelta(days=31 * n)
                        before = huli.holding(elder)
                        row = huli.set_aside(elder, days, from_on, str(n))
                        assert huli.set_aside(elder, days, from_on, str(n)) == row
                        assert days <= (before.left if before.granted else row.granted)
                    elif what == "c" and booking:
                        huli.call_off(booking)
                    elif what == "d" and booking:
                        huli.draw(booking, min(days, booking.days), after=600)
                    elif what == "m":
                        huli.merge(huli.li, huli.wang)
                    elif what == "p":
                        huli.part()
                huli.li.refresh_from_db()
                huli.wang.refresh_from_db()
                assert huli.sound(), (what, verify(huli.troupe.programme.pk))
            transaction.set_rollback(True)

    holds_for()
