"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "quality_sample",
    "quality_followuptask",
    "quality_followup",
    "quality_appraisal",
    "quality_appraisalitem",
    "quality_objection",
    "quality_ruling",
    "quality_finalisation",
]
