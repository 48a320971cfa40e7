from __future__ import annotations

from datetime import date

import pytest
from tests.neighbour import Neighbour
from tests.standing import standing

from sangyu.kit.errors import NotFound
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Kin
from sangyu.registry.models import Document
from sangyu.registry.numbers import number_of


@standing
def daughter(cast):
    """Grandmother Chen is reached at her own number and at Grandmother Li's."""
    return cast.elder("陈素云", date(1950, 6, 1), 62, ["13900000061"], family=[Kin("李秀兰", "邻居", "13900000001")])


def strangers(cast):
    neighbour = Neighbour(cast.at)
    return [cast.kangan_user, cast.zhao_user, neighbour.agent, neighbour.clerk, neighbour.head]


def test_a_caller_is_known_by_the_number_however_the_exchange_writes_it(cast):
    for number in ["13900000001", "013900000001", "+8613900000001", "0931-8000001"]:
        assert registry_read.find_by_phone(cast.ma, number) == [cast.li]


def test_an_unknown_caller_is_nobody(cast):
    for number in ["13999999999", "anonymous"]:
        assert registry_read.find_by_phone(cast.ma, number) == []


def test_one_number_of_two_elders_finds_both_its_owner_first(cast, daughter):
    assert registry_read.find_by_phone(cast.ma, "13900000001") == [cast.li, daughter]
    found = registry_read.find_by_phones(cast.ma, ["13900000001", "13900000061", "13999999999", ""])
    assert {number: elders for number, elders in found.items() if elders} == {
        "13900000001": [cast.li, daughter],
        "13900000061": [daughter],
    }


@pytest.mark.parametrize("text", ["李秀兰", "秀兰", "lxl", "lixiulan", "0001", "李 lxl", "ＬＸＬ"])
def test_an_elder_is_found_by_name_pinyin_or_the_tail_of_a_number(cast, text):
    assert cast.li in registry_read.search(cast.ma, text)
    assert cast.grandpa not in registry_read.search(cast.ma, "李 lxl")


@pytest.mark.parametrize("text", ["", "   ", "李 王", "不存在的人"])
def test_what_fits_nobody_finds_nobody(cast, text):
    assert registry_read.search(cast.ma, text) == []


def test_the_list_goes_on_behind_its_last_row(cast, daughter):
    names, after = [], None
    while page := registry_read.listed(cast.ma, after=after, limit=2):
        names += [elder.name for elder in page]
        after = (page[-1].sort_key, page[-1].pk)
    assert names == ["陈素云", "李秀兰", "王德厚"]


def test_a_stranger_finds_nobody(cast):
    number = number_of(Document.objects.get(elder=cast.li))
    assert registry_read.registered_as(cast.clerk, number) == cast.li
    for viewer in strangers(cast):
        assert cast.li not in registry_read.elders(viewer)
        assert registry_read.find_by_phone(viewer, "13900000001") == []
        assert registry_read.search(viewer, "李秀兰") == []
        assert cast.li not in registry_read.listed(viewer)
        assert registry_read.registered_as(viewer, number) is None
        with pytest.raises(NotFound, match="没有找到这位老人"):
            registry_read.get_elder(viewer, cast.li.pk)
        for read in (registry_read.contacts, registry_read.identities):
            with pytest.raises(NotFound):
                read(viewer, cast.li)
        with pytest.raises(NotFound):
            registry_read.card(viewer, cast.li, cast.at.date())


def test_the_numbers_of_many_elders_are_read_at_once(cast, daughter, django_assert_num_queries):
    elders = [cast.li, cast.grandpa, daughter]
    with django_assert_num_queries(1):
        found = registry_read.contacts_of_all([elder.pk for elder in elders])
    assert found == {elder.pk: registry_read.contacts_of(elder.pk) for elder in elders}
    assert [row.phone for row in found[cast.li.pk]] == ["13900000001", "09318000001"]


def test_the_card_says_at_first_sight_who_it_is(cast):
    card = registry_read.card(cast.ma, cast.li, cast.at.date())
    assert (card.age, card.identities) == (82, ("重点优抚", "独居"))
    number = number_of(Document.objects.get(elder=cast.li))
    assert card.document_number == f"{number[:6]}********{number[14:]}"
