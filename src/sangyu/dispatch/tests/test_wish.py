"""Whom an elder names, and 换人 without blame: the last word counts, and only patterns are looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Candidate, Wish, WishKind
from sangyu.dispatch.rules import DoesNotFit, WorkerUnwanted
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.providers.models import MonthScore, Worker


def wish(cast, kind, *, elder=None, worker=None, days=0, **more):
    given = {"elder_id": (elder or cast.li).pk, "worker_id": (worker or cast.zhao).pk, "by": cast.ma, **more}
    return dispatch.wish(kind=kind, at=cast.at + timedelta(days=days), **given)


def choices(cast, sent):
    return [(row.worker.name, row.wish, row.reason) for row in dispatch_read.worker_choices(cast.kangan_user, sent)]


def second_worker(cast):
    return cast.worker(cast.kangan, "周到", "13900000013")


def test_the_wanted_worker_is_offered_before_the_usual_one(cast):
    cast.visited(cast.order(days=1))
    other = second_worker(cast)
    wish(cast, WishKind.WANTED, worker=other)
    sent = cast.accepted(cast.order(days=3))
    assert choices(cast, sent) == [("周到", "老人指名", ""), ("赵勤", "", "")]


def test_who_is_not_wanted_again_is_shown_with_the_reason_and_refused(cast):
    other = second_worker(cast)
    first = cast.order(days=1)
    wish(cast, WishKind.NOT_AGAIN, order_id=first.pk)
    sent = cast.accepted(first)
    assert choices(cast, sent) == [("周到", "", ""), ("赵勤", "老人请换人", "老人请换人")]
    with pytest.raises(WorkerUnwanted, match=r"李秀兰请求换人，这次不安排赵勤.*不记投诉，不扣分"):
        dispatch.assign(dispatch_id=sent.pk, worker_id=cast.zhao.pk, by=cast.kangan_user, at=cast.at)
    dispatch.assign(dispatch_id=sent.pk, worker_id=other.pk, by=cast.kangan_user, at=cast.at)


def test_another_elder_is_not_concerned(cast):
    wish(cast, WishKind.NOT_AGAIN)
    cast.assigned(cast.order(elder=cast.grandpa))


def test_the_last_word_counts_and_the_same_word_again_adds_nothing(cast):
    assert wish(cast, WishKind.NOT_AGAIN) == wish(cast, WishKind.NOT_AGAIN, days=1)
    wish(cast, WishKind.NONE, days=2)
    assert Wish.objects.count() == 2
    cast.assigned()
    assert dispatch_read.wishes(cast.ma, cast.li) == []
    last = wish(cast, WishKind.WANTED, days=3)
    assert dispatch_read.wishes(cast.ma, cast.li) == [last]
    assert dispatch_read.wishes(cast.kangan_user, cast.li) == []


def test_the_enterprise_of_the_wanted_worker_is_suggested_with_its_reason(cast):
    order = cast.order()
    MonthScore.objects.create(enterprise=cast.letter, month="2026-10", score_tenths=100)
    assert dispatch_read.candidates(order)[0].enterprise_id == cast.kangan.pk
    wish(cast, WishKind.WANTED, worker=cast.other_worker)
    sent = dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at)
    assert sent.enterprise == cast.letter
    rows = {row.enterprise: row for row in Candidate.objects.filter(dispatch=sent)}
    assert (rows[cast.letter].terms["wanted"], rows[cast.kangan].terms["wanted"]) == (1000, 0)
    assert rows[cast.letter].figure.startswith("老人指名宋梅")


@pytest.mark.parametrize("loses", ["the skill", "the place"])
def test_a_wanted_worker_who_cannot_go_carries_nobody(cast, loses):
    wish(cast, WishKind.WANTED, worker=cast.other_worker)
    change = {"skills": []} if loses == "the skill" else {"left_on": cast.at.date()}
    Worker.objects.filter(pk=cast.other_worker.pk).update(**change)
    cast.worker(cast.letter, "顾安", "13900000014")
    assert "wanted" not in dispatch_read.candidates(cast.order())[0].terms


def test_an_enterprise_whose_only_worker_is_not_wanted_again_is_not_sent(cast):
    wish(cast, WishKind.NOT_AGAIN)
    order = cast.order()
    with pytest.raises(DoesNotFit, match="合格的1位人员老人都请换人"):
        dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at, enterprise_id=cast.kangan.pk)
    assert dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at).enterprise == cast.letter


def test_an_order_that_waits_for_the_wrong_worker_is_pointed_out(cast, django_assert_num_queries):
    named, fine = cast.assigned(cast.order(days=1)), cast.assigned(cast.order(elder=cast.grandpa, days=2))
    orders = [named.order, fine.order]
    for order in orders:
        order.refresh_from_db()
    assert cast.wang.roles  # read once a request, so not part of the count
    assert dispatch_read.to_rename(cast.wang, orders) == {}
    wish(cast, WishKind.NOT_AGAIN)
    with django_assert_num_queries(2):
        assert dispatch_read.to_rename(cast.wang, orders) == {named.order_id: "老人请换人：赵勤"}
    Worker.objects.filter(pk=cast.zhao.pk).update(left_on=cast.at.date())
    assert set(dispatch_read.to_rename(cast.wang, orders).values()) == {"赵勤已离职，需要换人"}


def elders(cast, n):
    people = [cast.li, cast.grandpa]
    return people + [cast.elder(f"陈素{n}", cast.li.birth_on, 40 + n, []) for n in range(n - 2)]


def test_three_elders_within_ninety_days_are_a_pattern_and_two_are_none(cast):
    first, second, third = elders(cast, 3)
    until = cast.at + timedelta(days=200)
    wish(cast, WishKind.NOT_AGAIN, elder=first, days=0)
    wish(cast, WishKind.NOT_AGAIN, elder=second, days=89)
    assert dispatch_read.patterns(cast.sun, cast.at, until) == []
    wish(cast, WishKind.NOT_AGAIN, elder=third, days=90)
    assert dispatch_read.patterns(cast.sun, cast.at, until) == []
    wish(cast, WishKind.NONE, elder=third, days=90)
    wish(cast, WishKind.NOT_AGAIN, elder=third, days=91)
    wish(cast, WishKind.NONE, elder=first, days=91)
    wish(cast, WishKind.NOT_AGAIN, elder=first, days=92)
    [pattern] = dispatch_read.patterns(cast.sun, cast.at, until)
    assert (pattern.worker, pattern.elders) == (cast.zhao, 3)
    assert [row.elder for row in pattern.wishes] == [second, third, first]
    assert dispatch_read.patterns(cast.kangan_user, cast.at, until) == []
    assert dispatch_read.patterns(neighbour(cast, Role.QUALITY), cast.at, until) == []


def test_who_took_it_back_counts_no_more(cast):
    for elder in elders(cast, 3):
        wish(cast, WishKind.NOT_AGAIN, elder=elder)
    until = cast.at + timedelta(days=1)
    assert len(dispatch_read.patterns(cast.sun, cast.at, until)) == 1
    wish(cast, WishKind.WANTED, elder=cast.li, days=1)
    assert dispatch_read.patterns(cast.sun, cast.at, until) == []


def test_who_may_not_and_who_is_not_there(cast):
    for by in (cast.kangan_user, cast.zhao_user, cast.clerk):
        with pytest.raises(NotAllowed):
            wish(cast, WishKind.WANTED, by=by)
    for wrong in ({"elder_id": new_id()}, {"worker_id": new_id()}, {"by": neighbour(cast, Role.AGENT)}):
        with pytest.raises(NotFound):
            wish(cast, WishKind.WANTED, **wrong)
    with pytest.raises(NotFound, match="李秀兰的这张工单"):
        wish(cast, WishKind.NOT_AGAIN, order_id=cast.order(elder=cast.grandpa).pk)
