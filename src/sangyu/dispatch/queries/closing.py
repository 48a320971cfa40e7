"""What an enterprise has in hand, where it would go, and where it went when the enterprise left or was suspended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from sangyu.access.models import User
from sangyu.dispatch import rules
from sangyu.dispatch.models import Dispatch, RefusalReason, RefusalRow
from sangyu.dispatch.queries.newest import latest_of
from sangyu.dispatch.queries.ranking import candidates_for
from sangyu.dispatch.queries.sending import dispatches, ever_sent
from sangyu.orders.models import Order, Stage
from sangyu.providers.models import Enterprise

IN_HAND = (Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED, Stage.IN_SERVICE)
TAKEN_AWAY = (RefusalReason.ENTERPRISE_SUSPENDED, RefusalReason.ENTERPRISE_LEFT)


def in_hand(viewer: User, enterprise: Enterprise, stages: Iterable[str] = IN_HAND) -> list[Dispatch]:
    """Return what an enterprise has in hand at some stages, soonest first."""
    return list(
        dispatches(viewer)
        .filter(enterprise=enterprise, order__stage__in=list(stages), pk=Subquery(latest_of(OuterRef("order_id"))))
        .order_by("order__wanted_from", "order_id")
    )


@dataclass(frozen=True)
class Going:
    """An order that would be taken back, and the enterprise it would go to; without one, why nobody fits."""

    dispatch: Dispatch
    following: rules.Verdict | None
    why: str


def to_send_anew(viewer: User, enterprise: Enterprise) -> list[Going]:
    """Return what would be taken back from an enterprise, with where each order would go; nothing is written.

    Each order is looked at alone: where several would fill one enterprise's day, the later ones go to the next.
    """
    held = in_hand(viewer, enterprise, (Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED))
    verdicts = candidates_for([dispatch.order for dispatch in held])
    found = []
    for dispatch in held:
        others = [verdict for verdict in verdicts[dispatch.order_id] if verdict.enterprise_id != enterprise.pk]
        following = next((verdict for verdict in others if verdict.rank), None)
        found.append(Going(dispatch, following, "" if following else nobody(others)))
    return found


@dataclass(frozen=True)
class CloseOut:
    """What became of the orders taken from an enterprise: sent on, waiting on the board, or being finished."""

    enterprise: Enterprise
    moved: tuple[Dispatch, ...]
    waiting: tuple[tuple[Order, str], ...]
    finishing: tuple[Dispatch, ...]


def close_out_of(viewer: User, enterprise: Enterprise) -> CloseOut:
    """Tell from the rows what became of the orders taken from an enterprise; read again it tells what stands then."""
    taken = RefusalRow.objects.filter(
        dispatch__in=ever_sent(viewer).filter(enterprise=enterprise).order_by(), reason__in=TAKEN_AWAY
    )
    newest = (
        dispatches(viewer)
        .filter(order__in=taken.values("dispatch__order_id"), pk=Subquery(latest_of(OuterRef("order_id"))))
        .order_by("order__wanted_from", "order_id")
    )
    moved, waiting = [], []
    for dispatch in newest:
        if dispatch.order.stage == Stage.PLACED:
            waiting.append(dispatch.order)
        elif dispatch.enterprise_id != enterprise.pk:
            moved.append(dispatch)
    verdicts = candidates_for(waiting)
    return CloseOut(
        enterprise=enterprise,
        moved=tuple(moved),
        waiting=tuple((order, nobody(verdicts[order.pk])) for order in waiting),
        finishing=tuple(in_hand(viewer, enterprise, (Stage.IN_SERVICE,))),
    )


def nobody(verdicts: list[rules.Verdict]) -> str:
    """Say how many enterprises each rule turned away; nothing where one would fit."""
    counts = rules.counts(verdicts)
    if counts.get("ELIGIBLE"):
        return ""
    return "，".join(f"{label}不符{counts[code]}家" for code, label in rules.RULES.items() if code in counts)
