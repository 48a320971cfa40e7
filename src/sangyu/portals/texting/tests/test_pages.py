"""What the people at the desks read about texts, and what they can do when one reached nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import Cast
from tests.seat import violations

from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.outbox import queries as outbox_read
from sangyu.portals.texting.reading import texts_of_order
from sangyu.portals.texting.views import PAGE

LIST, PHONES = reverse("texting:texts"), reverse("texting:phones")


@pytest.fixture
def landline(town: Cast, texted):
    """An order of a household with a landline, about which somebody has to ring."""
    order = town.order(elder=town.elder("何桂英", date(1948, 1, 1), 51, ["09318000051"]))
    town.assigned(order)
    texted()
    return order


def page(client, address: str = LIST, **asked: str) -> str:
    return client.get(address, asked).content.decode()


def test_a_quiet_day_says_so(town: Cast, clock, sign_in) -> None:
    assert "还没有短信" in page(sign_in(town.wang))
    assert "还没有人收到短信" in page(sign_in(town.wang), PHONES)


def test_texts_are_found_by_elder_order_and_state_and_numbers_are_masked(town: Cast, texted, clock, sign_in) -> None:
    order = town.order(elder=town.zhou)
    town.order(elder=town.grandpa)
    texted()
    desk = sign_in(town.sun)
    whole = page(desk)
    assert "周老人家您好" in whole
    assert "王老人家您好" in whole
    assert "139****0041" in whole
    assert "13900000041" not in whole
    for asked in ({"q": "zyf"}, {"q": order.number}, {"q": "周玉芬", "state": "DELIVERED"}):
        text = page(desk, **asked)
        assert "周老人家您好" in text
        assert "王老人家" not in text
    assert "没有找到" in page(desk, q="周玉芬", state="FAILED")
    assert "没有找到" in page(desk, q="查无此人")


def test_whoever_could_not_be_texted_is_rung_once(town: Cast, landline, clock, sign_in) -> None:
    desk = sign_in(town.wang)
    text = page(desk)
    assert "请打电话告知" in text
    assert "tel:09318000051" in text
    (row,) = outbox_read.texts_to_ring(town.programme.pk, town.at)
    rung = reverse("texting:rung", args=[row.pk])
    for _ in range(2):
        assert "已打电话告知" in desk.post(rung, follow=True).content.decode()
    assert "请打电话告知" not in page(desk)
    assert "已电话告知" in page(desk, state="RUNG")
    assert town.wang.display_name in page(desk, state="RUNG")


def test_what_has_arrived_needs_no_call(town: Cast, texted, clock, sign_in) -> None:
    town.order(elder=town.grandpa)
    (text,) = texted()
    answer = sign_in(town.wang).post(reverse("texting:rung", args=[text.pk]))
    assert answer.status_code == 409
    assert "不需要再打电话" in answer.content.decode()
    assert sign_in(town.wang).post(reverse("texting:rung", args=[new_id()])).status_code == 409


def test_nobody_else_reads_texts(town: Cast, landline, clock, sign_in) -> None:
    (row,) = outbox_read.texts_to_ring(town.programme.pk, town.at)
    for stranger in (town.kangan_user, town.zhao_user, town.clerk, town.qian, town.auditor):
        client = sign_in(stranger)
        assert client.get(LIST).status_code == 403
        assert client.get(PHONES).status_code == 403
        assert client.post(reverse("texting:rung", args=[row.pk])).status_code == 403
    assert outbox_read.texts_to_ring(town.programme.pk, town.at).count() == 1


def test_long_lists_go_on_behind_the_last_row(town: Cast, texted, clock, sign_in) -> None:
    for n in range(PAGE):
        town.order(elder=town.grandpa, days=1 + n // 3, hour=9 + 3 * (n % 3))
    town.order(elder=town.zhou)
    texted()
    desk, address, seen, pages = sign_in(town.ma), LIST, [], 0
    while address:
        answer = desk.get(address)
        seen += [line.text.pk for line in answer.context["lines"]]
        pages += 1
        address = LIST + answer.context["next"] if answer.context["next"] else ""
    assert pages == 2
    assert len(seen) == len(set(seen)) == outbox_read.texts(town.programme.pk).count() > PAGE
    for nonsense in ("x", "a~b~c", "2026-11-09~1~" + str(new_id()), "2026-13-09T00:00:00+08:00~1~" + str(new_id())):
        assert desk.get(LIST, {"after": nonsense}).status_code == 200


def test_a_list_costs_the_same_however_long(town: Cast, texted, clock, sign_in) -> None:
    desk = sign_in(town.wang)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as log:
            assert desk.get(address).status_code == 200
        return len(log)

    town.order(elder=town.zhou)
    texted()
    before = [cost(LIST), cost(PHONES)]
    for day in range(2, 8):
        town.order(elder=town.zhou, days=day)
        town.order(elder=town.grandpa, days=day)
    texted()
    assert [cost(LIST), cost(PHONES)] == before


def test_the_phones_show_what_elder_and_family_received(town: Cast, texted, clock, sign_in) -> None:
    town.order(elder=town.zhou)
    texted()
    text = page(sign_in(town.wang), PHONES)
    assert text.count("【城关区虚拟养老院】") == 2
    assert "周玉芬 · 家属" in text
    part = sign_in(town.wang).get(PHONES, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "tx-bubble" in part
    assert "还没有收到短信" in page(sign_in(town.wang), PHONES, q="王德厚")


def test_outside_a_demo_there_are_no_phones_and_no_gateway_is_said(town: Cast, clock, sign_in, settings) -> None:
    settings.DEMO = False
    assert sign_in(town.wang).get(PHONES).status_code == 404
    assert "没有接短信网关" in page(sign_in(town.wang))
    assert "phones/" not in page(sign_in(town.wang))


def test_an_order_shows_its_texts_to_whoever_sees_the_order(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou)
    texted()
    town.assigned(order)
    texted(town.at + timedelta(minutes=20))
    assert [line.text.template for line in texts_of_order(town.ma, order.pk)] == ["taken"] * 2 + ["assigned"] * 2
    with pytest.raises(NotFound):
        texts_of_order(town.kangan_user, order.pk)


@pytest.mark.parametrize(("who", "desk"), [("ma", "hotline"), ("wang", "dispatching")])
def test_the_desks_that_show_an_order_show_its_texts_and_whom_to_ring(
    town: Cast, landline, texted, clock, sign_in, who: str, desk: str
) -> None:
    quiet, told = town.order(elder=town.li, days=5), town.order(elder=town.zhou, days=2)
    seat = sign_in(getattr(town, who))
    assert "还没有短信" in page(seat, reverse(f"{desk}:order", args=[quiet.pk]))
    texted()
    shown = page(seat, reverse(f"{desk}:order", args=[told.pk]))
    assert shown.count("【城关区虚拟养老院】") == 2
    assert "139****0041" in shown
    assert "去短信台记下" not in shown
    unheard = page(seat, reverse(f"{desk}:order", args=[landline.pk]))
    assert "没有手机号" in unheard
    assert 'href="tel:09318000051"' in unheard
    assert f'href="{LIST}"' in unheard
    clock(landline.wanted_until + timedelta(days=1))
    assert "去短信台记下" not in page(seat, reverse(f"{desk}:order", args=[landline.pk]))


def look(page, name: str) -> None:
    """Let axe look at a page."""
    assert violations(page) == [], name


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_look_right_to_axe(
    town: Cast, texted, landline, clock, live_server, browser, sign_in, monkeypatch, width, tmp_path
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    town.assigned(town.order(elder=town.zhou, days=2))
    town.order(elder=town.elder("高志强", date(1950, 5, 5), 61, ["13900000000"]))
    texted()
    town.order(elder=town.grandpa)
    texted(town.at.replace(hour=22))
    client = sign_in(town.wang)
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 768})
    try:
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        tab = context.new_page()
        for address in (LIST, PHONES):
            tab.goto(live_server.url + address)
            look(tab, address)
            tab.screenshot(path=tmp_path / f"{address.strip('/').replace('/', '-')}-{width}.png", full_page=True)
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    finally:
        context.close()
