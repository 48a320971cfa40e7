"""Pushes reach systems that really listen: signed, again until they are taken, and never at the cost of the others."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from tests.cast import Cast

from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Subscribed
from sangyu.outbox.models import PushAttempt, PushStanding, PushState, SubscriptionSwitch
from sangyu.outbox.rules.pushes import GIVE_UP_AFTER, LEASE, OVERLAP, NothingToPush
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer import reading, send
from sangyu.portals.developer.post import ANSWER_BYTES_MAX, Door
from sangyu.portals.developer.tests.conftest import Subscriber, is_signed, reply

Subscribe = Callable[..., Subscribed]
Listen = Callable[..., Subscriber]
Round = Callable[..., int]


def states(done: Subscribed) -> list[str]:
    rows = PushStanding.objects.filter(subscription=done.subscription).order_by("push__at", "push_id")
    return list(rows.values_list("state", flat=True))


def quick(timeout_s: float = 1.0) -> Door:
    return Door(send.door().plain_http, send.door().networks, timeout_s)


def refuse(request: BaseHTTPRequestHandler, n: int) -> None:
    reply(request, 500, b"broken")


def test_a_push_is_signed_and_thin(town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round) -> None:
    system = listen()
    done = subscribed(system.url)
    order = town.order()
    assert pushed() == 1
    (heard,) = system.heard
    assert heard.said == {
        "type": "order.moved",
        "timestamp": heard.said["timestamp"],
        "data": {"order": str(order.pk), "stage": "PLACED"},
    }
    assert done.secret is not None
    assert is_signed(heard, done.secret.shown)
    assert not is_signed(heard, "whsec_" + "AAAA" * 8)
    assert abs(int(heard.headers["webhook-timestamp"]) - time.time()) < 60
    assert states(done) == ["DELIVERED"]
    assert pushed() == 0


def test_a_key_pair_signs_too(town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round) -> None:
    system = listen()
    done = subscribed(system.url, scheme="ED25519")
    town.order()
    pushed()
    (heard,) = system.heard
    assert done.secret is not None
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(done.secret.shown.removeprefix("whpk_")))
    version, _, signature = heard.headers["webhook-signature"].partition(",")
    assert version == "v1a"
    text = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    public.verify(base64.b64decode(signature), text)


def test_after_a_renewal_both_secrets_sign_for_a_day(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    system = listen()
    first = subscribed(system.url)
    again = [
        developer.renew_secret(subscription_id=first.subscription.pk, by=town.head, at=town.at, key="1")
        for _ in range(2)
    ]
    assert again[1].secret is None
    town.order()
    pushed()
    town.order(elder=town.grandpa)
    pushed(town.at + OVERLAP)
    assert first.secret is not None
    assert again[0].secret is not None
    assert [is_signed(one, first.secret.shown) for one in system.heard] == [True, False]
    assert [is_signed(one, again[0].secret.shown) for one in system.heard] == [True, True]


def test_a_failure_is_tried_again_under_the_same_id_until_it_is_taken(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    system = listen(lambda request, n: reply(request, 503 if n < 3 else 200))
    done = subscribed(system.url)
    town.order()
    at = town.at
    for _ in range(3):
        assert pushed(at) == 1
        assert pushed(at) == 0, "not before its time"
        at += timedelta(minutes=2)
    assert {one.headers["webhook-id"] for one in system.heard} == {str(PushStanding.objects.get().push.event_id)}
    assert len({one.body for one in system.heard}) == 1
    assert states(done) == ["DELIVERED"]
    assert list(PushAttempt.objects.order_by("n").values_list("status", flat=True)) == [503, 503, 200]


def test_after_a_day_it_is_given_up_until_somebody_asks(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    system = listen(refuse)
    done = subscribed(system.url)
    town.order()
    at = town.at
    while states(done) != ["DEAD"]:
        assert at < town.at + GIVE_UP_AFTER
        pushed(at)
        due_at = PushStanding.objects.get().due_at
        at = due_at or at
    tries = len(system.heard)
    assert 8 <= tries <= 20
    assert pushed(at + timedelta(days=2)) == 0
    system.answer = lambda request, n: reply(request, 200)
    for _ in range(2):
        developer.push_dead_again(subscription_id=done.subscription.pk, by=town.head, at=at)
    assert states(done) == ["WAITING"]
    assert pushed(at) == 1
    assert states(done) == ["DELIVERED"]
    assert len({one.headers["webhook-id"] for one in system.heard}) == 1
    assert len(system.heard) == tries + 1


def test_who_answers_410_is_told_no_more(town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round) -> None:
    system = listen(lambda request, n: reply(request, 410))
    done = subscribed(system.url)
    town.order()
    pushed()
    assert states(done) == ["DEAD"]
    assert SubscriptionSwitch.objects.get().by_id is None
    town.order(elder=town.grandpa)
    assert pushed() == 0
    assert states(done) == ["DEAD"], "nothing new is written down for it"
    with pytest.raises(NothingToPush, match="已停用"):
        developer.push_dead_again(subscription_id=done.subscription.pk, by=town.head, at=town.at)
    developer.switch(subscription_id=done.subscription.pk, on=True, by=town.head, at=town.at)
    system.answer = lambda request, n: reply(request, 200)
    assert developer.push_dead_again(subscription_id=done.subscription.pk, by=town.head, at=town.at) == 1
    pushed()
    assert states(done) == ["DELIVERED"]


def test_one_that_hangs_keeps_nobody_waiting(town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round) -> None:
    arrived: list[float] = []

    def note(request: BaseHTTPRequestHandler, n: int) -> None:
        arrived.append(time.monotonic())
        reply(request, 200)

    ends: list[float] = []

    def hang(request: BaseHTTPRequestHandler, n: int) -> None:
        request.rfile.read(1)  # until the other side goes away
        ends.append(time.monotonic())

    for _ in range(5):
        subscribed(listen(hang).url)
    for n in range(12):
        town.order(days=2 + n % 6, hour=9 + 2 * (n // 6))
    pushed(through=quick(0.3))
    healthy = listen(note)
    done = subscribed(healthy.url)
    for n in range(12):
        town.order(elder=town.grandpa, days=2 + n % 6, hour=9 + 2 * (n // 6))
    ends.clear()
    pushed(town.at + timedelta(minutes=1), through=quick(3.0))
    assert len(arrived) == 12
    assert set(states(done)) == {"DELIVERED"}
    assert max(arrived) < min(ends), "all of it had arrived before the first of the others was given up"


def test_a_subscriber_that_drips_is_cut_off(town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round) -> None:
    def drip(request: BaseHTTPRequestHandler, n: int) -> None:
        try:
            request.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                request.wfile.write(b"X-More: 1\r\n")
                request.wfile.flush()
                time.sleep(0.2)
        except OSError:
            return

    done = subscribed(listen(drip).url)
    town.order()
    pushed(through=quick())
    assert states(done) == ["WAITING"]
    assert PushAttempt.objects.get().reason == "1秒内没有应答"


@pytest.mark.parametrize("length", ["Content-Length: 16000\r\n", ""], ids=["counted", "to the end of the line"])
def test_a_subscriber_whose_answer_drips_is_cut_off_too(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round, length: str
) -> None:
    def drip(request: BaseHTTPRequestHandler, n: int) -> None:
        request.wfile.write(f"HTTP/1.0 200 OK\r\n{length}\r\n".encode())
        try:
            while True:
                request.wfile.write(b".")
                request.wfile.flush()
                time.sleep(0.2)
        except OSError:
            return

    done = subscribed(listen(drip).url)
    town.order()
    begun = time.monotonic()
    pushed(through=quick())
    assert time.monotonic() - begun < 60, "it would have dripped for an hour"
    assert states(done) == ["WAITING"]
    assert PushAttempt.objects.get().reason == "1秒内没有应答"


def test_of_an_endless_answer_only_the_beginning_is_read(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    sent: list[int] = []

    def flood(request: BaseHTTPRequestHandler, n: int) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while len(sent) < 10_000:
                request.wfile.write(b"x" * 16_384)
                sent.append(1)
        except OSError:
            return

    done = subscribed(listen(flood).url)
    town.order()
    pushed()
    assert states(done) == ["DELIVERED"]
    assert len(sent) < 1_000, f"it stopped long before {10_000 * 16_384} bytes; we read {ANSWER_BYTES_MAX}"


def test_redirects_are_not_followed(town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round) -> None:
    inside = listen()
    done = subscribed(listen(lambda request, n: reply(request, 307, Location=inside.url)).url)
    town.order()
    pushed()
    assert inside.heard == []
    assert states(done) == ["WAITING"]
    assert "跳转" in PushAttempt.objects.get().reason


def test_nothing_is_pushed_into_our_own_network(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    system = listen()
    done = subscribed(system.url.replace("127.0.0.1", "localhost"))
    town.order()
    pushed(through=Door(plain_http=True, networks=()))
    assert system.heard == []
    assert states(done) == ["WAITING"]
    assert "内部网络" in PushAttempt.objects.get().reason
    pushed(town.at + timedelta(minutes=1), through=Door(plain_http=False, networks=send.door().networks))
    assert system.heard == []
    assert "https" in PushAttempt.objects.get(n=2).reason


def test_a_name_that_changes_its_mind_leads_nowhere(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked once; a public address the first time and ours the second would be the trick."""
    system = listen()
    port = int(system.url.split(":")[2].split("/")[0])
    subscribed(f"http://rebinding.example:{port}/events")
    asked: list[str] = []
    really = socket.getaddrinfo

    def answers(host: str, *args: object, **more: object) -> object:
        if host != "rebinding.example":
            return really(host, *args, **more)  # type: ignore[arg-type]
        asked.append(host)
        where = "203.0.113.9" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    town.order()
    pushed(through=Door(plain_http=True, networks=()))
    assert len(asked) == 1
    assert system.heard == []


