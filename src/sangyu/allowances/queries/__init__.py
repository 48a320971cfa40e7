"""Reads of allowances: schemes, runs and what they say, balances, payments, and what one elder was given."""

from sangyu.allowances.queries.balances import (
    Given,
    Owing,
    account_of,
    accounts_with_numbers,
    balances,
    claims,
    given_to,
    without_account,
)
from sangyu.allowances.queries.reckoning import Reckoned, reckon
from sangyu.allowances.queries.runs import (
    READERS,
    Offered,
    RunPage,
    bounced,
    counts,
    files,
    get_file,
    get_run,
    lines,
    runs,
    schemes,
)

__all__ = [
    "READERS",
    "Given",
    "Offered",
    "Owing",
    "Reckoned",
    "RunPage",
    "account_of",
    "accounts_with_numbers",
    "balances",
    "bounced",
    "claims",
    "counts",
    "files",
    "get_file",
    "get_run",
    "given_to",
    "lines",
    "reckon",
    "runs",
    "schemes",
    "without_account",
]
