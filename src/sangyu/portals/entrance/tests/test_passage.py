"""Between the front door and a desk: the own password, the second factor, the empty chair - over every address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import PASSWORD, Cast
from tests.walks.test_every_page import anything, routes

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Role, Session
from sangyu.portals.entrance.passage import LOOK_UP_ROUTES, OPEN_ROUTES, PROVED, real_now

# Machines have keys and signatures of their own, and no session; these addresses never look at one.
WITHOUT_SESSION = ("api:", "exchange:")
STRONG = [Role.FINANCE, Role.APPROVER, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR]


def addresses() -> dict[str, str]:
    """Every address of a desk, with arguments that fit though nothing stands there."""
    return {
        name: reverse(name, kwargs=anything(pattern))
        for name, pattern in routes()
        if not name.startswith(WITHOUT_SESSION)
    }


def signed_in(who: Any, *, proved: bool = False) -> Client:
    client = Client()
    client.force_login(who)
    if proved:
        session = client.session
        session[PROVED] = True
        session.save()
    return client


def test_who_moves_money_reaches_no_desk_without_a_second_factor(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = settings.STAGE = True
    client, every, written = signed_in(cast.qian), addresses(), AuditEntry.objects.count()
    assert len(every) > 150
    for name, address in every.items():
        if name in OPEN_ROUTES:
            continue
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302, name
            assert answer.url.partition("?")[0] == reverse("factor-add"), name
    assert AuditEntry.objects.count() == written


@pytest.mark.parametrize("role", STRONG)
def test_every_strong_role_is_stopped_before_money_and_oversight(cast: Cast, settings: Any, role: str) -> None:
    settings.SECOND_FACTOR = True
    client = signed_in(cast.user(cast.bureau, "one", "何一", role))
    for route in ("finance:months", "finance:budget", "bureau:home", "bureau:people", "audit:search", "home"):
        assert client.get(reverse(route)).url.partition("?")[0] == reverse("factor-add"), route


def test_with_a_second_factor_used_since_signing_in_every_desk_opens(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    client = signed_in(cast.head, proved=True)
    for route in ("bureau:home", "finance:months", "audit:search", "bureau:people"):
        assert client.get(reverse(route)).status_code == 200


def test_other_roles_work_without_one_but_look_nothing_up(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    client = signed_in(cast.clerk)
    assert client.get(reverse("community:elder", args=[cast.li.pk])).status_code == 200
    [route] = LOOK_UP_ROUTES
    for answer in (client.get(reverse(route, args=[cast.li.pk])), client.post(reverse(route, args=[cast.li.pk]))):
        assert answer.url.startswith(reverse("factor-add"))
    assert signed_in(cast.clerk, proved=True).get(reverse(route, args=[cast.li.pk])).status_code == 200


def test_in_the_demo_nobody_is_asked_who_has_not_added_one(cast: Cast) -> None:
    assert signed_in(cast.qian).get(reverse("finance:months")).status_code == 200


def test_a_part_of_a_page_sends_the_whole_page_on(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    answer = signed_in(cast.qian).get(reverse("finance:months"), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("factor-add")


def test_a_password_that_somebody_else_set_is_changed_before_anything_else(cast: Cast, client: Client) -> None:
    given = access.renew_password(user_id=cast.ma.pk, reason="忘记密码", by=cast.head, at=cast.at)
    client.post(reverse("sign-in"), {"username": "agent", "password": given.password})
    for name, address in addresses().items():
        if name.startswith("hotline:"):
            assert client.get(address).url.startswith(reverse("account-password")), name
    page = client.get(reverse("account-password")).content.decode()
    assert "别人替您设的" in page
    new = "竹林 小溪 Kite 47"
    answer = client.post(reverse("account-password"), {"old": given.password, "new": new, "again": new})
    assert answer.url == reverse("home")
    assert client.get(reverse("hotline:desk")).status_code == 200


def test_an_empty_chair_of_money_is_closed_after_half_an_hour(cast: Cast, settings: Any) -> None:
    settings.IDLE_MINUTES = 30
    client = signed_in(cast.qian)
    Session.objects.update(seen_at=real_now() - timedelta(minutes=29))
    assert client.get(reverse("finance:months")).status_code == 200
    assert Session.objects.get().seen_at > real_now() - timedelta(minutes=1)
    Session.objects.update(seen_at=real_now() - timedelta(minutes=31))
    answer = client.get(reverse("finance:months"), follow=True)
    assert answer.redirect_chain[0][0] == f"{reverse('sign-in')}?next=%2Ffinance%2F"
    assert "30分钟没有操作" in answer.content.decode()
    assert not Session.objects.filter(user=cast.qian).exists()


def test_a_page_that_refreshes_itself_keeps_no_chair_warm(cast: Cast, settings: Any) -> None:
    settings.IDLE_MINUTES = 30
    client = signed_in(cast.qian)
    last = real_now() - timedelta(minutes=20)
    Session.objects.update(seen_at=last)
    client.get(reverse("finance:months"), headers={"HX-Request": "true"})
    assert Session.objects.get().seen_at == last


def test_the_hotline_stays_through_a_quiet_hour(cast: Cast, settings: Any) -> None:
    settings.IDLE_MINUTES = 30
    client = signed_in(cast.ma)
    Session.objects.update(seen_at=real_now() - timedelta(minutes=61))
    assert client.get(reverse("hotline:desk")).status_code == 200


@pytest.mark.parametrize(("username", "hours"), [("agent", 8), ("finance", 8), ("zhao", 30 * 24)])
def test_a_desk_stays_open_for_eight_hours_and_a_pocket_for_thirty_days_from_signing_in(
    cast: Cast, client: Client, username: str, hours: int
) -> None:
    client.post(reverse("sign-in"), {"username": username, "password": PASSWORD})
    session = Session.objects.get(user__username=username)
    ends_at = session.begun_at + timedelta(hours=hours)
    assert abs(session.expire_date - ends_at) < timedelta(seconds=5)
    kept = client.session
    kept["later"] = True
    kept.save()
    session.refresh_from_db()
    assert abs(session.expire_date - ends_at) < timedelta(seconds=5)


def test_who_signs_in_leaves_no_session_behind_that_ran_out_whosever_it_was(cast: Cast, client: Client) -> None:
    signed_in(cast.wang)
    waiting = Client().session
    waiting["waits"] = True
    waiting.save()
    Session.objects.update(expire_date=real_now() - timedelta(seconds=1))
    client.post(reverse("sign-in"), {"username": "agent", "password": PASSWORD})
    assert [session.user for session in Session.objects.all()] == [cast.ma]


def test_signing_in_changes_the_key_of_the_session(cast: Cast, client: Client) -> None:
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies["sessionid"] = before.session_key
    client.post(reverse("sign-in"), {"username": "agent", "password": PASSWORD})
    assert client.cookies["sessionid"].value != before.session_key
    assert not Session.objects.filter(pk=before.session_key).exists()


def test_a_role_taken_away_is_gone_with_the_next_request_and_with_the_stream(cast: Cast, client: Client) -> None:
    from sangyu.portals.live.app import _sign_in

    client.post(reverse("sign-in"), {"username": "agent", "password": PASSWORD})
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert client.get(reverse("hotline:desk")).status_code == 200
    assert _sign_in(cookie, [])[0] == cast.ma
    access.take_role(user_id=cast.ma.pk, role=Role.AGENT, reason="轮岗", by=cast.head, at=cast.at)
    assert client.get(reverse("hotline:desk")).url.startswith(reverse("sign-in"))
    assert _sign_in(cookie, [])[0] is None


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "198.51.100.9", "127.0.0.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
    ],
)
def test_the_callers_address_is_taken_from_our_own_proxies_only(
    cast: Cast, client: Client, settings: Any, proxies: int, forwarded: str, counted: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    client.post(reverse("sign-in"), {"username": "agent", "password": PASSWORD}, headers={"X-Forwarded-For": forwarded})
    assert Session.objects.get(user=cast.ma).address == counted
