"""The day and the month by their addresses."""

from __future__ import annotations

from sangyu.meals.models import DayClose
from sangyu.meals.tests.kitchen import NOON

DAY = f"/till/days/{NOON:%Y-%m-%d}/"


def text(response) -> str:
    return response.content.decode()


def test_the_day_is_closed_and_agrees(kitchen, sit):
    kitchen.sell(kitchen.cast.li)
    kitchen.sell(kitchen.cast.grandpa)
    client = sit(kitchen.he)
    assert "日结" in text(client.get("/till/days/"))
    page = text(client.post(f"{DAY}close/", follow=True))
    for words in ("相符", "营业额30元，其中政府补贴19元，老人自付11元", "何芳"):
        assert words in page
    assert DayClose.objects.get().agrees


def test_a_closed_day_sells_no_more_and_says_so(kitchen, sit):
    client = sit(kitchen.he)
    client.post(f"{DAY}close/")
    assert "今天已日结" in text(client.get("/till/"))
    refused = client.post("/till/sell/", {"elder": kitchen.cast.li.pk, "key": "late"})
    assert refused.status_code == 422
    assert "日结" in text(refused)


def test_tomorrow_is_refused(kitchen, sit):
    answer = sit(kitchen.he).post("/till/days/2026-11-10/close/")
    assert answer.status_code == 422
    assert "还没有到" in text(answer)


def test_a_day_that_is_none_is_not_found(kitchen, sit):
    assert sit(kitchen.he).get("/till/days/yesterday/").status_code == 404


def test_a_forgotten_day_is_shown_until_it_is_closed(kitchen, sit):
    kitchen.sell(kitchen.cast.li, at=NOON.replace(day=6))
    client = sit(kitchen.he)
    assert "/till/days/2026-11-06/" in text(client.get("/till/"))
    client.post("/till/days/2026-11-06/close/")
    assert "/till/days/2026-11-06/" not in text(client.get("/till/"))


def test_the_enterprise_reads_the_month_of_its_canteens(kitchen, sit):
    kitchen.sell(kitchen.cast.li)
    page = text(sit(kitchen.cast.kangan_user).get("/till/months/2026-11/", {"canteen": str(kitchen.south.pk)}))
    assert "未日结" in page
    assert "10.00" in page
    assert sit(kitchen.cast.letter_user).get("/till/months/2026-11/").status_code == 200
    assert "10.00" not in text(sit(kitchen.cast.letter_user).get("/till/months/2026-11/"))


def test_a_stranger_reads_neither(kitchen, sit):
    for address in (DAY, "/till/months/2026-11/"):
        assert sit(kitchen.cast.ma).get(address).status_code == 403


def test_the_month_costs_the_same_queries_however_long(kitchen, sit, django_assert_max_num_queries):
    for day in (2, 3, 4, 5, 6):
        kitchen.sell(kitchen.cast.li, at=NOON.replace(day=day))
    client = sit(kitchen.he)
    with django_assert_max_num_queries(10):
        client.get("/till/months/2026-11/")
