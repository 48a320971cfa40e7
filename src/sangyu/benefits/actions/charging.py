"""Verbs of benefits: hold the public part of a quote, give it back, turn a delivery into a charge, reverse it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.benefits import pots
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.credits import KINDS, beside, parted
from sangyu.benefits.models import Charge, ChargeShare, Reversal
from sangyu.benefits.rules import NotReversible, Quote
from sangyu.budget import actions as budget
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey, HoldEnded, JournalDraft, Leg, Reference
from sangyu.providers.models import Enterprise, ServiceItem
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
BOOKED_AT_ONCE = 500


class MonthNotOver(Refusal):
    """Credits lapse when their month is over, not before."""


def reserve(*, order_id: UUID, elder: Elder, quote: Quote, on: date, by: User, at: datetime) -> None:
    """Hold the public part of a quote: on the year's money, and on the elder's own credit where it is used.

    The elder's row must be locked by the caller, so that two orders cannot both see the same credit.
    Raises: BudgetGone.
    """
    _hold(Reference("ORDER", order_id), elder=elder, quote=quote, on=on, by=by, at=at)


def _hold(cause: Reference, *, elder: Elder, quote: Quote, on: date, by: User, at: datetime) -> None:
    if quote.public_fen:
        budget.reserve(
            hold_id=hold_id(cause.id),
            programme_id=elder.programme_id,
            fund=quote.fund,
            on=on,
            amount_fen=quote.public_fen,
            cause=cause,
            by_id=by.pk,
            at=at,
        )
    for taken in _taken(elder, quote, on, cause.id):
        _grant(taken, quote, elder, on, at)
        ledger.hold(id=taken.hold_id, account=taken.key, amount_fen=taken.used, cause=cause, at=at, by_id=by.pk)


def release(*, order_id: UUID, quote: Quote, reason: str, by: User, at: datetime) -> None:
    """Give back what was held for an order that will not be delivered."""
    if quote.public_fen:
        ledger.void_hold(hold_id=hold_id(order_id), reason=reason, at=at, by_id=by.pk)
    for hold in _credit_holds(order_id, quote):
        ledger.void_hold(hold_id=hold, reason=reason, at=at, by_id=by.pk)


@transaction.atomic
def charge(
    *,
    order_id: UUID,
    elder: Elder,
    enterprise: Enterprise,
    item: ServiceItem,
    quote: Quote,
    service_on: date,
    by: User,
    at: datetime,
) -> Charge:
    """Turn a delivery into a charge; its public part stays held until the enterprise's month is paid.

    A delivery is charged once: a repeat returns the charge that stands.
    """
    cause = Reference("ORDER", order_id)
    return _charge(
        cause, elder=elder, enterprise=enterprise, item=item, quote=quote, service_on=service_on, by=by, at=at
    )


@transaction.atomic
def charge_at_once(
    *,
    cause: Reference,
    elder: Elder,
    enterprise: Enterprise,
    item: ServiceItem,
    quote: Quote,
    service_on: date,
    by: User,
    at: datetime,
) -> Charge:
    """Hold and charge in one verb what is delivered the moment it is bought; a repeat returns the charge that stands.

    The elder's row must be locked by the caller, as for `reserve`.
    Raises: BudgetGone.
    """
    _hold(cause, elder=elder, quote=quote, on=service_on, by=by, at=at)
    return _charge(
        cause, elder=elder, enterprise=enterprise, item=item, quote=quote, service_on=service_on, by=by, at=at
    )


@transaction.atomic
def reverse(*, charge_id: UUID, reason: str, by: User, at: datetime) -> Reversal:
    """Take back a charge that was bought at once, and give back what was held for it; a repeat changes nothing.

    Raises: NotReversible, for the charge of an order (its statement is where it is disputed) or one already paid.
    """
    existing = Reversal.objects.filter(charge_id=charge_id).first()
    if existing is not None:
        return existing
    row = Charge.objects.get(pk=charge_id)
    if row.cause_kind == "ORDER":
        raise NotReversible("上门服务的费用不能在这里退回，请在月度对账时对结算单提出异议。")
    if row.public_fen:
        try:
            ledger.void_hold(hold_id=hold_id(row.cause_id), reason=reason, at=at, by_id=by.pk)
        except HoldEnded as ended:
            raise NotReversible("这笔补贴已经结算拨付，不能再退。差额请在下月更正。") from ended
    reversal = Reversal.objects.create(id=derived_id("reversal", charge_id), charge=row, reason=reason, by=by, at=at)
    access.record(
        by=by,
        at=at,
        verb="benefits.reverse",
        object_kind="charge",
        object_id=charge_id,
        facts={"public_fen": row.public_fen, "reason": reason},
    )
    return reversal


def _charge(
    cause: Reference,
    *,
    elder: Elder,
    enterprise: Enterprise,
    item: ServiceItem,
    quote: Quote,
    service_on: date,
    by: User,
    at: datetime,
) -> Charge:
    existing = Charge.objects.filter(programme_id=elder.programme_id, cause_kind=cause.kind, cause_id=cause.id).first()
    if existing is not None:
        return existing
    row = Charge.objects.create(
        id=derived_id("charge", cause.id),
        programme_id=elder.programme_id,
        elder=elder,
        enterprise=enterprise,
        item=item,
        service_on=service_on,
        price_fen=quote.price_fen,
        elder_fen=quote.elder_fen,
        public_fen=quote.public_fen,
        fund=quote.fund,
        credit_minutes=quote.credit_minutes,
        hold_id=hold_id(cause.id) if quote.public_fen else None,
        decisions=list(quote.decisions),
        cause_kind=cause.kind,
        cause_id=cause.id,
        by=by,
        at=at,
    )
    ChargeShare.objects.bulk_create(
        [
            ChargeShare(id=derived_id("share", row.pk, payer), charge=row, payer=payer, amount_fen=amount_fen)
            for payer, amount_fen in quote.shares_fen.items()
            if amount_fen
        ]
    )
    for taken in _taken(elder, quote, service_on, cause.id):
        # The elder has had the use of the credit now, whatever the enterprise is paid at the end of the month.
        ledger.post_hold(
            hold_id=taken.hold_id,
            to=beside(taken.key, "USED"),
            service_on=service_on,
            at=at,
            by_id=by.pk,
        )
    access.record(
        by=by,
        at=at,
        verb="benefits.charge",
        object_kind="charge",
        object_id=row.pk,
        facts={"price_fen": row.price_fen, "elder_fen": row.elder_fen, "public_fen": row.public_fen},
    )
    return row


@transaction.atomic
def lapse_credits(*, programme_id: UUID, month: Month, by: User, at: datetime) -> int:
    """Let what is left of a closed month's credits lapse by an entry each; return how many did.

    With December the credits of its year lapse too. One that is still promised to an order is left for the next call;
    one that rolls over is left for the month that follows.
    Raises: MonthNotOver.
    """
    if at.astimezone(BEIJING).date() < month.next().first_day:
        raise MonthNotOver(f"{month}还没有结束，额度要到{month.next().first_day}才能失效。请届时再办。")
    over = {str(month): "当月", **({str(month.year): "当年"} if month.month == 12 else {})}
    lapses = []
    staying = pots.rolling(programme_id, month.next().first_day)
    for period, term in over.items():
        for kind in KINDS:
            for balance in ledger_read.balances(programme_id, kind=kind, period=period):
                left_fen, key = balance.available_fen, balance.account
                if left_fen <= 0 or balance.held_fen or key.party_id is None:
                    continue
                if (kind, key.fund) in staying and period == str(month):
                    continue
                lapse = JournalDraft(
                    id=derived_id("lapse", key.id, balance.debit_fen),  # what comes free later lapses by its own entry
                    programme_id=programme_id,
                    kind="CREDIT_LAPSE",
                    legs=(Leg(key, -left_fen), Leg(beside(key, "LAPSED"), left_fen)),
                    cause=Reference("ELDER", key.party_id),
                    service_on=month.first_day,
                    at=at,
                    by_id=by.pk,
                    reason=f"{period}额度{term}有效，余额不结转",
                )
                lapses.append(lapse)
    # All at once and in their order: they are booked in several parts, and orders go on being placed meanwhile.
    ledger.lock(keys=[leg.account for draft in lapses for leg in draft.legs])
    for start in range(0, len(lapses), BOOKED_AT_ONCE):
        ledger.transfer_all(drafts=lapses[start : start + BOOKED_AT_ONCE])
    return len(lapses)


def hold_id(order_id: UUID) -> UUID:
    """Name the hold of an order's public part on the year's money."""
    return derived_id("hold", "appropriation", order_id)


def credit_hold_id(order_id: UUID, pot: str = "") -> UUID:
    """Name the hold of an order on the elder's credit; on one `pot` of it, where there are several."""
    return derived_id("hold", "credit", order_id, *([pot] if pot else []))


