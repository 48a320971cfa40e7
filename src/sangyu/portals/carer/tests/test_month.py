"""What a visit, a day and a month earned, said plainly also where nothing was set."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from tests.standing import standing

from sangyu.providers import actions as providers


@standing
def rate(cast) -> None:
    providers.set_pay_rate(
        enterprise=cast.kangan,
        item_id=cast.cleaning.pk,
        pay_fen=4800,
        valid_from=date(2026, 11, 1),
        by=cast.kangan_user,
        at=cast.at,
    )


def test_after_a_visit_the_page_says_what_it_earned(cast, sit, rate):
    cast.visited(cast.order(days=1))
    visit = cast.visited(cast.order(days=2))
    text = sit(cast.zhao_user, visit.arrived_at).get(reverse("carer:visit", args=[visit.order_id])).content.decode()
    assert "¥48.00" in text
    assert "今天 1 次，¥48.00" in text
    assert "本月 2 次，¥96.00" in text


def test_where_no_rate_was_set_the_page_says_so_and_not_zero(cast, sit):
    visit = cast.visited()
    phone = sit(cast.zhao_user, visit.arrived_at)
    text = phone.get(reverse("carer:visit", args=[visit.order_id])).content.decode()
    assert "康安还没有设定“室内保洁”每次的报酬" in text
    month = phone.get(reverse("carer:month")).content.decode()
    assert "有 1 次没有算进去" in month
    assert "未定" in month


def test_a_month_lists_its_visits_and_one_can_look_back(cast, sit, rate):
    cast.visited(cast.order(days=1))
    cast.visited(cast.order(days=2))
    phone = sit(cast.zhao_user, cast.at.replace(month=12))
    december = phone.get(reverse("carer:month")).content.decode()
    assert "这个月还没有完成的上门" in december
    november = phone.get(reverse("carer:month"), {"month": "2026-11"}).content.decode()
    assert "¥96.00" in november
    assert "服务 2 次" in november
    assert november.count("李秀兰") == 2
    assert phone.get(reverse("carer:month"), {"month": "去年"}).status_code == 409


def test_others_earn_nothing_here(cast, sit, rate):
    cast.visited()
    assert "李秀兰" not in sit(cast.other_user, cast.at.replace(day=20)).get(reverse("carer:month")).content.decode()
    assert sit(cast.ma).get(reverse("carer:month")).status_code == 403


def test_a_month_costs_the_same_whatever_its_length(cast, sit, rate, django_assert_max_num_queries):
    for days in (1, 2, 3, 4):
        cast.visited(cast.order(days=days))
    phone = sit(cast.zhao_user, cast.at.replace(day=20))
    with django_assert_max_num_queries(6):
        assert "服务 4 次" in phone.get(reverse("carer:month")).content.decode()
