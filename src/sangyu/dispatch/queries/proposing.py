"""Other times that enterprises offer: what waits for the elder's answer, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from sangyu.access.models import User
from sangyu.dispatch.models import Dispatch, Proposal, ProposalAnswer
from sangyu.dispatch.queries.newest import latest_of
from sangyu.dispatch.queries.sending import dispatches
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Stage

_ANSWERED = ProposalAnswer.objects.filter(proposal=OuterRef("pk"))


def proposals(viewer: User) -> QuerySet[Proposal]:
    """The offers that the viewer may see: those on dispatches one may see."""
    return Proposal.objects.filter(dispatch__in=dispatches(viewer).order_by()).select_related(
        "dispatch",
        "dispatch__enterprise",
        "dispatch__order",
        "dispatch__order__elder",
        "dispatch__order__item",
        "dispatch__order__community",
        "dispatch__order__community__parent",
        "by",
    )


def open_proposals(viewer: User, *, area: str = "") -> list[Proposal]:
    """Return the offers that wait for the elder's answer (in an area), soonest promised time first."""
    rows = _open(viewer).filter(dispatch__order__community__code__startswith=area)
    return list(rows.order_by("dispatch__order__wanted_from", "id"))


def open_proposal_count(viewer: User) -> int:
    """Return how many offers wait for the elder's answer."""
    return _open(viewer).count()


def _open(viewer: User) -> QuerySet[Proposal]:
    newest = Proposal.objects.filter(dispatch=OuterRef("dispatch")).order_by("-n").values("pk")[:1]
    return proposals(viewer).filter(
        ~Exists(_ANSWERED),
        pk=Subquery(newest),
        dispatch=Subquery(latest_of(OuterRef("dispatch__order_id"))),
        dispatch__order__stage=Stage.SENT,
    )


def get_proposal(viewer: User, proposal_id: UUID) -> Proposal:
    """Return one offer.

    Raises: NotFound, also for an offer on a dispatch that the viewer may not see.
    """
    found = proposals(viewer).filter(pk=proposal_id).first()
    if found is None:
        raise NotFound("没有找到这条改期提议。")
    return found


def open_proposal_of(dispatch: Dispatch) -> Proposal | None:
    """Return the last offer on a dispatch while nobody has answered it; for verbs and desks that hold the dispatch."""
    last = Proposal.objects.filter(dispatch=dispatch).order_by("-n").first()
    if last is None or ProposalAnswer.objects.filter(proposal=last).exists():
        return None
    return last


def proposals_on(viewer: User, sent: list[Dispatch]) -> dict[UUID, list[tuple[Proposal, ProposalAnswer | None]]]:
    """Return every offer on some dispatches with its answer, first offer first; two queries.

    Shape: dispatch id -> (offer, answer or None).
    """
    rows = list(proposals(viewer).filter(dispatch__in=sent).order_by("n"))
    answers = {row.proposal_id: row for row in ProposalAnswer.objects.filter(proposal__in=rows).select_related("by")}
    found: dict[UUID, list[tuple[Proposal, ProposalAnswer | None]]] = defaultdict(list)
    for row in rows:
        found[row.dispatch_id].append((row, answers.get(row.pk)))
    return found
