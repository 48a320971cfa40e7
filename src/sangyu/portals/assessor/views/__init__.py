"""The desk of assessments: at the bedside and at the table."""

from sangyu.portals.assessor.views.cases import act, appoint, case, cases, practice, report
from sangyu.portals.assessor.views.visits import add_evidence, decide, evidence, sheet, sign, today

__all__ = [
    "act",
    "add_evidence",
    "appoint",
    "case",
    "cases",
    "decide",
    "evidence",
    "practice",
    "report",
    "sheet",
    "sign",
    "today",
]
