"""The list of services: complete, priced, and found by the first letters of its pinyin."""

from __future__ import annotations

from collections import Counter

from sangyu.city import catalogue


def test_four_classes_and_more_than_a_hundred_and_fifty_items():
    found = Counter(item.service_class for item in catalogue.items())
    assert set(found) == set(catalogue.CLASSES)
    assert sum(found.values()) >= 150
    assert min(found.values()) >= 10


def test_codes_and_names_are_unique():
    items = catalogue.items()
    assert len({i.code for i in items}) == len({i.name for i in items}) == len(items)


def test_only_emergencies_are_free_and_prices_are_whole_or_half_yuan():
    for item in catalogue.items():
        assert (item.market_price_fen == 0) == (item.service_class == "EMERGENCY"), item
        assert item.market_price_fen % 50 == 0, item


def test_every_word_is_in_its_list():
    for item in catalogue.items():
        assert item.skill in catalogue.SKILLS
        assert item.certificate in ("", *catalogue.CERTIFICATES)
        assert item.offer in catalogue.OFFERS
        assert item.minutes > 0
        assert 8 <= len(item.standard) <= 60
        assert item.standard.endswith("。")


def test_all_skills_and_certificates_are_asked_for_by_something():
    assert {i.skill for i in catalogue.items()} == set(catalogue.SKILLS)
    asked = {i.certificate for i in catalogue.items()} - {""}
    assert set(catalogue.CERTIFICATES) - asked == {"SAFETY_OFFICER"}


def test_an_item_is_found_by_its_initials():
    initials = {item.name: item.initials for item in catalogue.items()}
    assert initials["日常保洁"] == "rcbj"
    assert initials["上门量血压"] == "smlxy"
    assert all(text.isascii() and text.isalpha() for text in initials.values())


def test_safety_and_health_services_are_marked_for_needy_elders():
    marked = {i.name for i in catalogue.items() if i.offer == "safety_health"}
    assert {"上门量血压", "上门测血糖", "居室安全检查"} <= marked
