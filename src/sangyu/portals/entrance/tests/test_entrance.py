"""Everybody comes in by the same door and stands at the own desk; nobody is told more than they asked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import PASSWORD, Cast

from sangyu.portals.entrance.desks import DOORS

DESK_OF = {
    "agent": "hotline:desk",
    "dispatcher": "dispatching:board",
    "community": "community:elders",
    "kangan": "provider:inbox",
    "zhao": "carer:today",
    "quality": "quality:queue",
}


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("sign-in"), {"username": username, "password": password, **more})


@pytest.mark.parametrize("username", DESK_OF)
def test_who_has_one_desk_is_led_straight_to_it(cast: Cast, client: Client, username: str) -> None:
    assert sign_in(client, username).url == reverse("home")
    assert client.get(reverse("home")).url == reverse(DESK_OF[username])
    assert client.get(reverse(DESK_OF[username])).status_code == 200


@pytest.mark.parametrize("username", ["finance", "approver", "bureau", "auditor"])
def test_who_has_several_desks_chooses_and_every_door_opens(cast: Cast, client: Client, username: str) -> None:
    sign_in(client, username)
    page = client.get(reverse("home")).content.decode()
    open_doors = [door for door in DOORS if f'href="{door.url}"' in page]
    assert len(open_doors) > 1
    for door in open_doors:
        assert client.get(door.url).status_code == 200


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(cast: Cast, client: Client) -> None:
    answer = sign_in(client, "agent", "wrong")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "用户名或密码不对" in page
    assert 'value="agent"' in page
    assert "wrong" not in page


def test_after_a_wrong_password_the_page_that_was_wanted_is_still_known(cast: Cast, client: Client) -> None:
    page = sign_in(client, "finance", "wrong", next="/finance/budget/").content.decode()
    assert 'name="next" value="/finance/budget/"' in page


def test_a_name_that_does_not_exist_is_answered_in_the_same_words(cast: Cast, client: Client) -> None:
    assert "用户名或密码不对" in sign_in(client, "nobody").content.decode()


def test_after_signing_in_the_page_that_was_wanted_opens(cast: Cast, client: Client) -> None:
    assert sign_in(client, "finance", next="/finance/budget/").url == "/finance/budget/"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_house(cast: Cast, client: Client, target: str) -> None:
    assert sign_in(client, "finance", next=target).url == reverse("home")


def test_signing_out_closes_every_door(cast: Cast, client: Client) -> None:
    sign_in(client, "agent")
    assert client.get(reverse("sign-out")).status_code == 405
    client.post(reverse("sign-out"))
    assert client.get(reverse("hotline:desk")).url.startswith(reverse("sign-in"))


def test_the_demo_lists_its_log_ins_and_a_served_programme_does_not(cast: Cast, client: Client, settings) -> None:
    assert "dispatcher" in client.get(reverse("sign-in")).content.decode()
    settings.DEMO = False
    assert "dispatcher" not in client.get(reverse("sign-in")).content.decode()


def test_the_language_is_the_viewers_choice(cast: Cast, client: Client) -> None:
    client.post(reverse("set_language"), {"language": "en", "next": reverse("sign-in")})
    page = client.get(reverse("sign-in")).content.decode()
    assert "Sign in" in page
    assert 'lang="en"' in page
