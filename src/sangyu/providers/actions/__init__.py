"""Verbs of providers: the catalogue and its prices, who joins and who leaves, papers, people, accounts and canteens."""

from sangyu.providers.actions.accounts import change_account
from sangyu.providers.actions.canteens import open_canteen, seat_cashier
from sangyu.providers.actions.catalogue import list_item, set_pay_rate, set_price
from sangyu.providers.actions.papers import check_licence, evaluate, lodge_licence, renew_certificate, sign_contract
from sangyu.providers.actions.people import let_go, look_after, take_on
from sangyu.providers.actions.sheet import Imported, import_catalogue, keep_standard
from sangyu.providers.actions.standing import (
    admit,
    admit_applicant,
    apply,
    describe,
    leave,
    note_score,
    resume,
    suspend,
)
from sangyu.providers.actions.teams import answer, recommend
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
    Told,
    WrongStanding,
)

__all__ = [
    "AccountUnchanged",
    "AlreadyAdmitted",
    "ContractMissing",
    "Imported",
    "Incomplete",
    "LicenceMissing",
    "OfficersMissing",
    "OtherPrice",
    "Paper",
    "PayBackdated",
    "PriceAboveCap",
    "Told",
    "WrongStanding",
    "admit",
    "admit_applicant",
    "answer",
    "apply",
    "change_account",
    "check_licence",
    "describe",
    "evaluate",
    "import_catalogue",
    "keep_standard",
    "leave",
    "let_go",
    "list_item",
    "lodge_licence",
    "look_after",
    "note_score",
    "open_canteen",
    "recommend",
    "renew_certificate",
    "resume",
    "seat_cashier",
    "set_pay_rate",
    "set_price",
    "sign_contract",
    "suspend",
    "take_on",
]
