"""Working a sample out again: every decision, share, deduction and hash, from the facts that were stored with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.steps import decide_step_by
from sangyu.benefits.models import ChargeShare
from sangyu.insight.queries.bench import MEAL, Row
from sangyu.insight.queries.lens import ensure_reader
from sangyu.kit.month import Month
from sangyu.quality import queries as quality_read
from sangyu.settlement import rules as settlement_rules
from sangyu.settlement.models import Line, Statement
from sangyu.settlement.trace import Decided

CHECKS = {
    "decisions": "政策裁定",
    "shares": "各方承担",
    "payable": "应否结算",
    "net": "考核扣减",
    "leaf": "本行摘要",
}


@dataclass(frozen=True)
class Recomputed:
    """A row of a sample worked out again.

    Shape: `same` is check -> true, false, or None where there is nothing to check yet. Units: `net_fen` is what the
    rules pay now; None without a statement.
    """

    row: Row
    same: Mapping[str, bool | None]
    net_fen: int | None

    @property
    def agrees(self) -> bool:
        """Nothing comes out otherwise than it was stored."""
        return all(outcome is not False for outcome in self.same.values())

    @property
    def differs_in(self) -> tuple[str, ...]:
        """The names of the checks that come out otherwise."""
        return tuple(CHECKS[check] for check, outcome in self.same.items() if outcome is False)


def recompute(viewer: User, rows: list[Row]) -> list[Recomputed]:
    """Work rows of a sample out again by the rules of settlement; a fixed number of queries."""
    ensure_reader(viewer)
    charges = [row.charge for row in rows]
    causes = [charge.cause_id for charge in charges if charge.cause_kind != MEAL]
    confirmed = quality_read.confirmed_orders(viewer.programme_id, causes)
    denied = quality_read.denied_orders(viewer.programme_id, causes)
    shares: dict[UUID, dict[str, int]] = defaultdict(dict)
    for charge_id, payer, amount_fen in ChargeShare.objects.filter(charge__in=charges).values_list(
        "charge_id", "payer", "amount_fen"
    ):
        shares[charge_id][payer] = amount_fen
    net = _nets(viewer, {row.line.statement_id: row.line.statement for row in rows if row.line is not None})
    found = []
    for row in rows:
        charge, line = row.charge, row.line
        again = [_again(stored) for stored in charge.decisions]
        net_fen = net.get(charge.pk) if line else None
        found.append(
            Recomputed(
                row=row,
                same={
                    "decisions": all(decided.same for decided in again),
                    "shares": _shares_hold(charge.price_fen, charge.elder_fen, shares[charge.pk], again),
                    "payable": _payable(row, confirmed, denied),
                    "net": None if line is None else net_fen == line.net_fen,
                    "leaf": None if line is None else _leaf(line) == line.leaf,
                },
                net_fen=net_fen,
            )
        )
    return found


def _again(stored: Mapping[str, Any]) -> Decided:
    # A decision that cannot be taken again is a difference, not a failure of this page.
    return Decided(stored, adoption_read.decided_again(stored).again)


def _shares_hold(price_fen: int, elder_fen: int, shares: Mapping[str, int], again: Iterable[Decided]) -> bool:
    decided = [one.again["shares_fen"] for one in again if one.again and one.again.get("shares_fen")]
    told = {payer: fen for payer, fen in (decided[-1] if decided else {}).items() if fen}
    return sum(shares.values()) == price_fen and shares.get("elder", 0) == elder_fen and told == dict(shares)


def _payable(row: Row, confirmed: set[UUID], denied: set[UUID]) -> bool | None:
    """Tell whether what was settled may be settled; what was not settled has nothing to be compared with."""
    if row.line is None:
        return None
    charge = row.charge
    died_on = charge.elder.died_on
    reason = settlement_rules.withheld(
        settlement_rules.Delivery(
            grade="A" if charge.cause_kind == MEAL else row.grade or "D",
            confirmed=charge.cause_id in confirmed,
            denied=charge.cause_id in denied,
            died_before=died_on is not None and died_on <= charge.service_on,
        )
    )
    return reason == ""


def _leaf(line: Line) -> str:
    return settlement_rules.leaf(
        charge_id=line.charge_id,
        service_on=line.charge.service_on,
        gross_fen=line.gross_fen,
        net_fen=line.net_fen,
    )


def _nets(viewer: User, statements: Mapping[UUID, Statement]) -> dict[UUID, int]:
    """Draw whole statements up again, since a deduction falls on all lines together. Shape: charge id -> net fen."""
    if not statements:
        return {}
    months = {statement.run.month: Month.parse(statement.run.month).first_day for statement in statements.values()}
    adopted = adoption_read.in_force_on(viewer.programme_id, months.values())
    packs = {on: adoption_read.pack_of(held) for on, held in adopted.items()}
    gross: dict[UUID, dict[str, dict[UUID, int]]] = defaultdict(lambda: {"orders": {}, "meals": {}})
    minutes: dict[UUID, int] = defaultdict(int)
    for statement_id, charge_id, kind, gross_fen, free_minutes in (
        Line.objects.filter(statement__in=list(statements))
        .order_by("statement_id", "n")
        .values_list("statement_id", "charge_id", "charge__cause_kind", "gross_fen", "charge__credit_minutes")
    ):
        gross[statement_id]["meals" if kind == MEAL else "orders"][charge_id] = gross_fen
        minutes[statement_id] += free_minutes
    nets: dict[UUID, int] = {}
    for statement_id, statement in statements.items():
        on = months[statement.run.month]
        parts = gross[statement_id]

        def pays(
            orders: dict[UUID, int], meals: dict[UUID, int], statement: Statement = statement, on: date = on
        ) -> int:
            facts = {
                "order_subsidies_fen": list(orders.values()),
                "meal_subsidies_fen": list(meals.values()),
                "minutes": minutes[statement.pk] if orders else 0,
                "score_tenths": statement.score_tenths,
            }
            return decide_step_by(packs[on], adopted[on].parameters, "settlement", facts, on).amount_fen or 0

        meals_fen = pays({}, parts["meals"]) if parts["meals"] else 0
        orders_fen = pays(parts["orders"], parts["meals"]) - meals_fen
        nets |= settlement_rules.spread(gross_fen=parts["orders"], net_fen=orders_fen)
        nets |= settlement_rules.spread(gross_fen=parts["meals"], net_fen=meals_fen)
    return nets
