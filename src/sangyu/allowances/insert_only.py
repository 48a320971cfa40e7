"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "allowances_run",
    "allowances_line",
    "allowances_approval",
    "allowances_payaccount",
    "allowances_paymentfile",
    "allowances_payment",
    "allowances_paymentreturn",
    "allowances_recovery",
]
