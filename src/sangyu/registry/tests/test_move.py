"""An elder moves: the day before is answered as it was, the day itself as it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import COMMUNITY
from tests.neighbour import Neighbour

from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Incomplete, MovedBefore, OutsideArea, ReasonMissing
from sangyu.registry.models import Elder, Residence

NORTH = "620102002001"
FIRST, SECOND = date(2026, 9, 1), date(2026, 10, 1)


def move(cast, **other):
    given = {
        "elder_id": cast.li.pk,
        "moved_on": FIRST,
        "community_code": NORTH,
        "address": "北园路1号",
        "hukou_in_area": True,
        "reason": "搬到女儿家",
        "by": cast.head,
        "at": cast.at,
    }
    return registry.move(**{**given, **other})


def bases(cast, on):
    known = registry_read.facts(Elder.objects.get(pk=cast.li.pk), on)
    return known["lives_in_area"], known["hukou_in_area"]


def test_where_an_elder_lived_is_answered_for_every_day(cast):
    move(cast)
    move(cast)
    move(
        cast, moved_on=SECOND, community_code="", address="", hukou_in_area=False, hukou_place="成都市", reason="随子女"
    )
    li = Elder.objects.get(pk=cast.li.pk)
    assert (li.community_id, li.address, li.lives_in_area, li.hukou_place) == (NORTH, "北园路1号", False, "成都市")
    assert bases(cast, SECOND) == (False, False)
    assert (
        bases(cast, SECOND - timedelta(days=1)) == bases(cast, FIRST) == bases(cast, date(2020, 1, 1)) == (True, True)
    )
    homes = [
        registry_read.home_on(li, on).address for on in (date(2020, 1, 1), FIRST - timedelta(days=1), FIRST, SECOND)
    ]
    assert homes == ["南门巷8号2单元301", "南门巷8号2单元301", "北园路1号", "北园路1号"]
    assert [row.valid_until for row in registry_read.residences(cast.head, li)] == [SECOND, FIRST]


@pytest.mark.proves("FT-39")
def test_who_moved_in_without_local_hukou_lives_here_and_is_listed_so(cast):
    move(cast, community_code=COMMUNITY, address="南门巷8号2单元301", hukou_in_area=False, hukou_place="四川省成都市")
    on = cast.at.date()
    assert bases(cast, on) == (True, False)
    assert [elder.pk for elder in registry_read.listed(cast.clerk, group="moved_in", on=on)] == [cast.li.pk]
    assert registry_read.group_counts(cast.head, on)["moved_in"] == 1
    assert Elder.objects.get(pk=cast.li.pk).lng is not None, "the home is where it was"


def test_who_moves_goes_from_one_window_to_the_other(cast):
    assert cast.li in registry_read.elders(cast.clerk)
    moved = move(cast, by=cast.clerk)
    assert moved not in registry_read.elders(cast.clerk)
    assert moved in registry_read.elders(cast.head)
    assert moved.lng is None
    with pytest.raises(NotFound):
        move(cast, by=cast.clerk, moved_on=SECOND, address="别处")


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"address": " "}, Incomplete),
        ({"reason": ""}, ReasonMissing),
        ({"community_code": "110101001001"}, OutsideArea),
        ({"moved_on": date(2030, 1, 1)}, MovedBefore),
        ({"moved_on": date(1900, 1, 1)}, MovedBefore),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(cast, other, error):
    with pytest.raises(error):
        move(cast, **other)
    assert not Residence.objects.exists()


def test_a_move_before_the_last_one_and_a_stranger_are_refused(cast):
    move(cast, moved_on=SECOND)
    with pytest.raises(MovedBefore, match="不晚于2026-10-01"):
        move(cast, moved_on=FIRST, address="另一处")
    with pytest.raises(NotFound):
        move(cast, by=Neighbour(cast.at).clerk)
