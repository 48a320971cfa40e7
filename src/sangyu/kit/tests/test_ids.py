from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122

import pytest

from sangyu.kit.ids import derived_id, new_id

AT = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def test_ids_rise_in_the_order_they_are_made():
    ids = [new_id() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(ids))


def test_ids_of_the_same_moment_rise_too():
    ids = [new_id(AT) for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(ids))


def test_an_id_carries_the_moment_it_is_given():
    made = new_id(AT)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(AT.timestamp() * 1000)
    assert new_id(AT - timedelta(days=1)) < made < new_id(AT + timedelta(milliseconds=1))


def test_threads_never_get_the_same_id():
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: [new_id() for _ in range(2_000)], range(8)))
    assert len({made for batch in batches for made in batch}) == 16_000


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="aware"):
        new_id(AT.replace(tzinfo=None))


def test_the_same_parts_give_the_same_id_for_ever():
    assert str(derived_id("statement", "2026-11", 7)) == "c8f77df9-b5f6-59bf-8899-b7129d784ff0"


def test_parts_are_told_apart_by_place_and_length():
    made = {derived_id("a", "bc"), derived_id("ab", "c"), derived_id("abc"), derived_id("bc", "a"), derived_id("a:bc")}
    assert len(made) == 5
    assert {one.version for one in made} == {5}


def test_nothing_is_derived_from_nothing():
    with pytest.raises(ValueError, match="one part"):
        derived_id()
