"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "access_auditentry",
    "access_auditlink",
    "access_apitoken",
    "access_apitokenrevocation",
    "access_signinattempt",
    "access_unlocking",
    "access_passwordchange",
    "access_lookup",
]
