"""What the gateway does with a text, and what the desk does about it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from tests.cast import Cast

from sangyu.outbox import queries as outbox_read
from sangyu.portals.texting.gateways import Accepted, GatewayFailed


class Partner:
    """A gateway that fails as often as it is told to and remembers every reference it was given."""

    name = "partner"

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.asked: list[UUID] = []

    def send(self, *, reference: UUID, phone: str, text: str) -> Accepted:
        self.asked.append(reference)
        if len(self.asked) <= self.fails:
            raise GatewayFailed("网关应答503")
        return Accepted("gw-1")


def states(cast: Cast) -> list[str]:
    return sorted(row.state for row in outbox_read.texts(cast.programme.pk))


def test_a_gateway_that_comes_back_gets_the_same_reference_again(town: Cast, texted) -> None:
    town.order(elder=town.grandpa)
    partner = Partner(fails=1)
    texted(gateway=partner)
    assert states(town) == ["WAITING"]
    texted(town.at + timedelta(seconds=30), gateway=partner)
    texted(town.at + timedelta(minutes=1), gateway=partner)
    assert states(town) == ["SENT"]
    assert len(partner.asked) == 2
    assert len(set(partner.asked)) == 1


def test_a_number_that_does_not_exist_is_rung_about(town: Cast, texted) -> None:
    town.order(elder=town.elder("高志强", town.grandpa.birth_on, 61, ["13900000000"]))
    texted()
    (row,) = outbox_read.texts_to_ring(town.programme.pk, town.at)
    assert "空号" in row.because


def test_one_bad_number_does_not_hold_up_the_others(town: Cast, texted) -> None:
    town.order(elder=town.elder("高志强", town.grandpa.birth_on, 61, ["13900009999"]))
    town.order(elder=town.zhou)
    texted()
    assert states(town) == ["DELIVERED", "DELIVERED", "WAITING"]
