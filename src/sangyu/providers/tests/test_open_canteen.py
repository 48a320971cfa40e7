"""A canteen is opened once, for an enterprise of the programme, and its own cashiers sit at its tills."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import COMMUNITY, HOME, Cast
from tests.neighbours import neighbour
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Incomplete
from sangyu.providers.models import Canteen, CanteenUser, Enterprise, EnterpriseState


@standing
def opening(cast: Cast) -> dict:
    """Everything that a canteen of Kang'an needs."""
    return {
        "by": cast.head,
        "at": cast.at,
        "enterprise": cast.kangan,
        "item": cast.item("ZC001", "社区午餐", minutes=30, market_price_fen=1500, offer="lunch"),
        "name": "南门社区餐厅",
        "community_code": COMMUNITY,
        "address": "南门巷2号",
        "place": HOME,
        "opens": "11:00–13:30",
        "contracted_from": date(2026, 1, 1),
        "contracted_until": date(2027, 1, 1),
    }


def test_a_canteen_is_opened_once(opening):
    first = providers.open_canteen(**opening)
    assert providers.open_canteen(**opening).pk == first.pk
    assert (first.standard_price_fen, first.community_id) == (1500, COMMUNITY)


def test_a_name_belongs_to_one_enterprise(cast, opening):
    providers.open_canteen(**opening)
    with pytest.raises(Incomplete, match="另一家企业"):
        providers.open_canteen(**{**opening, "enterprise": cast.letter})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "名称"),
        ({"address": ""}, "地址"),
        ({"standard_price_fen": 0}, "餐价"),
        ({"contracted_until": date(2026, 1, 1)}, "签约终止日期"),
    ],
)
def test_what_cannot_be_is_refused(opening, wrong, words):
    with pytest.raises(Incomplete, match=words):
        providers.open_canteen(**{**opening, **wrong})


def test_only_the_bureau_and_the_centre_open_one_and_only_here(cast, opening):
    with pytest.raises(NotAllowed):
        providers.open_canteen(**{**opening, "by": cast.kangan_user})
    with pytest.raises(NotFound):
        providers.open_canteen(**{**opening, "by": neighbour(cast, Role.BUREAU)})
    with pytest.raises(NotFound, match="社区"):
        providers.open_canteen(**{**opening, "community_code": "620103001001"})
    assert not Canteen.objects.exists()


def test_a_cashier_sees_the_own_till_and_the_manager_all_of_the_enterprise(cast, opening):
    south = providers.open_canteen(**opening)
    north = providers.open_canteen(**{**opening, "name": "北园社区餐厅"})
    he = cast.user(cast.kangan.organisation, "he", "何芳", Role.TILL)
    for _ in range(2):
        providers.seat_cashier(canteen=south, user=he, by=cast.kangan_user, at=cast.at)
    assert CanteenUser.objects.count() == 1
    assert providers_read.own_canteens(he) == list(providers_read.canteens(he)) == [south]
    assert set(providers_read.canteens(cast.kangan_user)) == set(providers_read.canteens(cast.head)) == {south, north}
    for stranger in (cast.letter_user, cast.clerk, neighbour(cast, Role.BUREAU)):
        assert not providers_read.canteens(stranger).exists()


def test_nobody_else_s_user_sits_at_a_till(cast, opening):
    canteen = providers.open_canteen(**opening)
    outsider = cast.user(cast.letter.organisation, "le", "乐萍", Role.TILL)
    for user in (outsider, cast.kangan_user):
        with pytest.raises(NotFound, match="不是这家企业的收银员"):
            providers.seat_cashier(canteen=canteen, user=user, by=cast.head, at=cast.at)
    with pytest.raises(NotFound, match="没有找到这家餐厅"):
        providers.seat_cashier(canteen=canteen, user=outsider, by=cast.letter_user, at=cast.at)


def test_the_subsidy_is_paid_within_the_contract_and_while_the_enterprise_is_admitted(opening):
    canteen = providers.open_canteen(**opening)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [providers_read.subsidised_on(canteen, day) for day in days] == [False, True, True, False]
    Enterprise.objects.filter(pk=canteen.enterprise_id).update(state=EnterpriseState.SUSPENDED)
    canteen = Canteen.objects.select_related("enterprise").get(pk=canteen.pk)
    assert not providers_read.subsidised_on(canteen, date(2026, 1, 1))
