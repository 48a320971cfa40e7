"""What went otherwise at a door is decided here, in one sentence, by those whose work it is."""

from __future__ import annotations

from django.urls import reverse
from tests.cast import HOME, Cast

from sangyu.orders.models import Stage
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read

LIST = "/dispatching/incidents/"


def reported(cast: Cast, order=None):
    order = order or cast.assigned().order
    return visits.report_incident(
        order_id=order.pk, kind="NOBODY_HOME", note="敲门十分钟", place=HOME, by=cast.zhao_user, at=cast.at, key="k"
    )


def test_the_list_says_who_where_and_whom_to_ring(cast: Cast, sit):
    reported(cast)
    text = sit(cast.wang).get(LIST).content.decode()
    for words in ("无人应门", "敲门十分钟", "李秀兰", "13900000001", "赵勤", "13900000011", "人在距住处0米"):
        assert words in text


def test_a_decision_takes_it_off_the_list_and_a_called_off_order_is_gone(cast: Cast, sit):
    told = reported(cast)
    desk = sit(cast.wang)
    page = reverse("dispatching:decide", args=[told.pk])
    assert desk.post(page, {"what": "CANCELLED", "note": "老人住院"}, follow=True).status_code == 200
    told.order.refresh_from_db()
    assert told.order.stage == Stage.CANCELLED
    assert "没有等待处理的异常" in desk.get(LIST).content.decode()
    assert visits_read.get_incident(cast.wang, told.pk).end.note == "老人住院"


def test_a_visit_that_has_begun_offers_no_cancelling_and_refuses_it(cast: Cast, sit):
    told = reported(cast, cast.arrived().order)
    desk = sit(cast.wang)
    assert 'value="CANCELLED"' not in desk.get(LIST).content.decode()
    answer = desk.post(reverse("dispatching:decide", args=[told.pk]), {"what": "CANCELLED", "note": "不做了"})
    assert answer.status_code == 422
    assert "已经签到" in answer.content.decode()
    assert "不做了" in answer.content.decode()


def test_others_do_not_come_in(cast: Cast, sit):
    told = reported(cast)
    for stranger in (cast.ma, cast.kangan_user, cast.head):
        assert sit(stranger).get(LIST).status_code == 403
        answer = sit(stranger).post(reverse("dispatching:decide", args=[told.pk]), {"what": "GO_ON", "note": "x"})
        assert answer.status_code == 403
