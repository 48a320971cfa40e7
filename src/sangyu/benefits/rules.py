"""What a quote is; pure values, so that the sentence read out on the telephone can be kept with the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sangyu.kit.errors import Refusal
from sangyu.kit.money import yuan


class NoOffer(Refusal):
    """The adopted pack does not say how this kind of item is priced."""

    code = "NO_OFFER"


class NotEntitled(Refusal):
    """The policy does not offer this service to this elder."""

    code = "NOT_ENTITLED"


class Undecided(Refusal):
    """A rule cannot be decided, because a fact or a parameter is missing."""

    code = "UNDECIDED"


class NotReversible(Refusal):
    """The charge cannot simply be taken back."""

    code = "NOT_REVERSIBLE"


class NotStatable(Refusal):
    """A fact that is not stated here, or not in this way."""

    code = "NOT_STATABLE"


class SameKeyOtherFact(Refusal):
    """The key of a stated fact was used for another one."""

    code = "SAME_KEY_OTHER_BODY"


class NotGivenByHand(Refusal):
    """The pack in force does not give this by hand, in days or pieces."""

    code = "NOT_GIVEN_BY_HAND"


class HandedOutAlready(Refusal):
    """The elder has had this device in the period, or this very piece is with somebody else."""

    code = "HANDED_OUT_ALREADY"


class DaysGone(Refusal):
    """Fewer days are left than are wanted, or some of them are set aside already."""

    code = "DAYS_GONE"


class NotRecordable(Refusal):
    """A date, a number or a paper with which a stay or a device cannot be recorded."""

    code = "NOT_RECORDABLE"


@dataclass(frozen=True)
class Draw:
    """What one of several pots pays of a quote: what the tables have put into it, what was left of it, what it pays.

    `pot` names its account, `rule` the table that fills it. Units: fen.
    """

    pot: str
    rule: str
    title: str
    granted_fen: int
    before_fen: int
    used_fen: int

    @property
    def left_fen(self) -> int:
        """What stays in the pot."""
        return self.before_fen - self.used_fen

    @property
    def words(self) -> str:
        """Say what it pays, and what stays."""
        return f"{self.title}{yuan(self.used_fen)}元（还余{yuan(self.left_fen)}元）"


@dataclass(frozen=True)
class Quote:
    """A price with its parts and the decisions behind both.

    Shape: `shares_fen` maps every payer of the rule to fen, zeros included; the parts add up to `price_fen`.
    `credit_fen` is the part of the public money that uses up the elder's own credit, `credit_granted_fen` what that
    credit is worth in its `credit_period` (month or year); a credit of free hours is counted in minutes instead.
    `credit_carried` is what was left of the months before, in the same unit. Where several pots make one credit,
    `draws` are all of them in the order in which they pay, and the credit is their sum.
    """

    price_fen: int
    shares_fen: Mapping[str, int]
    fund: str
    credit_fen: int = 0
    credit_granted_fen: int = 0
    credit_minutes: int = 0
    credit_granted_minutes: int = 0
    credit_carried: int = 0
    credit_period: str = "month"
    offer: str = ""
    decisions: tuple[Mapping[str, Any], ...] = field(default=())
    draws: tuple[Draw, ...] = ()

    @property
    def elder_fen(self) -> int:
        return self.shares_fen.get("elder", 0)

    @property
    def public_fen(self) -> int:
        return self.price_fen - self.elder_fen

    @property
    def credit_unit(self) -> str:
        """What the elder's credit is counted in."""
        return "minutes" if self.credit_granted_minutes else "fen"

    @property
    def credit_used(self) -> int:
        """What is drawn on the elder's credit, in its unit."""
        return self.credit_minutes or self.credit_fen

    @property
    def credit_granted(self) -> int:
        """What the elder's credit is worth in its period, in its unit."""
        return self.credit_granted_minutes or self.credit_granted_fen

    @property
    def pays_first(self) -> str:
        """Say which money is used, in the order of the pack: the credit, other public money, the elder's own."""
        steps = []
        if self.credit_minutes:
            steps.append(f"免费时长{self.credit_minutes}分钟")
        steps += [draw.words for draw in self.draws if draw.used_fen]
        if self.credit_fen and not self.draws:
            steps.append(f"额度{yuan(self.credit_fen)}元")
        if self.public_fen - self.credit_fen > 0:
            steps.append(f"政府补贴{yuan(self.public_fen - self.credit_fen)}元")
        if self.elder_fen:
            steps.append(f"自付{yuan(self.elder_fen)}元")
        return "先用" + "，再用".join(steps) if steps else ""

    @property
    def because(self) -> tuple[str, ...]:
        """The reasons in Chinese, in the order in which they were found."""
        return tuple(decision["because"] for decision in self.decisions if decision.get("because"))

    @property
    def sentence(self) -> str:
        """The sentence that the agent reads out."""
        if self.public_fen == 0:
            return f"这次服务一共{yuan(self.price_fen)}元，由您自付。"
        if self.elder_fen == 0:
            return f"这次服务一共{yuan(self.price_fen)}元，全部由政府补贴，您不用付钱。"
        return (
            f"这次服务一共{yuan(self.price_fen)}元，政府补贴{yuan(self.public_fen)}元，"
            f"您只需付{yuan(self.elder_fen)}元。"
        )

    def to_json(self) -> dict[str, Any]:
        """Return a plain mapping to keep with an order."""
        return {
            "price_fen": self.price_fen,
            "shares_fen": dict(self.shares_fen),
            "fund": self.fund,
            "credit_fen": self.credit_fen,
            "credit_granted_fen": self.credit_granted_fen,
            "credit_minutes": self.credit_minutes,
            "credit_granted_minutes": self.credit_granted_minutes,
            "credit_carried": self.credit_carried,
            "credit_period": self.credit_period,
            "offer": self.offer,
            "decisions": [dict(decision) for decision in self.decisions],
            "draws": [asdict(draw) for draw in self.draws],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Quote:
        """Read what `to_json` wrote."""
        return cls(
            price_fen=plain["price_fen"],
            shares_fen=plain["shares_fen"],
            fund=plain["fund"],
            credit_fen=plain["credit_fen"],
            credit_granted_fen=plain["credit_granted_fen"],
            credit_minutes=plain.get("credit_minutes", 0),
            credit_granted_minutes=plain.get("credit_granted_minutes", 0),
            credit_carried=plain.get("credit_carried", 0),
            credit_period=plain.get("credit_period", "month"),
            offer=plain.get("offer", ""),
            decisions=tuple(plain["decisions"]),
            draws=tuple(Draw(**draw) for draw in plain.get("draws", ())),
        )
