"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "insight_frozenreport",
    "insight_draw",
    "insight_drawncharge",
    "insight_finding",
    "insight_population",
    "insight_funding",
]
