"""Which applications an approver has to open in full: a sample that anybody can draw again; pure.

It depends on nothing but the application itself, so nobody chooses it, and whoever checks later draws the same one.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

ONE_IN = 10


def is_drawn(application_id: UUID) -> bool:
    """Tell whether an application is in the sample."""
    return int.from_bytes(hashlib.sha256(b"read-in-full:" + application_id.bytes).digest()[:4]) % ONE_IN == 0
