"""The dispatcher's board: the suggestion, the key that sends it, the conflict, and what an order's page tells."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.cast import Cast

from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Dispatch
from sangyu.orders.models import Order

BOARD = reverse("dispatching:board")


def page(order: Order, name: str = "order") -> str:
    return reverse(f"dispatching:{name}", args=[order.pk])


def test_the_board_suggests_the_best_enterprise(cast: Cast, sit):
    order = cast.order()
    answer = sit(cast.wang).get(BOARD)
    text = answer.content.decode()
    assert order.number in text
    assert "康安居家服务有限公司" in text
    assert "139****0001" in text
    assert "13900000001" not in text
    assert answer.context["rows"][0]["best"].enterprise_id == cast.kangan.pk


def test_only_dispatchers_see_it(cast: Cast, sit):
    order = cast.order()
    for stranger in (cast.kangan_user, cast.clerk, cast.sun):
        assert sit(stranger).get(BOARD).status_code == 403
        assert sit(stranger).post(page(order, "send")).status_code == 403
    assert sit(cast.other_agent).get(BOARD).status_code == 200


def test_one_key_sends_to_the_suggestion(cast: Cast, sit):
    order = cast.order()
    desk = sit(cast.wang)
    answer = desk.post(page(order, "send"), {"enterprise": cast.kangan.pk, "back": "?stage=PLACED"}, follow=True)
    assert f"{order.number} 已派给康安居家服务有限公司" in answer.content.decode()
    assert "全部派完" in answer.content.decode()
    assert Dispatch.objects.get().enterprise == cast.kangan


def test_a_conflict_names_who_was_first(cast: Cast, sit):
    order = cast.order()
    dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at, enterprise_id=cast.kangan.pk)
    answer = sit(cast.other_dispatcher).post(page(order, "send"), {"enterprise": cast.letter.pk})
    assert answer.status_code == 422
    assert f"工单{order.number}刚被王敏派给康安居家服务有限公司" in answer.content.decode()
    assert Dispatch.objects.count() == 1


def test_a_refused_order_comes_back_with_its_reason(cast: Cast, sit):
    sent = cast.sent()
    dispatch.refuse(dispatch_id=sent.pk, reason="NO_WORKER", by=cast.kangan_user, at=cast.at + timedelta(minutes=4))
    answer = sit(cast.wang).get(BOARD)
    assert "康安退回：没有空闲人员" in answer.content.decode()
    assert answer.context["rows"][0]["best"].enterprise_id == cast.letter.pk


def test_the_panel_says_why_and_why_not(cast: Cast, sit):
    order = cast.order()
    cast.kangan.state = "SUSPENDED"
    cast.kangan.save(update_fields=["state"])
    desk = sit(cast.wang)
    answer = desk.get(page(order, "candidates"), HTTP_HX_REQUEST="true")
    text = answer.content.decode()
    assert "未通过：加盟状态" in text
    assert "企业暂停" in text
    assert "可派 1 家" in text
    assert "<html" not in text
    assert 'name="enterprise"' not in text
    assert (
        'name="enterprise"' in desk.get(page(order, "candidates") + "?choose", HTTP_HX_REQUEST="true").content.decode()
    )
    assert desk.get(page(order, "candidates")).status_code == 302


def test_nobody_fits_is_shown_with_the_rules(cast: Cast, sit):
    order = cast.order()
    for firm in (cast.kangan, cast.letter):
        firm.state = "EXITED"
        firm.save(update_fields=["state"])
    desk = sit(cast.wang)
    assert "没有可派的企业" in desk.get(BOARD).content.decode()
    answer = desk.post(page(order, "send"))
    assert answer.status_code == 422
    assert "没有企业可以承接" in answer.content.decode()


def test_the_page_of_an_order_tells_its_facts_and_every_attempt(cast: Cast, sit):
    order = cast.called_order()
    first = cast.sent(order)
    dispatch.refuse(dispatch_id=first.pk, reason="TOO_FAR", by=cast.kangan_user, at=cast.at + timedelta(minutes=4))
    dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at + timedelta(minutes=5), enterprise_id=cast.letter.pk)
    answer = sit(cast.wang).get(page(order))
    text = answer.content.decode()
    assert [fact["label"] for fact in answer.context["facts"]] == [
        "来电",
        "下单",
        "派单",
        "退回",
        "派单",
        "等待企业接单",
    ]
    assert "第 1 次派单：康安居家服务有限公司" in text
    assert "第 2 次派单：乐泰家政服务有限公司" in text
    assert "路途太远" in text


def test_a_served_order_tells_how_it_was_proven(cast: Cast, sit):
    visit = cast.visited()
    answer = sit(cast.wang).get(page(visit.order))
    assert "证明A级" in answer.content.decode()
    assert [fact["label"] for fact in answer.context["facts"]][-3:] == ["到达", "离开", "计费"]


def test_cancelling_needs_a_reason_and_is_refused_too_late(cast: Cast, sit):
    order = cast.order()
    desk = sit(cast.wang)
    empty = desk.post(page(order, "cancel"), {"reason": ""})
    assert empty.status_code == 422
    assert "请填写取消原因" in empty.content.decode()
    assert desk.post(page(order, "cancel"), {"reason": "老人住院"}, follow=True).status_code == 200
    assert Order.objects.get(pk=order.pk).stage == "CANCELLED"
    served = cast.visited(cast.order(days=2)).order
    late = desk.post(page(served, "cancel"), {"reason": "老人住院"})
    assert late.status_code == 422
    assert "不能进行这一步" in late.content.decode()


def test_an_order_of_another_programme_is_not_found(cast: Cast, sit):
    order = cast.order()
    url = page(order).replace(str(order.pk), "0199a000-0000-7000-8000-000000000000")
    assert sit(cast.wang).get(url).status_code == 404


def test_long_boards_come_by_page_and_by_street(cast: Cast, sit):
    for day in range(1, 9):
        for hour in (8, 11, 14):
            cast.order(days=day, hour=hour)
    desk = sit(cast.wang)
    first = desk.get(BOARD)
    second = desk.get(BOARD + first.context["next"])
    seen = [row["order"].pk for answer in (first, second) for row in answer.context["rows"]]
    assert len(seen) == len(set(seen)) == 24
    assert second.context["next"] == ""
    assert desk.get(BOARD, {"area": "620102002"}).context["rows"] == []
    assert len(desk.get(BOARD, {"area": "620102001"}).context["rows"]) == 20
    assert len(desk.get(BOARD, {"after": "unreadable"}).context["rows"]) == 20


def test_the_board_costs_the_same_whatever_its_length(cast: Cast, sit, django_assert_max_num_queries):
    for day in range(1, 8):
        for hour in (8, 11, 14):
            cast.order(days=day, hour=hour, item=cast.bathing if hour == 8 else cast.cleaning)
    desk = sit(cast.wang)
    with django_assert_max_num_queries(40):
        assert len(desk.get(BOARD).context["rows"]) == 20


def test_a_batch_says_of_each_order_what_became_of_it(cast: Cast, sit):
    first, second = cast.order(days=1), cast.order(elder=cast.grandpa, days=2)
    dispatch.send(order_id=second.pk, by=cast.other_dispatcher, at=cast.at, enterprise_id=cast.letter.pk)
    answer = sit(cast.wang).post(
        reverse("dispatching:send-selected"),
        {"orders": [f"{order.pk}:{cast.kangan.pk}" for order in (first, second)] + ["unreadable"]},
    )
    outcomes = answer.context["outcomes"]
    assert [(row.order, row.sent) for row in outcomes] == [(first, True), (second, False)]
    assert "刚被丁然派给乐泰家政服务有限公司" in answer.content.decode()
    assert "没有选中工单" in sit(cast.wang).post(reverse("dispatching:send-selected")).content.decode()


def test_what_came_back_stands_on_top_of_the_board(cast: Cast, sit):
    sooner, later = cast.order(days=1), cast.sent(cast.order(elder=cast.grandpa, days=5))
    dispatch.refuse(dispatch_id=later.pk, reason="TOO_FAR", by=cast.kangan_user, at=cast.at + timedelta(minutes=4))
    rows = sit(cast.wang).get(BOARD).context["rows"]
    assert [row["order"] for row in rows] == [later.order, sooner]


def test_the_board_is_narrowed_by_class_and_time(cast: Cast, sit):
    today, tomorrow = cast.order(days=0, hour=15), cast.order(days=1, hour=15)
    desk = sit(cast.wang)

    def found(**asked):
        return [row["order"] for row in desk.get(BOARD, asked).context["rows"]]

    assert found(band="pm") == [today]
    assert found(band="tomorrow") == [tomorrow]
    assert found(band="unknown") == [today, tomorrow]
    assert found(**{"class": "COMFORT"}) == []
    assert "这个范围里没有工单" in desk.get(BOARD, {"class": "COMFORT"}).content.decode()


def test_what_will_be_late_is_said_before_it_is(cast: Cast, sit):
    cast.order(days=0, hour=10)
    text = sit(cast.wang, cast.at + timedelta(minutes=20)).get(BOARD).content.decode()
    assert "一小时内上门还没派人 1 单" in text
    assert "未派" in text


def test_a_worker_whom_the_elder_does_not_want_again_is_pointed_out(cast: Cast, sit):
    sent = cast.assigned()
    dispatch.wish(
        elder_id=cast.li.pk, worker_id=cast.zhao.pk, kind="NOT_AGAIN", order_id=sent.order_id, by=cast.ma, at=cast.at
    )
    assert "老人请换人：赵勤" in sit(cast.wang).get(BOARD, {"stage": "ASSIGNED"}).content.decode()


def test_the_panel_shows_the_share_of_the_area_and_the_wanted_worker(cast: Cast, sit):
    order = cast.order()
    dispatch.wish(elder_id=cast.li.pk, worker_id=cast.other_worker.pk, kind="WANTED", by=cast.ma, at=cast.at)
    text = sit(cast.wang).get(page(order, "candidates"), HTTP_HX_REQUEST="true").content.decode()
    assert "老人指名宋梅" in text
    assert "本街道份额" in text
    assert "占0%" in text
