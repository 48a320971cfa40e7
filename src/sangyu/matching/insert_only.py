"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "matching_entry",
    "matching_ruling",
    "matching_outcome",
    "matching_deathreport",
]
