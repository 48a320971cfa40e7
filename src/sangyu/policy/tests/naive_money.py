"""Money shared out once more, in fractions: exact parts first, whole fen afterwards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from .naive_words import Refused


def share(price: int, parts: Mapping[str, Fraction | int | None]) -> dict[str, int]:
    """Split a price: an int is fen, a fraction a part of the price, None the rest."""
    if price < 0:
        turned = share(-price, {payer: -part if isinstance(part, int) else part for payer, part in parts.items()})
        return {payer: -fen for payer, fen in turned.items()}
    rest = [payer for payer, part in parts.items() if part is None]
    rates = {payer: part for payer, part in parts.items() if isinstance(part, Fraction)}
    fixed = {payer: part for payer, part in parts.items() if isinstance(part, int)}
    if rates and rest and not any(fixed.values()):
        if sum(rates.values()) > 1:
            raise Refused("more than the whole")
        rates |= {rest[0]: 1 - sum(rates.values(), Fraction(0))}
    rates = {payer: rates[payer] for payer in parts if payer in rates}
    if sum(rates.values()) == 1:
        made = in_proportion(price, rates)
    else:
        made = {payer: math.floor(price * rate) for payer, rate in rates.items()}
    made |= fixed
    if rest and rest[0] not in rates:
        made[rest[0]] = price - sum(made.values())
    if sum(made.values()) != price or min(made.values()) < 0:
        raise Refused("the parts are not the price")
    return {payer: made[payer] for payer in parts}


def in_proportion(price: int, weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """Allot a price: whole fen first, then one more to each of the largest fractions, those named first first."""
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise Refused("nobody to allot to")
    if price < 0:
        return {key: -fen for key, fen in in_proportion(-price, weights).items()}
    exact = {key: Fraction(price) * weight / whole for key, weight in weights.items()}
    made = {key: math.floor(part) for key, part in exact.items()}
    while sum(made.values()) < price:
        key = max(exact, key=lambda key: exact[key] - made[key])
        made[key] += 1
    return made
