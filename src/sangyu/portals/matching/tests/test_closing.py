"""What was given by runs and by hand when a death is heard of late: the page says what the next run will do."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.seat import seat

from sangyu.allowances.tests.steps import founded
from sangyu.benefits import actions as benefits
from sangyu.kit.month import Month
from sangyu.portals.matching.closing import Booked, closing_of
from sangyu.registry.models import Elder

NOVEMBER, DECEMBER, JANUARY = Month(2026, 11), Month(2026, 12), Month(2027, 1)


@pytest.mark.django_db
def test_a_death_that_is_heard_of_late_shows_what_the_next_run_claims_back(monkeypatch):
    months = founded()
    troupe = months.troupe
    gone = months.elder("何桂英", date(1940, 3, 5), 1)
    troupe.recognised(gone, "dementia")
    benefits.hand_over(
        elder_id=gone.pk, code="bracelet", serial_number="SH-001", receipt="领用单 7号", handed_on=date(2026, 11, 9),
        by=troupe.clerk, at=troupe.at, key="1",
    )  # fmt: skip
    months.booked(NOVEMBER, "insurance")
    months.answered(months.sent(NOVEMBER))
    months.sent(DECEMBER)  # on its way to the bank

    def read(who, at):
        client = seat(monkeypatch, at)(who)
        return client.get(reverse("matching:closing", args=[gone.pk])).content.decode()

    at = months.at(DECEMBER, 22)
    assert "发放的设备 1 件要收回" in read(troupe.clerk, at)
    told = {"told_by": "何建国", "relation": "儿子", "died_on": "2026-11-10", "sure": "on"}
    seat(monkeypatch, at)(troupe.clerk).post(reverse("matching:closing", args=[gone.pk]), told)
    gone = Elder.objects.get(pk=gone.pk)
    seen = closing_of(troupe.qian, gone, gone.died_on)
    title = "高龄补贴、营养费"
    assert seen.booked == (Booked(title, "2026-12", "2026-12", 100_00, 100_00, 0),), "November is her last month"
    assert (seen.insured, [piece.hand_over.serial_number for piece in seen.devices]) == (("意外伤害险",), ["SH-001"])
    page = read(troupe.head, at)
    for words in ("去世以后还发了的钱", "编号 SH-001", "意外伤害险"):
        assert words in page
    assert "去世以后还发了的钱" not in read(troupe.clerk, at), "a community sees no money of the programme"

    run = months.booked(JANUARY)
    assert months.said(run) == {(gone.name, "2026-12"): ("TAKEN_BACK", -100_00), (gone.name, "2027-01"): ("ENDED", 0)}
    (after,) = closing_of(troupe.qian, gone, gone.died_on).booked
    assert (after.amount_fen, after.owed_fen) == (0, 100_00), "claimed back once, and not given back yet"
