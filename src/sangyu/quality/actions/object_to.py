"""Disagree with an item of a published sheet, and answer the disagreement."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.appraise import ensure_in_range
from sangyu.quality.actions.queue import queue_for_enterprise
from sangyu.quality.models import AppraisalItem, HandScore, Objection, Ruling


@transaction.atomic
def object_to(*, item_id: UUID, text: str, by: User, at: datetime) -> Objection:
    """Disagree with an item of one's own sheet, in time and with words; an item is objected to once.

    Raises: NotFound, also before the release; ObjectionTooLate, TextMissing.
    """
    ensure_role(by, Role.ENTERPRISE)
    item = AppraisalItem.objects.filter(pk=item_id).select_related("appraisal", "appraisal__enterprise").first()
    if item is None or item.appraisal.enterprise.organisation_id != by.organisation_id:
        raise NotFound("没有找到这项考核。")
    appraisal = item.appraisal
    queue_for_enterprise(appraisal)
    existing = Objection.objects.filter(item=item).first()
    if existing is not None:
        return existing
    sheet = quality_read.sheet_of(appraisal)
    if sheet.release is None:
        raise NotFound("没有找到这项考核。")
    if not text.strip():
        raise rules.TextMissing("请写明异议的理由，质量管理中心会逐项答复。")
    if not sheet.may_object(at):
        raise rules.ObjectionTooLate("异议期已过，本月考核已定稿。如有新的证据，请与质量管理中心联系。")
    objection = Objection.objects.create(
        id=derived_id("objection", item.pk), item=item, text=text.strip(), by=by, at=at
    )
    access.record(by=by, at=at, verb="quality.object", object_kind="appraisal", object_id=appraisal.pk)
    return objection


@transaction.atomic
def rule(*, objection_id: UUID, upheld: bool, score_tenths: int, reason: str, by: User, at: datetime) -> Ruling:
    """Answer an objection: the item's score that holds from now on, and why; ruled once.

    Whoever scored the item by hand does not rule on it; a second officer or the bureau does.
    Raises: NotFound, OwnWork, TextMissing, ScoreOutOfRange.
    """
    ensure_role(by, Role.QUALITY, Role.BUREAU)
    objection = (
        Objection.objects.select_related("item", "item__appraisal")
        .filter(pk=objection_id, item__appraisal__programme_id=by.programme_id)
        .first()
    )
    if objection is None:
        raise NotFound("没有找到这项异议。")
    queue_for_enterprise(objection.item.appraisal)
    existing = Ruling.objects.filter(objection=objection).first()
    if existing is not None:
        return existing
    item = objection.item
    hand = HandScore.objects.filter(item=item).order_by("-n").first()
    if HandScore.objects.filter(item=item, by=by).exists():
        raise rules.OwnWork(f"“{item.name}”是您本人评的分，异议须由另一位质量管理员或民政局裁定。")
    if not reason.strip():
        raise rules.TextMissing("请写明裁定的理由，企业会看到。")
    before = hand.score_tenths if hand else item.score_tenths
    score = score_tenths if upheld or before is None else before
    ensure_in_range(item, score)
    ruling = Ruling.objects.create(
        id=derived_id("ruling", objection.pk),
        objection=objection,
        upheld=upheld,
        score_tenths=score,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.rule",
        object_kind="appraisal",
        object_id=item.appraisal_id,
        facts={"item": item.code, "upheld": upheld, "score_tenths": score},
    )
    return ruling
