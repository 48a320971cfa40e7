"""The thread of a fen: whole, recomputed, masked, and only for those who may follow money."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.standing import standing

from sangyu.meals.tests.kitchen import Kitchen
from sangyu.orders.models import Order
from sangyu.settlement.models import Line


@standing
def paid(november):
    november.paid(november.drawn_up())
    return Line.objects.select_related("charge", "statement").get(gross_fen__gt=0)


def test_the_way_back_has_eleven_facts_from_the_bank_to_the_voice(paid, november, sign_in):
    answer = sign_in(november.auditor).get(reverse("audit:line", args=[paid.pk]))
    beads = answer.context["beads"]
    assert [bead.n for bead in beads] == list(range(11, 0, -1))
    assert {bead.state for bead in beads if bead.n != 8} == {"done"}
    page = answer.content.decode()
    for words in (
        "BK20261100001",
        "财政月补贴50元服务费",
        "距住处0米，门牌码正确",
        "赵勤",
        "139****0001",
        "冯度",
        "应付企业款",
    ):
        assert words in page
    assert page.count("重算相同") >= 5
    assert "不同" not in page.replace("按同样事实重新裁定：不同", "")


def test_names_and_numbers_are_masked(paid, november, sign_in):
    page = sign_in(november.auditor).get(reverse("audit:line", args=[paid.pk])).content.decode()
    assert "李*兰" in page
    for secret in ("李秀兰", "13900000001", "南门巷"):
        assert secret not in page


def test_the_way_forward_ends_where_the_money_is(paid, november, sign_in):
    answer = sign_in(november.head).get(reverse("audit:order", args=[paid.charge.cause_id]))
    assert [bead.n for bead in answer.context["beads"]] == list(range(1, 12))
    assert "已到企业账户，银行流水号BK20261100001" in answer.content.decode()


def test_an_order_of_today_has_most_of_its_way_before_it(cast, sign_in):
    answer = sign_in(cast.auditor).get(reverse("audit:order", args=[cast.sent().order_id]))
    states = {bead.n: bead.state for bead in answer.context["beads"]}
    assert [states[n] for n in (1, 2, 3, 4, 11)] == ["none", "done", "done", "wait", "wait"]
    assert "已下单，占用预算，等待服务" in answer.content.decode()


def test_a_meal_leads_back_to_the_till(cast, sign_in):
    kitchen = Kitchen(cast)
    sale = kitchen.sell(cast.li)
    cast.paid(cast.drawn_up())
    line = Line.objects.get(charge__cause_kind="MEAL")
    answer = sign_in(cast.auditor).get(reverse("audit:line", args=[line.pk]))
    assert [(bead.n, bead.name) for bead in answer.context["beads"]][-1] == (1, "sale")
    page = answer.content.decode()
    for words in (sale.canteen.name, sale.because, "BK20261100001", "重算相同"):
        assert words in page
    assert "李秀兰" not in page


def test_a_changed_line_is_seen(paid, november, sign_in):
    Line.objects.filter(pk=paid.pk).update(leaf="0" * 64)
    trace = sign_in(november.auditor).get(reverse("audit:line", args=[paid.pk])).context["trace"]
    assert not trace.seals.leaf_same
    assert trace.seals.statement_same


def test_a_cancelled_order_gives_its_money_back(cast, sign_in):
    from datetime import timedelta

    from sangyu.orders import actions as orders

    order = cast.order()
    orders.cancel(order_id=order.pk, reason="老人住院", by=cast.ma, at=cast.at + timedelta(minutes=5))
    page = sign_in(cast.auditor).get(reverse("audit:order", args=[order.pk])).content.decode()
    assert "老人住院" in page
    assert "占用的预算已退回" in page


@pytest.mark.parametrize("who", ["kangan_user", "ma", "zhao_user", "sun", "clerk"])
def test_others_follow_no_fen(november, sign_in, who):
    order = Order.objects.first()
    stranger = sign_in(getattr(november, who))
    assert stranger.get(reverse("audit:order", args=[order.pk])).status_code == 403


def test_what_is_not_there_is_not_found(cast, sign_in):
    auditor = sign_in(cast.auditor)
    nobody = "00000000-0000-7000-8000-000000000000"
    assert auditor.get(reverse("audit:order", args=[nobody])).status_code == 404
    assert auditor.get(reverse("audit:line", args=[nobody])).status_code == 404


def test_the_thread_asks_the_same_few_questions(paid, november, sign_in, django_assert_max_num_queries):
    auditor = sign_in(november.auditor)
    with django_assert_max_num_queries(75):
        auditor.get(reverse("audit:line", args=[paid.pk]))
