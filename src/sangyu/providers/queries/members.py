"""Who belongs to which enterprise, how it stands, and who its officers are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.providers.models import (
    AccountChange,
    Certificate,
    Enterprise,
    EnterpriseState,
    Evaluation,
    MonthScore,
    Recommendation,
    RecommendationAnswer,
    Standing,
    Worker,
    WorkerArea,
)
from sangyu.providers.rules import OFFICERS, TRAINING, officers_missing

RECOMMENDED_MAX = 100


def enterprises(viewer: User) -> QuerySet[Enterprise]:
    """The enterprises that the viewer may see: all for the operator, one's own for an enterprise."""
    rows = Enterprise.objects.filter(programme_id=viewer.programme_id).order_by("name")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE:
        return rows.filter(organisation_id=viewer.organisation_id)
    return rows.none()


def get_enterprise(viewer: User, enterprise_id: UUID) -> Enterprise:
    """Return one enterprise.

    Raises: NotFound, also for an enterprise that the viewer may not see.
    """
    found = enterprises(viewer).filter(pk=enterprise_id).first()
    if found is None:
        raise NotFound("没有找到这家企业。")
    return found


def own_enterprise(viewer: User) -> Enterprise:
    """Return the enterprise that the viewer works for.

    Raises: NotFound.
    """
    found = Enterprise.objects.filter(organisation_id=viewer.organisation_id).first()
    if found is None:
        raise NotFound("您的账号不属于任何加盟企业。")
    return found


def workers(viewer: User) -> QuerySet[Worker]:
    """The workers that the viewer may see: of every enterprise one may see; for a worker, only oneself."""
    rows = Worker.objects.filter(enterprise__in=enterprises(viewer), left_on=None).order_by("name", "id")
    if viewer.roles == frozenset({Role.WORKER}):
        return rows.filter(user=viewer)
    return rows


def own_worker(viewer: User) -> Worker:
    """Return the worker whom the viewer is.

    Raises: NotFound.
    """
    found = Worker.objects.filter(user=viewer, left_on=None).select_related("enterprise").first()
    if found is None:
        raise NotFound("您的账号没有对应的服务人员档案，请联系企业管理员。")
    return found


def areas_of(people: Iterable[Worker]) -> dict[UUID, list[tuple[str, str]]]:
    """Return the areas that some workers look after, one query. Shape: worker id -> code and name, by code."""
    found: dict[UUID, list[tuple[str, str]]] = {worker.pk: [] for worker in people}
    rows = WorkerArea.objects.filter(worker_id__in=list(found)).order_by("area_id")
    for worker_id, code, name in rows.values_list("worker_id", "area_id", "area__name"):
        found[worker_id].append((code, name))
    return found


def trained(people: Iterable[Worker], on: date) -> set[UUID]:
    """Return which of some workers hold a proof of training in care on a day, one query."""
    proof = Q()
    for word in TRAINING:
        proof |= Q(kind__contains=word)
    rows = Certificate.objects.filter(proof, worker__in=list(people), valid_from__lte=on, valid_until__gt=on)
    return set(rows.values_list("worker_id", flat=True))


def organisation_of(enterprise_id: UUID) -> UUID:
    """Return the organisation whose users work for an enterprise."""
    return Enterprise.objects.values_list("organisation_id", flat=True).get(pk=enterprise_id)


def standings(viewer: User, enterprise: Enterprise) -> list[Standing]:
    """Return how an enterprise came to stand as it does, first step first."""
    return list(
        Standing.objects.filter(enterprise__in=enterprises(viewer).order_by(), enterprise=enterprise)
        .select_related("by")
        .order_by("n")
    )


