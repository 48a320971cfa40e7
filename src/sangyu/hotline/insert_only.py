"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["hotline_callorder", "hotline_returncall", "hotline_registrationrequest"]
