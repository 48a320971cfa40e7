"""Hold what is still to do against what was asked, said and closed; nothing here trusts a verb."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from sangyu.quality.models import Complaint, ComplaintClosure, ComplaintOpen, FollowUp, FollowUpDue, FollowUpTask


def verify(programme_id: UUID) -> list[str]:
    """Find calls and cases that are still to do and listed otherwise, in Chinese: one sentence each."""
    made = FollowUp.objects.filter(task=OuterRef("pk")).order_by()
    tries = Coalesce(Subquery(made.values("task").annotate(n=Count("pk")).values("n")), 0)
    tasks = FollowUpTask.objects.filter(~Exists(made.filter(reached=True)), sample__programme_id=programme_id)
    listed = FollowUpDue.objects.filter(programme_id=programme_id)
    closed = ComplaintClosure.objects.filter(complaint=OuterRef("pk"))
    cases = Complaint.objects.filter(~Exists(closed), programme_id=programme_id)
    opened = ComplaintOpen.objects.filter(programme_id=programme_id)
    calls = _differing(dict(tasks.values_list("pk", tries)), dict(listed.values_list("pk", "tries")))
    left = _differing(
        dict.fromkeys(cases.values_list("pk", flat=True), 0), dict.fromkeys(opened.values_list("pk", flat=True), 0)
    )
    return [
        *(f"回访任务{pk}：按记录{_tried(true)}，待办清单上{_tried(kept)}。" for pk, true, kept in calls),
        *(f"投诉{pk}：按记录{'已' if true is None else '未'}结案，待办清单上没有这样写。" for pk, true, _ in left),
    ]


def _differing(true: dict[UUID, int], kept: dict[UUID, int]) -> list[tuple[UUID, int | None, int | None]]:
    both = ((pk, true.get(pk), kept.get(pk)) for pk in sorted(true.keys() | kept.keys()))
    return [(pk, one, other) for pk, one, other in both if one != other]


def _tried(tries: int | None) -> str:
    return "不需要再打" if tries is None else f"待打，已试{tries}次"
