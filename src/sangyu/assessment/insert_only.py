"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "assessment_edition",
    "assessment_practice",
    "assessment_appointment",
    "assessment_sheet",
    "assessment_evidence",
    "assessment_conclusion",
    "assessment_withdrawal",
    "assessment_dispute",
    "assessment_certificate",
    "assessment_reminder",
    "assessment_paper",
]
