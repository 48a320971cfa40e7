"""Another time: offered by the enterprise, asked of the elder, and then the order's own time or nobody's."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.actions import SameTime
from sangyu.dispatch.models import Acceptance, Proposal, ProposalAnswer, RefusalRow
from sangyu.dispatch.rules import AnswerTooLate, DoesNotFit, ProposalMoot
from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.orders.models import Rescheduling, Stage
from sangyu.orders.rules import SlotOver, SlotTaken, TimeFixed
from sangyu.providers.models import Contract, Enterprise

HOURS = timedelta(hours=1)


def propose(cast, sent, *, hours=3, minutes=5, **more):
    return dispatch.propose(
        dispatch_id=sent.pk,
        wanted_from=sent.order.wanted_from + hours * HOURS,
        **{"by": cast.kangan_user, "at": cast.at + timedelta(minutes=minutes), **more},
    )


def agree(cast, offer, *, minutes=10, **more):
    return dispatch.agree(proposal_id=offer.pk, **{"by": cast.wang, "at": cast.at + timedelta(minutes=minutes), **more})


def decline(cast, offer, *, minutes=10, **more):
    return dispatch.decline(
        proposal_id=offer.pk, **{"by": cast.wang, "at": cast.at + timedelta(minutes=minutes), **more}
    )


def stage(sent):
    sent.order.refresh_from_db()
    return sent.order.stage


def test_the_centre_sees_the_offer_and_the_elders_yes_makes_it_the_orders_time(cast):
    sent = cast.sent()
    offer = propose(cast, sent, note="上午人手都在外面")
    assert dispatch_read.open_proposals(cast.wang) == [offer]
    assert agree(cast, offer, note="老人本人同意").agreed
    assert stage(sent) == Stage.ACCEPTED
    assert sent.order.wanted_from == offer.wanted_from
    taken = Acceptance.objects.get(dispatch=sent)
    assert (taken.by, taken.at) == (cast.kangan_user, cast.at + timedelta(minutes=10))
    assert Rescheduling.objects.get(order=sent.order).reason == "康安提出改期，老人同意"
    assert dispatch_read.open_proposals(cast.wang) == []
    [(read, answer)] = dispatch_read.proposals_on(cast.kangan_user, [sent])[sent.pk]
    assert (read, answer.by) == (offer, cast.wang)
    dispatch.assign(dispatch_id=sent.pk, worker_id=cast.zhao.pk, by=cast.kangan_user, at=cast.at)


def test_a_no_leaves_the_order_where_it_is_while_there_is_time(cast):
    sent = cast.sent()
    decline(cast, propose(cast, sent))
    assert stage(sent) == Stage.SENT
    dispatch.accept(dispatch_id=sent.pk, by=cast.kangan_user, at=sent.answer_by)
    assert stage(sent) == Stage.ACCEPTED


@pytest.mark.parametrize("how", ["asked for", "too late"])
def test_a_no_takes_the_order_back(cast, how):
    sent = cast.sent()
    offer = propose(cast, sent)
    decline(cast, offer, **({"take_back": True} if how == "asked for" else {"minutes": 40}))
    assert stage(sent) == Stage.PLACED
    row = RefusalRow.objects.get(dispatch=sent)
    assert (row.reason, row.by) == ("OTHER_TIME", cast.wang)
    assert dispatch_read.candidates(sent.order)[0].enterprise_id == cast.letter.pk


def test_while_the_elder_is_asked_the_clock_does_not_take_it_away(cast):
    sent = cast.sent()
    propose(cast, sent)
    lapse = partial(dispatch.let_lapse, programme_id=cast.programme.pk, by=cast.clock)
    assert lapse(at=sent.answer_by + timedelta(minutes=1)) == 0
    assert lapse(at=sent.order.wanted_from) == 1
    assert stage(sent) == Stage.PLACED


def test_a_later_offer_takes_the_place_of_the_first_and_a_repeat_is_the_same(cast):
    sent = cast.sent()
    first = propose(cast, sent, hours=2)
    assert propose(cast, sent, hours=2) == first
    second = propose(cast, sent, hours=4)
    assert dispatch_read.open_proposals(cast.wang) == [second]
    with pytest.raises(ProposalMoot, match=r"企业刚把时间改提为11月10日 14:00"):
        agree(cast, first)
    agree(cast, second)
    assert Proposal.objects.count() == 2


def test_an_answer_stands_and_the_other_one_is_told_by_whom(cast):
    sent = cast.sent()
    offer = propose(cast, sent)
    assert agree(cast, offer) == agree(cast, offer, by=cast.other_dispatcher)
    with pytest.raises(ProposalMoot, match=r"改期刚被王敏同意（09:10）"):
        decline(cast, offer, by=cast.other_dispatcher)
    other = cast.sent(cast.order(days=3))
    offer = propose(cast, other)
    assert decline(cast, offer) == decline(cast, offer)
    with pytest.raises(ProposalMoot, match="回绝"):
        agree(cast, offer)


def test_who_takes_it_at_the_old_time_needs_no_answer(cast):
    sent = cast.sent()
    offer = propose(cast, sent)
    dispatch.accept(dispatch_id=sent.pk, by=cast.kangan_user, at=cast.at + timedelta(minutes=8))
    assert dispatch_read.open_proposals(cast.wang) == []
    with pytest.raises(ProposalMoot, match="按原时间接单"):
        agree(cast, offer)


def test_what_cannot_be_offered_is_refused(cast):
    sent = cast.sent()
    with pytest.raises(SameTime, match="请直接接单"):
        propose(cast, sent, hours=0)
    with pytest.raises(SlotOver):
        propose(cast, sent, hours=-48)
    with pytest.raises(AnswerTooLate, match="09:32"):
        propose(cast, sent, minutes=40)
    orders.cancel(order_id=sent.order_id, reason="住院", by=cast.ma, at=cast.at)
    with pytest.raises(AnswerTooLate, match="取消"):
        propose(cast, sent)


def test_the_elders_other_order_and_the_months_money_stand_in_the_way(cast):
    other = cast.order(hour=14, key="other")
    sent = cast.sent(cast.order(hour=10))
    with pytest.raises(SlotTaken, match=other.number):
        agree(cast, propose(cast, sent, hours=4))
    with pytest.raises(TimeFixed, match="补贴"):
        agree(cast, propose(cast, sent, hours=24 * 25))
    assert stage(sent) == Stage.SENT
    assert not ProposalAnswer.objects.exists()


def test_the_enterprise_must_be_fit_on_the_new_day_too(cast):
    sent = cast.sent(cast.order(elder=cast.grandpa))
    Contract.objects.filter(enterprise=cast.kangan).update(valid_until=cast.at.date() + timedelta(days=3))
    with pytest.raises(DoesNotFit, match=r"那天不能承接：合同不含.*改派其他企业"):
        agree(cast, propose(cast, sent, hours=24 * 5))
    Enterprise.objects.filter(pk=cast.kangan.pk).update(capacity_per_day=1)
    agree(cast, propose(cast, sent, hours=2))


def test_who_may_not(cast):
    sent = cast.sent()
    for by, why in (
        (cast.letter_user, NotFound),
        (cast.wang, NotAllowed),
        (neighbour(cast, Role.ENTERPRISE), NotFound),
    ):
        with pytest.raises(why):
            propose(cast, sent, by=by)
    offer = propose(cast, sent)
    for by, why in (
        (cast.kangan_user, NotAllowed),
        (cast.sun, NotAllowed),
        (neighbour(cast, Role.DISPATCHER), NotFound),
    ):
        with pytest.raises(why):
            agree(cast, offer, by=by)
        with pytest.raises(why):
            decline(cast, offer, by=by)
    assert dispatch_read.open_proposals(cast.letter_user) == []


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_no_at_once_leave_one_answer():
    cast = Cast()
    for n in range(1, 4):
        offer = propose(cast, cast.sent(cast.order(days=n)))
        yes, no = race(partial(agree, cast, offer), partial(decline, cast, offer, by=cast.other_dispatcher))
        assert sorted(isinstance(outcome, ProposalMoot) for outcome in (yes, no)) == [False, True]
        assert ProposalAnswer.objects.filter(proposal=offer).count() == 1
