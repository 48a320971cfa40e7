"""An order goes to an enterprise that may have it, and everybody else's reason stays on the books."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Candidate, Dispatch, RefusalReason
from sangyu.dispatch.rules import AlreadySent, DoesNotFit, NobodyFits, TooLate
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.orders import actions as orders
from sangyu.orders.models import Stage
from sangyu.orders.rules import WrongStage
from sangyu.outbox.models import Message
from sangyu.providers.models import Enterprise, EnterpriseState


def send(cast, order, **more):
    return dispatch.send(order_id=order.pk, **{"by": cast.wang, "at": cast.at + timedelta(minutes=2), **more})


def suspend(*firms):
    Enterprise.objects.filter(pk__in=[firm.pk for firm in firms]).update(state=EnterpriseState.SUSPENDED)


@pytest.mark.proves("LZ-13")
def test_the_best_enterprise_is_sent_and_every_reason_is_kept(cast):
    order = cast.order()
    sent = send(cast, order)
    assert (sent.enterprise, sent.n) == (cast.kangan, 1)
    order.refresh_from_db()
    assert order.stage == Stage.SENT
    rows = Candidate.objects.filter(dispatch=sent).order_by("rank")
    assert [(row.enterprise, row.rank) for row in rows] == [(cast.kangan, 1), (cast.letter, 2)]
    assert rows[0].score > rows[1].score
    assert set(rows[0].terms) == {"distance", "load", "score", "share"}
    assert sent.counts == {"ELIGIBLE": 2}


def test_the_dispatcher_may_name_another_one_that_fits(cast):
    assert send(cast, cast.order(), enterprise_id=cast.letter.pk).enterprise == cast.letter


def test_there_is_half_an_hour_to_answer_but_never_beyond_the_promised_time(cast):
    tomorrow = send(cast, cast.order())
    assert tomorrow.answer_by - tomorrow.sent_at == timedelta(minutes=30)
    soon = cast.order(elder=cast.grandpa, days=0, hour=10)
    late = send(cast, soon, at=soon.wanted_from - timedelta(minutes=10))
    assert late.answer_by == soon.wanted_from


def test_the_enterprise_is_told(cast):
    sent = send(cast, cast.order())
    told = Message.objects.get(kind="dispatch.sent")
    assert told.topic == f"enterprise:{cast.kangan.organisation_id}"
    assert told.body["dispatch"] == str(sent.pk)


def test_a_second_dispatcher_is_told_by_whom_and_when_it_was_sent(cast):
    order = cast.order()
    send(cast, order)
    with pytest.raises(AlreadySent, match=r"王敏.*康安.*09:02"):
        send(cast, order, by=cast.other_dispatcher)
    with pytest.raises(AlreadySent, match="您"):
        send(cast, order)
    assert Dispatch.objects.count() == 1


def test_an_enterprise_that_may_not_have_it_is_refused_with_the_rule(cast):
    suspend(cast.letter)
    order = cast.order()
    with pytest.raises(DoesNotFit, match=r"乐泰.*暂停"):
        send(cast, order, enterprise_id=cast.letter.pk)
    kept = Candidate.objects.get(dispatch=send(cast, order), enterprise=cast.letter)
    assert (kept.rank, kept.failed, kept.figure) == (None, "ADMITTED", "企业暂停")


def test_when_nobody_fits_the_reasons_are_counted(cast):
    suspend(cast.kangan, cast.letter)
    order = cast.order()
    with pytest.raises(NobodyFits, match="加盟状态不符2家"):
        send(cast, order)
    order.refresh_from_db()
    assert order.stage == Stage.PLACED


def test_who_gave_it_back_is_not_asked_again(cast):
    first = cast.sent()
    dispatch.refuse(
        dispatch_id=first.pk, reason=RefusalReason.TOO_FAR, by=cast.kangan_user, at=cast.at + timedelta(minutes=6)
    )
    second = send(cast, first.order, at=cast.at + timedelta(minutes=8))
    assert (second.n, second.enterprise) == (2, cast.letter)
    kept = Candidate.objects.get(dispatch=second, enterprise=cast.kangan)
    assert (kept.failed, kept.figure) == ("REFUSED", "本单已拒绝：路途太远")


def test_a_full_day_goes_to_the_other_one(cast):
    Enterprise.objects.filter(pk=cast.kangan.pk).update(capacity_per_day=1)
    cast.sent(cast.order(hour=9))
    sent = send(cast, cast.order(elder=cast.grandpa, hour=14))
    assert sent.enterprise == cast.letter
    assert "达到上限1单" in Candidate.objects.get(dispatch=sent, enterprise=cast.kangan).figure


def test_an_order_whose_time_has_passed_is_not_sent(cast):
    order = cast.order()
    with pytest.raises(TooLate, match="另约时间"):
        send(cast, order, at=order.wanted_from)


def test_a_cancelled_order_is_not_sent(cast):
    order = cast.order()
    orders.cancel(order_id=order.pk, reason="老人改期", by=cast.ma, at=cast.at)
    with pytest.raises(WrongStage, match="已取消"):
        send(cast, order)


def test_an_enterprise_nobody_knows_is_not_found(cast):
    with pytest.raises(NotFound, match="企业"):
        send(cast, cast.order(), enterprise_id=new_id())


def test_an_enterprise_does_not_send_to_itself(cast):
    with pytest.raises(NotAllowed, match="康平没有这项权限"):
        send(cast, cast.order(), by=cast.kangan_user)


def test_an_order_of_another_programme_is_not_found(cast):
    with pytest.raises(NotFound):
        send(cast, cast.order(), by=neighbour(cast, Role.DISPATCHER))


def test_looking_at_the_field_costs_the_same_for_two_enterprises_and_for_six(cast, django_assert_max_num_queries):
    order = cast.order()
    for n in range(3, 7):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n)
    with django_assert_max_num_queries(13):
        assert len(dispatch_read.candidates(order)) == 6
