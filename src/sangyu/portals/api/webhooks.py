"""Webhooks: who is told of what, what was pushed, what came back, and pushing it once more."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Subscribed
from sangyu.outbox.models import PushState, Subscription
from sangyu.outbox.rules.addresses import AddressRefused
from sangyu.outbox.rules.pushes import NothingToPush, SubscriptionWrong
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.shapes import Id, Said, Told, Versioned, written
from sangyu.portals.clock import now
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer import reading
from sangyu.portals.developer.catalogue import kinds
from sangyu.portals.developer.reading import PushLine

router = Router()
TAG = "订阅 webhooks"
ALL, ONE = "/webhooks/subscriptions", "/webhooks/subscriptions/{uuid:subscription_id}"
PUSH = "/webhooks/pushes/{uuid:push_id}"
Kind: Any = written(40, shortest=1)


class EventKindTold(Told):
    """A kind of event that may be subscribed to."""

    kind: str
    data: list[str] = Field(description="data 里有哪些字段")
    meaning: str
    open_to_enterprises: bool


class EventKindsTold(Told):
    """Every kind of event."""

    items: list[EventKindTold]


class SubscriptionTold(Versioned):
    """A subscription (订阅): where events of which kinds are pushed to, and how that goes."""

    id: UUID
    organisation_id: UUID
    name: str
    address: str
    kinds: list[str]
    scheme: str = Field(description="HMAC（v1，共用密钥）或 ED25519（v1a，公钥验签）")
    is_on: bool
    subscribed_at: datetime


class SubscriptionMade(SubscriptionTold):
    """A subscription with what its signatures are checked with, in the first answer only."""

    secret: str | None = Field(description="whsec_… 密钥，或 whpk_… 公钥；只在第一次回答里，之后为空")


class PushTold(Versioned):
    """One event for one subscriber (推送), with what came of it."""

    id: UUID
    subscription_id: UUID
    event_id: UUID = Field(description="请求头 webhook-id；重推不变")
    kind: str
    body: dict[str, Any]
    state: str = Field(description="WAITING、DELIVERED、DEAD")
    reason: str = Field(description="上次为什么没有送到")
    due_at: datetime | None
    tries: int
    last_status: int | None
    queued_at: datetime


class Subscribing(Said):
    """Where events are pushed to."""

    name: written(60, shortest=1)  # type: ignore[valid-type]
    address: written(300, shortest=1)  # type: ignore[valid-type]
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=40)]
    organisation_id: Id | None = Field(default=None, description="不填就是自己的机构")
    scheme: Literal["HMAC", "ED25519"] = "HMAC"


class Switching(Said):
    """Why a subscription is switched off or on."""

    reason: written(200) = ""  # type: ignore[valid-type]


class WhichPushes(Where):
    """Which pushes of the list."""

    state: Annotated[PushState | None, Field(default=None, description="只列这一状态的推送")]


def told(row: Subscription) -> SubscriptionTold:
    """Show a subscription."""
    return SubscriptionTold(**_shown(row))


def push_told(line: PushLine) -> PushTold:
    """Show a push."""
    standing, push = line.standing, line.standing.push
    return PushTold(
        id=push.pk,
        subscription_id=push.subscription_id,
        event_id=push.event_id,
        kind=push.kind,
        body=json.loads(push.body),
        state=standing.state,
        reason=standing.because,
        due_at=standing.due_at,
        tries=len(line.tries),
        last_status=line.tries[-1].status if line.tries else None,
        queued_at=push.at,
    )


SUBSCRIPTION = State(
    seen=lambda viewer, subscription_id: told(reading.get_subscription(viewer, subscription_id)),
    lock=lambda viewer, subscription_id: (
        Subscription.objects.filter(pk=subscription_id).select_for_update(of=("self",)).first()
    ),
)


@reads(router, "/webhooks/event-kinds", scope="webhooks:read", name="listEventKinds", answer=EventKindsTold, tag=TAG)
def list_event_kinds(request: HttpRequest) -> EventKindsTold:
    """List every kind of event that may be subscribed to."""
    return EventKindsTold(
        items=[
            EventKindTold(
                kind=row.kind, data=list(row.data), meaning=row.meaning, open_to_enterprises=bool(row.enterprise)
            )
            for row in kinds().values()
        ]
    )


@reads(router, ALL, scope="webhooks:read", name="listSubscriptions", answer=Page[SubscriptionTold],
       tag=TAG, refuses=(NotAllowed,))  # fmt: skip
def list_subscriptions(request: HttpRequest, where: Query[Where]) -> Page[SubscriptionTold]:
    """List the subscriptions that the caller manages, newest first: the bureau all, an enterprise its own."""
    viewer = viewer_of(request)
    rows = outbox_read.subscriptions(viewer.programme_id, organisation_id=reading.ensure_reach(viewer))
    return page(request, rows, where, by="at", newest_first=True, show=lambda found: [told(row) for row in found])


@reads(router, ONE, scope="webhooks:read", name="getSubscription",
       answer=SubscriptionTold, tag=TAG, refuses=(NotAllowed, NotFound))  # fmt: skip
def get_subscription(request: HttpRequest, subscription_id: UUID) -> SubscriptionTold:
    """Read one subscription."""
    return told(reading.get_subscription(viewer_of(request), subscription_id))


@writes(router, ALL, scope="webhooks:write", name="subscribe", answer=SubscriptionMade, tag=TAG,
        status=201, keep=False, refuses=(NotAllowed, NotFound, AddressRefused, SubscriptionWrong))  # fmt: skip
def subscribe(request: HttpRequest, body: Subscribing) -> SubscriptionMade:
    """Let a system be told of events; the answer holds its secret, and a repeat of the request does not.

    An enterprise subscribes for itself and to what is its own; the bureau for any organisation.
    """
    viewer = viewer_of(request)
    done = developer.subscribe(
        organisation_id=body.organisation_id or viewer.organisation_id,
        name=body.name,
        address=body.address,
        kinds=body.kinds,
        scheme=body.scheme,
        by=viewer,
        at=now(),
        key=f"api:{request.headers['Idempotency-Key']}",
    )
    return _made(request, done)


@writes(router, f"{ONE}/secret", scope="webhooks:write", name="renewSubscriptionSecret",
        answer=SubscriptionMade, tag=TAG, keep=False, refuses=(NotAllowed, NotFound))  # fmt: skip
def renew_secret(request: HttpRequest, subscription_id: UUID) -> SubscriptionMade:
    """Renew the secret of a subscription; for a day the one before signs along.

    The answer holds the secret, and a repeat of the request does not.
    """
    done = developer.renew_secret(
        subscription_id=subscription_id,
        by=viewer_of(request),
        at=now(),
        key=f"api:{request.headers['Idempotency-Key']}",
    )
    return _made(request, done)


@writes(router, f"{ONE}/switching-off", scope="webhooks:write",
        name="switchSubscriptionOff", answer=SubscriptionTold, tag=TAG, of=SUBSCRIPTION,
        refuses=(NotAllowed, NotFound))  # fmt: skip
def switch_off(request: HttpRequest, subscription_id: UUID, body: Switching) -> SubscriptionTold:
    """Switch a subscription off: what happens meanwhile is not pushed, also not later."""
    return _switched(request, subscription_id, on=False, reason=body.reason)


@writes(router, f"{ONE}/switching-on", scope="webhooks:write",
        name="switchSubscriptionOn", answer=SubscriptionTold, tag=TAG, of=SUBSCRIPTION,
        refuses=(NotAllowed, NotFound))  # fmt: skip
def switch_on(request: HttpRequest, subscription_id: UUID, body: Switching) -> SubscriptionTold:
    """Switch a subscription on again: what was waiting when it was switched off goes out now."""
    return _switched(request, subscription_id, on=True, reason=body.reason)


@writes(router, f"{ONE}/ping", scope="webhooks:write", name="pingSubscription",
        answer=PushTold, tag=TAG, status=202, refuses=(NotAllowed, NotFound, NothingToPush))  # fmt: skip
def ping(request: HttpRequest, subscription_id: UUID) -> PushTold:
    """Push an event that says nothing, to see whether the subscriber is there."""
    viewer = viewer_of(request)
    push_id = developer.ping(
        subscription_id=subscription_id, by=viewer, at=now(), key=f"api:{request.headers['Idempotency-Key']}"
    )
    return push_told(reading.get_push(viewer, push_id))


@reads(router, f"{ONE}/pushes", scope="webhooks:read", name="listPushes",
       answer=Page[PushTold], tag=TAG, refuses=(NotAllowed, NotFound))  # fmt: skip
def list_pushes(request: HttpRequest, subscription_id: UUID, where: Query[WhichPushes]) -> Page[PushTold]:
    """List what was pushed to a subscriber, newest first."""
    viewer = viewer_of(request)
    rows = reading.pushes(viewer, subscription_id, state=where.state or "")
    return page(
        request,
        rows,
        where,
        by="at",
        newest_first=True,
        show=lambda found: [push_told(line) for line in reading.beside(viewer, found)],
    )


@reads(router, PUSH, scope="webhooks:read", name="getPush", answer=PushTold, tag=TAG,
       refuses=(NotAllowed, NotFound))  # fmt: skip
def get_push(request: HttpRequest, push_id: UUID) -> PushTold:
    """Read one push with what came of it."""
    return push_told(reading.get_push(viewer_of(request), push_id))


@writes(router, f"{PUSH}/again", scope="webhooks:write", name="pushAgain", answer=PushTold, tag=TAG,
        status=202, refuses=(NotAllowed, NotFound, NothingToPush))  # fmt: skip
def push_again(request: HttpRequest, push_id: UUID) -> PushTold:
    """Push an event once more under the same id, delivered or not; what is under way already is left as it is."""
    viewer = viewer_of(request)
    developer.push_again(push_ids=[push_id], by=viewer, at=now())
    return push_told(reading.get_push(viewer, push_id))


def _switched(request: HttpRequest, subscription_id: UUID, *, on: bool, reason: str) -> SubscriptionTold:
    viewer = viewer_of(request)
    developer.switch(subscription_id=subscription_id, on=on, reason=reason, by=viewer, at=now())
    return told(reading.get_subscription(viewer, subscription_id))


def _made(request: HttpRequest, done: Subscribed) -> SubscriptionMade:
    row = reading.get_subscription(viewer_of(request), done.subscription.pk)
    return SubscriptionMade(**_shown(row), secret=done.secret.shown if done.secret else None)


def _shown(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation_id": row.organisation_id,
        "name": row.name,
        "address": row.address,
        "kinds": row.kinds,
        "scheme": row.scheme,
        "is_on": reading.is_on(row),
        "subscribed_at": row.at,
    }
