"""Several orders at once, and another time: each order answers for itself."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.cast import BEIJING, Cast

from sangyu.dispatch import actions as dispatches
from sangyu.dispatch.models import Acceptance, Proposal
from sangyu.kit.ids import new_id

ALL = "/provider/accept/"


def test_all_selected_are_taken_and_one_that_cannot_says_why(cast: Cast, sit):
    first, second = cast.sent(cast.order(hour=10)), cast.sent(cast.order(hour=14))
    gone = cast.sent(cast.order(hour=16))
    dispatches.refuse(dispatch_id=gone.pk, reason="TOO_FAR", by=cast.kangan_user, at=gone.sent_at)
    desk = sit(cast.kangan_user, first.sent_at)
    text = desk.post(ALL, {"dispatch": [first.pk, gone.pk, second.pk, "x", new_id()]}, follow=True).content.decode()
    assert "已接 2 单" in text
    assert first.order.number in text
    assert "可能已改派给其他企业" in text
    assert set(Acceptance.objects.values_list("dispatch_id", flat=True)) == {first.pk, second.pk}


def test_the_same_selection_again_changes_nothing(cast: Cast, sit):
    sent = cast.sent()
    desk = sit(cast.kangan_user, sent.sent_at)
    for _ in range(2):
        assert desk.post(ALL, {"dispatch": [sent.pk]}).status_code == 302
    assert Acceptance.objects.count() == 1


def test_nothing_selected_is_told(cast: Cast, sit):
    assert "还没有选中工单" in sit(cast.kangan_user).post(ALL, follow=True).content.decode()


def test_another_enterprise_takes_nothing(cast: Cast, sit):
    sent = cast.sent()
    sit(cast.letter_user, sent.sent_at).post(ALL, {"dispatch": [sent.pk]})
    assert not Acceptance.objects.exists()
    assert sit(cast.wang).post(ALL, {"dispatch": [sent.pk]}).status_code == 403


def test_another_time_is_offered_and_the_centre_asks(cast: Cast, sit):
    sent = cast.sent()
    desk = sit(cast.kangan_user, sent.sent_at)
    page = reverse("provider:propose", args=[sent.pk])
    later = sent.order.wanted_from + timedelta(hours=4)
    words = {"wanted_from": f"{later.astimezone(BEIJING):%Y-%m-%dT%H:%M}", "note": "上午人员已满"}
    text = desk.post(page, words, follow=True).content.decode()
    assert "中心在问老人" in text
    offer = Proposal.objects.get()
    assert (offer.wanted_from, offer.note) == (later, "上午人员已满")
    assert "您提议改到 11月10日 周二 14:00" in desk.get(reverse("provider:inbox")).content.decode()
    dispatches.decline(proposal_id=offer.pk, by=cast.wang, at=sent.sent_at, note="老人下午要去医院")
    assert "老人下午要去医院" in desk.get(reverse("provider:dispatch", args=[sent.pk])).content.decode()


def test_a_time_that_cannot_be_is_told_and_what_was_typed_is_kept(cast: Cast, sit):
    sent = cast.sent()
    desk = sit(cast.kangan_user, sent.sent_at)
    page = reverse("provider:propose", args=[sent.pk])
    same = f"{sent.order.wanted_from.astimezone(BEIJING):%Y-%m-%dT%H:%M}"
    answer = desk.post(page, {"wanted_from": same, "note": "先问一声"})
    assert answer.status_code == 422
    assert "请直接接单" in answer.content.decode()
    assert "先问一声" in answer.content.decode()
    assert sit(cast.letter_user, sent.sent_at).post(page, {"wanted_from": same}).status_code == 404
