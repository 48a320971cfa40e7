"""Subscribe a system, switch it off and on, and change the secret that signs for it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.outbox.models import Scheme, SigningSecret, Subscription, SubscriptionSwitch, SwitchKind
from sangyu.outbox.rules.signatures import SECRET_BYTES, Secret
from sangyu.outbox.seals import sealed

REASON_LENGTH_MAX = 200


@dataclass(frozen=True)
class Subscribed:
    """A subscription and what its subscriber is given to check signatures; None when it was given before."""

    subscription: Subscription
    secret: Secret | None


@transaction.atomic
def subscribe(
    *,
    programme_id: UUID,
    organisation_id: UUID,
    sees_all: bool,
    name: str,
    address: str,
    kinds: Sequence[str],
    by_id: UUID,
    at: datetime,
    key: str,
    scheme: str = Scheme.HMAC,
) -> Subscribed:
    """Write a subscription down, with its first secret, which is shown this once; the same `key` finds the first one.

    Name, address and kinds are taken as they are: the rules have looked at them.
    """
    row, made = Subscription.objects.get_or_create(
        id=derived_id("subscription", by_id, key),
        defaults={
            "programme_id": programme_id,
            "organisation_id": organisation_id,
            "sees_all": sees_all,
            "name": name,
            "address": address,
            "kinds": list(kinds),
            "scheme": str(Scheme(scheme)),
            "by_id": by_id,
            "at": at,
        },
    )
    return Subscribed(row, _new_secret(row, n=1, by_id=by_id, at=at) if made else None)


@transaction.atomic
def renew_secret(*, subscription_id: UUID, by_id: UUID, at: datetime, key: str) -> Subscribed:
    """Give a subscription another secret, which is shown this once; the one before signs along for a day.

    The same `key` renews once. Raises: NotFound.
    """
    row = _lock(subscription_id)
    secret_id = derived_id("signing-secret", row.pk, key)
    if SigningSecret.objects.filter(pk=secret_id).exists():
        return Subscribed(row, None)
    n = SigningSecret.objects.filter(subscription=row).count() + 1
    return Subscribed(row, _new_secret(row, n=n, by_id=by_id, at=at, secret_id=secret_id))


@transaction.atomic
def switch(*, subscription_id: UUID, on: bool, reason: str, by_id: UUID | None, at: datetime) -> bool:
    """Switch a subscription on or off; tell whether that changed anything.

    While it is off nothing new is written for it; what waits goes out when it is on again. Raises: NotFound.
    """
    row = _lock(subscription_id)
    last = SubscriptionSwitch.objects.filter(subscription=row).order_by("-n").first()
    stands_on = last is None or last.kind == SwitchKind.ON
    if stands_on == on:
        return False
    n = last.n + 1 if last else 1
    SubscriptionSwitch.objects.create(
        id=derived_id("subscription-switch", row.pk, n),
        subscription=row,
        n=n,
        kind=SwitchKind.ON if on else SwitchKind.OFF,
        reason=reason.strip()[:REASON_LENGTH_MAX],
        by_id=by_id,
        at=at,
    )
    return True


def _new_secret(row: Subscription, *, n: int, by_id: UUID, at: datetime, secret_id: UUID | None = None) -> Secret:
    raw = secrets.token_bytes(SECRET_BYTES)
    SigningSecret.objects.create(
        id=secret_id or derived_id("signing-secret", row.pk, "first"),
        subscription=row,
        n=n,
        sealed=sealed(raw),
        by_id=by_id,
        at=at,
    )
    return Secret(row.scheme, raw)


def _lock(subscription_id: UUID) -> Subscription:
    found = Subscription.objects.select_for_update(no_key=True).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound("没有找到这个订阅。")
    return found
