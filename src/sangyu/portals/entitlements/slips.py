"""The month slip of an elder in large print: what is left, what it still reaches for, what was paid this year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sangyu.access.models import User
from sangyu.allowances import queries as allowances_read
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.kit.errors import Refusal
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.providers.models import ServiceItem
from sangyu.registry.models import Elder

SPOKEN = {1: "一", 2: "两"}


@dataclass(frozen=True)
class Left:
    """One credit in words: how much is left, and how often that still reaches."""

    title: str
    left: str
    enough_for: str


@dataclass(frozen=True)
class Slip:
    """Everything that stands on the slip, in words that are read aloud as they stand."""

    elder: Elder
    month: Month
    left: tuple[Left, ...]
    served: str
    given: tuple[str, ...]
    year: str


def slip_of(viewer: User, elder: Elder, month: Month, today: date) -> Slip:
    """Put the slip of a month together; what is left is as of today, or of the month's last day if it is over.

    Services count as paid when they are charged, what runs give when the bank says that it was paid.

    Raises: NotFound, for an elder whom the viewer may not see; NothingAdopted.
    """
    last = date.fromordinal(month.next().first_day.toordinal() - 1)
    on = min(today, last)
    spent = benefits_read.spent(viewer, elder, month)
    given = allowances_read.given_to(viewer, elder, month)
    served = "这个月没有上门服务。"
    if spent.services:
        served = f"服务{spent.services}次，政府付了{plain(spent.public_fen)}元，您付了{plain(spent.elder_fen)}元。"
    year_fen = spent.year_public_fen + sum(one.year_fen for one in given)
    return Slip(
        elder=elder,
        month=month,
        left=tuple(_left(pot, spent.last_items, elder, on) for pot in benefits_read.left_of(viewer, elder, on)),
        served=served,
        given=tuple(_given(given)),
        year=f"{month.year}年到{month.month}月为止，政府为您付了{plain(year_fen)}元。",
    )


def plain(fen: int) -> str:
    """Write an amount as it is said: no fen where there are none."""
    return yuan(fen).removesuffix(".00")


def _given(given: Iterable[allowances_read.Given]) -> Iterator[str]:
    for one in given:
        if one.month_fen:
            yield f"{one.title}{plain(one.month_fen)}元。"
        if one.waiting_fen:
            yield f"{one.title}还有{plain(one.waiting_fen)}元没有到账。"


def _left(pot: benefits_read.Pot, items: Mapping[str, ServiceItem], elder: Elder, on: date) -> Left:
    if pot.unit == "days":
        return Left(pot.title, f"{pot.left}天", "" if pot.left else "已经用完，下一期再有。")
    left = f"{plain(pot.left)}元" if pot.unit == "fen" else _hours(pot.left)
    return Left(pot.title, left, _enough(pot, items.get(pot.offer), elder, on))


def _enough(pot: benefits_read.Pot, item: ServiceItem | None, elder: Elder, on: date) -> str:
    """Say how often what is left reaches for the service she had last."""
    if pot.left <= 0:
        return "已经用完，下一期再有。"
    if item is None:
        return ""
    try:
        each = benefits.quote(elder=elder, item=item, on=on)
    except Refusal:
        return ""  # without a price nothing can be promised
    needed = each.price_fen if pot.unit == "fen" else item.minutes
    times = pot.left // needed if needed else 0
    if times:
        return f"还能{item.name}{SPOKEN.get(times, times)}次。"
    short = f"还差{plain(needed - pot.left)}元" if pot.unit == "fen" else f"还差{_hours(needed - pot.left)}"
    return f"够{item.name}一次的一部分，{short}由您付。"


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时" * bool(hours) + f"{rest}分钟" * bool(rest or not hours)
