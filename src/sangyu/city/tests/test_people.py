"""The people of the city: real in shape, invented in person, the same every time."""

from __future__ import annotations

from collections import Counter, defaultdict
from hashlib import sha256
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.city import people
from sangyu.city.areas import tree
from sangyu.city.names import RARE, RARE_EVERY
from sangyu.city.people import REFERENCE_ON, Town, service_class
from sangyu.city.tests.town import SEED, TREE
from sangyu.kit import resident_id
from sangyu.kit.age import age_on
from sangyu.kit.resident_id import Sex

COUNT = 5500


@pytest.fixture(scope="module")
def town():
    return Town(TREE, seed=SEED)


@pytest.fixture(scope="module")
def registered(town):
    return list(town.registered(COUNT / people.REGISTERED))


@pytest.fixture(scope="module")
def others(town):
    return list(town.unregistered(0.02))


def share_pm(elders, holds):
    return 1000 * sum(map(holds, elders)) / len(elders)


def test_the_same_seed_gives_the_same_bytes():
    once, again = (repr(list(Town(TREE, seed=3).registered(0.002))) for _ in range(2))
    assert sha256(once.encode()).digest() == sha256(again.encode()).digest()
    assert once != repr(list(Town(TREE, seed=4).registered(0.002)))


def test_another_district_of_the_same_seed_has_other_people():
    named = [
        ("44", "广东省"),
        ("4403", "深圳市"),
        ("440304", "福田区"),
        ("440304001", "甲街道"),
        ("440304001001", "乙社区"),
    ]
    futian = Town(tree(code="440304", edition="测试", named=named), seed=SEED)
    here, there = Town(TREE, seed=SEED).elder(0), futian.elder(0)
    assert there.resident_id.startswith("440304")
    assert there.address.startswith("深圳市福田区甲街道乙")
    assert (here.name, here.phone) != (there.name, there.phone)


def test_a_larger_city_keeps_the_people_of_the_smaller(town):
    small = list(town.registered(0.001))
    assert small == list(islice(town.registered(1), len(small)))


@given(st.integers(0, people.CAPACITY - 1), st.booleans())
@settings(deadline=None, max_examples=200)
def test_every_resident_id_is_valid_and_agrees_with_birth_and_sex(n, is_registered):
    elder = Town(TREE, seed=SEED).elder(n, is_registered=is_registered)
    found = resident_id.parse(elder.resident_id)
    assert (found.birth_on, found.sex) == (elder.birth_on, elder.sex)
    assert found.area_code.startswith("6201")


def test_nobody_shares_a_resident_id_in_a_full_district():
    town = Town(TREE, seed=SEED)
    seen = set()
    for order in (town._registered, town._others):
        for n in range(people.CAPACITY):
            seen.add(order.birth(n))
    assert len(seen) == 2 * people.CAPACITY
    assert max(pair for _, pair in seen) < 499


def test_ids_refs_and_telephones_are_unique(registered, others):
    everybody = registered + others
    assert len({e.resident_id for e in everybody}) == len({e.ref for e in everybody}) == len(everybody)
    owners = defaultdict(set)
    for elder in everybody:
        for phone in filter(None, (elder.phone, elder.other_phone)):
            owners[phone].add(elder.household if elder.shares_phone else elder.ref)
        for contact in elder.contacts:
            owners[contact.phone].add(f"family of {elder.household}")
    assert [phone for phone, who in owners.items() if len(who) > 1] == []


def test_telephones_are_well_formed_and_belong_to_nobody(registered):
    for elder in registered:
        assert len(elder.phone) == 11
        assert elder.phone.startswith(("154", "164", "09311"))


def test_ages_follow_the_shape_of_the_district(registered):
    ages = [age_on(e.birth_on, REFERENCE_ON) for e in registered]
    assert min(ages) == 65
    bands = Counter("65" if age < 75 else "75" if age < 85 else "85" for age in ages)
    assert bands["65"] / COUNT == pytest.approx(0.58, abs=0.005)
    assert bands["75"] / COUNT == pytest.approx(0.31, abs=0.005)
    assert bands["85"] / COUNT == pytest.approx(0.11, abs=0.005)


def test_a_hundred_people_already_have_the_shape(town):
    ages = [age_on(town.elder(n).birth_on, REFERENCE_ON) for n in range(100)]
    assert 55 <= sum(age < 75 for age in ages) <= 61


def test_those_not_registered_are_sixty_or_older_and_mostly_too_young(others):
    ages = [age_on(e.birth_on, REFERENCE_ON) for e in others]
    assert min(ages) == 60
    assert share_pm(ages, lambda age: age < 65) == pytest.approx(720, abs=10)
    assert not any(e.is_registered for e in others)


@pytest.mark.parametrize(
    ("identity", "per_thousand", "within"),
    [("three_no", 12, 5), ("severe_disability", 40, 9), ("entitled_group", 60, 10), ("dibao", 30, 8), ("needy", 6, 4)],
)
def test_groups_have_their_share(registered, identity, per_thousand, within):
    assert share_pm(registered, lambda e: identity in e.identities) == pytest.approx(per_thousand, abs=within)


def test_classes_follow_the_groups(town):
    for elder in town.registered(0.005):
        expected = {"three_no": "A", "entitled_group": "B", "severe_disability": "D"}
        assert service_class(elder) == next((expected[i] for i in elder.identities if i in expected), "C")


def test_about_eight_in_a_hundred_share_a_telephone_with_their_spouse(registered):
    assert share_pm(registered, lambda e: e.shares_phone) == pytest.approx(80, abs=15)
    by_phone = defaultdict(list)
    for elder in registered:
        if elder.shares_phone:
            by_phone[elder.phone].append(elder)
    for pair in by_phone.values():
        wife, husband = pair
        assert (wife.sex, husband.sex) == (Sex.FEMALE, Sex.MALE)
        assert (wife.home, wife.address, wife.contacts) == (husband.home, husband.address, husband.contacts)
        assert 0 <= (wife.birth_on - husband.birth_on).days < 12 * 366


def test_only_needy_elders_have_an_issued_phone(registered):
    assert all(e.has_issued_phone == ("needy" in e.identities) for e in registered)
    assert not any(e.shares_phone for e in registered if e.has_issued_phone)


def test_three_no_elders_live_alone_and_have_no_family(registered):
    three_no = [e for e in registered if "three_no" in e.identities]
    assert three_no
    assert all("living_alone" in e.tags and not e.contacts for e in three_no)


def test_children_bear_the_name_of_their_father(registered):
    for elder in registered[:500]:
        for contact in elder.contacts:
            if elder.sex is Sex.MALE and contact.relation in ("SON", "DAUGHTER"):
                assert contact.name[0] == elder.name[0]


def test_rare_characters_occur_in_every_city(town):
    assert town.elder(17).name.endswith(RARE)
    assert town.elder(17 + RARE_EVERY).name.endswith(RARE)


def test_everybody_lives_in_a_known_community(registered):
    known = {area.code for area in TREE.communities}
    assert {e.community_code for e in registered} == known
    assert all(e.address.startswith("兰州市城关区第") for e in registered)


def test_a_city_too_large_for_one_district_is_refused(town):
    with pytest.raises(ValueError, match="choose a smaller scale"):
        town.registered(3)
