"""The desk in a browser: the inbox by keys, and every page readable by all, at an office and on a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.cast import Cast
from tests.seat import violations

from sangyu.dispatch.models import Acceptance
from sangyu.files.tests.paint import photo
from sangyu.visits import actions as visits

pytestmark = pytest.mark.django_db(transaction=True)


def faults(page) -> list[str]:
    told = violations(page)
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        told.append("wider than the screen")
    return told


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_is_readable_by_all(cast: Cast, open_page, width):
    waiting = cast.sent(cast.order(hour=14))
    naming = cast.accepted(cast.order(hour=16))
    visit = cast.visited(cast.order(hour=8))
    visits.add_photo(visit_id=visit.pk, content=photo(), by=cast.zhao_user, at=visit.arrived_at)
    visits.report_incident(
        order_id=visit.order_id, kind="DAMAGE", note="碰碎一只碗", by=cast.zhao_user, at=visit.arrived_at, key="k"
    )
    page = open_page(cast.kangan_user, reverse("provider:inbox"), width=width)
    site = page.url.split("/provider/")[0]
    for path in (
        reverse("provider:inbox"),
        reverse("provider:dispatch", args=[waiting.pk]),
        reverse("provider:dispatch", args=[naming.pk]),
        reverse("provider:workers"),
        reverse("provider:worker", args=[cast.zhao.pk]),
        reverse("provider:take-on"),
        reverse("provider:licences"),
        reverse("provider:pay"),
        reverse("provider:incidents"),
    ):
        page.goto(site + path)
        assert faults(page) == [], path


def test_the_inbox_is_worked_by_keys(cast: Cast, open_page):
    sent = [cast.sent(cast.order(hour=hour)) for hour in (9, 11, 14, 16)]
    page = open_page(cast.kangan_user, reverse("provider:inbox"), sent[0].sent_at)
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.keyboard.press("Shift+A")
    page.get_by_text("已接 2 单").wait_for()
    assert set(Acceptance.objects.values_list("dispatch_id", flat=True)) == {sent[0].pk, sent[1].pk}
    # The rows have come anew when nothing is being exchanged any more; a row that is still going keeps no focus.
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_text("派谁去").wait_for()
    assert Acceptance.objects.filter(dispatch=sent[2]).exists()
    page.goto(page.url.split("/provider/")[0] + reverse("provider:inbox"))
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.get_by_role("button", name="确认拒单").wait_for()
    page.keyboard.press("p")
    page.get_by_label("改到什么时间").wait_for()
