"""The people and accounts every test of the ledger speaks of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sangyu.kit.ids import derived_id, new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.models import Hold, Journal
from sangyu.ledger.rules import BEIJING, AccountKey, Leg, Reference

CHENGGUAN = derived_id("programme", "城关")
XIASHAN = derived_id("programme", "峡山")
GRANDMOTHER_LI = derived_id("elder", "李奶奶")
KANGAN = derived_id("enterprise", "康安")
FINANCE = derived_id("user", "财务")
AGENT_MA = derived_id("user", "马话务")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=BEIJING)
TODAY = date(2026, 11, 2)
MINUTE = timedelta(minutes=1)

TREASURY = AccountKey(CHENGGUAN, "DISTRICT", "TREASURY", "2026")
APPROPRIATION = AccountKey(CHENGGUAN, "DISTRICT", "APPROPRIATION", "2026")
CREDIT_SOURCE = AccountKey(CHENGGUAN, "DISTRICT", "CREDIT_SOURCE", "2026-11")
CREDIT = AccountKey(CHENGGUAN, "DISTRICT", "ELDER_CREDIT", "2026-11", GRANDMOTHER_LI)
CREDIT_USED = AccountKey(CHENGGUAN, "DISTRICT", "CREDIT_USED", "2026-11")
PAYABLE = AccountKey(CHENGGUAN, "DISTRICT", "PROVIDER_PAYABLE", "2026", KANGAN)
BANK = AccountKey(CHENGGUAN, "DISTRICT", "BANK", "2026")


def an_order() -> Reference:
    return Reference("ORDER", new_id())


def move(
    source: AccountKey, target: AccountKey, amount_fen: int, *, key: UUID | None = None, cause: Reference | None = None
) -> Journal:
    return ledger.transfer(
        id=key or new_id(),
        programme_id=source.programme_id,
        kind="GRANT",
        legs=[Leg(source, -amount_fen), Leg(target, amount_fen)],
        cause=cause or Reference("GRANT", new_id()),
        service_on=TODAY,
        at=NOON,
        by_id=FINANCE,
    )


def grant(amount_fen: int = 5000) -> Journal:
    """Give Grandmother Li her right of the month: 50 yuan."""
    return move(CREDIT_SOURCE, CREDIT, amount_fen)


def reserve(
    amount_fen: int,
    *,
    account: AccountKey = CREDIT,
    key: UUID | None = None,
    cause: Reference | None = None,
    expires_at: datetime | None = None,
) -> Hold:
    return ledger.hold(
        id=key or new_id(),
        account=account,
        amount_fen=amount_fen,
        cause=cause or an_order(),
        at=NOON,
        by_id=AGENT_MA,
        expires_at=expires_at,
    )
