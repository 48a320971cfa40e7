"""Finding a fen: by any of its numbers, or by a sample that anyone can draw again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sangyu.quality.rules import draw
from sangyu.settlement.models import Line

WHERE = "audit:search"


@pytest.fixture
def auditor(november, sign_in):
    november.paid(november.drawn_up())
    return sign_in(november.auditor)


def test_an_order_number_leads_straight_to_its_thread(auditor):
    line = Line.objects.first()
    from sangyu.orders.models import Order

    order = Order.objects.get(pk=line.charge.cause_id)
    answer = auditor.get(reverse(WHERE), {"q": order.number})
    assert answer.url == reverse("audit:order", args=[order.pk])


@pytest.mark.parametrize("number", ["SY20261100001", "BK20261100001"])
def test_a_payment_or_bank_number_shows_its_lines(auditor, number):
    page = auditor.get(reverse(WHERE), {"q": number}).content.decode()
    for line in Line.objects.all():
        assert reverse("audit:line", args=[line.pk]) in page


def test_an_unknown_number_is_named(auditor):
    assert "没有找到“SY-1”" in auditor.get(reverse(WHERE), {"q": "SY-1"}).content.decode()


def test_a_sample_is_what_anyone_would_draw(auditor):
    answer = auditor.get(reverse(WHERE), {"month": "2026-11", "n": 1, "seed": "蓝"})
    drawn = [line.pk for line in answer.context["sample"]]
    assert drawn == draw(Line.objects.values_list("pk", flat=True), due=1, seed="蓝")


def test_a_sample_that_cannot_be_drawn_says_why(auditor):
    answer = auditor.get(reverse(WHERE), {"month": "2026-13", "n": 500, "seed": "1"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "不是月份" in page
    assert "1 到 200" in page


def test_a_stranger_does_not_search(november, sign_in):
    assert sign_in(november.kangan_user).get(reverse(WHERE)).status_code == 403
