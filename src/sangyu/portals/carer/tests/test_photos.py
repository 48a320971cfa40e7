"""Photos go out beside the record, with scripts and without, and a bad one is told and harms nothing."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.cast import HOME

from sangyu.files.tests.paint import photo
from sangyu.visits.models import Photo

PLACE = {"lng": str(HOME.lng), "lat": str(HOME.lat), "accuracy": "12"}


def address(visit) -> str:
    return reverse("carer:add_photo", args=[visit.order_id])


def upload(content: bytes, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def test_a_phone_without_scripts_sends_a_form_and_comes_back(cast, sit):
    visit = cast.arrived()
    phone = sit(cast.zhao_user, visit.arrived_at)
    answer = phone.post(address(visit), {"photo": upload(photo())}, follow=True)
    assert "1 / 6" in answer.content.decode()
    assert reverse("papers:file", args=[Photo.objects.get().file_id]) in answer.content.decode()


def test_a_phone_with_scripts_gets_only_the_photos(cast, sit):
    visit = cast.arrived()
    taken_at = visit.arrived_at + timedelta(seconds=30)
    phone = sit(cast.zhao_user, visit.arrived_at)
    answer = phone.post(
        address(visit),
        {"photo": upload(photo()), "taken_at": taken_at.isoformat(), **PLACE},
        headers={"HX-Request": "true"},
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert "第 1 张照片" in text
    kept = Photo.objects.get()
    assert (kept.taken_at, kept.distance_m) == (taken_at, 0)


def test_a_second_upload_of_the_same_changes_nothing(cast, sit):
    visit = cast.arrived()
    phone = sit(cast.zhao_user, visit.arrived_at)
    for _ in range(2):
        assert phone.post(address(visit), {"photo": upload(photo())}).status_code == 302
    assert Photo.objects.count() == 1


def test_what_is_no_photo_is_told_beside_the_visit(cast, sit):
    visit = cast.arrived()
    phone = sit(cast.zhao_user, visit.arrived_at)
    for headers in ({}, {"HX-Request": "true"}):
        answer = phone.post(address(visit), {"photo": upload(b"<svg/>", "photo.jpg")}, headers=headers)
        assert answer.status_code == 422
        assert "只能保存照片" in answer.content.decode()
    assert "请先选择或拍一张照片" in phone.post(address(visit), {}).content.decode()
    assert not Photo.objects.exists()


def test_a_time_that_cannot_be_read_is_no_time(cast, sit):
    visit = cast.arrived()
    phone = sit(cast.zhao_user, visit.arrived_at)
    phone.post(address(visit), {"photo": upload(photo()), "taken_at": "刚才", "lng": "x"})
    assert (Photo.objects.get().taken_at, Photo.objects.get().place) == (None, None)


def test_photos_can_follow_after_the_visit(cast, sit):
    visit = cast.visited()
    phone = sit(cast.zhao_user, visit.arrived_at + timedelta(hours=10))
    answer = phone.post(address(visit), {"photo": upload(photo())}, follow=True)
    assert "1 / 6" in answer.content.decode()
    late = sit(cast.zhao_user, visit.arrived_at + timedelta(days=3))
    assert "24小时" in late.post(address(visit), {"photo": upload(photo(colour=(1, 1, 1)))}).content.decode()


def test_nobody_else_sends_photos(cast, sit, due):
    visit = cast.arrived(cast.order(days=2))
    for stranger in (cast.other_user, cast.kangan_user, cast.ma):
        assert sit(stranger).post(address(visit), {"photo": upload(photo())}).status_code == 404
    early = sit(cast.zhao_user).post(reverse("carer:add_photo", args=[due.pk]), {"photo": upload(photo())})
    assert early.status_code == 404
    assert "还没有签到" in early.content.decode()
