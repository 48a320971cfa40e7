"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["providers_accountchange", "providers_payrate", "providers_standing"]
