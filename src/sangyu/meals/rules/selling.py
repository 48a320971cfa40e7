"""What a till may sell, what it says to the elder, and how a day is counted; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from sangyu.benefits.rules import Quote
from sangyu.kit.errors import Refusal

LUNCH_UNTIL = time(15)
DINE_IN, DELIVERY = "DINE_IN", "DELIVERY"
BANDS = ("AGE_65_74", "AGE_75_UP", "THREE_NO", "SEVERE_DISABILITY", "OTHER_SUBSIDISED", "UNSUBSIDISED")
COMPOUND_SURNAMES = frozenset(
    {"欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "令狐", "长孙", "慕容", "东方"}
    | {"司徒", "公孙", "端木", "宇文", "淳于", "单于", "澹台", "万俟", "南宫", "独孤"}
)
DIGITS = "零一二三四五六七八九"


class FullPrice(Refusal):
    """There is no subsidy for this meal; it is sold at its full price when the elder agrees."""

    code = "FULL_PRICE"


class SecondMeal(FullPrice):
    """The elder has had the day's subsidised meals."""

    code = "SECOND_MEAL"


class ElderDied(Refusal):
    """The register says that the elder is no longer alive."""

    code = "ELDER_DIED"


class LicenceLapsed(Refusal):
    """A licence of whoever runs the canteen has run out; it sells nothing until a new one is lodged."""

    code = "LICENCE_LAPSED"


class DayClosed(Refusal):
    """The canteen's day was closed; its figures do not change any more."""

    code = "DAY_CLOSED"


class DayAhead(Refusal):
    """A day cannot be closed before it has begun."""


class SameKeyOtherSale(Refusal):
    """The key of this sale was used for somebody else."""

    code = "SAME_KEY_OTHER_BODY"


class OtherCard(Refusal):
    """The card stands for somebody else than the elder who is served."""


class NotTheLast(Refusal):
    """Only the last sale of a till is given back there."""

    code = "NOT_THE_LAST"


class ReasonMissing(Refusal):
    """A meal is not given back without saying why."""


class DishNotOffered(Refusal):
    """A dish that was chosen is not on today's menu, or not sold by itself."""

    code = "DISH_NOT_OFFERED"


@dataclass(frozen=True)
class Eaten:
    """A subsidised meal that the elder has had on the day: where, and at what o'clock in Beijing."""

    canteen: str
    clock: str


@dataclass(frozen=True)
class Chosen:
    """A dish that is sold by itself. Units: fen."""

    id: UUID
    name: str
    price_fen: int


@dataclass(frozen=True)
class MealQuote:
    """What one meal costs one elder now, and why.

    Shape: `nth_of_day` counts subsidised meals, this one included; `eaten` are those before it. The fee for the way
    (`delivery_fee_fen`) is the elder's own and no part of the price; `chosen` are dishes whose sum is the price.
    """

    quote: Quote
    meal: str
    nth_of_day: int
    band: str
    age: int
    greeting: str
    eaten: tuple[Eaten, ...] = ()
    mode: str = DINE_IN
    delivery_fee_fen: int = 0
    delivery_because: str = ""
    chosen: tuple[Chosen, ...] = ()

    @property
    def price_fen(self) -> int:
        return self.quote.price_fen

    @property
    def elder_fen(self) -> int:
        return self.quote.elder_fen

    @property
    def public_fen(self) -> int:
        return self.quote.public_fen

    @property
    def because(self) -> str:
        """The reason in Chinese."""
        return "；".join((*self.quote.because, *filter(None, [self.delivery_because])))

    @property
    def is_free_of_charge(self) -> bool:
        """Whether the canteen asks nobody anything for this meal."""
        return self.price_fen == 0

    @property
    def is_sold_at_once(self) -> bool:
        """Whether nobody has to agree first: there is a subsidy, or nothing to pay."""
        return bool(self.public_fen) or self.is_free_of_charge

    @property
    def said(self) -> str:
        """What the till says aloud to the elder."""
        return said(self.greeting, self.elder_fen, self.delivery_fee_fen)


def meal_of(clock: time) -> str:
    """Name the meal by the clock in Beijing: lunch until three in the afternoon."""
    return "LUNCH" if clock < LUNCH_UNTIL else "DINNER"


def greeting(name: str, sex: str) -> str:
    """Address an elder as one does: the surname and 奶奶 or 爷爷; of a name in parts, the first part."""
    first, dot, _ = name.partition("·")
    if not dot:
        first = name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]
    return first + {"FEMALE": "奶奶", "MALE": "爷爷"}.get(sex, "老人家")


def said(greeted: str, elder_fen: int, delivery_fee_fen: int = 0) -> str:
    """Say in one breath what the elder pays."""
    meal = "免费" if elder_fen == 0 else f"自付{spoken(elder_fen)}"
    return f"{greeted}，{meal}" + (f"，送餐费{spoken(delivery_fee_fen)}" if delivery_fee_fen else "")


def spoken(fen: int) -> str:
    """Say an amount as people do: 500 is 五元, 1250 is 十二元五角."""
    whole, rest = divmod(fen, 100)
    jiao, odd = divmod(rest, 10)
    text = f"{_counted(whole)}元" if whole else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    if odd:
        text += f"{'零' if whole and not jiao else ''}{DIGITS[odd]}分"
    return text or "零元"


