"""What the outbox decides by calculation alone; pure. Pushes, signatures and addresses are in modules of their own."""

from sangyu.outbox.rules.texts import (
    LEASE_MINUTES,
    RETRY_MINUTES,
    SIGNATURE_SECONDS_MAX,
    Course,
    NothingToRing,
    SignatureWrong,
    Standing,
    ensure_signed,
    sign,
    standing,
)

__all__ = [
    "LEASE_MINUTES",
    "RETRY_MINUTES",
    "SIGNATURE_SECONDS_MAX",
    "Course",
    "NothingToRing",
    "SignatureWrong",
    "Standing",
    "ensure_signed",
    "sign",
    "standing",
]
