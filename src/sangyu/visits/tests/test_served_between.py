"""Who left in a stretch of time, for the evening's sample: found by its index, and no more read than is needed."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from sangyu.visits import queries as visits_read
from sangyu.visits.models import Departure


def test_a_day_is_read_in_one_query_without_the_decisions_of_its_orders(cast, django_assert_num_queries) -> None:
    visit = cast.visited(cast.order())
    left_at = Departure.objects.get(visit=visit).left_at
    with django_assert_num_queries(1):
        [row] = visits_read.served_between(cast.programme.pk, left_at, left_at + timedelta(seconds=1))
        assert (row.visit.order_id, row.grade, row.left_at) == (visit.order_id, "A", left_at)
        assert row.visit.order.number
    assert "quote" in row.visit.order.get_deferred_fields()
    assert visits_read.served_between(cast.programme.pk, left_at - timedelta(days=1), left_at) == []


def test_a_day_is_found_by_its_index_and_not_among_the_visits_of_years(cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM visits_departure WHERE left_at >= now() AND left_at < now()")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "departures_by_time" in plan
