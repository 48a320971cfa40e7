"""Whether the care was good: follow-up calls, complaints, appraisals, and the weekly, quarterly and yearly lists."""

from sangyu.quality.models.appraisals import (
    Appraisal,
    AppraisalItem,
    Dimension,
    Finalisation,
    HandScore,
    How,
    Objection,
    Release,
    Ruling,
)
from sangyu.quality.models.complaints import Complaint, ComplaintClosure, ComplaintOwner, ComplaintResult
from sangyu.quality.models.cycles import (
    Category,
    CheckResult,
    Correction,
    CycleTask,
    Election,
    ElectionDecision,
    Nominee,
    Ranking,
    RankingRow,
    SiteCheck,
)
from sangyu.quality.models.follow_ups import FollowUp, FollowUpTask, Sample, TaskReason

__all__ = [
    "Appraisal",
    "AppraisalItem",
    "Category",
    "CheckResult",
    "Complaint",
    "ComplaintClosure",
    "ComplaintOwner",
    "ComplaintResult",
    "Correction",
    "CycleTask",
    "Dimension",
    "Election",
    "ElectionDecision",
    "Finalisation",
    "FollowUp",
    "FollowUpTask",
    "HandScore",
    "How",
    "Nominee",
    "Objection",
    "Ranking",
    "RankingRow",
    "Release",
    "Ruling",
    "Sample",
    "SiteCheck",
    "TaskReason",
]