def account_changes(viewer: User, enterprise_ids: Iterable[UUID]) -> dict[UUID, list[AccountChange]]:
    """Return how the accounts of some enterprises were changed, one query. Shape: id -> changes, the last one first."""
    found: dict[UUID, list[AccountChange]] = {enterprise_id: [] for enterprise_id in enterprise_ids}
    rows = AccountChange.objects.filter(enterprise__in=enterprises(viewer).order_by(), enterprise_id__in=list(found))
    for row in rows.select_related("by").order_by("-n"):
        found[row.enterprise_id].append(row)
    return found


def officers(viewer: User, enterprise: Enterprise) -> dict[str, list[Worker]]:
    """Return who has each duty at an enterprise, trained or not. Shape: every duty -> its workers by name."""
    people = [worker for worker in workers(viewer).filter(enterprise=enterprise) if worker.duties]
    return {duty: [worker for worker in people if duty in worker.duties] for duty in OFFICERS}


def trained_officers(enterprise_ids: Iterable[UUID], on: date) -> dict[UUID, dict[str, int]]:
    """Count who has each duty and holds its certificate on a day; two queries whatever the number of enterprises.

    Shape: enterprise id -> duty -> how many; every enterprise asked for and every duty is there.
    """
    found = {enterprise_id: dict.fromkeys(OFFICERS, 0) for enterprise_id in enterprise_ids}
    people = list(
        Worker.objects.filter(enterprise_id__in=list(found), left_on=None, duties__overlap=list(OFFICERS)).values_list(
            "pk", "enterprise_id", "duties"
        )
    )
    held = set(
        Certificate.objects.filter(
            worker_id__in=[pk for pk, _, _ in people],
            kind__in=[certificate for _, certificate in OFFICERS.values()],
            valid_from__lte=on,
            valid_until__gt=on,
        ).values_list("worker_id", "kind")
    )
    for pk, enterprise_id, duties in people:
        for duty, (_, certificate) in OFFICERS.items():
            if duty in duties and (pk, certificate) in held:
                found[enterprise_id][duty] += 1
    return found


def without_officers(viewer: User, on: date) -> list[tuple[Enterprise, list[str]]]:
    """Return the admitted enterprises that lack a trained officer on a day, with the duties nobody fills, by name."""
    admitted = list(enterprises(viewer).filter(state=EnterpriseState.ADMITTED))
    trained = trained_officers([firm.pk for firm in admitted], on)
    lacking = [(firm, officers_missing(trained[firm.pk])) for firm in admitted]
    return [(firm, missing) for firm, missing in lacking if missing]


def evaluations(viewer: User, enterprise: Enterprise) -> list[Evaluation]:
    """Return how an enterprise was graded for its years, the last row first."""
    return list(
        Evaluation.objects.filter(enterprise__in=enterprises(viewer).order_by(), enterprise=enterprise)
        .select_related("by")
        .order_by("-n")
    )


@dataclass(frozen=True)
class Recommended:
    """A team that a window recommended, and what the operator decided, None while it waits."""

    recommendation: Recommendation
    answer: RecommendationAnswer | None


def recommendations(viewer: User) -> list[Recommended]:
    """Return the last 100 recommended teams, latest first: all for the operator, its own for a window; two queries."""
    rows = Recommendation.objects.filter(programme_id=viewer.programme_id).select_related("window", "by")
    if viewer.organisation.kind == OrganisationKind.COMMUNITY:
        rows = rows.filter(window_id=viewer.organisation_id)
    elif not sees_whole_programme(viewer):
        rows = rows.none()
    shown = list(rows.order_by("-at", "-n")[:RECOMMENDED_MAX])
    answers = RecommendationAnswer.objects.filter(recommendation__in=shown).select_related("by")
    answered = {row.recommendation_id: row for row in answers}
    return [Recommended(row, answered.get(row.pk)) for row in shown]


def last_scores(viewer: User) -> dict[UUID, MonthScore]:
    """Return the last final score of each enterprise that the viewer may see. Shape: enterprise id -> score."""
    rows = MonthScore.objects.filter(enterprise__in=enterprises(viewer).order_by()).order_by("month")
    return {row.enterprise_id: row for row in rows}
