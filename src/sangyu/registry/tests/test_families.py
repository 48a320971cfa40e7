"""Kin, guardians, households and numbers to ring: on a day, in an order, and undone without forgetting."""

from __future__ import annotations

from datetime import date

import pytest
from tests.neighbour import Neighbour
from tests.standing import standing

from sangyu.access.models import AuditEntry
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Kin, KinIncomplete, LastContact, NeverHeld, ReasonMissing, Standing
from sangyu.registry.models import HouseholdMember, Kinship

SINCE, LATER = date(2026, 1, 1), date(2026, 6, 1)


@standing
def neighbour_chen(cast):
    """Grandmother Chen, with a daughter to ring."""
    return cast.elder("陈素云", date(1950, 6, 1), 62, ["13900000061"], family=[Kin("陈晓", "女儿", "13900000062")])


def kin(cast, **other):
    given = {"elder_id": cast.li.pk, "relation": "CHILD", "name": "李晓", "valid_from": SINCE}
    return registry.add_kin(**{**given, "by": cast.clerk, "at": cast.at, **other})


def test_a_guardian_speaks_for_the_elder_while_the_document_holds(cast):
    kin(cast)
    guardian = kin(cast, name="马静", relation="RELATIVE", standing=Standing("APPOINTED", evidence="法院指定书 12号"))
    named = kin(cast, name="李红", standing=Standing(may_speak=True))
    assert registry_read.speakers(cast.li.pk, SINCE) == [guardian, named]
    assert registry_read.speakers(cast.li.pk, date(2025, 12, 31)) == []
    end = {"valid_until": LATER, "by": cast.clerk, "at": cast.at}
    with pytest.raises(ReasonMissing):
        registry.end_kin(kin_id=guardian.pk, reason=" ", **end)
    registry.end_kin(kin_id=guardian.pk, reason="监护人变更", **end)
    registry.end_kin(kin_id=guardian.pk, reason="监护人变更", **end)
    assert registry_read.speakers(cast.li.pk, LATER) == [named]
    assert [row.name for row in registry_read.speakers(cast.li.pk, date(2026, 5, 31))] == ["马静", "李红"]
    assert [row.name for row in registry_read.kin(cast.clerk, cast.li)] == ["李红", "李晓", "马静"]
    assert AuditEntry.objects.filter(verb="registry.end_kin").count() == 1


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": " "}, "请填写亲属"),
        ({"standing": Standing("STATUTORY")}, "必须写明依据"),
    ],
)
def test_kin_without_a_name_or_a_guardian_without_a_document_is_refused(cast, other, said):
    with pytest.raises(KinIncomplete, match=said):
        kin(cast, **other)


def test_kin_may_be_another_elder_but_nobody_is_their_own(cast, neighbour_chen):
    row = kin(cast, other_id=neighbour_chen.pk, relation="SIBLING")
    assert kin(cast, other_id=neighbour_chen.pk, relation="SIBLING") == row
    assert (row.name, row.other) == ("陈素云", neighbour_chen)
    with pytest.raises(KinIncomplete, match="自己的亲属"):
        kin(cast, other_id=cast.li.pk)
    with pytest.raises(NotFound):
        kin(cast, by=Neighbour(cast.at).clerk)
    assert Kinship.objects.count() == 1


def test_a_household_is_shared_from_a_day_on_and_left(cast, neighbour_chen):
    def share(one, other, since):
        return registry.share_household(elder_id=one.pk, other_id=other.pk, since=since, by=cast.clerk, at=cast.at)

    first = share(cast.li, cast.grandpa, SINCE)
    assert share(cast.grandpa, cast.li, SINCE) == first
    assert registry_read.household(cast.clerk, cast.li, SINCE) == [cast.grandpa]
    assert registry_read.household(cast.clerk, cast.li, date(2025, 12, 31)) == []
    share(cast.li, neighbour_chen, LATER)
    assert registry_read.household(cast.clerk, cast.li, date(2026, 5, 31)) == [cast.grandpa]
    assert registry_read.household(cast.clerk, cast.li, LATER) == [neighbour_chen]
    assert registry_read.household(cast.clerk, cast.grandpa, LATER) == []
    registry.leave_household(elder_id=cast.li.pk, on=date(2026, 7, 1), by=cast.clerk, at=cast.at)
    assert registry_read.household(cast.clerk, neighbour_chen, date(2026, 7, 1)) == []
    with pytest.raises(NeverHeld, match="不能晚于今天"):
        share(cast.li, cast.grandpa, date(2027, 1, 1))
    with pytest.raises(KinIncomplete, match="与自己同住"):
        share(cast.li, cast.li, LATER)
    assert HouseholdMember.objects.filter(elder=cast.li).count() == 2


def test_contacts_are_rung_in_the_order_that_was_set(cast, neighbour_chen):
    act = {"by": cast.clerk, "at": cast.at}
    son = registry.add_contact(elder_id=neighbour_chen.pk, name="陈刚", relation="儿子", number="139 0000 0063", **act)
    again = registry.add_contact(elder_id=neighbour_chen.pk, name="陈刚", relation="儿子", number="13900000063", **act)
    assert son == again

    def order():
        return [row.phone[-2:] for row in registry_read.contacts(cast.clerk, neighbour_chen)]

    assert order() == ["61", "62", "63"]
    assert registry_read.emergency_contact(neighbour_chen.pk).name == "陈晓"
    registry.move_contact(contact_id=son.pk, up=True, **act)
    assert order() == ["61", "63", "62"]
    registry.move_contact(contact_id=son.pk, up=False, **act)
    registry.move_contact(contact_id=son.pk, up=False, **act)
    assert order() == ["61", "62", "63"]
    registry.name_emergency_contact(contact_id=son.pk, **act)
    assert registry_read.emergency_contact(neighbour_chen.pk) == son
    daughter = registry_read.contacts(cast.clerk, neighbour_chen)[1]
    registry.name_emergency_contact(contact_id=daughter.pk, **act)
    assert registry_read.emergency_contact(neighbour_chen.pk) == daughter


def test_a_number_that_was_taken_away_finds_nobody_and_the_last_one_stays(cast, neighbour_chen):
    act = {"by": cast.clerk, "at": cast.at}
    registry.add_contact(elder_id=neighbour_chen.pk, name="陈素云", relation="本人", number="13900001064", **act)
    assert neighbour_chen in registry_read.search(cast.ma, "1064")
    for row in registry_read.contacts(cast.clerk, neighbour_chen)[:2]:
        registry.remove_contact(contact_id=row.pk, **act)
    assert neighbour_chen not in registry_read.search(cast.ma, "0061")
    assert neighbour_chen in registry_read.search(cast.ma, "1064")
    with pytest.raises(NotFound, match="已经移除"):
        registry.move_contact(contact_id=row.pk, up=True, **act)
    with pytest.raises(LastContact, match="唯一的电话"):
        registry.remove_contact(contact_id=registry_read.contacts(cast.clerk, neighbour_chen)[0].pk, **act)