def _counted(number: int) -> str:
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones or not tens else "")


def band(quote: Quote) -> str:
    """Name the line of the day's statement on which a sale is counted, from what its decision had used.

    A policy that never asks for the age subsidises other people than those by age, all on one line.
    """
    if quote.public_fen == 0:
        return "UNSUBSIDISED"
    used: Mapping[str, Any] = quote.decisions[-1]["facts_used"]
    if quote.elder_fen == 0 and "three_no" in used.get("identities", ()):
        return "THREE_NO"
    if quote.elder_fen == 0 and "severe_disability" in used.get("identities", ()):
        return "SEVERE_DISABILITY"
    age = used.get("age", 0)
    return "AGE_75_UP" if age >= 75 else "AGE_65_74" if age >= 65 else "OTHER_SUBSIDISED"


def meal_group(*, identities: Collection[str], awarded: bool, sponsored: bool) -> str:
    """Name the group under which Xinhui's table of meal charges counts a diner.

    `awarded` is the free meal granted on application, `sponsored` whether a sponsor pays at this canteen.
    """
    if awarded:
        return "sponsored_free" if sponsored else "free_unsponsored"
    if "extreme_poor" in identities:
        return "purchased_extreme_poor"
    return "marginal_unsponsored" if "marginal_needy" in identities else "other"


def ensure_alive(*, name: str, died_on: date | None) -> None:
    """Refuse to sell to somebody who is registered as dead.

    Raises: ElderDied.
    """
    if died_on is not None:
        raise ElderDied(
            f"{name}已于{died_on}登记去世，不能按老人就餐。请收下这张卡，交社区核对；如登记有误，请社区先更正。"
        )


def ensure_licensed(*, canteen: str, lapsed: tuple[str, date] | None) -> None:
    """Refuse to sell where a licence has run out; `lapsed` is its kind and its last day (exclusive).

    Raises: LicenceLapsed.
    """
    if lapsed is not None:
        kind, until = lapsed
        raise LicenceLapsed(
            f"{canteen}的{kind}已于{until.year}年{until.month}月{until.day}日过期，不能售餐。"
            "请企业把新证交服务中心登记；老人请先到别的餐厅就餐。"
        )


def ensure_subsidised(offer: MealQuote, *, agreed: bool) -> None:
    """Refuse a meal without subsidy until the elder has agreed to pay all of it.

    Raises: SecondMeal, saying where and when the first was; FullPrice, with the reason of the rule.
    """
    if offer.is_sold_at_once or agreed:
        return
    if offer.eaten:
        last = offer.eaten[-1]
        raise SecondMeal(
            f"今天{last.clock}已在{last.canteen}享受过补贴餐。{offer.because}。老人同意后，请按“全价售出”。"
        )
    raise FullPrice(f"{offer.because}。老人同意后，请按“全价售出”。")


def ensure_reason(reason: str) -> None:
    """Refuse a refund without a reason.

    Raises: ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing("退餐必须写明原因，请选择或填写。")


@dataclass(frozen=True)
class Sold:
    """One sale as the count of a day needs it. Units: fen."""

    band: str
    price_fen: int
    elder_fen: int
    public_fen: int
    refunded: bool
    delivery_fee_fen: int = 0
    elder: UUID | None = None


@dataclass(frozen=True)
class DaySums:
    """A canteen's day, refunded sales left out of everything but `refunded`.

    Shape: `counts` has every band, zeros included; `by_price` maps a price in fen to such counts. `diners` are persons
    (somebody who ate twice is one), `sold` their portions.
    """

    sold: int = 0
    refunded: int = 0
    price_fen: int = 0
    elder_fen: int = 0
    public_fen: int = 0
    delivery_fee_fen: int = 0
    diners: int = 0
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))
    by_price: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


def add_up(sales: Iterable[Sold]) -> DaySums:
    """Add up the sales of a day; the order of sales does not matter."""
    rows = list(sales)
    kept = [sale for sale in rows if not sale.refunded]
    counts = dict.fromkeys(BANDS, 0)
    by_price: dict[int, dict[str, int]] = {}
    for sale in kept:
        counts[sale.band] += 1
        by_price.setdefault(sale.price_fen, dict.fromkeys(BANDS, 0))[sale.band] += 1
    return DaySums(
        sold=len(kept),
        refunded=len(rows) - len(kept),
        price_fen=sum(sale.price_fen for sale in kept),
        elder_fen=sum(sale.elder_fen for sale in kept),
        public_fen=sum(sale.public_fen for sale in kept),
        delivery_fee_fen=sum(sale.delivery_fee_fen for sale in kept),
        diners=len({sale.elder for sale in kept}),
        counts=counts,
        by_price=dict(sorted(by_price.items())),
    )


def agrees(sums: DaySums, decisions: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether what the policy says of the counts comes out at what was taken sale by sale.

    A policy without a rule for the day says nothing against it.
    """
    rows = list(decisions)
    return not rows or (
        all(row["outcome"] == "decided" for row in rows)
        and (
            sum(row["value"] for row in rows),
            sum(row["shares_fen"]["elder"] for row in rows),
            sum(row["shares_fen"]["government"] for row in rows),
        )
        == (sums.price_fen, sums.elder_fen, sums.public_fen)
    )
