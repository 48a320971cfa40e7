"""What stands for several tests is the same for each of them, whatever the last one did to it or its connection."""

from __future__ import annotations

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from sangyu.registry.models import Elder


@pytest.mark.parametrize("turn", [1, 2])
def test_a_change_is_gone_with_its_test(cast, turn) -> None:
    assert cast.li.name == "李秀兰"
    assert Elder.objects.count() == 2
    cast.li.name = "别人"
    Elder.objects.filter(pk=cast.li.pk).update(name="别人")
    cast.elder("陈素云", cast.li.birth_on, 62, ["13900000061"])


def test_a_clean_house_is_clean(db: None) -> None:
    assert not Elder.objects.exists()


@pytest.mark.parametrize("turn", [1, 2])
def test_a_closed_session_is_none_the_wiser(cast, turn) -> None:
    assert Elder.objects.get(pk=cast.li.pk).name == "李秀兰"
    connections[DEFAULT_DB_ALIAS].close()


def test_it_stands_again(cast) -> None:
    assert Elder.objects.get(pk=cast.li.pk).name == "李秀兰"


def test_a_browser_brings_another_connection_and_nobody_waits(cast, browser) -> None:
    assert Elder.objects.get(pk=cast.li.pk).name == "李秀兰"


def test_and_the_next_finds_the_same(cast) -> None:
    assert Elder.objects.get(pk=cast.li.pk).name == "李秀兰"
