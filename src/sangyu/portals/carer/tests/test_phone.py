"""The pages on a phone of 390 px: readable by all, big enough for a thumb, and a whole visit by taps."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from PIL import Image
from tests.cast import Cast
from tests.seat import violations
from tests.standing import standing

from sangyu.files.tests.paint import photo
from sangyu.orders.models import Order
from sangyu.providers import actions as providers
from sangyu.registry.models import Elder
from sangyu.visits.models import Departure, Photo

pytestmark = pytest.mark.django_db(transaction=True)
SMALL_TEXT = """() => Array.from(document.querySelectorAll('main *'))
    .filter(e => e.checkVisibility() && !e.closest('.sy-sr')
        && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()))
    .filter(e => parseFloat(getComputedStyle(e).fontSize) < 18).map(e => e.textContent.trim())"""
LOW_TARGETS = """() => Array.from(document.querySelectorAll('main .btn, main .sy-chip, .sy-pocket-nav a'))
    .filter(e => e.checkVisibility()).map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
    .filter(([, height]) => height < 59.5)"""


def faults(page) -> list[str]:
    told = violations(page)
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        told.append("wider than the phone")
    told += [f"small text: {text}" for text in page.evaluate(SMALL_TEXT)]
    return told + [f"low target: {text} {height}" for text, height in page.evaluate(LOW_TARGETS)]


@standing
def visited(cast: Cast, due: Order) -> Order:
    """One order to go for, one done the day before, a rate, and a dog."""
    providers.set_pay_rate(
        enterprise=cast.kangan,
        item_id=cast.cleaning.pk,
        pay_fen=4800,
        valid_from=date(2026, 11, 1),
        by=cast.kangan_user,
        at=cast.at,
    )
    Elder.objects.filter(pk=cast.li.pk).update(warnings="家有小狗，门铃坏了要敲门")
    cast.visited(cast.order(days=1, hour=8))
    return due


def test_every_page_is_readable_by_all(cast: Cast, open_phone, visited: Order):
    at = visited.wanted_from
    done = Order.objects.exclude(pk=visited.pk).get()
    page = open_phone(cast.zhao_user, reverse("carer:today"), at)
    for path in (
        reverse("carer:today"),
        reverse("carer:visit", args=[visited.pk]),
        reverse("carer:visit", args=[done.pk]),
        reverse("carer:report", args=[visited.pk]),
        reverse("carer:month"),
    ):
        page.goto(page.url.split("/carer/")[0] + path)
        assert faults(page) == [], path


def test_a_visit_by_taps_with_a_photo_made_small_on_the_phone(cast: Cast, open_phone, visited: Order, monkeypatch):
    page = open_phone(cast.zhao_user, reverse("carer:today"), visited.wanted_from)
    page.get_by_role("link", name="去这一户").click()
    page.get_by_role("button", name="复制地址").click()
    page.get_by_text("已复制").wait_for()
    assert "南门巷" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_label("门牌码").fill(visited.elder.door_code)
    page.get_by_role("button", name="我到了").click()
    page.get_by_text("到达证明").wait_for()
    page.get_by_label("地面").check()
    noisy = Image.effect_noise((3000, 2000), 80).convert("RGB")
    big = io.BytesIO()
    noisy.save(big, "JPEG", quality=95)
    page.get_by_label("拍照或选照片").set_input_files(
        {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": big.getvalue()}
    )
    page.get_by_alt_text("第 1 张照片").wait_for()
    assert page.get_by_label("地面").is_checked(), "what was ticked stands while a photo goes out"
    kept = Photo.objects.get()
    assert (kept.file.width, kept.file.height, kept.distance_m) == (1280, 853, 0)
    assert kept.taken_at is not None
    assert faults(page) == []
    page.get_by_role("button", name="结束服务").click()
    page.get_by_text("请老人付").wait_for()
    assert "¥48.00" in page.inner_text("main")
    assert Departure.objects.get(visit__order=visited).tasks_done == ["地面"]
    assert faults(page) == []


def test_a_photo_that_did_not_get_through_says_so_and_goes_out_later(cast: Cast, open_phone, due: Order, said):
    visit = cast.arrived(cast.order(days=2))
    page = open_phone(cast.zhao_user, reverse("carer:visit", args=[visit.order_id]), visit.arrived_at)
    page.context.set_offline(True)
    page.get_by_label("拍照或选照片").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo(600, 400)}
    )
    page.get_by_text("没有传上去").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="上传").click()
    page.get_by_alt_text("第 1 张照片").wait_for()
    assert Photo.objects.count() == 1
    assert any("DISCONNECTED" in line for line in said), "the browser itself complains of the line we cut"
    said.clear()


def test_without_scripts_a_photo_has_a_button_of_its_own(cast: Cast, open_phone):
    visit = cast.arrived()
    page = open_phone(cast.zhao_user, reverse("carer:visit", args=[visit.order_id]), visit.arrived_at, scripts=False)
    page.locator("input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo(600, 400)}
    )
    page.get_by_role("button", name="上传").click()
    page.get_by_alt_text("第 1 张照片").wait_for()
    assert Photo.objects.count() == 1


def test_an_incident_in_two_taps(cast: Cast, open_phone, due: Order):
    page = open_phone(cast.zhao_user, reverse("carer:visit", args=[due.pk]), due.wanted_from + timedelta(minutes=10))
    page.get_by_role("link", name="遇到异常").click()
    page.get_by_label("无人应门").check()
    page.get_by_role("button", name="报告中心").click()
    page.get_by_text("请在门口等中心的电话").wait_for()
    assert faults(page) == []


def test_a_page_is_light(cast: Cast, sit, visited: Order):
    phone = sit(cast.zhao_user, visited.wanted_from)
    for path in (reverse("carer:today"), reverse("carer:visit", args=[visited.pk])):
        assert len(phone.get(path).content) < 30_000
