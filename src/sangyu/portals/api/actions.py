"""The one verb of the interface itself: do a request once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from sangyu.access.models import User
from sangyu.kit.ids import derived_id
from sangyu.portals.api.models import KeptAnswer, RequestKey
from sangyu.portals.api.problems import KeyReused


@dataclass(frozen=True)
class Reply:
    """What is answered: a status, a few headers, the bytes of the body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def answer_once(
    *, user: User, key: str, request_hash: str, keep: bool, at: datetime, act: Callable[[], Reply]
) -> tuple[Reply, bool]:
    """Claim a key, act, and keep the answer, all in one transaction; a repeat gets the kept answer and acts no more.

    What is refused leaves no claim behind, so that a request may be sent again once its obstacle is gone. Of two that
    come at once the second waits for the first. Where nothing may be kept (`keep` false: the answer holds personal
    data), a repeat acts again.
    Shape: the reply, and whether it is a repeat.
    Raises: KeyReused, and whatever `act` refuses.
    """
    claim = RequestKey(id=derived_id("request-key", user.pk, key), user=user, key=key, request_hash=request_hash, at=at)
    try:
        with transaction.atomic():
            claim.save(force_insert=True)
    except IntegrityError:
        return _again(claim, keep=keep, act=act), True
    reply = act()
    if keep:
        KeptAnswer.objects.create(request=claim, status=reply.status, headers=dict(reply.headers), body=reply.body)
    return reply, False


def _again(claim: RequestKey, *, keep: bool, act: Callable[[], Reply]) -> Reply:
    first = RequestKey.objects.get(pk=claim.pk)
    if first.request_hash != claim.request_hash:
        raise KeyReused(
            f"编号 {claim.key} 已用于另一个请求，这次没有办理。同一请求重发请保持内容不变，新的请求请换一个新编号。"
        )
    if not keep:
        return act()
    kept = KeptAnswer.objects.get(request=first)
    return Reply(kept.status, bytes(kept.body), kept.headers)
