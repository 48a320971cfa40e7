"""The tables of this desk that nobody may change or empty."""

INSERT_ONLY_TABLES = ["api_desk_requestkey", "api_desk_keptanswer"]
