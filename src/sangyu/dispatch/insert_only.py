"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "dispatch_dispatch",
    "dispatch_candidate",
    "dispatch_acceptance",
    "dispatch_refusal",
    "dispatch_assignment",
    "dispatch_proposal",
    "dispatch_proposalanswer",
    "dispatch_wish",
]
