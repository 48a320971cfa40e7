"""Price a service by the pack in force: the offer of the pack says which rules are asked, in which order, for what.

No rule of any city stands here. Asked in turn: may the elder have it; facts that other rules answer; the price; the
elder's own credit; the split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.benefits import pots
from sangyu.benefits.facts import Life
from sangyu.benefits.facts import facts as facts_of
from sangyu.benefits.pots import Pot
from sangyu.benefits.rules import Draw, NoOffer, NotEntitled, Quote, Undecided
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem
from sangyu.registry.models import Elder


def quote(
    *,
    elder: Elder,
    item: ServiceItem,
    on: date,
    price_fen: int | None = None,
    about: Mapping[str, object] | None = None,
) -> Quote:
    """Price a service for an elder on a day by the pack in force, and split it over its payers.

    `price_fen` is what the place itself asks (a canteen's meal); without it the catalogue's market price is taken.
    `about` adds what the policy asks of the delivery itself, in the words of the tables (which meal, where, how).

    Raises: PriceMissing, NothingAdopted, NoOffer, NotEntitled, Undecided (naming the missing fact or parameter).
    """
    adopted = adoption_read.in_force(elder.programme_id, on)
    pack = adoption_read.pack_of(adopted)
    offer = pack.offers.get(item.offer)
    if offer is None:
        raise NoOffer(f"政策包“{pack.title}”没有规定“{item.name}”这类服务如何定价，请先补充政策包。")
    market_fen = providers_read.market_price_fen(item, on) if price_fen is None else price_fen
    life = Life(elder) if offer.grants else None  # what the months before gave is asked too
    asking = _Asking(
        adopted,
        pack,
        on,
        {
            **offer.facts,
            "minutes": item.minutes,
            **(life.on(on) if life else facts_of(elder, on)),
            **(about or {}),
            "market_price_fen": market_fen,
        },
        life=life,
    )
    if offer.eligible and not asking.decide(offer.eligible).eligible:
        raise NotEntitled(f"{asking.decisions[-1].because}。请换一个服务项目，或请社区核对登记的身份。")
    for name, (rule, answer) in offer.answers.items():
        asking.facts[name] = getattr(asking.decide(rule), answer)
    price_fen = (asking.decide(offer.price).amount_fen or 0) if offer.price else market_fen
    asking.facts["price_fen"] = price_fen
    drawn = _draw(asking, offer, elder) if offer.account and asking.holds(offer.account_when) else _Drawn()
    shares_fen = drawn.shares_fen or asking.decide(offer.split or "").shares_fen or {}
    return Quote(
        price_fen=price_fen,
        shares_fen=dict(shares_fen),
        fund=offer.fund.upper(),
        offer=offer.kind,
        decisions=tuple(decision.to_json() for decision in asking.decisions),
        **drawn.of_quote,
    )


@dataclass
class _Asking:
    """One inquiry: the facts as they are known by now, and the decisions in the order in which they fell."""

    adopted: Adoption
    pack: policy.Pack
    on: date
    facts: dict[str, Any]
    decisions: list[policy.Decision] = field(default_factory=list)
    life: Life | None = None

    def decide(self, rule: str) -> policy.Decision:
        """Decide a rule and keep the decision.

        Raises: Undecided.
        """
        decision = _decide(self.adopted, self.pack, rule, self.facts, self.on)
        self.decisions.append(decision)
        return decision

    def holds(self, when: Mapping[str, str]) -> bool:
        """Tell whether every derived fact has the value that is named for it."""
        return all(
            _decide(self.adopted, self.pack, self.pack.derived[fact].rule, self.facts, self.on).ground == value
            for fact, value in when.items()
        )


@dataclass(frozen=True)
class _Drawn:
    """What an elder's credit pays of a service; a credit of minutes leaves the money to the split."""

    of_quote: Mapping[str, Any] = field(default_factory=dict)
    shares_fen: Mapping[str, int] | None = None


def _draw_in_order(asking: _Asking, offer: policy.Offer, elder: Elder) -> _Drawn:
    """Let the pots of a credit pay one after the other, each what the one before it has left to the elder.

    The credit's own table is asked for each, and the table that fills it stands before it with its clause.
    """
    rule, price_fen = asking.pack.rules[offer.account or ""], asking.facts["price_fen"]
    shares: Counter[str] = Counter()
    rest_fen, draws = price_fen, []
    stands = pots.shelves(elder, asking.adopted, offer, asking.on, asking.life or Life(elder))
    pays = [shelf for shelf in stands if shelf.left] or stands[:1]
    for shelf in stands:
        used_fen = 0
        if shelf in pays and (rest_fen or shelf is pays[0]):
            filled = _decide(asking.adopted, asking.pack, shelf.rule, asking.facts, asking.on)
            if filled.amount_fen:  # else what it holds is of months that are over
                asking.decisions.append(filled)
            used_before = {"used_before_fen": shelf.due - shelf.left, "left_last_period_fen": 0}
            asking.facts |= {"price_fen": rest_fen, "balance_before_fen": shelf.left, **used_before}
            said = asking.decide(rule.id)
            used_fen = said.used_fen or 0
            shares.update({payer: fen for payer, fen in (said.shares_fen or {}).items() if payer != "elder"})
            rest_fen = (said.shares_fen or {}).get("elder", rest_fen)
        draws.append(Draw(shelf.account.fund, shelf.rule, shelf.title, shelf.due, shelf.left, used_fen))
    asking.facts["price_fen"] = price_fen
    of_quote = {
        "credit_fen": sum(draw.used_fen for draw in draws),
        "credit_granted_fen": sum(draw.granted_fen for draw in draws),
        "credit_period": "year",
        "draws": tuple(draws),
    }
    return _Drawn(of_quote, {"elder": rest_fen, **shares})


def _draw(asking: _Asking, offer: policy.Offer, elder: Elder) -> _Drawn:
    if pots.has_shelves(asking.pack, offer):
        return _draw_in_order(asking, offer, elder)
    rule, unit = asking.pack.rules[offer.account or ""], pots.unit_of(asking.pack, offer)
    book, due = (
        pots.held(elder, asking.adopted, offer.kind, asking.on),
        (pots.due(elder, offer, asking.on, asking.life or Life(elder)) if offer.grants else 0),
    )
    asking.facts[f"used_before_{unit}"] = book.used
    asking.facts[f"left_last_period_{unit}"] = book.carried
    if offer.grants:
        asking.facts[f"balance_before_{unit}"] = max(0, due - book.used)
    credited = asking.decide(rule.id)
    granted = due if offer.grants else getattr(credited, f"granted_{unit}")
    asking.facts["free_minutes"] = credited.used_minutes
    return _Drawn(
        {
            f"credit_{unit}": getattr(credited, f"used_{unit}"),
            f"credit_granted_{unit}": granted,
            "credit_carried": book.carried if granted or getattr(credited, f"used_{unit}") else 0,
            "credit_period": pots.period_of(offer),
        },
        credited.shares_fen if unit == "fen" else None,
    )


def pots_of(elder: Elder, on: date) -> list[Pot]:
    """Return every credit that the pack in force gives an elder on a day, what is left of it included.

    One that cannot be decided is left out: the page of entitlements says what it waits for. Raises: NothingAdopted.
    """
    adopted = adoption_read.in_force(elder.programme_id, on)
    pack, life, found = adoption_read.pack_of(adopted), Life(elder), []
    for offer in pack.offers.values():
        if not offer.account:
            continue
        try:
            asking = _Asking(adopted, pack, on, {**offer.facts, **life.on(on)}, life=life)
            for name, (rule, answer) in offer.answers.items():
                asking.facts[name] = getattr(asking.decide(rule), answer)
            if not asking.holds(offer.account_when):
                continue
            if pots.has_shelves(pack, offer):
                found += _pots_in_order(elder, adopted, offer, on, life)
                continue
            asking.facts[pack.rules[offer.account].shared] = 0
            drawn = _draw(asking, offer, elder).of_quote
            book = pots.held(elder, adopted, offer.kind, on)
        except Undecided:
            continue
        unit = pots.unit_of(pack, offer)
        granted = drawn[f"credit_granted_{unit}"]
        if granted or drawn["credit_carried"]:
            title = pack.rules[offer.account].title.removesuffix("使用")
            period, carried = drawn["credit_period"], drawn["credit_carried"]
            fund = offer.fund.upper()
            found.append(Pot(title, fund, unit, period, granted, carried, book.used, book.parts, offer.kind))
    return found


def _pots_in_order(elder: Elder, adopted: Adoption, offer: policy.Offer, on: date, life: Life) -> list[Pot]:
    return [
        Pot(shelf.title, shelf.account.fund, "fen", "year", shelf.due, 0, shelf.due - shelf.left, (), offer.kind)
        for shelf in pots.shelves(elder, adopted, offer, on, life)
        if shelf.due
    ]


def _decide(adopted: Adoption, pack: policy.Pack, rule: str, facts: Mapping[str, Any], on: date) -> policy.Decision:
    return pots.decide(adopted, pack, rule, facts, on)
