"""The money of sponsors by its addresses: registered, promised, come in, named at a canteen, eaten and told."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import BEIJING, Cast
from tests.neighbours import neighbour
from tests.seat import Sit, seat

from sangyu.access.models import Role
from sangyu.budget.models import Donation, Sponsor
from sangyu.meals.tests.kitchen import Kitchen

PAGE = "/finance/sponsors/"
HEADER = "爱心企业,用于年份,金额（元）,到账日期,凭证号\n"


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in on the day of the kitchen."""
    return seat(monkeypatch, datetime(2026, 11, 9, 13, 0, tzinfo=BEIJING))


@pytest.fixture
def registered(cast: Cast, sit: Sit) -> Client:
    """The bureau's desk, a foundation registered on it."""
    client = sit(cast.head)
    assert "已录入" in text(client.post(PAGE, {"name": "惟佳慈善基金会"}, follow=True))
    return client


def uploaded(lines: str) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("捐赠.csv", (HEADER + lines).encode(), content_type="text/csv")}


@pytest.mark.proves("JM-33")
def test_a_file_of_donations_comes_in_and_a_statement_goes_out(cast: Cast, registered: Client) -> None:
    kitchen, sponsor = Kitchen(cast).in_xinhui(), Sponsor.objects.get()
    kitchen.granted_free_meals(cast.li)
    named = {"canteen": kitchen.south.pk, "sponsor": sponsor.pk, "valid_from": "2026-11-09"}
    registered.post("/finance/sponsors/canteen/", named)
    lines = "惟佳慈善基金会,2026,100.00,2026-03-01,HD-1\n惟佳慈善基金会,2026,50.00,2025-12-20,HD-0\n"
    for said in ("新入账 2 笔，以前已入账 0 笔", "新入账 0 笔，以前已入账 2 笔"):
        assert said in text(registered.post("/finance/sponsors/import/", uploaded(lines), follow=True))
    for _ in range(2):
        kitchen.sell(cast.li)
    answer = registered.get(f"/finance/sponsors/{sponsor.pk}/statement.csv?year=2026")
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "日期,事由,份数,到账（元）,支出（元）,余额（元）",
        "2026-01-01,到账 HD-0,,50.00,0.00,50.00",
        "2026-03-01,到账 HD-1,,100.00,0.00,150.00",
        "2026-11-09,南门社区餐厅,2,0.00,30.00,120.00",
    ]
    assert "李秀兰" not in answer.content.decode()
    page = " ".join(text(registered.get(PAGE)).split())
    assert (
        '<td class="num">120.00</td><td class="num">2</td><td class="num">30.00</td><td class="num">15.00</td>' in page
    )


def test_what_was_wrong_in_a_file_is_told_and_nothing_is_booked(registered: Client) -> None:
    answer = registered.post(
        "/finance/sponsors/import/", uploaded("惟佳慈善基金会,2026,1,2026-03-01,A\n别人,2026,1,2026-03-01,B\n")
    )
    assert answer.status_code == 422
    assert "第3行“爱心企业”：没有登记“别人”" in text(answer)
    assert not Donation.objects.exists()


def test_a_promise_and_a_payment_are_shown_with_what_is_owed(registered: Client) -> None:
    sponsor = str(Sponsor.objects.get().pk)
    told = {"sponsor": sponsor, "year": "2026", "amount": "60000", "document": "冠名协议", "key": "k1"}
    registered.post("/finance/sponsors/pledge/", told)
    paid = {"sponsor": sponsor, "year": "2026", "amount": "50000", "received_on": "2026-03-01", "voucher": "HD-1"}
    page = text(registered.post("/finance/sponsors/donate/", paid, follow=True))
    assert all(words in page for words in ("60,000.00", "未到 10,000.00", "50,000.00", "HD-1"))
    wrong = registered.post("/finance/sponsors/donate/", {**paid, "amount": "1"})
    assert wrong.status_code == 422
    assert "已经入账50,000.00元" in text(wrong)


def test_the_money_of_sponsors_is_read_and_booked_by_those_who_may(cast: Cast, sit: Sit, registered: Client) -> None:
    sponsor = Sponsor.objects.get()
    assert sit(cast.ma).get(PAGE).status_code == 403
    stranger = sit(neighbour(cast, Role.BUREAU))
    assert "惟佳" not in text(stranger.get(PAGE))
    assert stranger.get(f"/finance/sponsors/{sponsor.pk}/statement.csv").status_code == 404
