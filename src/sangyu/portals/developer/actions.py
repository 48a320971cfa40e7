"""What may be done with subscriptions: look whose they are, do it, and note it in the audit book, all in one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Organisation, OrganisationKind, User
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Event, Subscribed
from sangyu.outbox.models import PushState, Scheme, SwitchKind
from sangyu.outbox.rules.addresses import ensure_address
from sangyu.outbox.rules.pushes import NothingToPush, SubscriptionWrong, body_of, ensure_subscription
from sangyu.portals.developer.catalogue import PING, open_to
from sangyu.portals.developer.reading import ensure_reach, get_subscription

SEES_ALL = (OrganisationKind.BUREAU, OrganisationKind.OPERATOR)
# So many dead pushes of a subscription are asked for again at once; the rest at the next press.
AGAIN_MAX = 500


@transaction.atomic
def subscribe(
    *,
    organisation_id: UUID,
    name: str,
    address: str,
    kinds: Sequence[str],
    by: User,
    at: datetime,
    key: str,
    scheme: str = Scheme.HMAC,
) -> Subscribed:
    """Let a system of an organisation be told of events; its secret is in the answer this once.

    The bureau subscribes for any organisation, an enterprise for itself. The same `key` subscribes once.
    Raises: NotAllowed; NotFound; AddressRefused; SubscriptionWrong.
    """
    within = ensure_reach(by)
    rows = Organisation.objects.filter(pk=organisation_id, programme_id=by.programme_id)
    organisation = rows.first() if within in {None, organisation_id} else None
    if organisation is None:
        raise NotFound("没有找到这家机构。")
    if organisation.kind not in {*SEES_ALL, OrganisationKind.ENTERPRISE}:
        raise SubscriptionWrong(f"{organisation.name}是社区，暂不能订阅事件。请由民政局或企业订阅。")
    sees_all = organisation.kind in SEES_ALL
    done = outbox.subscribe(
        programme_id=by.programme_id,
        organisation_id=organisation.pk,
        sees_all=sees_all,
        name=name.strip()[:60],
        address=ensure_address(address, plain_http=settings.WEBHOOK_PLAIN_HTTP, networks=settings.WEBHOOK_NETWORKS),
        kinds=ensure_subscription(name=name, kinds=kinds, open_to=open_to(sees_all=sees_all)),
        scheme=scheme,
        by_id=by.pk,
        at=at,
        key=key,
    )
    if done.secret is not None:
        row = done.subscription
        facts = {"name": row.name, "address": row.address, "kinds": row.kinds, "organisation": organisation.pk}
        _record(by, at, "subscribe", row.pk, facts)
    return done


@transaction.atomic
def renew_secret(*, subscription_id: UUID, by: User, at: datetime, key: str) -> Subscribed:
    """Give a subscription another secret, in the answer this once; the one before signs along for a day.

    Raises: NotAllowed; NotFound.
    """
    row = get_subscription(by, subscription_id)
    done = outbox.renew_secret(subscription_id=row.pk, by_id=by.pk, at=at, key=key)
    if done.secret is not None:
        _record(by, at, "renew_secret", row.pk, {})
    return done


@transaction.atomic
def switch(*, subscription_id: UUID, on: bool, by: User, at: datetime, reason: str = "") -> None:
    """Switch a subscription on or off; what waits while it is off goes out when it is on again.

    Raises: NotAllowed; NotFound.
    """
    row = get_subscription(by, subscription_id)
    if outbox.switch(subscription_id=row.pk, on=on, reason=reason, by_id=by.pk, at=at):
        _record(by, at, "switch_on" if on else "switch_off", row.pk, {"reason": reason})


@transaction.atomic
def ping(*, subscription_id: UUID, by: User, at: datetime, key: str) -> UUID:
    """Push an event that says nothing, to see whether the subscriber is there; the same `key` pushes once.

    Raises: NotAllowed; NotFound; NothingToPush, if the subscription is switched off.
    """
    row = get_subscription(by, subscription_id)
    if row.switched == SwitchKind.OFF:  # type: ignore[attr-defined]
        raise NothingToPush("这个订阅已停用，不再推送。请先启用，再发测试。")
    body = body_of(kind=PING, at=at, data={"subscription": str(row.pk)})
    event = Event(derived_id("event", PING, row.pk, key), row, PING, body)
    outbox.queue_pushes(events=[event], at=at)
    return event.push_id


@transaction.atomic
def push_again(*, push_ids: Collection[UUID], by: User, at: datetime) -> int:
    """Push some events once more under the same ids; return how many were not under way already.

    Raises: NotAllowed; NotFound; NothingToPush.
    """
    asked = outbox.push_again(
        programme_id=by.programme_id,
        push_ids=push_ids,
        by_id=by.pk,
        at=at,
        organisation_id=ensure_reach(by),
    )
    for push_id in push_ids if asked else ():
        access.record(by=by, at=at, verb="developer.push_again", object_kind="push", object_id=push_id)
    return asked


@transaction.atomic
def push_dead_again(*, subscription_id: UUID, by: User, at: datetime) -> int:
    """Push again what a subscriber never took, oldest first, a few hundred at most; return how many.

    Raises: NotAllowed; NotFound; NothingToPush, if the subscription is switched off.
    """
    row = get_subscription(by, subscription_id)
    dead = outbox_read.pushes(by.programme_id, subscription_id=row.pk, states=[PushState.DEAD]).order_by("push__at")
    return push_again(push_ids=list(dead.values_list("pk", flat=True)[:AGAIN_MAX]), by=by, at=at)


def _record(by: User, at: datetime, verb: str, subscription_id: UUID, facts: dict[str, object]) -> None:
    access.record(
        by=by, at=at, verb=f"developer.{verb}", object_kind="subscription", object_id=subscription_id, facts=facts
    )
