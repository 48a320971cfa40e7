"""Say of two records whether they are one person, and merge or part them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound, Refusal
from sangyu.registry.actions.elders import ReasonMissing
from sangyu.registry.actions.persons import settle
from sangyu.registry.models import DuplicateCase, DuplicateRuling, Elder, Merge, Unmerge, Verdict
from sangyu.registry.queries import get_duplicate_case


class CaseClosed(Refusal):
    """What was said of two records has been said and put to use."""

    code = "CASE_CLOSED"


class SameVoice(Refusal):
    """The second word on a case is another person's, and about the same survivor."""

    code = "SAME_VOICE"


class NotMerged(Refusal):
    """Only what was merged can be parted."""

    code = "NOT_MERGED"


@transaction.atomic
def rule_duplicate(
    *, case_id: UUID, verdict: str, reason: str, by: User, at: datetime, survivor_id: UUID | None = None
) -> DuplicateRuling:
    """Say of two records that they are one person or two; the word of two persons for "one" merges them.

    "Two" closes the case at once. The second person names the same survivor or says "two"; until then the first may
    name the other record instead. The same word of the same person again changes nothing.
    Raises: NotFound; ReasonMissing; CaseClosed; SameVoice; NotMerged, for a survivor who is not one of the two.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    shown = get_duplicate_case(by, case_id)
    case = DuplicateCase.objects.select_for_update().get(pk=case_id)
    if not reason.strip():
        raise ReasonMissing("请写明判断的理由（如：与家属核对、两份身份证号码不同），供第二个人复核。")
    rulings = list(DuplicateRuling.objects.filter(case=case).order_by("n"))
    if case.closed_at is not None:
        raise CaseClosed("这条疑似重复已经办结，不能再改。确有错误的，请在老人档案上撤销合并。")
    if verdict == Verdict.SAME and survivor_id not in {case.one_id, case.other_id}:
        raise NotMerged("请选择保留哪一份档案。")
    said = rulings[-1] if rulings and verdict == Verdict.SAME else None
    agreed = said is not None and said.by_id != by.pk
    if said is not None and not agreed and said.survivor_id == survivor_id:
        return said
    if said is not None and agreed and said.survivor_id != survivor_id:
        raise SameVoice(
            f"第一位经办人要保留的是另一份档案（理由：{said.reason}）。请先与他商量一致；要改由他在这里改选。"
        )
    made = DuplicateRuling.objects.create(
        case=case,
        n=len(rulings) + 1,
        verdict=str(Verdict(verdict)),
        survivor_id=survivor_id if verdict == Verdict.SAME else None,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    if verdict == Verdict.TWO or agreed:
        case.closed_at = at
        case.save(update_fields=["closed_at"])
    if agreed and survivor_id is not None:
        _merge(case, survivor_id, by, at)
    access.record(
        by=by,
        at=at,
        verb="registry.rule_duplicate",
        object_kind="elder",
        object_id=shown.case.one_id,
        facts={"other": shown.case.other_id, "verdict": verdict, "survivor": survivor_id, "reason": reason.strip()},
    )
    return made


@transaction.atomic
def unmerge(*, merge_id: UUID, reason: str, by: User, at: datetime) -> Unmerge:
    """Part two records that were merged by mistake; each is again what it was. Parting them again changes nothing.

    Raises: NotFound; ReasonMissing; NotMerged, while the record that stayed has itself become part of another.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    merge = Merge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise NotFound("没有找到这次合并，请刷新后再看。")
    get_duplicate_case(by, merge.case_id)
    if not reason.strip():
        raise ReasonMissing("撤销合并必须写明原因，请补充。")
    elders = {row.pk: row for row in _lock((merge.gone_id, merge.survivor_id))}
    there = Unmerge.objects.filter(merge=merge).first()
    if there is not None:
        return there
    if elders[merge.survivor_id].merged_into_id is not None:
        raise NotMerged("保留的那份档案后来又并入了另一份。请先撤销后一次合并，再撤销这一次。")
    undone = Unmerge.objects.create(merge=merge, reason=reason.strip(), by=by, at=at)
    settle(merge.gone_id, merge.survivor_id)
    access.record(
        by=by,
        at=at,
        verb="registry.unmerge",
        object_kind="elder",
        object_id=merge.gone_id,
        facts={"survivor": merge.survivor_id, "reason": reason.strip()},
    )
    return undone


def _merge(case: DuplicateCase, survivor_id: UUID, by: User, at: datetime) -> Merge:
    gone_id = case.other_id if survivor_id == case.one_id else case.one_id
    elders = _lock((gone_id, survivor_id))
    if any(elder.merged_into_id for elder in elders):
        raise CaseClosed("其中一份档案已经并入别的档案。请重新查找重复，再办理合并。")
    merge = Merge.objects.create(gone_id=gone_id, survivor_id=survivor_id, case=case, by=by, at=at)
    settle(gone_id, survivor_id)
    access.record(
        by=by, at=at, verb="registry.merge", object_kind="elder", object_id=gone_id, facts={"survivor": survivor_id}
    )
    return merge


def _lock(elder_ids: Iterable[UUID]) -> list[Elder]:
    return list(Elder.objects.select_for_update().filter(pk__in=set(elder_ids)).order_by("id"))
