"""What an elder's credit holds on a day: granted for the period, carried over from the periods before, used, left.

One account form for every credit of a pack. A credit whose rule rolls over keeps what was left of the month before;
months in which nothing was used were never on the books, and count by what the tables gave on their last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.benefits.credits import UNITS, credit_key, parted
from sangyu.benefits.entitlements import benefits_of
from sangyu.benefits.facts import Life
from sangyu.benefits.rules import Undecided
from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
LAST = 1_000  # what has no rank pays after what has one
ROLLED, LAPSED = "CREDIT_ROLLED", "CREDIT_LAPSE"


@dataclass(frozen=True)
class Pot:
    """An elder's credit of one offer in one period. Units: fen, minutes or days, as `unit` says.

    `parts` are the older accounts that still hold something of `carried`; the rest of it was never on the books.
    """

    title: str
    fund: str
    unit: str
    period: str
    granted: int
    carried: int
    used: int
    parts: tuple[tuple[AccountKey, int], ...] = ()
    offer: str = ""

    @property
    def left(self) -> int:
        """What can still be drawn."""
        return max(0, self.granted + self.carried - self.used)


def unit_of(pack: policy.Pack, offer: policy.Offer) -> str:
    """Say what the credit of an offer is counted in."""
    return "fen" if pack.rules[offer.account or ""].shared.endswith("_fen") else "minutes"


def period_of(offer: policy.Offer) -> str:
    """Say how long the credit of an offer lasts."""
    return "year" if "year" in offer.grants.values() else "month"


def rolls_over(adopted: Adoption, pack: policy.Pack, offer: policy.Offer) -> bool:
    """Tell whether what is left of the month before is carried into this one."""
    rule = pack.rules[offer.account or ""]
    if not rule.roll_over:
        return False
    said = adopted.parameters.get(rule.roll_over)
    return bool(pack.settings[rule.roll_over].default if said is None else said)


def rolling(programme_id: UUID, on: date) -> set[tuple[str, str]]:
    """Name the credits of which a rest is carried into the month of `on`. Shape: kind of account, fund."""
    try:
        adopted = adoption_read.in_force(programme_id, on)
    except adoption_read.NothingAdopted:
        return set()
    pack = adoption_read.pack_of(adopted)
    return {
        (UNITS[unit_of(pack, offer)][0], offer.fund.upper())
        for offer in pack.offers.values()
        if offer.account and rolls_over(adopted, pack, offer)
    }


@dataclass(frozen=True)
class Held:
    """What the books know of a credit on a day: used in its period, carried into it, and where that lay."""

    used: int
    carried: int
    parts: tuple[tuple[AccountKey, int], ...] = ()


def held(elder: Elder, adopted: Adoption, kind: str, on: date) -> Held:
    """Return what was used of the credit of an offer in the period of `on`, and what is carried into that period.

    `adopted` is in force on that day. Raises: Undecided, where a month before cannot be decided.
    """
    return _Chain(elder, adopted, kind, on).held()


def due(elder: Elder, offer: policy.Offer, on: date, life: Life) -> int:
    """Add up what the grants of an offer have put on the elder's credit in the year so far, since the registration.

    A month that is over is asked on its last day, the month and the year of `on` on that day. Raises: Undecided.
    """
    return sum(amount for _, amount in _grants(elder, offer, on, life)) if offer.grants else 0


@dataclass(frozen=True)
class Shelf:
    """One of several pots of a credit on a day. Units: fen; `due` is what the tables have put into it in the year."""

    account: AccountKey
    rule: str
    title: str
    due: int
    left: int


def has_shelves(pack: policy.Pack, offer: policy.Offer) -> bool:
    """Tell whether several grants of money fill the credit of an offer, each with a pot of its own."""
    return len(offer.grants) > 1 and unit_of(pack, offer) == "fen"


def shelves(elder: Elder, adopted: Adoption, offer: policy.Offer, on: date, life: Life) -> list[Shelf]:
    """Return the pots of a credit that several grants fill, in the order in which the pack lets them pay.

    What was drawn from the one account of the offer before its pots were parted, and what a grant that shrank no
    longer covers, is taken off the pots in their order: together they never hold more than was granted and not used.
    Raises: Undecided.
    """
    listed = {benefit.rule: benefit for benefit in reversed(benefits_of(adopted)) if benefit.rule in offer.grants}
    order = sorted(offer.grants, key=lambda rule: listed[rule].rank or LAST if rule in listed else LAST)
    dues = Counter[str]()
    for rule, amount in _grants(elder, offer, on, life):
        dues[rule] += amount

    def key(fund: str) -> AccountKey:
        return credit_key(elder.programme_id, fund.upper(), elder.pk, on, period="year")

    over = _drawn(key(offer.fund))
    found = []
    for rule in order:
        used = _drawn(key(rule))
        over += max(0, used - dues[rule])
        title = listed[rule].title if rule in listed else adoption_read.pack_of(adopted).rules[rule].title
        found.append(Shelf(key(rule), rule, title, dues[rule], max(0, dues[rule] - used)))
    for n, shelf in enumerate(found):
        taken = min(shelf.left, over)
        over -= taken
        found[n] = replace(shelf, left=shelf.left - taken)
    return found


def _drawn(key: AccountKey) -> int:
    balance = ledger_read.balance(key)
    return balance.debit_fen + balance.held_fen - parted(balance)


def _grants(elder: Elder, offer: policy.Offer, on: date, life: Life) -> Iterator[tuple[str, int]]:
    since_on = elder.registered_at.astimezone(BEIJING).date()
    first = since_on.month if since_on.year == on.year else 1
    months = [on.replace(month=month, day=monthrange(on.year, month)[1]) for month in range(first, on.month)]
    adoptions = adoption_read.in_force_during(elder.programme_id, on.replace(month=1, day=1), None)
    for rule, every in offer.grants.items():
        for day in (on,) if every == "year" else (*months, on):
            adopted = _adoption_on(adoptions, day)
            if adopted is None:
                continue
            pack = adoption_read.pack_of(adopted)
            if rule in pack.rules:
                yield rule, decide(adopted, pack, rule, life.on(day), day).amount_fen or 0


class _Chain:
    """The months of a credit from the registration to a day, on the books or not."""

    def __init__(self, elder: Elder, adopted: Adoption, kind: str, on: date) -> None:
        self.elder, self.kind, self.month, self.adopted = elder, kind, Month.of(on), adopted
        self.pack = adoption_read.pack_of(adopted)
        self.offer = self.pack.offers[kind]
        self.unit, self.period = unit_of(self.pack, self.offer), period_of(self.offer)
        self.key = self._key(on)

    def held(self) -> Held:
        balance = ledger_read.balance(self.key)
        gone_over = parted(balance)
        if self.period == "year" or not rolls_over(self.adopted, self.pack, self.offer):
            return Held(balance.debit_fen + balance.held_fen - gone_over, 0)
        lines = ledger_read.statement(self.key).lines
        before = sum(line.amount_fen for line in lines if line.kind == ROLLED and line.amount_fen > 0)
        drawn = -sum(line.amount_fen for line in lines if line.kind not in (ROLLED, LAPSED) and line.amount_fen < 0)
        used = drawn + balance.held_fen - gone_over
        parts, never_booked = self._rest()
        if balance.credit_fen > gone_over:
            never_booked = 0  # it came onto the books with the first use of this month
        return Held(used, before + sum(fen for _, fen in parts) + never_booked, tuple(parts))

    def _rest(self) -> tuple[list[tuple[AccountKey, int]], int]:
        """Return what is left of the months before: what older accounts hold, and what was never on the books."""
        elder, never_booked = self.elder, 0
        parts: list[tuple[AccountKey, int]] = []
        booked = {
            row.account.period: row
            for row in ledger_read.balances(
                elder.programme_id, kind=UNITS[self.unit][0], fund=self.offer.fund.upper(), party_ids=[elder.pk]
            )
        }
        adoptions = adoption_read.in_force_during(elder.programme_id, date.min, None)
        first = max(Month.of(elder.registered_at.astimezone(BEIJING).date()), Month.of(adoptions[0].valid_from))
        life, month = Life(elder), first
        while month < self.month:
            day = date.fromordinal(month.next().first_day.toordinal() - 1)
            adopted = _adoption_on(adoptions, day)
            there = booked.get(str(month))
            if adopted is None or not self._rolls(adopted):
                parts, never_booked = [], 0
            if there is not None:
                parts = [*parts, (there.account, there.available_fen)] if there.available_fen > 0 else parts
                never_booked = 0
            elif adopted is not None:
                granted = self._granted(adopted, life.on(day), day)
                parts, never_booked = (parts, never_booked + granted) if granted is not None else ([], 0)
            month = month.next()
        return parts, never_booked

    def _rolls(self, adopted: Adoption) -> bool:
        pack = adoption_read.pack_of(adopted)
        offer = pack.offers.get(self.kind)
        return offer is not None and bool(offer.account) and rolls_over(adopted, pack, offer)

    def _granted(self, adopted: Adoption, known: Mapping[str, Any], day: date) -> int | None:
        """Return what a month without any use granted; None where the elder had no such credit."""
        pack = adoption_read.pack_of(adopted)
        offer = pack.offers.get(self.kind)
        if offer is None or not offer.account:
            return None
        facts = {**offer.facts, **known}
        for name, (rule, answer) in offer.answers.items():
            facts[name] = getattr(decide(adopted, pack, rule, facts, day), answer)
        if any(
            decide(adopted, pack, pack.derived[fact].rule, facts, day).ground != value
            for fact, value in offer.account_when.items()
        ):
            return None
        asked = {pack.rules[offer.account].shared: 0, f"used_before_{self.unit}": 0, f"left_last_period_{self.unit}": 1}
        said = decide(adopted, pack, offer.account, {**facts, **asked}, day)
        granted, balance = getattr(said, f"granted_{self.unit}"), getattr(said, f"balance_{self.unit}")
        return granted if balance else None  # the one that is carried is lost where there is no credit at all

    def _key(self, on: date) -> AccountKey:
        return credit_key(
            self.elder.programme_id, self.offer.fund.upper(), self.elder.pk, on, unit=self.unit, period=self.period
        )


def decide(adopted: Adoption, pack: policy.Pack, rule: str, facts: Mapping[str, Any], on: date) -> policy.Decision:
    """Decide a rule of an adoption on a day.

    Raises: Undecided, naming what is missing.
    """
    decision = policy.decide(pack, rule, {**facts, "on": on.isoformat()}, on, adopted.parameters)
    if decision.outcome in ("needs_fact", "needs_parameter", "not_in_force"):
        title = pack.rules[rule].title
        raise Undecided(f"无法按“{title}”定价：{decision.because}。现在不能下单，请换一个服务项目，或请民政局补充。")
    return decision


def _adoption_on(adoptions: list[Adoption], day: date) -> Adoption | None:
    for row in adoptions:
        if row.valid_from <= day and (row.valid_until is None or day < row.valid_until):
            return row
    return None
