"""The list of people by address: the bureau changes, leaders and the auditor read, nobody touches their own account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import PASSWORD
from tests.neighbour import Neighbour
from tests.seat import violations

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Role, User
from sangyu.access.rules.look_ups import ALARM_AT
from sangyu.portals.bureau.people import PAGE
from sangyu.portals.bureau.tests.conftest import NOW
from sangyu.registry import actions as registry


def act(client: Client, user: User, verb: str, **said: str):
    return client.post(reverse("bureau:person-act", args=[user.pk, verb]), said)


def test_the_list_shows_who_works_here_and_nobody_of_next_door(cast, sit):
    Neighbour(cast.at)
    page = sit(cast.head).get(reverse("bureau:people")).content.decode()
    for name in ("马晓兰", "agent", "康安居家服务有限公司", "财务经办"):
        assert name in page
    assert "系统定时" not in page
    assert "xigu" not in page


def test_somebody_is_found_by_name_body_or_role(cast, sit):
    client, address = sit(cast.head), reverse("bureau:people")

    def found(**asked: str) -> list[str]:
        page = client.get(address, asked).content.decode()
        return re.findall(r'<span class="sy-sub">(\S+)</span></th>', page)

    assert found(q="马晓") == ["agent"]
    assert found(q="康安", role="WORKER") == ["zhao"]
    assert found(role="FINANCE") == ["finance"]
    assert found(q="没有这个人") == []


def test_the_list_is_turned_page_by_page_with_as_many_questions_as_ever(cast, sit, django_assert_max_num_queries):
    for n in range(2 * PAGE):
        cast.user(cast.operator, f"carer-{n:03}", "钟慧", Role.AGENT, sign_in=False)
    client, seen, address, pages = sit(cast.head), [], reverse("bureau:people"), 0
    while address:
        with django_assert_max_num_queries(16):
            page = client.get(address).content.decode()
        seen += re.findall(r'<span class="sy-sub">(\S+)</span></th>', page)
        pages += 1
        after = re.search(r'href="(\?after=[^"]+)"', page)
        address = reverse("bureau:people") + after[1] if after else ""
    assert seen == sorted(seen) == sorted(set(seen))
    assert len(seen) == User.objects.exclude(pk=cast.clock.pk).count()
    assert pages == 3


@pytest.mark.parametrize("who", ["deputy", "auditor"])
def test_leaders_and_the_auditor_read_and_change_nothing(cast, sit, who):
    client = sit(getattr(cast, who))
    page = client.get(reverse("bureau:person", args=[cast.ma.pk]))
    assert page.status_code == 200
    assert "停用账号" not in page.content.decode()
    assert client.get(reverse("bureau:invite")).status_code == 403
    assert act(client, cast.ma, "suspend", reason="离职").status_code == 422
    assert User.objects.get(pk=cast.ma.pk).is_active


def test_others_do_not_come_here(cast, sit):
    for who in (cast.ma, cast.qian, cast.kangan_user, cast.clerk, cast.zhao_user):
        client = sit(who)
        assert client.get(reverse("bureau:people")).status_code == 403
        assert act(client, cast.wang, "suspend", reason="离职").status_code == 403
    neighbour = sit(Neighbour(cast.at).head)
    assert neighbour.get(reverse("bureau:person", args=[cast.ma.pk])).status_code == 404
    assert act(neighbour, cast.ma, "suspend", reason="离职").status_code == 404


def test_an_invitation_shows_its_password_once_and_lets_somebody_in(cast, sit):
    client = sit(cast.head)
    given = {"organisation": cast.operator.pk, "display_name": "钟慧", "username": "zhong.hui", "roles": ["AGENT"]}
    wrong = client.post(reverse("bureau:invite"), {**given, "roles": ["HEAD"]})
    assert wrong.status_code == 422
    assert "没有“局长”这个岗位" in wrong.content.decode()
    page = client.post(reverse("bureau:invite"), given).content.decode()
    password = re.search(r"data-password>([\w-]+)<", page)
    assert password
    entry = access.sign_in(username="zhong.hui", password=password[1], address="", at=NOW)
    assert entry.user.roles == {Role.AGENT}
    assert password[1] not in client.get(reverse("bureau:person", args=[entry.user.pk])).content.decode()


def test_every_change_shows_on_the_page_with_who_made_it(cast, sit):
    client = sit(cast.head)
    for verb, said in (
        ("give-role", {"role": "SUPERVISOR"}),
        ("take-role", {"role": "AGENT", "reason": "轮岗"}),
        ("suspend", {"reason": "休假"}),
        ("resume", {}),
    ):
        assert act(client, cast.ma, verb, **said).url == reverse("bureau:person", args=[cast.ma.pk])
    page = client.get(reverse("bureau:person", args=[cast.ma.pk])).content.decode()
    for said in ("增加岗位 · 值班长", "取消岗位 · 话务员 · 轮岗", "停用账号 · 休假", "恢复账号"):
        assert said in page
    assert User.objects.get(pk=cast.ma.pk).roles == {Role.SUPERVISOR}


def test_who_locked_themselves_out_is_seen_and_unlocked(cast, sit):
    client = sit(cast.head)
    for n in range(5):
        access.sign_in(username="agent", password=f"wrong-{n}", address="203.0.113.7", at=NOW)
    assert "锁定到" in client.get(reverse("bureau:people"), {"q": "agent"}).content.decode()
    act(client, cast.ma, "unlock")
    later = NOW + timedelta(minutes=1)
    assert access.sign_in(username="agent", password=PASSWORD, address="203.0.113.7", at=later).user == cast.ma


@pytest.mark.parametrize("verb", ["give-role", "take-role", "suspend", "renew-password", "reset-factors", "unlock"])
def test_nobody_changes_their_own_account_here(cast, sit, verb):
    answer = act(sit(cast.head), cast.head, verb, role="DEPUTY", reason="试一试")
    assert answer.status_code == 422
    assert "另一位同事" in answer.content.decode()
    assert not AuditEntry.objects.filter(object_id=cast.head.pk).exists()


def test_an_act_that_nobody_knows_is_not_there(cast, sit):
    assert act(sit(cast.head), cast.ma, "promote").status_code == 404


def test_somebody_who_looks_up_a_whole_street_stands_among_the_exceptions(cast, sit):
    for n in range(ALARM_AT):
        registry.look_up_document(
            elder_id=cast.li.pk, reason="抄一份名册", by=cast.clerk, at=NOW - timedelta(minutes=20 - n)
        )
    page = sit(cast.head).get(reverse("bureau:rows", args=["look-ups"])).content.decode()
    assert "罗敏" in page
    assert "抄一份名册" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_stands_in_the_way(month, open_page, live_server, width):
    access.sign_in(username="agent", password="wrong", address="203.0.113.7", at=NOW)
    page = open_page(month.head, reverse("bureau:people"), width=width)
    for path in (
        reverse("bureau:people"),
        reverse("bureau:invite"),
        reverse("bureau:person", args=[month.ma.pk]),
        reverse("account"),
    ):
        page.goto(f"{live_server.url}{path}")
        for summary in page.locator("details summary").all():
            summary.click()
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), path
