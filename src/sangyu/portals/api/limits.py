"""How often one token may knock: a bucket of requests per token, refilled evenly, kept by each serving process.

A count in the database would cost every request a write. With several processes a token may use that many times the
rate; the limit is there so that one program in a loop does not starve the desks, and for that it holds.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from django.conf import settings

BURST_SECONDS = 5
BUCKETS_MAX = 10_000


@dataclass
class _Bucket:
    left: float
    filled_at: float


_buckets: dict[UUID, _Bucket] = {}
_lock = threading.Lock()


def seconds_to_wait(token_id: UUID) -> int:
    """Take one request out of a token's bucket; return 0, or after how many whole seconds there will be one."""
    rate: int = settings.API_REQUESTS_PER_SECOND
    full, instant = float(rate * BURST_SECONDS), monotonic()
    with _lock:
        if len(_buckets) >= BUCKETS_MAX and token_id not in _buckets:
            _buckets.clear()  # ten thousand tokens in one process: start anew rather than grow
        bucket = _buckets.setdefault(token_id, _Bucket(full, instant))
        bucket.left = min(full, bucket.left + (instant - bucket.filled_at) * rate)
        bucket.filled_at = instant
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return math.ceil((1 - bucket.left) / rate)
