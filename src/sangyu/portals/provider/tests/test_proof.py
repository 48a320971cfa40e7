"""What was proven and what went otherwise is on the order's page, with its photos, for its own enterprise only."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.cast import Cast

from sangyu.dispatch import actions as dispatches
from sangyu.dispatch import queries as dispatch_read
from sangyu.files.tests.paint import photo
from sangyu.visits import actions as visits


def test_the_page_of_a_served_order_shows_times_grade_and_photos(cast: Cast, sit):
    visit = cast.visited()
    at = visit.arrived_at + timedelta(hours=3)
    added = visits.add_photo(visit_id=visit.pk, content=photo(), by=cast.zhao_user, at=at)
    sent = dispatch_read.latest(visit.order)
    page = reverse("provider:dispatch", args=[sent.pk])
    text = sit(cast.kangan_user, at).get(page).content.decode()
    assert "距住处0米，门牌码正确" in text
    assert reverse("papers:file", args=[added.file_id]) in text
    assert sit(cast.letter_user, at).get(page).status_code == 404


def test_incidents_are_listed_until_and_after_the_centre_decides(cast: Cast, sit):
    sent = cast.assigned()
    told = visits.report_incident(
        order_id=sent.order_id, kind="NOBODY_HOME", note="敲门十分钟", by=cast.zhao_user, at=cast.at, key="k"
    )
    desk = sit(cast.kangan_user)
    page = reverse("provider:incidents")
    assert "1 件等中心处理" in desk.get(page).content.decode()
    assert "敲门十分钟" in desk.get(reverse("provider:dispatch", args=[sent.pk])).content.decode()
    visits.settle_incident(incident_id=told.pk, what="GO_ON", note="女儿五分钟后到", by=cast.wang, at=cast.at)
    text = desk.get(page).content.decode()
    assert "0 件等中心处理" in text
    assert "女儿五分钟后到" in text
    assert "敲门十分钟" not in sit(cast.letter_user).get(page).content.decode()


def test_whom_the_elder_named_stands_first_and_says_so(cast: Cast, sit):
    near = cast.worker(cast.kangan, "周晚", "13900000014")
    sent = cast.accepted(cast.order(item=cast.bathing))
    dispatches.wish(elder_id=cast.li.pk, worker_id=near.pk, kind="WANTED", by=cast.ma, at=cast.at)
    desk = sit(cast.kangan_user)
    text = desk.get(reverse("provider:dispatch", args=[sent.pk])).content.decode()
    assert text.index("周晚") < text.index("赵勤")
    assert "老人指名" in text
    assert "养老护理员证" in text
    dispatches.wish(elder_id=cast.li.pk, worker_id=near.pk, kind="NOT_AGAIN", by=cast.ma, at=cast.at)
    text = desk.get(reverse("provider:dispatch", args=[sent.pk])).content.decode()
    assert "老人请换人" in text
    assert text.index("赵勤") < text.index("周晚")
