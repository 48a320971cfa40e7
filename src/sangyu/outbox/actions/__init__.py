"""Verbs of the outbox: tell, read on; queue, claim, note, stop and ring instead for texts."""

from sangyu.outbox.actions.messages import read_on, tell
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
    "Outgoing",
    "claim_texts",
    "note_attempts",
    "note_receipt",
    "queue_texts",
    "read_on",
    "ring_instead",
    "stop_texts",
    "tell",
]
