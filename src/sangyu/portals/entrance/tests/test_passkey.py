"""A passkey in a real browser with an authenticator of its own: made, asked at the door, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cast import PASSWORD, Cast
from tests.seat import violations

from sangyu.access.models import Factor, FactorKind

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser):
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    opened = context.new_page()
    devtools = context.new_cdp_session(opened)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield opened
    context.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in/?next=/account/")
    page.get_by_label("用户名").fill("finance")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_made_opens_the_door_and_goes(live_server, page: Page) -> None:
    cast = Cast()
    sign_in(page, live_server.url)
    page.get_by_role("link", name="添加一种").click()
    page.get_by_role("link", name="通行密钥").click()
    assert violations(page) == []
    page.get_by_label("给它起个名字").fill("办公室电脑")
    page.get_by_role("button", name="添加").click()
    page.get_by_role("heading", name="请抄下备用码").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="抄好了，继续").click()
    factor = Factor.objects.get(user=cast.qian)
    assert (factor.kind, factor.name) == (FactorKind.PASSKEY, "办公室电脑")

    page.context.clear_cookies()
    sign_in(page, live_server.url)
    page.get_by_role("heading", name="第二步验证").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="用通行密钥").click()
    page.get_by_text("登录中的设备").first.wait_for()
    factor.refresh_from_db()
    assert factor.used_at is not None
    assert factor.sign_count > 0
    assert violations(page) == []

    page.get_by_role("link", name="移除").click()
    page.get_by_role("button", name="用通行密钥").click()
    page.get_by_text("还没有第二步验证").wait_for()
    factor.refresh_from_db()
    assert factor.removed_by == cast.qian
