"""What the bureau sees of other systems, and what it can do when one does not take what it is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import Cast

from sangyu.access.models import AuditEntry
from sangyu.kit.ids import new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Pushed, Subscribed
from sangyu.outbox.models import Push, Subscription
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer.views import PAGE

HOME, NEW, PUSHES = (reverse(f"developer:{name}") for name in ("subscriptions", "new", "pushes"))
Subscribe = Callable[..., Subscribed]
SignIn = Callable[..., Client]


def of(done: Subscribed, name: str = "subscription") -> str:
    return reverse(f"developer:{name}", args=[done.subscription.pk])


def ping(town: Cast, done: Subscribed, status: int | None, *, minutes: int = 0) -> Push:
    """Push a ping and note an answer."""
    at = town.at + timedelta(minutes=minutes)
    pk = developer.ping(subscription_id=done.subscription.pk, by=town.head, at=at, key=str(new_id()))
    reason = "" if status == 200 else "对方应答500"
    outbox.note_pushes(
        pushed=[Pushed(one, status, reason, 31, at) for one in outbox.claim_pushes(at=at, limit=9)], at=at
    )
    return Push.objects.get(pk=pk)


def typed(town: Cast, **more: object) -> dict[str, object]:
    return {
        "name": "康安派单系统",
        "organisation": str(town.kangan.organisation_id),
        "address": "http://127.0.0.1:9/events",
        "kinds": ["order.moved", "dispatch.sent"],
        "scheme": "HMAC",
        "key": "k-1",
        **more,
    }


def test_an_empty_desk_says_what_to_do(town: Cast, clock: None, sign_in: SignIn) -> None:
    desk = sign_in(town.head)
    assert "还没有外部系统订阅" in desk.get(HOME).content.decode()
    assert "还没有推送" in desk.get(PUSHES).content.decode()
    assert "没有找到" in desk.get(PUSHES, {"state": "DEAD"}).content.decode()


def test_the_secret_is_shown_once(town: Cast, clock: None, sign_in: SignIn) -> None:
    desk = sign_in(town.head)
    first = desk.post(NEW, typed(town))
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", first.content.decode())
    assert "no-store" in first["Cache-Control"]
    second = desk.post(NEW, typed(town), follow=True)
    assert "密钥只显示一次" in second.content.decode()
    for path in (HOME, second.request["PATH_INFO"], PUSHES):
        assert secret not in desk.get(path).content.decode()
    assert Subscription.objects.count() == 1
    entry = AuditEntry.objects.get(verb="developer.subscribe")
    assert secret not in str(entry.facts)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "请填写名称"),
        ({"address": "http://10.0.0.8/"}, "内部网络"),
        ({"address": "ftp://example.cn/"}, "https"),
        ({"kinds": ["call.rang"]}, "不能订阅"),
        ({"kinds": ["nothing.known"]}, "不在可选范围内"),
        ({"organisation": str(new_id())}, "不在可选范围内"),
    ],
)
def test_what_is_wrong_with_a_subscription_is_said_in_words(
    town: Cast, clock: None, sign_in: SignIn, change: dict[str, object], says: str
) -> None:
    answer = sign_in(town.head).post(NEW, typed(town, **change))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_failure_is_seen_and_pushed_again(town: Cast, subscribed: Subscribe, clock: None, sign_in: SignIn) -> None:
    desk = sign_in(town.head)
    done = subscribed()
    ping(town, done, 200)
    taken = ping(town, done, 500, minutes=1)
    home = desk.get(HOME).content.decode()
    assert "对方应答500" in home
    page = desk.get(reverse("developer:push", args=[taken.pk])).content.decode()
    assert str(taken.event_id) in page
    assert "没有送到" in page
    again = reverse("developer:push-again", args=[taken.pk])
    for _ in range(2):
        assert "已排队重新推送" in desk.post(again, follow=True).content.decode()
    assert len(outbox_read.repeats_of([taken.pk])[taken.pk]) == 1


def test_all_that_was_never_taken_goes_out_again(
    town: Cast, subscribed: Subscribe, clock: None, sign_in: SignIn
) -> None:
    desk = sign_in(town.head)
    done = subscribed()
    dead = ping(town, done, 410)
    page = desk.get(of(done)).content.decode()
    assert "已停用" in page
    assert "410" in page
    refused = desk.post(of(done, "push-dead-again"))
    assert refused.status_code == 409
    assert "请先启用" in refused.content.decode()
    desk.post(of(done, "switch"), {"on": "1"})
    assert "重新推送全部" in desk.get(of(done)).content.decode()
    desk.post(of(done, "push-dead-again"))
    assert outbox_read.get_push(town.programme.pk, dead.pk).state == "WAITING"


def test_a_subscription_is_switched_off_renewed_and_tested(
    town: Cast, subscribed: Subscribe, clock: None, sign_in: SignIn
) -> None:
    desk = sign_in(town.head)
    done = subscribed(scheme="ED25519")
    renewed = desk.post(of(done, "secret"), {"key": "1"}).content.decode()
    (public,) = re.findall(r"whpk_[A-Za-z0-9+/=]+", renewed)
    page = desk.get(of(done)).content.decode()
    assert public in page
    assert "2 个密钥同时有效" in page
    assert desk.post(of(done, "ping"), {"key": "1"}, follow=True).status_code == 200
    assert Push.objects.get().kind == "ping"
    desk.post(of(done, "switch"), {"on": "0"})
    assert "请先启用" in desk.post(of(done, "ping"), {"key": "2"}).content.decode()
    verbs = set(AuditEntry.objects.filter(object_id=str(done.subscription.pk)).values_list("verb", flat=True))
    assert verbs == {"developer.subscribe", "developer.renew_secret", "developer.switch_off"}


def test_a_long_list_is_read_page_by_page(town: Cast, subscribed: Subscribe, clock: None, sign_in: SignIn) -> None:
    done = subscribed()
    for n in range(PAGE + 3):
        developer.ping(subscription_id=done.subscription.pk, by=town.head, at=town.at, key=str(n))
    desk = sign_in(town.head)
    seen: list[str] = []
    where = PUSHES
    while where:
        page = desk.get(where).content.decode()
        seen += re.findall(r'href="/developer/pushes/([0-9a-f-]{36})/"', page)
        following = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
        where = PUSHES + following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == PAGE + 3


def test_nobody_else_sits_here_and_another_programme_s_are_not_found(
    town: Cast, subscribed: Subscribe, clock: None, sign_in: SignIn
) -> None:
    done = subscribed()
    push = ping(town, done, 200)
    paths = [HOME, NEW, PUSHES, of(done), reverse("developer:push", args=[push.pk])]
    for stranger in (town.ma, town.kangan_user, town.qian, town.auditor, town.zhao_user):
        assert {sign_in(stranger).get(path).status_code for path in paths} == {403}
    assert {Client().get(path).status_code for path in paths} == {302}
    elsewhere = [reverse("developer:subscription", args=[new_id()]), reverse("developer:push", args=[new_id()])]
    assert {sign_in(town.head).get(path).status_code for path in elsewhere} == {404}
    for name in ("switch", "secret", "ping", "push-dead-again"):
        path = reverse(f"developer:{name}", args=[new_id()])
        assert sign_in(town.head).post(path, {"key": "1", "on": "0"}).status_code == 404
        assert sign_in(town.ma).post(of(done, name), {"key": "1", "on": "0"}).status_code == 403
