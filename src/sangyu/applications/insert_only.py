"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "applications_step",
    "applications_paper",
    "applications_posting",
    "applications_notice",
    "applications_objection",
    "applications_objectionanswer",
    "applications_reading",
    "applications_award",
    "applications_agreement",
    "applications_signature",
    "applications_appeal",
    "applications_appealanswer",
    "applications_term",
    "applications_waiver",
]
