"""Verbs of the budget: the public's money by year, and what sponsors give beside it."""

from sangyu.budget.actions.public import (
    BudgetGone,
    DocumentMissing,
    NotMoney,
    NotPublicMoney,
    ReasonMissing,
    SameKeyOtherSum,
    appropriate,
    override,
    reserve,
)
from sangyu.budget.actions.sponsors import (
    COLUMNS,
    DonationRefused,
    Imported,
    donate,
    import_donations,
    pledge,
    register_sponsor,
)

__all__ = [
    "COLUMNS",
    "BudgetGone",
    "DocumentMissing",
    "DonationRefused",
    "Imported",
    "NotMoney",
    "NotPublicMoney",
    "ReasonMissing",
    "SameKeyOtherSum",
    "appropriate",
    "donate",
    "import_donations",
    "override",
    "pledge",
    "register_sponsor",
    "reserve",
]
