"""The closed days of the copied canteens: what several tiles ate at one till, added up and held against the policy."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.city.blueprint import BEIJING
from sangyu.city.lunches import CLOSES_AT
from sangyu.city.scale.months import cell_range
from sangyu.city.scale.shape import Piece
from sangyu.kit.ids import derived_id
from sangyu.meals import rules
from sangyu.meals.models import DayClose
from sangyu.providers.models import CanteenUser

_SOLD = """
SELECT sale.canteen_id, sale.sold_on, sale.band, sale.price_fen, sale.elder_fen, sale.public_fen, refund.id IS NOT NULL
  FROM meals_sale sale
  LEFT JOIN meals_refund refund ON refund.sale_id = sale.id AND refund.id >= %(least)s AND refund.id < %(end)s
 WHERE sale.id >= %(least)s AND sale.id < %(end)s
"""


def close_days(piece: Piece, programme_id: UUID) -> None:
    """Close every day of a copied month at every canteen that sold on it."""
    least, end = cell_range(piece)
    sold: dict[tuple[UUID, date], list[rules.Sold]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, {"least": least, "end": end})
        for canteen_id, day, *row in cursor:
            sold[canteen_id, day].append(rules.Sold(*row))
    cashiers = dict(CanteenUser.objects.values_list("canteen_id", "user_id"))
    adopted = adoption_read.in_force(programme_id, piece.month.first_day)
    pack = adoption_read.pack_of(adopted)
    asked: dict[tuple[object, ...], dict[str, object]] = {}

    def decided(on: date, price_fen: int, counts: dict[str, int]) -> dict[str, object]:
        key = (on, price_fen, *counts.values())
        if key not in asked:
            facts = {
                "price_fen": price_fen,
                "counts": {band.lower(): many for band, many in counts.items() if many},
                "on": on.isoformat(),
            }
            asked[key] = policy.decide(pack, "canteen-day", facts, on, adopted.parameters).to_json()
        return asked[key]

    rows = []
    for (canteen_id, day), sales in sorted(sold.items()):
        sums = rules.add_up(sales)
        if not sums.sold:
            continue
        decisions = [decided(day, price_fen, dict(counts)) for price_fen, counts in sums.by_price.items()]
        rows.append(
            DayClose(
                id=derived_id("day-close", canteen_id, day),
                canteen_id=canteen_id,
                day=day,
                sold=sums.sold,
                refunded=sums.refunded,
                counts=dict(sums.counts),
                price_fen=sums.price_fen,
                elder_fen=sums.elder_fen,
                public_fen=sums.public_fen,
                decisions=decisions,
                agrees=rules.agrees(sums, decisions),
                by_id=cashiers[canteen_id],
                at=datetime.combine(day, CLOSES_AT, BEIJING),
            )
        )
    DayClose.objects.bulk_create(rows, batch_size=1000)
