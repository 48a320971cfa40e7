"""What every counted number is made of: signed facts, so that a day that is over need not be counted again.

A fact says that from the instant at which it was written (`known_at`) a row counts, or counts no longer: a charge adds
one, its reversal takes one away. Numbers of rows then add up over any days, and what is written later belongs to a
later day. `row_at` is the instant of the row itself, by which a period cuts. The statements here say of a programme
what `sources` say of its rows; the tests hold the two against each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

WHOLE = ""
SUMS = ("price_fen", "elder_fen", "public_fen", "net_fen", "deducted_fen", "amount_fen")

_KNOWN = "{at} >= %(after)s::timestamptz AND {at} < %(until)s::timestamptz"
_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"


@dataclass(frozen=True)
class Facts:
    """The facts of a figure.

    Shape: `sql` selects row_at, known_at, n (+1 or -1), the `dims` as text with "-" for none, and the signed `sums`.
    Without `has_period` a figure counts what there is, whenever it began.
    """

    sql: str
    dims: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    has_whole: bool = True
    has_period: bool = True

    @property
    def cuts(self) -> tuple[str, ...]:
        """The dimensions by which these facts may be told apart, and the whole."""
        return ((WHOLE,) if self.has_whole else ()) + self.dims


def counting(facts: Facts, *, cuts: Sequence[str], by: Sequence[str] = ()) -> str:
    """Write the statement that adds up facts by each of some cuts at once, in one reading of the rows.

    Shape: columns of `by` (known_on, row_on), dim, key, n, and every name of `SUMS`. Parameters: programme, after,
    until, since.
    """
    dims = [cut for cut in cuts if cut]
    sets = ", ".join(f"({', '.join([*by, *([cut] if cut else [])])})" for cut in cuts)
    dim = "".join(f" WHEN grouping({name}) = 0 THEN '{name}'" for name in dims)
    key = "".join(f" WHEN grouping({name}) = 0 THEN {name}" for name in dims)
    named = f"CASE{dim} ELSE '' END AS dim, CASE{key} ELSE '' END AS key" if dims else "'' AS dim, '' AS key"
    sums = ", ".join(
        f"coalesce(sum({name}), 0)::bigint AS {name}" if name in facts.sums else f"0::bigint AS {name}" for name in SUMS
    )
    return f"""
