"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["budget_appropriation", "budget_override", "budget_pledge", "budget_donation"]
