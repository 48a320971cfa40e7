"""Take due texts to the gateway, a batch at a time, and write down what it says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

from sangyu.access import queries as access_read
from sangyu.outbox import actions as outbox
from sangyu.outbox.actions import Attempted, Outgoing
from sangyu.outbox.models import AttemptResult
from sangyu.portals.texting import rules
from sangyu.portals.texting.gateways import Gateway, GatewayFailed, GatewayRefused
from sangyu.registry import queries as registry_read

BATCH = 50
# A gateway answers in a tenth of a second or so; asked one by one, a city's morning would take hours.
AT_ONCE = 8


def send_due(*, gateway: Gateway, at: datetime, limit: int = BATCH) -> int:
    """Send the next due texts and note what became of each; return how many were taken in hand, zero at the end.

    No transaction is open while the gateway is asked. Texts about somebody who has died since are not sent.
    """
    claimed = outbox.claim_texts(at=at, limit=limit)
    mourned = _about_the_dead(claimed, at)
    if mourned:
        outbox.stop_texts(text_ids=mourned, reason="老人已去世", at=at)
    going = [one for one in claimed if one.text.pk not in mourned]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        attempts = list(threads.map(lambda one: _try(gateway, one), going))
    if attempts:
        outbox.note_attempts(attempts=attempts, at=at)
    return len(claimed)


def _try(gateway: Gateway, one: Outgoing) -> Attempted:
    try:
        accepted = gateway.send(reference=one.text.pk, phone=one.text.phone, text=one.text.body)
    except GatewayRefused as refusal:
        return Attempted(one.text.pk, one.n, gateway.name, AttemptResult.REFUSED, reason=str(refusal))
    except GatewayFailed as failure:
        return Attempted(one.text.pk, one.n, gateway.name, AttemptResult.FAILED, reason=str(failure))
    return Attempted(
        one.text.pk, one.n, gateway.name, AttemptResult.SENT, accepted.reference, delivered=accepted.delivered
    )


def _about_the_dead(claimed: list[Outgoing], at: datetime) -> set[UUID]:
    on = at.astimezone(rules.BEIJING).date()
    elder_ids = {one.text.elder_id for one in claimed if one.text.elder_id}
    if not elder_ids:
        return set()
    dead: set[UUID] = set()
    for programme in access_read.programmes():
        clock = access_read.clock(programme)
        rows = registry_read.elders(clock).filter(pk__in=elder_ids, died_on__lte=on)
        dead.update(rows.order_by().values_list("pk", flat=True))
    return {one.text.pk for one in claimed if one.text.elder_id in dead}
