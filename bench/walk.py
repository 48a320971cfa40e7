"""One order through every verb from the ring of the telephone to the charge."""

from __future__ import annotations

from itertools import count

from _figures import fresh_database, spread, tell, timed

# 2,700 orders a day, a fifth of them in one hour, five times over: one order every 1.3 s; ten verbs share it over two
# processors with everything else, so the walk of one order is held against half of that time.
LIMIT_MS = 660

with fresh_database():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from tests.cast import Cast

    cast = Cast()
    slots = count()

    def walk() -> None:
        """Take Grandmother Li's next order and see it served."""
        n = next(slots)
        cast.visited(cast.called_order(days=1 + n // 3, hour=9 + 3 * (n % 3), reference=f"line-{n}"))

    runs = timed(walk, times=60)
    with CaptureQueriesContext(connection) as queries:
        walk()
    tell(
        "walk",
        figure=spread(runs)["p99"],
        unit="ms p99",
        limit=LIMIT_MS,
        size="1 order",
        queries=len(queries),
        **spread(runs),
    )
