"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["adoption_packversion", "adoption_draft", "adoption_draftdecision"]
