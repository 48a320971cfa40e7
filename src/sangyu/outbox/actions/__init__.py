"""Verbs of the outbox: tell, read on; queue, claim, note, stop and ring instead for texts; the same for pushes."""

from sangyu.outbox.actions.forgetting import forget_texts, forget_texts_of
from sangyu.outbox.actions.messages import read_on, tell
from sangyu.outbox.actions.pushes import (
    Event,
    OutgoingPush,
    Pushed,
    claim_pushes,
    note_pushes,
    push_again,
    queue_pushes,
)
from sangyu.outbox.actions.subscriptions import Subscribed, renew_secret, subscribe, switch
from sangyu.outbox.actions.texts import (
    Attempted,
    Draft,
    Outgoing,
    claim_texts,
    note_attempts,
    note_receipt,
    queue_texts,
    ring_instead,
    stop_texts,
)

__all__ = [
    "Attempted",
    "Draft",
    "Event",
    "Outgoing",
    "OutgoingPush",
    "Pushed",
    "Subscribed",
    "claim_pushes",
    "claim_texts",
    "forget_texts",
    "forget_texts_of",
    "note_attempts",
    "note_pushes",
    "note_receipt",
    "push_again",
    "queue_pushes",
    "queue_texts",
    "read_on",
    "renew_secret",
    "ring_instead",
    "stop_texts",
    "subscribe",
    "switch",
    "tell",
]
