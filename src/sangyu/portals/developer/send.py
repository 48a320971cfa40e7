"""Take due pushes to their subscribers, several at once, so that one who is slow or dead keeps no other waiting."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from sangyu.outbox import actions as outbox
from sangyu.outbox.actions import OutgoingPush, Pushed
from sangyu.outbox.rules.pushes import OK
from sangyu.outbox.rules.signatures import header
from sangyu.portals.developer.post import Answer, Door, post

AT_ONCE = 16
# So many of the places at most are held by subscribers whose last answer was no good.
FAILING_AT_ONCE = 4
BUDGET_S = 8.0
AGENT = "Sangyu-Webhooks/1"


def door() -> Door:
    """Return what this installation allows."""
    return Door(plain_http=settings.WEBHOOK_PLAIN_HTTP, networks=settings.WEBHOOK_NETWORKS)


def push_due(*, at: datetime, through: Door | None = None, budget_s: float = BUDGET_S) -> int:
    """Push what is due and note what became of each; return how many were tried.

    Nothing new is begun after `budget_s`; what is begun ends within the time-out. A subscriber that fails is left in
    peace until the next round. No transaction is open while a subscriber is asked.
    """
    through = through or door()
    begun = time.monotonic()
    tried = 0
    failed: set[UUID] = set()
    going: dict[Future[Answer], OutgoingPush] = {}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while True:
            clock = at + timedelta(seconds=time.monotonic() - begun)
            if time.monotonic() - begun < budget_s and len(going) < AT_ONCE:
                for one in _claim(clock, going.values(), failed):
                    going[threads.submit(_send, one, through)] = one
            if not going:
                return tried
            done, _ = wait(going, timeout=1.0, return_when=FIRST_COMPLETED)
            clock = at + timedelta(seconds=time.monotonic() - begun)
            pushed = [_pushed(going.pop(future), future.result(), clock) for future in done]
            if pushed:
                outbox.note_pushes(pushed=pushed, at=clock)
            failed.update(one.outgoing.push.subscription_id for one in pushed if one.status not in OK)
            tried += len(pushed)


def _claim(at: datetime, going: Iterable[OutgoingPush], failed: set[UUID]) -> list[OutgoingPush]:
    held = list(going)
    busy = {one.push.subscription_id for one in held}
    failing = sum(one.failing for one in held)
    return outbox.claim_pushes(
        at=at, limit=AT_ONCE - len(held), without=busy | failed, failing_max=FAILING_AT_ONCE - failing
    )


def _send(one: OutgoingPush, through: Door) -> Answer:
    if not one.secrets:
        return Answer(None, "签名密钥打不开：本平台换过主密钥。请更换这个订阅的签名密钥。", 0)
    body, message = one.push.body.encode(), str(one.push.event_id)
    seconds = int(time.time())  # real time even in a demo whose clock was moved: the subscriber compares it
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": header(one.secrets, message=message, seconds=seconds, body=body),
    }
    return post(one.push.subscription.address, body=body, headers=headers, door=through)


def _pushed(one: OutgoingPush, answer: Answer, at: datetime) -> Pushed:
    return Pushed(one, answer.status, answer.reason, answer.took_ms, at)
