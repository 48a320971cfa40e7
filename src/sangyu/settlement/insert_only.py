"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "settlement_statement",
    "settlement_withdrawal",
    "settlement_withheld",
    "settlement_confirmation",
    "settlement_statementobjection",
    "settlement_answer",
    "settlement_explanation",
    "settlement_approval",
    "settlement_decline",
    "settlement_correction",
    "settlement_waiver",
    "settlement_paymentfile",
    "settlement_payment",
    "settlement_paymentreturn",
    "settlement_release",
    "settlement_ledgersum",
]
