"""The worker's phone: who sees a visit, how it begins and ends, and that a missing place never stops anybody."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.cast import HOME, Cast

from sangyu.dispatch import actions as dispatch
from sangyu.orders.models import Order
from sangyu.registry import actions as registry
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Departure, Evidence, EvidenceKind, Visit

PLACE = {"lng": str(HOME.lng), "lat": str(HOME.lat), "accuracy": "18", "crs": "WGS84"}


def page(order: Order, name: str = "visit") -> str:
    return reverse(f"carer:{name}", args=[order.pk])


def assigned(cast: Cast) -> Order:
    order = cast.order()
    cast.assigned(order)
    return order


def test_the_list_shows_today_and_tomorrow(cast: Cast, sit):
    order = assigned(cast)
    answer = sit(cast.zhao_user, order.wanted_from - timedelta(hours=1)).get(reverse("carer:today"))
    assert "今天 1 户，已完成 0 户" in answer.content.decode()
    assert "李秀兰" in answer.content.decode()
    eve = sit(cast.zhao_user, order.wanted_from - timedelta(days=1)).get(reverse("carer:today")).content.decode()
    assert "今天没有安排" in eve
    assert "李秀兰" in eve


def test_only_the_worker_who_goes_sees_the_door(cast: Cast, sit):
    order = assigned(cast)
    mine = sit(cast.zhao_user).get(page(order))
    assert mine.status_code == 200
    assert "tel:13900000001" in mine.content.decode()
    assert "左耳听力弱" in mine.content.decode()
    assert order.elder.door_code not in mine.content.decode()
    for stranger in (cast.other_user, cast.kangan_user, cast.wang):
        assert sit(stranger).get(page(order)).status_code == 404


def test_the_word_of_the_door_is_shown_around_the_visit_only(cast: Cast, sit):
    order = assigned(cast)
    early = sit(cast.zhao_user, order.wanted_from - timedelta(hours=3)).get(page(order)).content.decode()
    assert "约定时间前 2 小时显示" in early
    order.refresh_from_db()
    word = visits_read.pass_word(cast.zhao_user, order, order.wanted_from)
    assert word not in early
    at_the_door = sit(cast.zhao_user, order.wanted_from - timedelta(minutes=30)).get(page(order)).content.decode()
    assert word in at_the_door
    visit = cast.visited(cast.order(days=2))
    assert "门口口令" not in sit(cast.zhao_user, visit.arrived_at).get(page(visit.order)).content.decode()


def test_the_page_says_how_to_find_the_home(cast: Cast, sit):
    order = assigned(cast)
    text = sit(cast.zhao_user, order.wanted_from).get(page(order)).content.decode()
    assert f'href="geo:{HOME.lat},{HOME.lng}"' in text
    assert "从您的驻点" in text
    assert "南门巷8号2单元301" in text


def test_the_arrival_says_what_it_proves_in_words(cast: Cast, sit):
    order = assigned(cast)
    phone = sit(cast.zhao_user, order.wanted_from)
    answer = phone.post(page(order, "arrive"), {**PLACE, "door_code": order.elder.door_code}, follow=True)
    assert "A 级" in answer.content.decode()
    assert "距住处0米，门牌码正确" in answer.content.decode()


def test_the_next_visit_stands_first_and_what_is_done_last(cast: Cast, sit):
    cast.visited(cast.order(hour=8))
    cast.assigned(cast.order(hour=11))
    cast.assigned(cast.order(hour=14))
    text = sit(cast.zhao_user, cast.at + timedelta(days=1)).get(reverse("carer:today")).content.decode()
    assert "今天 3 户，已完成 1 户" in text
    assert text.index("11:00") < text.index("14:00") < text.index("今天做完的") < text.index("08:00")


def test_a_worker_who_was_replaced_no_longer_sees_the_visit(cast: Cast, sit):
    order = cast.order()
    sent = cast.assigned(order)
    other = cast.worker(cast.kangan, "钱顺", "13900000013")
    dispatch.assign(dispatch_id=sent.pk, worker_id=other.pk, by=cast.kangan_user, at=cast.at + timedelta(minutes=12))
    assert sit(cast.zhao_user).get(page(order)).status_code == 404
    today = sit(cast.zhao_user, order.wanted_from).get(reverse("carer:today")).content.decode()
    assert "今天没有安排" in today


def test_two_taps_begin_and_three_end_a_visit(cast: Cast, sit):
    order = assigned(cast)
    phone = sit(cast.zhao_user, order.wanted_from)
    code = order.elder.door_code
    assert phone.post(page(order, "arrive"), {**PLACE, "door_code": code}).status_code == 302
    assert "结束服务" in phone.get(page(order)).content.decode()
    phone = sit(cast.zhao_user, order.wanted_until)
    answer = phone.post(page(order, "leave"), {**PLACE, "tasks": ["地面"], "note": "老人气色好"}, follow=True)
    text = answer.content.decode()
    assert "A 级" in text
    assert "¥14.00" in text
    assert Departure.objects.get().tasks_done == ["地面"]


def test_a_place_that_cannot_be_read_is_no_place(cast: Cast, sit):
    order = assigned(cast)
    phone = sit(cast.zhao_user, order.wanted_from)
    answer = phone.post(page(order, "arrive"), {"lng": "nan", "lat": "黄河边", "place_missing": "REFUSED"})
    assert answer.status_code == 302
    assert not Evidence.objects.filter(kind=EvidenceKind.ARRIVAL_PLACE).exists()
    assert Visit.objects.count() == 1


def test_a_second_tap_changes_nothing(cast: Cast, sit):
    order = assigned(cast)
    phone = sit(cast.zhao_user, order.wanted_from)
    for _ in range(2):
        assert phone.post(page(order, "arrive"), PLACE).status_code == 302
    assert Visit.objects.count() == 1


def test_too_early_is_told_and_the_door_code_is_kept(cast: Cast, sit):
    order = assigned(cast)
    answer = sit(cast.zhao_user, order.wanted_from - timedelta(hours=5)).post(
        page(order, "arrive"), {"door_code": "123456"}
    )
    assert answer.status_code == 422
    assert "最早可提前2小时签到" in answer.content.decode()
    assert 'value="123456"' in answer.content.decode()


def test_leaving_without_arriving_is_refused(cast: Cast, sit):
    order = assigned(cast)
    answer = sit(cast.zhao_user, order.wanted_from).post(page(order, "leave"), {})
    assert answer.status_code == 404
    assert "还没有签到" in answer.content.decode()


def test_a_visit_after_a_death_asks_for_no_money(cast: Cast, sit):
    order = assigned(cast)
    phone = sit(cast.zhao_user, order.wanted_from)
    phone.post(page(order, "arrive"), PLACE)
    registry.record_death(elder_id=order.elder_id, died_on=cast.at.date(), by=cast.clerk, at=order.wanted_from)
    text = sit(cast.zhao_user, order.wanted_until).post(page(order, "leave"), PLACE, follow=True).content.decode()
    assert "不收费" in text
    assert "去世" in text


def test_the_list_costs_the_same_whatever_its_length(cast: Cast, sit, django_assert_max_num_queries):
    for hour in (8, 11, 14, 17):
        cast.assigned(cast.order(hour=hour))
    phone = sit(cast.zhao_user, cast.at + timedelta(days=1))
    with django_assert_max_num_queries(10):
        assert "今天 4 户" in phone.get(reverse("carer:today")).content.decode()
