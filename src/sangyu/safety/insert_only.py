"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["safety_taking", "safety_step", "safety_closure", "safety_acknowledgement"]
