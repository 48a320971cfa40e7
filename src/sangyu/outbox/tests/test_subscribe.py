"""A system subscribes once, its secret is shown once, and its address never leads into our own network."""

from __future__ import annotations

import base64
from datetime import timedelta
from ipaddress import IPv4Network, ip_address

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.race import race

from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import SigningSecret, Subscription, SubscriptionSwitch
from sangyu.outbox.rules.addresses import AddressRefused, ensure_address, ensure_may_connect, is_public
from sangyu.outbox.rules.signatures import Secret, header, signature
from sangyu.outbox.tests.speak import CHENGGUAN, NOON

BUREAU = derived_id("organisation", "bureau")
HEAD = derived_id("user", "head")


def subscribe(key: str = "1", **more) -> outbox.Subscribed:
    given = {
        "programme_id": CHENGGUAN,
        "organisation_id": BUREAU,
        "sees_all": True,
        "name": "上级平台",
        "address": "https://example.cn/events",
        "kinds": ["order.moved"],
        "by_id": HEAD,
        "at": NOON,
        **more,
    }
    return outbox.subscribe(key=key, **given)


def is_on(done: outbox.Subscribed) -> bool:
    return outbox_read.get_subscription(CHENGGUAN, done.subscription.pk).switched == "ON"


@pytest.mark.django_db
def test_the_same_key_subscribes_once_and_shows_the_secret_once():
    first, second = subscribe(), subscribe()
    assert first.subscription == second.subscription
    assert second.secret is None
    assert len(base64.b64decode(first.secret.shown.removeprefix("whsec_"))) >= 24
    assert subscribe(key="2").secret.raw != first.secret.raw


@pytest.mark.django_db
def test_a_secret_lies_sealed():
    done = subscribe()
    row = SigningSecret.objects.get()
    assert done.secret.raw not in base64.b64decode(row.sealed)
    assert done.secret.shown.removeprefix("whsec_") not in row.sealed
    assert outbox_read.secrets_of([done.subscription.pk], at=NOON)[done.subscription.pk] == [done.secret]


@pytest.mark.django_db
def test_switching_to_what_it_is_already_changes_nothing():
    done = subscribe()
    pk = done.subscription.pk
    told = [
        outbox.switch(subscription_id=pk, on=on, reason="", by_id=HEAD, at=NOON)
        for on in (True, False, False, True, True)
    ]
    assert told == [False, True, False, True, False]
    assert is_on(done)
    assert [row.n for row in outbox_read.switches_of(pk)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_press_at_once_one_switches_and_each_renews():
    done = subscribe()
    pk = done.subscription.pk
    off = {"subscription_id": pk, "on": False, "reason": "", "by_id": HEAD, "at": NOON}
    assert sorted(race(*[lambda: outbox.switch(**off) for _ in range(4)])) == [False, False, False, True]
    assert SubscriptionSwitch.objects.count() == 1
    keys = iter("abcc")
    renewed = race(
        *[lambda key=key: outbox.renew_secret(subscription_id=pk, by_id=HEAD, at=NOON, key=key).secret for key in keys]
    )
    assert sum(secret is not None for secret in renewed) == 3
    assert sorted(SigningSecret.objects.values_list("n", flat=True)) == [1, 2, 3, 4]
    assert len(outbox_read.secrets_of([pk], at=NOON + timedelta(days=2))[pk]) == 1


@pytest.mark.django_db
def test_where_a_subscription_pushes_to_cannot_be_changed_behind_its_back():
    done = subscribe()
    for sql in ("UPDATE outbox_subscription SET address = 'https://thief.example/'", "DELETE FROM outbox_subscription"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Subscription.objects.get().address == done.subscription.address


def test_the_signature_is_the_one_of_the_standard():
    """The example of the specification: its secret, its message, its signature."""
    secret = Secret("HMAC", base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    message = {"message": "msg_p5jXN8AQM9LWM0D4loKWxJek", "seconds": 1614265330, "body": b'{"test": 2432232314}'}
    assert signature(secret, **message) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert header([secret, secret], **message).count("v1,") == 2


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:1::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_known_in_every_spelling(address):
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused, match="内部网络"):
        ensure_may_connect([ip_address("8.8.8.8"), ip_address(address)], networks=())


def test_what_the_operator_has_opened_is_open():
    opened = [IPv4Network("10.12.0.0/16")]
    ensure_may_connect([ip_address("10.12.7.7"), ip_address("2606:4700::1111")], networks=opened)
    with pytest.raises(AddressRefused):
        ensure_may_connect([ip_address("10.13.7.7")], networks=opened)


@pytest.mark.parametrize(
    "address",
    [
        "", "example.cn", "ftp://example.cn/", "http://example.cn/", "https://", "https:///events", "https://a b.cn/",
        "https://例子.cn/", "https://user:pass@example.cn/", "https://@example.cn/", "https://example.cn/#x",
        "https://example.cn:0/", "https://example.cn:99999/", "https://[::1]/", "https://127.0.0.1/",
        "https://[::ffff:127.0.0.1]/", "https://exa\tmple.cn/", "https://exa\nmple.cn/", "https://exam_ple/", "file:///etc",
        "https://" + "a" * 300, "https://example.cn\\@127.0.0.1/", "https://[::1/",
    ],
)  # fmt: skip
def test_what_is_no_safe_address_is_refused(address):
    with pytest.raises(AddressRefused):
        ensure_address(address, plain_http=False, networks=())


def test_an_ordinary_address_is_kept_as_it_is():
    for address in ("https://example.cn/events?a=1", "https://8.8.8.8:8443/", "https://a.b.example.cn"):
        assert ensure_address(f" {address} ", plain_http=False, networks=()) == address
    assert ensure_address("http://example.cn/", plain_http=True, networks=())


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_any_text_is_an_address_or_is_refused_in_words(text):
    address = f"https://{text}"
    try:
        assert ensure_address(address, plain_http=False, networks=()) == address.strip()
    except AddressRefused as refusal:
        said = str(refusal)
    else:
        said = "推送地址"
    assert "推送地址" in said
