from __future__ import annotations

from datetime import date

import pytest
from tests.cast import resident_number
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import EvidenceMissing, NeverHeld
from sangyu.registry.models import Identity


def recognise(cast, elder=None, *, by=None, **other):
    given = {"code": "three_no", "evidence": "供养证 0016号", "valid_from": date(2026, 11, 1), **other}
    return registry.recognise(elder=elder or cast.grandpa, by=by or cast.clerk, at=cast.at, **given)


def held(elder, on):
    return [identity.code for identity in registry_read.identities_on(elder.pk, on)]


def test_a_recognition_holds_from_its_first_day_until_its_last(cast):
    recognise(cast, valid_until=date(2026, 12, 1))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [held(cast.grandpa, day) for day in days] == [[], ["three_no"], ["three_no"], []]


@pytest.mark.proves("LZ-11")
def test_what_the_policy_is_told_follows_the_day(cast):
    recognise(cast)
    before = registry_read.facts(cast.grandpa, date(2026, 10, 31))
    after = registry_read.facts(cast.grandpa, date(2026, 11, 1))
    assert (before["identities"], "since" in before) == ([], False)
    assert (after["identities"], after["since"]) == (["three_no"], "2026-11-01")
    assert after["birth_date"] == "1956-08-20"


def test_the_same_day_again_is_recorded_once(cast):
    first = recognise(cast)
    before = AuditEntry.objects.count()
    assert recognise(cast) == first
    assert (Identity.objects.filter(elder=cast.grandpa).count(), AuditEntry.objects.count()) == (1, before)


def test_a_recognition_without_a_paper_is_refused(cast):
    with pytest.raises(EvidenceMissing, match="证明材料"):
        recognise(cast, evidence="  ")


@pytest.mark.parametrize("until", [date(2026, 11, 1), date(2026, 10, 1)])
def test_a_recognition_that_ends_before_it_begins_is_refused(cast, until):
    with pytest.raises(NeverHeld, match="不晚于起始日期2026-11-01"):
        recognise(cast, valid_until=until)


def test_only_the_community_and_the_bureau_recognise(cast):
    for by in (cast.ma, cast.kangan_user, cast.auditor):
        with pytest.raises(NotAllowed, match="社区专干、民政局"):
            recognise(cast, by=by)


def test_another_communitys_elder_is_not_there(cast):
    elder = registry.register(
        by=cast.head,
        at=cast.at,
        name="何福生",
        document_number=resident_number(date(1950, 6, 1), 65),
        community_code="620102002001",
        address="北园巷1号",
        phones=["13900000063"],
        hukou_in_area=True,
    )
    with pytest.raises(NotFound, match="不在您负责的范围内"):
        recognise(cast, elder)
    assert recognise(cast, elder, by=cast.head).elder == elder


def test_another_programmes_elder_is_not_there(cast):
    neighbour = Neighbour(cast.at)
    for elder, by in [(neighbour.zhou, cast.head), (cast.li, neighbour.clerk), (cast.li, neighbour.head)]:
        with pytest.raises(NotFound, match="没有找到这位老人"):
            recognise(cast, elder, by=by)
