"""What went otherwise is told in two taps, and the page says that the centre knows."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.cast import HOME

from sangyu.files.tests.paint import photo
from sangyu.safety import actions as safety
from sangyu.safety.models import Alarm
from sangyu.visits import actions as visits
from sangyu.visits.models import Incident

PLACE = {"lng": str(HOME.lng), "lat": str(HOME.lat), "accuracy": "12"}


def told(kind: str = "NOBODY_HOME", **more) -> dict:
    return {"kind": kind, "note": "", "key": str(uuid4()), **PLACE, **more}


def test_nobody_at_home_waits_for_the_centre_s_word(cast, sit, due):
    phone = sit(cast.zhao_user, due.wanted_from)
    page = reverse("carer:report", args=[due.pk])
    assert "无人应门" in phone.get(page).content.decode()
    answer = phone.post(page, told(), follow=True)
    assert "中心已收到" in answer.content.decode()
    assert "请在门口等中心的电话" in answer.content.decode()
    incident = Incident.objects.get()
    assert incident.place["distance_m"] == 0
    visits.settle_incident(incident_id=incident.pk, what="GO_ON", note="女儿五分钟后到", by=cast.wang, at=incident.at)
    answer = phone.get(reverse("carer:visit", args=[due.pk])).content.decode()
    assert "继续服务" in answer
    assert "女儿五分钟后到" in answer


def test_an_unwell_elder_is_an_alarm_and_the_page_says_who_has_it(cast, sit, due):
    phone = sit(cast.zhao_user, due.wanted_from)
    answer = phone.post(reverse("carer:report", args=[due.pk]), told("UNWELL", note="胸口闷"), follow=True)
    assert "报警已发出" in answer.content.decode()
    assert "tel:120" in answer.content.decode()
    alarm = Alarm.objects.get()
    safety.take(alarm_id=alarm.pk, by=cast.ma, at=alarm.raised_at + timedelta(seconds=20))
    page = reverse("carer:incident", args=[due.pk, Incident.objects.get().pk])
    assert "马晓兰已接管" in phone.get(page).content.decode()


def test_a_second_tap_tells_nothing_twice(cast, sit, due):
    phone = sit(cast.zhao_user, due.wanted_from)
    words = told("DANGER")
    for _ in range(2):
        assert phone.post(reverse("carer:report", args=[due.pk]), words).status_code == 302
    assert (Incident.objects.count(), Alarm.objects.count()) == (1, 1)


def test_another_kind_without_words_is_asked_for_them(cast, sit, due):
    phone = sit(cast.zhao_user, due.wanted_from)
    answer = phone.post(reverse("carer:report", args=[due.pk]), told("OTHER"))
    assert answer.status_code == 422
    assert "一句话说明" in answer.content.decode()
    assert "请选择遇到了什么" in phone.post(reverse("carer:report", args=[due.pk]), told("")).content.decode()
    assert not Incident.objects.exists()


def test_photos_follow_the_report(cast, sit, due):
    phone = sit(cast.zhao_user, due.wanted_from)
    phone.post(reverse("carer:report", args=[due.pk]), told("DAMAGE", note="碰碎一只碗"))
    page = reverse("carer:add_incident_photo", args=[due.pk, Incident.objects.get().pk])
    answer = phone.post(page, {"photo": SimpleUploadedFile("a.jpg", photo())}, follow=True)
    assert "1 / 3" in answer.content.decode()
    broken = phone.post(page, {"photo": SimpleUploadedFile("a.jpg", b"GIF89a")}, headers={"HX-Request": "true"})
    assert broken.status_code == 422
    assert "只能保存照片" in broken.content.decode()


def test_nobody_else_reports_or_reads_it(cast, sit, due):
    sit(cast.zhao_user, due.wanted_from).post(reverse("carer:report", args=[due.pk]), told())
    page = reverse("carer:incident", args=[due.pk, Incident.objects.get().pk])
    for stranger in (cast.other_user, cast.kangan_user, cast.ma):
        assert sit(stranger).get(page).status_code == 404
        assert sit(stranger).post(reverse("carer:report", args=[due.pk]), told()).status_code == 404
