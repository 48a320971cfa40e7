"""The desk of assessments: at the bedside and at the table."""

from sangyu.portals.assessor.views.cases import act, admit, appoint, case, cases, fhir, practice, report
from sangyu.portals.assessor.views.papers import papers
from sangyu.portals.assessor.views.visits import add_evidence, decide, evidence, sheet, sign, today, worker

__all__ = [
    "act",
    "add_evidence",
    "admit",
    "appoint",
    "case",
    "cases",
    "decide",
    "evidence",
    "fhir",
    "papers",
    "practice",
    "report",
    "sheet",
    "sign",
    "today",
    "worker",
]
