"""A stay and a device written down on the elder's page; what is refused stands where it was typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.seat import Sit, seat
from tests.standing import standing

from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Booking, GiveBack, HandOver
from sangyu.benefits.tests.cities import HULI
from sangyu.benefits.tests.test_by_hand import TENTH, TODAY, Hands, played


@standing
def huli() -> Hands:
    return played(HULI)


def press(client, name, elder, **typed):
    return client.post(reverse(f"entitlements:{name}", args=[elder.pk]), typed)


def shown(client, elder):
    return client.get(reverse("entitlements:elder", args=[elder.pk])).content.decode()


def test_a_device_goes_out_and_comes_back_on_the_page(months, sit: Sit):
    elder = months.elder("陈玉珍", date(1944, 3, 5), 1)
    months.troupe.recognised(elder, "dementia")
    clerk = sit(months.troupe.clerk)
    assert "设备编号" in shown(clerk, elder)
    typed = {
        "code": "bracelet",
        "serial_number": "SH-1",
        "receipt": "领用单 7号",
        "handed_on": "2026-11-20",
        "key": "k",
    }
    late = press(clerk, "hand-over", elder, **typed | {"handed_on": "2026-11-21"})
    assert (late.status_code, "领用日期不能晚于今天" in late.content.decode()) == (422, True)
    assert press(clerk, "hand-over", elder, **typed).status_code == 302
    page = shown(clerk, elder)
    assert "编号 SH-1" in page
    assert "设备编号" not in page, "who has one is handed no other"
    again = press(clerk, "hand-over", elder, **typed | {"serial_number": "SH-2", "key": "m"})
    assert "已于2026-11-20领取（编号SH-1" in again.content.decode()
    row = HandOver.objects.get()
    back = {"of": row.pk, "given_back_on": "2026-11-20", "reason": "坏了"}
    assert press(sit(months.troupe.ma), "give-back", elder, **back).status_code == 403
    assert press(clerk, "give-back", elder, **back).status_code == 302
    assert GiveBack.objects.get().reason == "坏了"
    assert "设备编号" in shown(clerk, elder)


def test_a_stay_is_set_aside_drawn_and_called_off_on_the_page(huli: Hands, monkeypatch: pytest.MonkeyPatch):
    clerk = seat(monkeypatch, huli.troupe.at)(huli.troupe.clerk)
    typed = {"code": "respite", "house": "示例养老院", "from_on": "2026-11-10", "days": "10", "key": "k"}
    page = shown(clerk, huli.li)
    assert "预约入住" in page
    assert 'value="2026-11-09"' in page, "the day is filled in as a browser takes it"
    assert press(clerk, "set-aside", huli.li, **typed).status_code == 302
    page = shown(clerk, huli.li)
    assert "本期 30 天，已用和预约 10 天，还剩 20 天" in page
    more = press(clerk, "set-aside", huli.li, **typed | {"days": "21", "from_on": "2026-12-10", "key": "m"})
    assert (more.status_code, "还剩20天，不够21天" in more.content.decode()) == (422, True)
    booking = Booking.objects.get()
    early = press(clerk, "draw", huli.li, of=booking.pk, days="10")
    assert (early.status_code, "才住满10天" in early.content.decode()) == (422, True)
    assert press(clerk, "call-off", huli.li, of=booking.pk, reason="家人回来了").status_code == 302
    assert "已取消" in shown(clerk, huli.li)
    second = huli.set_aside(huli.li, 5, TODAY - timedelta(days=4), "n")
    assert press(clerk, "draw", huli.li, of=second.pk, days="4").status_code == 302
    assert "实际入住 4 天" in shown(clerk, huli.li)
    assert huli.sound()


@pytest.mark.proves("HL-48")
def test_a_year_s_stays_say_people_days_cost_and_who_pays(huli: Hands, monkeypatch: pytest.MonkeyPatch):
    first = huli.set_aside(huli.li)
    second = huli.set_aside(huli.wang, 20, TENTH + timedelta(days=5), "w")
    third = huli.set_aside(huli.li, 5, date(2026, 12, 1), "2")
    late = seat(monkeypatch, huli.troupe.at + timedelta(days=60))
    clerk = late(huli.troupe.clerk)
    bill = {"of": first.pk, "price_fen": "3800.50", "insurance_fen": "600.25", "bill": "喘息 2026-17"}
    early = press(clerk, "stay-cost", huli.li, **bill)
    assert (early.status_code, "先登记实际入住的天数" in early.content.decode()) == (422, True)
    for booking, days in ((first, 8), (second, 20), (third, 5)):
        huli.draw(booking, days)
    assert "医保支付的床位费" in shown(clerk, huli.li)
    for _ in range(2):  # a second press changes nothing
        assert press(clerk, "stay-cost", huli.li, **bill).status_code == 302
    assert press(clerk, "stay-cost", huli.li, **bill | {"price_fen": "3800.51"}).status_code == 422
    page = shown(seat(monkeypatch, huli.troupe.at)(huli.troupe.clerk), huli.li)
    assert "费用 3,800.50 元：医保 600.25，政府 3,200.25，自付 0.00（账单 喘息 2026-17）" in page
    clerk = late(huli.troupe.clerk)
    small = {"of": second.pk, "price_fen": "500", "insurance_fen": "600.25", "bill": "喘息 2026-18"}
    assert press(clerk, "stay-cost", huli.wang, **small).status_code == 302

    whole, house = benefits_read.stays_of_year(huli.troupe.head, 2026)
    assert (whole.title, whole.house, house.house) == ("“喘息”服务", "", "示例养老院")
    assert (whole.people, whole.stays, whole.days, whole.unbilled) == (2, 3, 33, 1)
    assert (whole.price_fen, whole.insurer_fen, whole.public_fen, whole.elder_fen) == (4300_50, 1100_25, 3200_25, 0)
    assert benefits_read.stays_of_year(huli.troupe.head, 2025) == []
    head = late(huli.troupe.head)
    page = head.get(reverse("entitlements:stays"), {"year": "2026"}).content.decode()
    assert all(figure in page for figure in ("4,300.50", "1,100.25", "3,200.25", "1 次还没有登记费用"))
    assert "这一年没有人入住" in head.get(reverse("entitlements:stays"), {"year": "2025"}).content.decode()
    assert clerk.get(reverse("entitlements:stays")).status_code == 403
