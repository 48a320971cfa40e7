"""One's own account by its pages: factors added, asked and removed; sessions seen and ended; a new password."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import PASSWORD, Cast

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Factor, Session
from sangyu.access.rules import codes
from sangyu.portals.entrance.passage import PROVED, real_now
from sangyu.portals.entrance.templatetags.entrance import device
from sangyu.portals.entrance.views import WAITING

NEW = "竹林 小溪 Kite 47"


class Phone:
    """An authenticator app that has read the picture of a page; it never shows a code twice."""

    def __init__(self, page: str) -> None:
        letters = re.search(r'break-all sy-num">([A-Z2-7]+)<', page)
        assert letters
        text = letters[1]
        self.secret = base64.b32decode(text + "=" * (-len(text) % 8))
        self.step = 0

    def shows(self) -> str:
        now = codes.step_of(real_now())
        # A second code within the half minute is the next one, which a clock that is a little fast would show.
        self.step = now if self.step < now else now + 1
        Factor.objects.filter(last_step__gte=self.step).update(last_step=self.step - 1)
        return codes.code_of(self.secret, self.step)


def sign_in(client: Client, username: str = "finance") -> Any:
    return client.post(reverse("sign-in"), {"username": username, "password": PASSWORD, "next": "/finance/budget/"})


def added(client: Client) -> tuple[Phone, list[str]]:
    """Add an app by its page and return it with the recovery codes of the next page."""
    phone = Phone(client.get(reverse("app-add")).content.decode())
    page = client.post(reverse("app-add"), {"code": phone.shows(), "name": "工作手机"}).content.decode()
    return phone, re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", page)


@pytest.fixture
def fresh() -> Client:
    return Client()


def test_an_app_is_added_with_its_first_code_and_the_paper_is_shown_once(cast: Cast, client: Client) -> None:
    sign_in(client)
    page = client.get(reverse("app-add")).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    wrong = client.post(reverse("app-add"), {"code": "000000"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.content.decode()
    assert not Factor.objects.exists()
    _phone, paper = added(client)
    assert len(paper) == 10
    assert client.session[PROVED] is True
    account = client.get(reverse("account")).content.decode()
    assert "工作手机" in account
    assert not any(code in account for code in paper)
    assert "no-store" in client.get(reverse("app-add")).headers["Cache-Control"]


def test_with_a_factor_the_password_alone_opens_nothing(cast: Cast, client: Client, fresh: Client) -> None:
    sign_in(client)
    phone, _paper = added(client)
    assert sign_in(fresh).url == reverse("second-factor")
    assert "_auth_user_id" not in fresh.session
    for route in ("home", "finance:months", "account", "app-add"):
        assert fresh.get(reverse(route)).url.startswith(reverse("sign-in")), route
    wrong = fresh.post(reverse("second-factor"), {"code": "000000"})
    assert wrong.status_code == 422
    assert "没有通过" in wrong.content.decode()
    answer = fresh.post(reverse("second-factor"), {"code": phone.shows()})
    assert answer.url == "/finance/budget/"
    assert fresh.get(answer.url).status_code == 200
    entry = AuditEntry.objects.filter(verb="access.sign_in").order_by("id").last()
    assert (entry.by, entry.facts["outcome"]) == (cast.qian, "IN")


def test_a_recovery_code_opens_the_door_too(cast: Cast, client: Client, fresh: Client) -> None:
    sign_in(client)
    _phone, paper = added(client)
    sign_in(fresh)
    assert fresh.post(reverse("second-factor"), {"code": paper[3]}).url == "/finance/budget/"


def test_the_right_password_waits_ten_minutes_for_the_factor(cast: Cast, client: Client, fresh: Client) -> None:
    sign_in(client)
    added(client)
    sign_in(fresh)
    kept = fresh.session
    kept[WAITING] = {**kept[WAITING], "since": (real_now() - timedelta(minutes=11)).isoformat()}
    kept.save()
    assert fresh.get(reverse("second-factor")).url == reverse("sign-in")


def test_who_is_suspended_while_the_factor_is_awaited_stays_out(cast: Cast, client: Client, fresh: Client) -> None:
    sign_in(client)
    phone, _paper = added(client)
    sign_in(fresh)
    access.suspend(user_id=cast.qian.pk, reason="离职", by=cast.head, at=cast.at)
    assert fresh.post(reverse("second-factor"), {"code": phone.shows()}).url == reverse("sign-in")


@pytest.mark.parametrize("answer", ["[" * 100_000, "[]", "5", '{"id": "AAAA"}'])
def test_an_answer_that_no_browser_wrote_is_a_wrong_one(cast: Cast, client: Client, fresh: Client, answer: str) -> None:
    sign_in(client)
    added(client)
    sign_in(fresh)
    refused = fresh.post(reverse("second-factor"), {"answer": answer})
    assert refused.status_code == 422
    assert "没有通过" in refused.content.decode()


def test_a_session_without_the_factor_adds_none_to_an_account_that_has_one(
    cast: Cast, client: Client, fresh: Client
) -> None:
    sign_in(client)
    added(client)
    fresh.force_login(cast.qian)  # a session that never showed the factor
    for route in ("app-add", "passkey-add"):
        assert fresh.get(reverse(route)).url.startswith(reverse("second-factor"))
        assert fresh.post(reverse(route), {"code": "1", "answer": "{}"}).url.startswith(reverse("second-factor"))
    assert Factor.objects.count() == 1


def test_removing_a_factor_needs_it_once_more(cast: Cast, client: Client) -> None:
    sign_in(client)
    phone, _paper = added(client)
    address = reverse("factor-remove", args=[Factor.objects.get().pk])
    assert client.post(address, {"code": ""}).status_code == 422
    assert client.post(address, {"code": "000000"}).status_code == 422
    assert Factor.objects.get().removed_at is None
    assert client.post(address, {"code": phone.shows()}).url == reverse("account")
    assert Factor.objects.get().removed_at is not None


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) MicroMessenger/8.0", "微信 · iPhone"),
        ("an app of our own/1.0", "an app of our own/1.0"),
    ],
)
def test_a_device_is_named_by_what_its_browser_says(said: str, named: str) -> None:
    assert device(said) == named


def test_somebody_elses_factor_is_not_there(cast: Cast, client: Client, fresh: Client) -> None:
    sign_in(client)
    added(client)
    sign_in(fresh, "approver")
    assert fresh.get(reverse("factor-remove", args=[Factor.objects.get().pk])).status_code == 404


def test_one_sees_where_one_is_signed_in_and_ends_what_one_does_not_know(
    cast: Cast, client: Client, fresh: Client
) -> None:
    for one, browser_name in ((client, "Office"), (fresh, "Stolen phone")):
        one.post(reverse("sign-in"), {"username": "agent", "password": PASSWORD}, headers={"User-Agent": browser_name})
    page = client.get(reverse("account")).content.decode()
    assert "Office" in page
    assert "Stolen phone" in page
    assert not any(row.session_key in page for row in Session.objects.all())
    [end] = re.findall(r'action="(/account/sessions/\w+/end/)"', page)
    assert Client().post(end).url.startswith(reverse("sign-in"))
    other = Client()
    other.force_login(cast.wang)
    other.post(end)
    assert fresh.get(reverse("hotline:desk")).status_code == 200  # nobody else ends it
    client.post(end)
    assert fresh.get(reverse("hotline:desk")).status_code == 302
    assert client.get(reverse("hotline:desk")).status_code == 200
    assert AuditEntry.objects.filter(verb="access.end_session", by=cast.ma).count() == 1


def test_a_new_password_ends_every_other_session_and_keeps_this_one(cast: Cast, client: Client, fresh: Client) -> None:
    for one in (client, fresh):
        sign_in(one)
    answer = client.post(reverse("account-password"), {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert client.get(reverse("finance:months")).status_code == 200
    assert fresh.get(reverse("finance:months")).status_code == 302


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "原密码不对"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "两遍新密码不一样"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "至少12个字符"),
    ],
)
def test_a_password_that_will_not_do_says_why(cast: Cast, client: Client, given: dict[str, str], said: str) -> None:
    sign_in(client)
    answer = client.post(reverse("account-password"), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_too_many_wrong_passwords_are_told_so_in_the_same_words_for_any_name(cast: Cast, client: Client) -> None:
    pages = {}
    for name in ("finance", "nobody-of-that-name"):
        for n in range(5):
            answer = client.post(reverse("sign-in"), {"username": name, "password": f"wrong-{n}"})
        assert answer.status_code == 429
        words = re.sub(r'value="[^"]*"', "", answer.content.decode())
        pages[name] = words[words.index("<main") : words.index("演示账号")]
    assert "请30分钟后再试" in pages["finance"]
    assert pages["finance"] == pages["nobody-of-that-name"]


def test_a_number_is_looked_up_against_a_reason_and_masked_everywhere_else(cast: Cast, client: Client) -> None:
    client.force_login(cast.clerk)
    address = reverse("look-up-document", args=[cast.li.pk])
    masked = "620102********"
    for page in (reverse("community:elder", args=[cast.li.pk]), address):
        text = client.get(page).content.decode()
        assert masked in text
        assert re.search(r"620102\d{11}[\dX]", text) is None
    assert client.post(address, {"reason": ""}).status_code == 422
    answer = client.post(address, {"reason": "窗口核对本人身份证"})
    number = re.search(r"data-whole>(620102\d{11}[\dX])<", answer.content.decode())
    assert number
    assert "no-store" in answer.headers["Cache-Control"]
    client.force_login(cast.ma)
    assert client.get(address).status_code == 403
    client.force_login(cast.kangan_user)
    assert client.get(address).status_code == 403
