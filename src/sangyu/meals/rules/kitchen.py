"""What a table of prices, a menu, a sponsor and a diner's opinion must be like to be kept; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sangyu.kit.errors import Refusal


class PriceNotSet(Refusal):
    """A table of prices that cannot be taken over: incomplete, backdated, or another one stands from that day."""


class SponsorRefused(Refusal):
    """A sponsor of a canteen that cannot begin on that day."""


class MenuRefused(Refusal):
    """A menu that cannot be hung out: empty, a dish twice, or for a day that is over."""


class RatingRefused(Refusal):
    """What was said of a meal cannot be kept: given back, rated before, no points, or of a dish that was not there."""


def price_for(age: int, bands: Mapping[int, int]) -> int:
    """Return what a meal costs at an age: the band that begins last by then. Shape: age from -> fen, with age 0."""
    return bands[max(since for since in bands if since <= age)]


def ensure_prices(
    *, bands: Mapping[int, int], delivery_fee_fen: int, basis: str, valid_from: date, today: date
) -> None:
    """Refuse a table that leaves somebody without a price, or would change a day that is over.

    Raises: PriceNotSet.
    """
    if 0 not in bands:
        raise PriceNotSet("餐价表缺少“其他老人”的价格（0岁起），请补上；按年龄另定的价格写在它下面。")
    if delivery_fee_fen < 0 or any(fen < 0 or age < 0 for age, fen in bands.items()):
        raise PriceNotSet("年龄、餐价和送餐费都不能小于0；免费的请填0。")
    if not basis.strip():
        raise PriceNotSet("请写明定价依据，例如成本核算表或公示的名称和日期。")
    if valid_from < today:
        raise PriceNotSet(f"{valid_from}已经过去，当天的就餐已按原价入账。请从今天或以后的日期起调价。")


def ensure_sponsored_from(*, valid_from: date, today: date) -> None:
    """Refuse a sponsor for days that are over: their meals are charged already.

    Raises: SponsorRefused.
    """
    if valid_from < today:
        raise SponsorRefused(f"{valid_from}已经过去，当天的就餐已经入账。请从今天或以后的日期起冠名。")


def ensure_menu(*, names: Sequence[str], prices_fen: Iterable[int | None], day: date, today: date) -> None:
    """Refuse a menu without dishes, with one twice, or for a day that is over.

    Raises: MenuRefused.
    """
    if day < today:
        raise MenuRefused(f"{day}已经过去，菜单不能再改。请选择今天或以后的日期。")
    if not names or "" in names:
        raise MenuRefused("菜单上还没有菜，或有一样没有写菜名，请补上。")
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise MenuRefused(f"“{twice}”写了两次，请删去一个。")
    if any(fen is not None and fen <= 0 for fen in prices_fen):
        raise MenuRefused("单点价必须大于0元；不单卖的菜请留空。")


def ensure_rating(*, score: int, refunded: bool, dishes: Collection[UUID], commented: Collection[UUID]) -> None:
    """Refuse points out of range, a meal that was given back, and words about a dish that was not served.

    Raises: RatingRefused.
    """
    if refunded:
        raise RatingRefused("这一份已经退了，不能评价。请选择另一笔。")
    if not 1 <= score <= 5:
        raise RatingRefused("请选择1至5分。")
    if not set(commented) <= set(dishes):
        raise RatingRefused("所评的菜不在这一餐的菜单上，请刷新页面后重新填写。")
