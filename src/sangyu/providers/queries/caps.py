"""Prices that stand above a maximum which was approved after they were set: told, and never changed by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from sangyu import policy
from sangyu.access.models import User
from sangyu.providers.models import Canteen, Price

CAP_RULE = "price-cap"


@dataclass(frozen=True)
class AboveCap:
    """A price that a policy does not pass from a day on, and why. Units: fen."""

    name: str
    price_fen: int
    on: date
    because: str


def prices_above_cap(viewer: User, pack: policy.Pack, parameters: Mapping[str, Any], *, since: date) -> list[AboveCap]:
    """List the prices of the catalogue and of canteens that a policy would not pass from a day on, by name.

    A policy without a maximum passes every price; one whose maximum nobody has set passes none.
    """
    if CAP_RULE not in pack.rules:
        return []
    found = []
    for name, price_fen, valid_from in sorted(_standing(viewer, since)):
        on = max(since, valid_from)
        said = policy.decide(pack, CAP_RULE, {"price_fen": price_fen, "on": on.isoformat()}, on, parameters)
        if said.result != "pass":
            found.append(AboveCap(name, price_fen, on, said.because))
    return found


def _standing(viewer: User, since: date) -> Iterator[tuple[str, int, date]]:
    prices = Price.objects.filter(item__programme_id=viewer.programme_id)
    lasting = prices.filter(Q(valid_until=None) | Q(valid_until__gt=since))
    yield from lasting.values_list("item__name", "market_price_fen", "valid_from")
    canteens = Canteen.objects.filter(programme_id=viewer.programme_id, contracted_until__gt=since)
    yield from canteens.values_list("name", "standard_price_fen", "contracted_from")