SELECT {"".join(f"{name}, " for name in by)}{named}, coalesce(sum(n), 0)::bigint AS n, {sums}
  FROM (SELECT fact.*, (row_at {_DAY} AS row_on, (known_at {_DAY} AS known_on FROM ({facts.sql}) AS fact) AS fact
 WHERE row_at >= %(since)s::timestamptz
 GROUP BY GROUPING SETS ({sets})
"""


# The few notes of deaths and of deaths taken back; only one that changes what was known counts.
_REGISTERED = f"""
SELECT elder.registered_at AS row_at, elder.registered_at AS known_at, 1 AS n, 'yes' AS alive
  FROM registry_elder AS elder
 WHERE elder.programme_id = %(programme)s AND {_KNOWN.format(at="elder.registered_at")}
"""
# A record that is merged counts with the one that stands for it, and for itself again once they are parted.
_PERSONS = f"""
{_REGISTERED}
UNION ALL
SELECT merge.at, merge.at, -1, 'yes'
  FROM registry_merge AS merge JOIN registry_elder AS elder ON elder.id = merge.gone_id
 WHERE elder.programme_id = %(programme)s AND {_KNOWN.format(at="merge.at")}
UNION ALL
SELECT parted.at, parted.at, 1, 'yes'
  FROM registry_unmerge AS parted JOIN registry_merge AS merge ON merge.id = parted.merge_id
  JOIN registry_elder AS elder ON elder.id = merge.gone_id
 WHERE elder.programme_id = %(programme)s AND {_KNOWN.format(at="parted.at")}
"""
# What is written of a record says whether it is dead, or whether it is merged; of either the last word holds.
_LIVING = f"""
{_REGISTERED}
UNION ALL
SELECT told.at, told.at, side.n, CASE WHEN side.dead THEN 'no' ELSE 'yes' END
  FROM (SELECT now.*, lag(dead, 1, false) OVER w AS was_dead, lag(gone, 1, false) OVER w AS was_gone
          FROM (SELECT elder_id, at, word.id, n,
                       coalesce((array_agg(dead) FILTER (WHERE dead IS NOT NULL) OVER w)[(count(dead) OVER w)::int],
                                false) AS dead,
                       coalesce((array_agg(gone) FILTER (WHERE gone IS NOT NULL) OVER w)[(count(gone) OVER w)::int],
                                false) AS gone
                  FROM (SELECT object_id AS elder_id, at, id, 0 AS n, verb = 'registry.record_death' AS dead,
                               NULL::boolean AS gone
                          FROM access_auditentry
                         WHERE programme_id = %(programme)s
                           AND verb IN ('registry.record_death', 'registry.withdraw_death')
                         UNION ALL
                        SELECT gone_id, at, id, 0, NULL, true FROM registry_merge
                         UNION ALL
                        SELECT merge.gone_id, parted.at, merge.id, 1, NULL, false
                          FROM registry_unmerge AS parted JOIN registry_merge AS merge ON merge.id = parted.merge_id
                       ) AS word
                  JOIN registry_elder AS elder ON elder.id = word.elder_id AND elder.programme_id = %(programme)s
                WINDOW w AS (PARTITION BY elder_id ORDER BY at, word.id, n ROWS UNBOUNDED PRECEDING)) AS now
        WINDOW w AS (PARTITION BY elder_id ORDER BY at, id, n)) AS told
 CROSS JOIN LATERAL (VALUES (1, dead, gone), (-1, was_dead, was_gone)) AS side (n, dead, gone)
 WHERE (told.dead, told.gone) <> (was_dead, was_gone) AND NOT side.gone AND {_KNOWN.format(at="told.at")}
"""

# A card is in the state of its last event.
_EVENTS = """
  FROM registry_cardevent AS event
  JOIN registry_eldercard AS card ON card.id = event.card_id
  LEFT JOIN registry_cardevent AS before ON before.card_id = event.card_id AND before.n = event.n - 1
"""
_CARDS = f"""
SELECT event.at AS row_at, event.at AS known_at, 1 AS n {_EVENTS}
 WHERE card.programme_id = %(programme)s AND before.id IS NULL AND {_KNOWN.format(at="event.at")}
"""
_CARD_STATES = f"""
SELECT event.at AS row_at, event.at AS known_at, side.n, side.state {_EVENTS}
 CROSS JOIN LATERAL (VALUES (1, event.kind), (-1, before.kind)) AS side (n, state)
 WHERE card.programme_id = %(programme)s AND side.state IS NOT NULL AND {_KNOWN.format(at="event.at")}
"""
_USABLE_CARDS = f"""
SELECT event.at AS row_at, event.at AS known_at,
       (event.kind IN ('ISSUED', 'RETURNED'))::int - coalesce((before.kind IN ('ISSUED', 'RETURNED'))::int, 0) AS n
       {_EVENTS}
 WHERE card.programme_id = %(programme)s AND {_KNOWN.format(at="event.at")}
"""

_PLACED = f"""
SELECT placed.placed_at AS row_at, placed.placed_at AS known_at, 1 AS n,
       placed.item_id::text AS item, coalesce(area.parent_id, '-') AS street, placed.price_fen, placed.public_fen
  FROM orders_order AS placed JOIN access_area AS area ON area.code = placed.community_id
 WHERE placed.programme_id = %(programme)s AND {_KNOWN.format(at="placed.placed_at")}
"""

# An order is with nobody until it is sent, and with the last enterprise it was sent to from then on.
_HAD_BY = f"""
SELECT placed.placed_at AS row_at, placed.placed_at AS known_at, 1 AS n, '-' AS enterprise,
       placed.price_fen, placed.public_fen
  FROM orders_order AS placed
 WHERE placed.programme_id = %(programme)s AND {_KNOWN.format(at="placed.placed_at")}
UNION ALL
SELECT placed.placed_at, sent.sent_at, side.n, side.enterprise, side.n * placed.price_fen, side.n * placed.public_fen
  FROM dispatch_dispatch AS sent
  JOIN orders_order AS placed ON placed.id = sent.order_id
  LEFT JOIN dispatch_dispatch AS before ON before.order_id = sent.order_id AND before.n = sent.n - 1
 CROSS JOIN LATERAL (VALUES (1, sent.enterprise_id::text), (-1, coalesce(before.enterprise_id::text, '-')))
    AS side (n, enterprise)
 WHERE placed.programme_id = %(programme)s AND {_KNOWN.format(at="sent.sent_at")}
"""

_SERVED = f"""
SELECT served.at AS row_at, served.at AS known_at, 1 AS n,
       placed.item_id::text AS item, coalesce(area.parent_id, '-') AS street,
       coalesce(sent.enterprise_id::text, '-') AS enterprise, placed.price_fen, placed.public_fen
  FROM orders_served AS served
  JOIN orders_order AS placed ON placed.id = served.order_id
  JOIN access_area AS area ON area.code = placed.community_id
  LEFT JOIN LATERAL (SELECT last.enterprise_id FROM dispatch_dispatch AS last
                      WHERE last.order_id = placed.id ORDER BY last.n DESC LIMIT 1) AS sent ON true
 WHERE placed.programme_id = %(programme)s AND {_KNOWN.format(at="served.at")}
"""

_SOLD = f"""
SELECT sale.sold_at AS row_at, sale.sold_at AS known_at, 1 AS n, canteen.enterprise_id::text AS enterprise,
       sale.price_fen, sale.elder_fen, sale.public_fen
  FROM meals_sale AS sale JOIN providers_canteen AS canteen ON canteen.id = sale.canteen_id
 WHERE sale.programme_id = %(programme)s AND {_KNOWN.format(at="sale.sold_at")}
UNION ALL
SELECT sale.sold_at, refund.at, -1, canteen.enterprise_id::text, -sale.price_fen, -sale.elder_fen, -sale.public_fen
  FROM meals_refund AS refund
  JOIN meals_sale AS sale ON sale.id = refund.sale_id
  JOIN providers_canteen AS canteen ON canteen.id = sale.canteen_id
 WHERE sale.programme_id = %(programme)s AND {_KNOWN.format(at="refund.at")}
"""

_OF_CHARGE = """coalesce(charge.decisions #>> '{-1,facts_used,service_class}', '-') AS elder_class,
       charge.enterprise_id::text AS enterprise, charge.item_id::text AS item,
       to_char(charge.service_on, 'YYYY-MM') AS month"""


def _charged(more: str = "") -> str:
    return f"""
SELECT charge.at AS row_at, charge.at AS known_at, 1 AS n, {_OF_CHARGE},
       charge.price_fen, charge.elder_fen, charge.public_fen
  FROM benefits_charge AS charge
 WHERE charge.programme_id = %(programme)s {more} AND {_KNOWN.format(at="charge.at")}
UNION ALL
SELECT charge.at, reversal.at, -1, {_OF_CHARGE}, -charge.price_fen, -charge.elder_fen, -charge.public_fen
  FROM benefits_reversal AS reversal JOIN benefits_charge AS charge ON charge.id = reversal.charge_id
 WHERE charge.programme_id = %(programme)s {more} AND {_KNOWN.format(at="reversal.at")}
"""


# What was sent to the bank counts until the bank refuses it; paid again it counts again.
_SENT = f"""
SELECT file.at AS row_at, file.at AS known_at, 1 AS n, payment.statement_id
  FROM settlement_payment AS payment
  JOIN settlement_paymentfile AS file ON file.id = payment.file_id
  JOIN settlement_run AS run ON run.id = file.run_id
 WHERE run.programme_id = %(programme)s AND {_KNOWN.format(at="file.at")}
UNION ALL
SELECT file.at, refused.at, -1, payment.statement_id
  FROM settlement_paymentreturn AS refused
  JOIN settlement_payment AS payment ON payment.id = refused.payment_id
  JOIN settlement_paymentfile AS file ON file.id = payment.file_id
  JOIN settlement_run AS run ON run.id = file.run_id
 WHERE run.programme_id = %(programme)s AND NOT refused.paid AND {_KNOWN.format(at="refused.at")}
"""

_PAID = f"""
SELECT sent.row_at, sent.known_at, sent.n, {_OF_CHARGE},
       sent.n * line.net_fen AS net_fen, sent.n * line.deducted_fen AS deducted_fen
  FROM ({_SENT}) AS sent
  JOIN settlement_line AS line ON line.statement_id = sent.statement_id AND line.net_fen > 0
  JOIN benefits_charge AS charge ON charge.id = line.charge_id
"""

_TAKEN_BACK = f"""
SELECT sent.row_at, sent.known_at, sent.n, statement.enterprise_id::text AS enterprise,
       sent.n * difference.amount_fen AS amount_fen
  FROM ({_SENT}) AS sent
  JOIN settlement_statement AS statement ON statement.id = sent.statement_id
  JOIN settlement_difference AS difference ON difference.statement_id = statement.id
"""

_ORDER_SUMS = ("price_fen", "public_fen")
_CHARGE_SUMS = ("price_fen", "elder_fen", "public_fen")

FACTS: dict[str, tuple[Facts, ...]] = {
    "elders": (
        Facts(_PERSONS, has_period=False),
        Facts(_LIVING, ("alive",), has_whole=False, has_period=False),
    ),
    "cards": (
        Facts(_CARDS, has_period=False),
        Facts(_CARD_STATES, ("state",), has_whole=False, has_period=False),
    ),
    "active-cards": (Facts(_USABLE_CARDS, has_period=False),),
    "orders": (
        Facts(_PLACED, ("item", "street"), _ORDER_SUMS),
        Facts(_HAD_BY, ("enterprise",), _ORDER_SUMS, has_whole=False),
    ),
    "served": (Facts(_SERVED, ("item", "street", "enterprise"), _ORDER_SUMS),),
    "meals": (Facts(_SOLD, ("enterprise",), _CHARGE_SUMS),),
    "charges": (Facts(_charged(), ("elder_class", "enterprise", "item", "month"), _CHARGE_SUMS),),
    "subsidy": (
        Facts(_charged("AND charge.public_fen > 0"), ("elder_class", "enterprise", "item", "month"), _CHARGE_SUMS),
    ),
    "paid": (Facts(_PAID, ("elder_class", "enterprise", "item", "month"), ("net_fen", "deducted_fen")),),
    "taken-back": (Facts(_TAKEN_BACK, ("enterprise",), ("amount_fen",)),),
}
# A release that counts otherwise must not go on with tallies of another kind.
FINGERPRINT = hashlib.sha256(repr(FACTS).encode()).hexdigest()

# When anything counted first happened.
FIRST = """
SELECT min(at) FROM (
    SELECT min(placed_at) AS at FROM orders_order WHERE programme_id = %(programme)s
    UNION ALL SELECT min(sold_at) FROM meals_sale WHERE programme_id = %(programme)s
    UNION ALL SELECT min(at) FROM benefits_charge WHERE programme_id = %(programme)s
    UNION ALL SELECT min(registered_at) FROM registry_elder WHERE programme_id = %(programme)s
) AS every
"""

_DAY_COLUMNS = "dim, known_on, row_on, key"


def differing(facts: Facts) -> str:
    """Write the statement that finds the tallied days of a figure that are not what its rows say.

    Shape: columns known_on, dim, key, and both counts. Parameters: those of `counting`, figure, until_on, cuts.
    """
    sums = ", ".join(SUMS)
    return f"""
SELECT known_on, dim, key, coalesce(tally.n, 0), coalesce(day.n, 0)
  FROM (SELECT {_DAY_COLUMNS}, n, {sums} FROM insight_tally
         WHERE programme_id = %(programme)s AND figure = %(figure)s AND span = 'DAY' AND dim = ANY(%(cuts)s)) AS tally
  FULL JOIN ({counting(facts, cuts=facts.cuts, by=("known_on", "row_on"))}) AS day USING ({_DAY_COLUMNS})
 WHERE (tally.n, {", ".join(f"tally.{name}" for name in SUMS)})
    IS DISTINCT FROM (day.n, {", ".join(f"day.{name}" for name in SUMS)})
 ORDER BY known_on, dim, key
"""


# A month is the sum of its days, once all of them are over.
DIFFERING_MONTHS = f"""
SELECT figure, known_on, dim, key, coalesce(month.n, 0), coalesce(day.n, 0)
  FROM (SELECT * FROM insight_tally WHERE programme_id = %(programme)s AND span = 'MONTH') AS month
  FULL JOIN (SELECT figure, dim, date_trunc('month', known_on)::date AS known_on, key, sum(n)::bigint AS n,
                    {", ".join(f"sum({name})::bigint AS {name}" for name in SUMS)}
               FROM insight_tally
              WHERE programme_id = %(programme)s AND span = 'DAY' AND known_on < %(months_on)s
              GROUP BY 1, 2, 3, 4) AS day USING (figure, dim, known_on, key)
 WHERE (month.n, {", ".join(f"month.{name}" for name in SUMS)})
    IS DISTINCT FROM (day.n, {", ".join(f"day.{name}" for name in SUMS)})
 ORDER BY 1, 2, 3, 4
"""