def test_a_host_with_one_address_inside_is_refused_whole(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = listen()
    port = int(system.url.split(":")[2].split("/")[0])
    subscribed(f"http://two.example:{port}/events")
    really = socket.getaddrinfo
    two = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port)) for where in ("8.8.8.8", "127.0.0.1")]

    def answers(host: str, *args: object, **more: object) -> object:
        return two if host == "two.example" else really(host, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    town.order()
    pushed(through=Door(plain_http=True, networks=()))
    assert system.heard == []
    assert "内部网络" in PushAttempt.objects.get().reason


def test_a_sender_killed_between_sending_and_noting_is_followed_by_another(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    victim: list[subprocess.Popen[bytes]] = []

    def kill(request: BaseHTTPRequestHandler, n: int) -> None:
        if n == 1:
            victim[0].send_signal(signal.SIGKILL)
            victim[0].wait()
            return
        reply(request, 200)

    system = listen(kill)
    done = subscribed(system.url)
    town.order()
    program = f"""
import django
django.setup()
from datetime import datetime
from sangyu.portals.developer.compose import compose
from sangyu.portals.developer.send import push_due
at = datetime.fromisoformat("{town.at.isoformat()}")
compose(at=at)
push_due(at=at)
"""
    environment = {**os.environ, "SANGYU_DATABASE_URL": _database_url(), "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["DJANGO_SETTINGS_MODULE"] = "sangyu.config.settings"
    victim.append(subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=Path.cwd()))
    assert victim[0].wait(60) == -signal.SIGKILL
    assert len(system.heard) == 1
    assert not PushAttempt.objects.exists(), "it died before it noted anything"
    assert pushed(town.at + timedelta(seconds=1)) == 0, "the next one waits until the first must have died"
    assert pushed(town.at + LEASE + timedelta(seconds=10)) == 1
    first, second = system.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert states(done) == ["DELIVERED"]
    assert list(PushAttempt.objects.values_list("n", flat=True)) == [1]


def test_a_ping_says_nothing_and_shows_who_is_there(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round
) -> None:
    system = listen()
    done = subscribed(system.url, kinds=["call.rang"])
    for _ in range(2):
        push_id = developer.ping(subscription_id=done.subscription.pk, by=town.head, at=town.at, key="1")
    pushed()
    assert system.kinds() == ["ping"]
    assert reading.get_push(town.head, push_id).standing.state == PushState.DELIVERED


def test_a_secret_sealed_with_another_key_is_not_used(
    town: Cast, subscribed: Subscribe, listen: Listen, pushed: Round, settings
) -> None:
    system = listen()
    done = subscribed(system.url)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another key of this installation"
    town.order()
    pushed()
    assert system.heard == []
    assert "签名密钥打不开" in PushAttempt.objects.get().reason
    settings.SECRET_KEY_FALLBACKS = [before]
    pushed(town.at + timedelta(minutes=1))
    assert done.secret is not None
    assert is_signed(system.heard[0], done.secret.shown)
    assert outbox_read.misplaced_pushes(town.programme.pk) == []


def _database_url() -> str:
    known = connection.settings_dict
    who = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
    where = urlencode({"host": known["HOST"], "port": known["PORT"]})
    return f"postgresql://{who}@/{known['NAME']}?{where}"
