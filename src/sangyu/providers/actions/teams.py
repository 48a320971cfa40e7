"""A community window recommends a service team; the operator decides, and both stay on the books."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Organisation, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.providers import rules
from sangyu.providers.models import Recommendation, RecommendationAnswer


@transaction.atomic
def recommend(*, name: str, phone: str, services: str, reason: str, by: User, at: datetime) -> Recommendation:
    """Recommend a team that could serve here; one of the same name that waits for its answer is the same one.

    Raises: NotAllowed; Incomplete; BadPhone.
    """
    ensure_role(by, Role.COMMUNITY)
    name, services, reason = name.strip(), services.strip(), reason.strip()
    if not name or not services or not reason:
        raise rules.Incomplete("团队名称、能做什么和推荐理由都要填写，请补充。")
    number = phones.parse(phone)
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)  # numbers follow each other
    own = Recommendation.objects.filter(window_id=by.organisation_id)
    waiting = own.filter(name=name).exclude(pk__in=RecommendationAnswer.objects.values("recommendation_id")).first()
    if waiting is not None:
        return waiting
    n = own.count() + 1
    row = Recommendation.objects.create(
        id=derived_id("recommendation", by.organisation_id, n),
        programme_id=by.programme_id,
        window_id=by.organisation_id,
        n=n,
        name=name,
        phone=number,
        services=services,
        reason=reason,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="providers.recommend",
        object_kind="recommendation",
        object_id=row.pk,
        facts={"name": name, "services": services},
    )
    return row


@transaction.atomic
def answer(*, recommendation_id: UUID, accepted: bool, reason: str, by: User, at: datetime) -> RecommendationAnswer:
    """Decide about a recommended team, once; the same decision again changes nothing.

    An accepted team then applies as every enterprise does (`apply`), with its papers.
    Raises: NotAllowed; NotFound; Incomplete, without a reason; AlreadyAnswered.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    row = Recommendation.objects.filter(pk=recommendation_id, programme_id=by.programme_id).first()
    if row is None:
        raise NotFound("没有找到这份推荐。")
    if not reason.strip():
        raise rules.Incomplete(f"请写明{'采纳' if accepted else '不采纳'}“{row.name}”的理由，窗口会看到。")
    said, made = RecommendationAnswer.objects.get_or_create(
        id=derived_id("recommendation-answer", row.pk),
        defaults={"recommendation": row, "accepted": accepted, "reason": reason.strip(), "by": by, "at": at},
    )
    if said.accepted != accepted:
        raise rules.AlreadyAnswered(
            f"“{row.name}”已由{said.by.display_name}{'采纳' if said.accepted else '不采纳'}。请刷新后再看。"
        )
    if made:
        access.record(
            by=by,
            at=at,
            verb="providers.answer",
            object_kind="recommendation",
            object_id=row.pk,
            facts={"accepted": accepted, "reason": said.reason},
        )
    return said
