"""The desk of applications as eyes and hands meet it: a stack worked off by keyboard, nothing in anybody's way."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from tests.seat import violations

from sangyu.applications import actions as applications
from sangyu.applications.models import Application, State, Unclaimed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_stack_is_worked_off_by_keyboard(huli, open_desk):
    people = [
        huli.elder(f"赵{name}", huli.li.birth_on, 100 + n, [f"139000002{n:02}"]) for n, name in enumerate("甲乙丙")
    ]
    made = []
    for n, one in enumerate(people):
        huli.at += timedelta(minutes=1)  # the stack goes by the time of coming
        made.append(huli.classified("paid", elder=one, key=huli.key_for(one, drawn=n == 1)))
    page = open_desk(huli.second, "/bureau/approvals/")
    expect(page.locator("main")).to_contain_text("赵甲")
    assert violations(page) == []
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(str(made[1].pk)))
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(str(made[0].pk)))
    page.keyboard.press("a")
    expect(page.get_by_role("button", name=re.compile("打开全卷"))).to_be_visible()  # the next comes up, and is drawn
    page.keyboard.press("o")
    expect(page.locator("main")).to_contain_text("没有收材料")
    assert violations(page) == []
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("赵丙 · 女")
    page.keyboard.press("r")
    page.keyboard.type("缺收入证明")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("没有等您审批的")
    assert sorted(Application.objects.values_list("state", flat=True)) == [State.OPEN, State.OPEN, State.RETURNED]


def test_nothing_stands_in_the_way(huli, open_desk):
    made, posting = huli.posted()
    applications.object_to(
        application_id=made.pk,
        raised_by="邻居",
        phone="13900000077",
        grounds="有两套房",
        by=huli.clerk,
        at=huli.at,
        key="1",
    )
    huli.classified("paid", elder=huli.grandpa)
    huli.recognised(huli.elder("周淑芬", date(1941, 3, 5), 44, ["13900000044"]), "severe_disability")
    applications.survey(programme_id=huli.programme.pk, by=huli.clock, at=huli.at)
    line = Unclaimed.objects.get(kind="service")
    paths = {
        huli.clerk: [
            "/community/applications/unclaimed/?kind=service",
            "/community/applications/unclaimed/?kind=respite&of=lacking",
            f"/community/applications/unclaimed/{line.pk}/waive/",
            "/community/applications/unclaimed/sheet/?kind=service",
            "/community/applications/",
            f"/community/applications/new/?elder={huli.li.pk}&kind=respite",
            f"/community/applications/{made.pk}/",
            "/community/applications/postings/",
            f"/community/applications/postings/{posting.pk}/",
            f"/notices/{posting.pk}/",
        ],
        huli.head: ["/bureau/approvals/", "/bureau/approvals/terms/"],
    }
    for who, addresses in paths.items():
        for width in (1366, 390):
            page = open_desk(who, addresses[0], viewport={"width": width, "height": 800})
            for address in addresses:
                page.goto(re.sub(r"(https?://[^/]+).*", r"\1", page.url) + address)
                assert violations(page) == [], address
                wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                assert not page.evaluate(wide), (address, width)