@dataclass(frozen=True)
class _Taken:
    """What a quote takes from one account, what was granted on it, and the hold in between."""

    key: AccountKey
    hold_id: UUID
    used: int
    granted: int
    carried: int = 0


def _taken(elder: Elder, quote: Quote, on: date, cause_id: UUID) -> list[_Taken]:
    """Say from which accounts a quote is drawn: one, or one for each pot that pays."""
    if quote.draws:
        return [
            _Taken(
                benefits_read.credit_key(elder.programme_id, draw.pot, elder.pk, on, period=quote.credit_period),
                credit_hold_id(cause_id, draw.pot),
                draw.used_fen,
                draw.granted_fen,
            )
            for draw in quote.draws
            if draw.used_fen
        ]
    if not quote.credit_used:
        return []
    key = _pot(elder, quote, on)
    return [_Taken(key, credit_hold_id(cause_id), quote.credit_used, quote.credit_granted, quote.credit_carried)]


def _credit_holds(cause_id: UUID, quote: Quote) -> list[UUID]:
    if quote.draws:
        return [credit_hold_id(cause_id, draw.pot) for draw in quote.draws if draw.used_fen]
    return [credit_hold_id(cause_id)] if quote.credit_used else []


def _pot(elder: Elder, quote: Quote, on: date) -> AccountKey:
    """Name the ledger account on which a quote draws."""
    return benefits_read.credit_key(
        elder.programme_id, quote.fund, elder.pk, on, unit=quote.credit_unit, period=quote.credit_period
    )


