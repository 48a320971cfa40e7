"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "providers_accountchange",
    "providers_evaluation",
    "providers_licencecheck",
    "providers_payrate",
    "providers_recommendation",
    "providers_recommendationanswer",
    "providers_standing",
    "providers_standarddocument",
]
