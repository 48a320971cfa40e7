"""The desk as hands and eyes meet it: a batch with the keyboard alone, and nothing in the way of a screen reader."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from tests.seat import violations

from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Dispatch, ProposalAnswer
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper

pytestmark = pytest.mark.django_db(transaction=True)


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def offer(cast):
    sent = cast.sent(cast.order(elder=cast.grandpa, days=3))
    return dispatch.propose(
        dispatch_id=sent.pk,
        wanted_from=sent.order.wanted_from + timedelta(hours=4),
        note="上午人手都在外面",
        by=cast.kangan_user,
        at=cast.at + timedelta(minutes=5),
    )


def busy(cast):
    """An order at every stage, one that came back, an offer of another time, a permit that runs out."""
    offer(cast)
    cast.order(days=1)
    cast.assigned(cast.order(days=2))
    back = cast.sent(cast.order(elder=cast.grandpa, days=4))
    dispatch.refuse(dispatch_id=back.pk, reason="NO_WORKER", by=cast.kangan_user, at=cast.at + timedelta(minutes=6))
    providers.lodge_licence(
        enterprise=cast.kangan,
        paper=Paper("食品经营许可证", "SP-1", date(2021, 1, 1), date(2026, 12, 1)),
        by=cast.head,
        at=cast.at,
    )


def test_two_orders_are_selected_and_sent_with_the_keyboard_alone(cast, open_page):
    cast.order(days=1)
    cast.order(elder=cast.grandpa, days=2)
    page = open_page(cast.wang, "/dispatching/")
    for key in ("j", "x", "j", "x", "Shift+A"):
        page.keyboard.press(key)
    expect(page.locator("#results")).to_contain_text("已派给康安居家服务有限公司")
    expect(page.locator("#results tbody tr")).to_have_count(2)
    expect(page.locator("#board")).to_contain_text("全部派完")
    assert Dispatch.objects.count() == 2


def test_a_yes_is_one_key(cast, open_page):
    made = offer(cast)
    page = open_page(cast.wang, "/dispatching/proposals/")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page.get_by_text("企业算已接单")).to_be_visible()
    assert ProposalAnswer.objects.get(proposal=made).agreed


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_stands_in_the_way(cast, open_page, width):
    busy(cast)
    firm = f"/dispatching/enterprises/{cast.kangan.pk}/"
    page = open_page(cast.other_agent, "/dispatching/", width=width)
    base = page.url.split("/dispatching/")[0]
    for path in [
        "/dispatching/",
        "/dispatching/?stage=SENT",
        "/dispatching/?stage=IN_SERVICE",
        "/dispatching/proposals/",
        "/dispatching/enterprises/",
        "/dispatching/enterprises/?state=EXITED",
        "/dispatching/enterprises/apply/",
        firm,
        f"{firm}leave/",
        f"{firm}contract/",
        f"{firm}licence/",
    ]:
        page.goto(base + path)
        assert violations(page) == [], path
        assert not overflows(page), path