def _grant(taken: _Taken, quote: Quote, elder: Elder, on: date, at: datetime) -> None:
    # A credit appears on the books with its first use, and grows if the policy does within its period; the elder's row
    # is locked, so nobody grants beside us. What is carried over comes from the accounts of the months before.
    # What an undone merge has taken away is granted anew: it was another person's.
    key = taken.key
    balance = ledger_read.balance(key)
    gone_over = parted(balance)
    booked = balance.credit_fen - gone_over
    more = taken.granted + taken.carried - booked
    if more <= 0:
        return
    parts: tuple[tuple[AccountKey, int], ...] = ()
    if taken.carried:
        adopted = adoption_read.in_force(elder.programme_id, on)
        parts = pots.held(elder, adopted, quote.offer, on).parts
    rolled = sum(left for _, left in parts)
    never_booked = 0 if booked else taken.carried - rolled
    source = beside(key, "SOURCE")
    granted = more - rolled - never_booked
    if granted > 0:
        id_ = derived_id("grant", key.id, taken.granted, *([gone_over] if gone_over else []))
        _fill(key, [(source, granted)], "CREDIT_GRANT", id_, elder, on, at)
    if rolled + never_booked > 0:
        # What no month has booked comes straight from the source: the months before it were never used.
        legs = [*parts, (source, never_booked)] if never_booked else list(parts)
        _fill(key, legs, pots.ROLLED, derived_id("rolled", key.id, booked, taken.carried), elder, on, at)


def _fill(
    key: AccountKey, sources: list[tuple[AccountKey, int]], kind: str, id_: UUID, elder: Elder, on: date, at: datetime
) -> None:
    ledger.transfer(
        id=id_,
        programme_id=key.programme_id,
        kind=kind,
        legs=[*(Leg(one, -left) for one, left in sources), Leg(key, sum(left for _, left in sources))],
        cause=Reference("ELDER", elder.pk),
        service_on=Month.of(on).first_day,
        at=at,
        by_id=elder.pk,
    )
