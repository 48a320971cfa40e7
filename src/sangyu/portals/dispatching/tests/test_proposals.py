"""Offers of another time: listed with both times, answered with one word, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.cast import Cast
from tests.neighbours import neighbour
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.dispatch import actions as dispatch
from sangyu.orders.models import Order

PROPOSALS = reverse("dispatching:proposals")


@standing
def offer(cast: Cast):
    sent = cast.sent()
    return dispatch.propose(
        dispatch_id=sent.pk,
        wanted_from=sent.order.wanted_from + timedelta(hours=4),
        note="上午人手都在外面",
        by=cast.kangan_user,
        at=cast.at,
    )


def answer(desk, offer, word):
    return desk.post(reverse("dispatching:answer", args=[offer.pk]), {"answer": word}, follow=True)


def stage(offer):
    return Order.objects.get(pk=offer.dispatch.order_id).stage


def test_the_list_shows_both_times_and_the_number_to_ring(cast: Cast, sit, offer):
    text = sit(cast.wang).get(PROPOSALS).content.decode()
    for words in ("10:00", "14:00", "13900000001", "上午人手都在外面", "康安"):
        assert words in text


def test_the_board_points_at_the_offer_and_counts_it(cast: Cast, sit, offer):
    answer = sit(cast.wang).get(reverse("dispatching:board"), {"stage": "SENT"})
    assert "提议改到" in answer.content.decode()
    assert [tab.count for tab in answer.context["desk"].nav if tab.count] == [1]


@pytest.mark.parametrize(("word", "then"), [("yes", "ACCEPTED"), ("no", "SENT"), ("another", "PLACED")])
def test_one_word_answers(cast: Cast, sit, offer, word, then):
    desk = sit(cast.wang)
    assert "没有等待答复的改期" in answer(desk, offer, word).content.decode()
    assert stage(offer) == then


def test_the_second_answer_is_told_who_was_first(cast: Cast, sit, offer):
    answer(sit(cast.wang), offer, "yes")
    told = answer(sit(cast.other_dispatcher), offer, "no")
    assert told.status_code == 422
    assert "改期刚被王敏同意" in told.content.decode()


def test_strangers_find_nothing(cast: Cast, sit, offer):
    for stranger in (cast.kangan_user, cast.head):
        assert sit(stranger).get(PROPOSALS).status_code == 403
        assert answer(sit(stranger), offer, "yes").status_code == 403
    assert answer(sit(neighbour(cast, Role.DISPATCHER)), offer, "yes").status_code == 404
    assert stage(offer) == "SENT"
