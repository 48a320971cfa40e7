"""Verbs of providers: the catalogue and its prices, who joins and who leaves, papers, people, accounts and canteens."""

from sangyu.providers.actions.accounts import change_account
from sangyu.providers.actions.canteens import open_canteen, seat_cashier
from sangyu.providers.actions.catalogue import list_item, set_pay_rate, set_price
from sangyu.providers.actions.papers import lodge_licence, renew_certificate, sign_contract
from sangyu.providers.actions.people import let_go, take_on
from sangyu.providers.actions.standing import admit, admit_applicant, apply, leave, note_score, resume, suspend
from sangyu.providers.rules import (
    AccountUnchanged,
    AlreadyAdmitted,
    ContractMissing,
    Incomplete,
    LicenceMissing,
    OfficersMissing,
    OtherPrice,
    Paper,
    PayBackdated,
    PriceAboveCap,
    WrongStanding,
)

__all__ = [
    "AccountUnchanged",
    "AlreadyAdmitted",
    "ContractMissing",
    "Incomplete",
    "LicenceMissing",
    "OfficersMissing",
    "OtherPrice",
    "Paper",
    "PayBackdated",
    "PriceAboveCap",
    "WrongStanding",
    "admit",
    "admit_applicant",
    "apply",
    "change_account",
    "leave",
    "let_go",
    "list_item",
    "lodge_licence",
    "note_score",
    "open_canteen",
    "renew_certificate",
    "resume",
    "seat_cashier",
    "set_pay_rate",
    "set_price",
    "sign_contract",
    "suspend",
    "take_on",
]
