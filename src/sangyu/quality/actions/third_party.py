"""Third parties: a site is assigned to one assessor, who alone scores it, once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed, ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.providers.models import Canteen, Enterprise
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.models import FULL, SiteAssessment, SiteScore


@transaction.atomic
def assign_site(*, site: str, assessor_id: UUID, due_on: date, by: User, at: datetime) -> SiteAssessment:
    """Send a third party's assessor to a site, to be scored by a day; a repeat sends nobody twice.

    Shape: `site` is `enterprise:<id>` or `canteen:<id>`.
    Raises: NotAllowed; NotFound, for a site or an assessor of somebody else; DayPassed.
    """
    ensure_role(by, Role.QUALITY, Role.BUREAU)
    assessor = next((one for one in quality_read.third_party_assessors(by) if one.pk == assessor_id), None)
    if assessor is None:
        raise NotFound("没有找到这位第三方评估员，请从列表里选择。")
    enterprise, canteen = _site(by, site)
    if due_on < at.astimezone(quality_read.BEIJING).date():
        raise rules.DayPassed(f"{due_on}已经过去，评估员来不及去。请选今天或以后的日期。")
    row, made = SiteAssessment.objects.get_or_create(
        id=derived_id("site-assessment", site, assessor_id, due_on),
        defaults={
            "programme_id": by.programme_id,
            "enterprise": enterprise,
            "canteen": canteen,
            "assessor": assessor,
            "due_on": due_on,
            "by": by,
            "at": at,
        },
    )
    if made:
        access.record(
            by=by,
            at=at,
            verb="quality.assign_site",
            object_kind="site_assessment",
            object_id=row.pk,
            facts={"site": site, "assessor": str(assessor_id), "due_on": due_on},
        )
    return row


@transaction.atomic
def score_site(
    *, assessment_id: UUID, facilities: int, environment: int, quality: int, findings: str, by: User, at: datetime
) -> SiteScore:
    """Write down what the assessor found at the own site; from then on nobody changes it.

    Units: each score out of a hundred. Raises: NotFound, for a site that is not assigned to `by`; NotAllowed;
    ScoreOutOfRange; TextMissing; AlreadyScored, for other scores than those that stand.
    """
    row = quality_read.get_site_assessment(by, assessment_id).row
    if row.assessor_id != by.pk:
        raise NotAllowed(f"这个点派给了{row.assessor.display_name}，只有本人可以打分。")
    ensure_role(by, Role.ASSESSOR)  # who was sent once and is no assessor any more scores nothing
    if any(score not in range(FULL + 1) for score in (facilities, environment, quality)):
        raise rules.ScoreOutOfRange(f"设施、环境、质量各打0到{FULL}分的整数，请重新填写。")
    if not findings.strip():
        raise rules.TextMissing("请写明看到了什么，打分要有依据。")
    score, made = SiteScore.objects.get_or_create(
        assessment=row,
        defaults={
            "facilities": facilities,
            "environment": environment,
            "quality": quality,
            "findings": findings.strip(),
            "by": by,
            "at": at,
        },
    )
    if (score.scores, score.findings) != ((facilities, environment, quality), findings.strip()):
        raise rules.AlreadyScored("这个点已经打过分，不能再改。确有出入的，请质量管理中心重新派一次。")
    if made:
        access.record(
            by=by,
            at=at,
            verb="quality.score_site",
            object_kind="site_assessment",
            object_id=row.pk,
            facts={"facilities": facilities, "environment": environment, "quality": quality},
        )
    return score


def _site(by: User, site: str) -> tuple[Enterprise, Canteen | None]:
    if site not in dict(quality_read.sites(by)):
        raise NotFound("没有找到这个点，请从列表里选择。")
    kind, _, row_id = site.partition(":")
    if kind == "canteen":
        canteen = Canteen.objects.select_related("enterprise").get(pk=row_id)
        return canteen.enterprise, canteen
    return Enterprise.objects.get(pk=row_id), None
