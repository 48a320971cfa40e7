from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry, AuditHead, AuditLink
from sangyu.access.rules import link_hash


def act(cast, minutes):
    at = cast.at + timedelta(minutes=minutes)
    return access.record(by=cast.ma, at=at, verb="test.act", object_kind="elder", object_id=cast.li.pk)


def test_acts_are_linked_in_the_order_of_time_each_to_the_one_before(cast):
    late, early = act(cast, 9), act(cast, 3)
    assert access.seal(programme_id=cast.programme.pk) == AuditEntry.objects.count()
    links = list(AuditLink.objects.order_by("n"))
    assert [link.n for link in links] == list(range(1, len(links) + 1))
    assert [link.entry_id for link in links[-2:]] == [early.pk, late.pk]
    previous = "0" * 64
    for link in links:
        assert link.previous_hash == previous
        previous = link_hash(previous_hash=previous, n=link.n, entry_hash=link.entry.body_hash)
        assert link.hash == previous
    head = AuditHead.objects.get(programme=cast.programme)
    assert (head.n, head.hash) == (len(links), previous)


def test_sealing_again_links_nothing_twice(cast):
    access.seal(programme_id=cast.programme.pk)
    sealed = list(AuditLink.objects.order_by("n").values_list("n", "hash"))
    assert access.seal(programme_id=cast.programme.pk) == 0
    assert list(AuditLink.objects.order_by("n").values_list("n", "hash")) == sealed


def test_an_act_noted_late_goes_to_the_end_and_moves_nothing(cast):
    access.seal(programme_id=cast.programme.pk)
    sealed = list(AuditLink.objects.order_by("n").values_list("n", "hash"))
    backdated = act(cast, -600)
    assert access.seal(programme_id=cast.programme.pk) == 1
    assert list(AuditLink.objects.order_by("n").values_list("n", "hash"))[:-1] == sealed
    assert AuditLink.objects.get(entry=backdated).n == len(sealed) + 1
    assert access_read.verify_chain(cast.programme.pk) == []


def test_every_programme_has_a_chain_of_its_own(cast):
    neighbour = Neighbour(cast.at)
    access.seal(programme_id=cast.programme.pk)
    assert not AuditLink.objects.filter(programme=neighbour.programme).exists()
    access.seal(programme_id=neighbour.programme.pk)
    assert AuditLink.objects.get(programme=neighbour.programme, n=1).previous_hash == "0" * 64


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_do_not_fork_the_chain():
    cast = Cast()
    for n in range(30):
        act(cast, n)
    linked = race(*[partial(access.seal, programme_id=cast.programme.pk)] * 3)
    assert sum(linked) == AuditEntry.objects.count() == AuditLink.objects.count()
    assert access_read.verify_chain(cast.programme.pk) == []
