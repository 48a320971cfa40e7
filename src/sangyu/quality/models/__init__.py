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
from sangyu.quality.models.complaints import (
    Complaint,
    ComplaintClosure,
    ComplaintOpen,
    ComplaintOwner,
    ComplaintResult,
)
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
from sangyu.quality.models.follow_ups import FollowUp, FollowUpDue, FollowUpTask, Sample, TaskReason
from sangyu.quality.models.standards import Standard, StandardArticle, StandardEdition, StandardKind
from sangyu.quality.models.third_party import FULL, SiteAssessment, SiteScore

__all__ = [
    "FULL",
    "Appraisal",
    "AppraisalItem",
    "Category",
    "CheckResult",
    "Complaint",
    "ComplaintClosure",
    "ComplaintOpen",
    "ComplaintOwner",
    "ComplaintResult",
    "Correction",
    "CycleTask",
    "Dimension",
    "Election",
    "ElectionDecision",
    "Finalisation",
    "FollowUp",
    "FollowUpDue",
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
    "SiteAssessment",
    "SiteCheck",
    "SiteScore",
    "Standard",
    "StandardArticle",
    "StandardEdition",
    "StandardKind",
    "TaskReason",
]
