"""The verbs that move money: open, lock, transfer, reverse, hold, post, void, expire.

Each may be called inside a larger transaction. A repeat with the same id and the same body returns what
the first attempt made; with another body it is refused. Accounts are the last locks of the house (after
elder, order, visit) and every verb takes them in the order of their ids; a transaction that calls several
verbs calls `lock` with all its accounts first.
"""

from __future__ import annotations

from sangyu.ledger.actions.accounts import insert, lock, open_account
from sangyu.ledger.actions.holds import expire_holds, hold, hold_all, post_hold, post_holds, void_hold
from sangyu.ledger.actions.transfers import reverse, transfer, transfer_all

__all__ = [
    "expire_holds",
    "hold",
    "hold_all",
    "insert",
    "lock",
    "open_account",
    "post_hold",
    "post_holds",
    "reverse",
    "transfer",
    "transfer_all",
    "void_hold",
]
