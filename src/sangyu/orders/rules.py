"""What may be ordered and how an order moves; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sangyu.kit.errors import Refusal

DAYS_AHEAD_MAX = 60

MOVES: Mapping[str, frozenset[str]] = {
    "PLACED": frozenset({"SENT", "CANCELLED"}),
    "SENT": frozenset({"PLACED", "ACCEPTED", "CANCELLED"}),
    "ACCEPTED": frozenset({"PLACED", "ASSIGNED", "CANCELLED"}),
    "ASSIGNED": frozenset({"PLACED", "ASSIGNED", "IN_SERVICE", "CANCELLED"}),
    "IN_SERVICE": frozenset({"SERVED"}),
    "SERVED": frozenset(),
    "CANCELLED": frozenset(),
}


def before(stage: str) -> frozenset[str]:
    """Return the stages from which an order may come to another one."""
    return frozenset(one for one, to in MOVES.items() if stage in to)


class SlotTaken(Refusal):
    """The elder already expects somebody at that time."""

    code = "SLOT_TAKEN"


class SlotOver(Refusal):
    """The wanted time is past, or too far ahead."""

    code = "SLOT_OVER"


class ItemRetired(Refusal):
    """The item is ordered no more on that day; another one has taken its place."""

    code = "ITEM_RETIRED"


class ElderDied(Refusal):
    """No service is taken or charged after a death."""

    code = "ELDER_DIED"


class WrongStage(Refusal):
    """The order has moved on, so this step no longer fits."""

    code = "WRONG_STAGE"


class TimeFixed(Refusal):
    """The order has gone too far, or holds money of its day, so that its time cannot be moved."""

    code = "TIME_FIXED"


class SameKeyOtherOrder(Refusal):
    """The key of this order was used for another one."""

    code = "SAME_KEY_OTHER_BODY"


@dataclass(frozen=True)
class Slot:
    """A half-open stretch of time that an open order of an elder takes."""

    number: str
    item: str
    begins_at: datetime
    ends_at: datetime


def ensure_offered(*, item: str, retired_on: date | None, successor: str, on: date) -> None:
    """Refuse an item on a day from which on it is ordered no more, naming what took its place.

    Raises: ItemRetired.
    """
    if retired_on is not None and on >= retired_on:
        raise ItemRetired(f"“{item}”从{retired_on}起不再接单，请改选“{successor}”。")


def ensure_free(*, wanted: tuple[datetime, datetime], taken: Iterable[Slot], clock: str) -> None:
    """Refuse a slot that overlaps one the elder already has.

    Shape: `clock` is the taken time in Beijing words, made by the caller's `strftime` pattern.
    Raises: SlotTaken, naming the order that is there.
    """
    for slot in taken:
        if wanted[0] < slot.ends_at and slot.begins_at < wanted[1]:
            raise SlotTaken(
                f"该时段与工单{slot.number}（{slot.item}，{slot.begins_at.strftime(clock)}开始）重叠，请换一个时间，或先取消那一单。"
            )


def ensure_ahead(*, wanted_from: datetime, at: datetime) -> None:
    """Refuse a time that is past or more than `DAYS_AHEAD_MAX` days ahead.

    Raises: SlotOver.
    """
    if wanted_from <= at:
        raise SlotOver("约定的服务时间已经过去，请重新选择时间。")
    if wanted_from - at > timedelta(days=DAYS_AHEAD_MAX):
        raise SlotOver(f"只能预约{DAYS_AHEAD_MAX}天以内的服务，请重新选择时间。")


def ensure_alive(*, name: str, died_on: date | None, on: date) -> None:
    """Refuse a service for an elder who is no longer alive on the day.

    Raises: ElderDied.
    """
    if died_on is not None and died_on <= on:
        raise ElderDied(f"{name}已于{died_on}去世，不能再安排或结算服务。如登记有误，请社区先更正。")


def ensure_move(*, number: str, stage: str, to: str, label: str) -> None:
    """Refuse a step that does not follow from where the order is.

    Raises: WrongStage, saying where it is.
    """
    if to not in MOVES[stage]:
        raise WrongStage(f"工单{number}现在是“{label}”，不能进行这一步。请刷新后再看。")


# Until an enterprise has taken an order nobody has planned with its time.
MOVABLE = frozenset({"PLACED", "SENT"})


def ensure_movable(*, number: str, stage: str, label: str) -> None:
    """Refuse to move the time of an order that an enterprise has taken already, or that is over.

    Raises: TimeFixed.
    """
    if stage not in MOVABLE:
        raise TimeFixed(f"工单{number}现在是“{label}”，不能改期。请与企业商定后取消这张工单，再按新时间重新下单。")


def ensure_same_money(
    *, number: str, held_on: date, on: date, stands: Mapping[str, object], would_be: Mapping[str, object]
) -> None:
    """Refuse a day on which the price or its shares would differ, or whose month's money the order does not hold.

    Shape: `stands` and `would_be` hold `price_fen`, `shares_fen`, `fund`, `public_fen`, `credit_fen` and, for free
    hours, `credit_minutes`. The credit of an elder is held by the month, the public money by the year; what nobody pays
    for may move to any day.
    Raises: TimeFixed.
    """
    if dict(stands) != dict(would_be):
        raise TimeFixed(
            f"改到{on:%m月%d日}以后，工单{number}的价格或补贴会变，不能直接改期。"
            "请取消这张工单后按新时间重新下单，把新的价格念给老人听。"
        )
    other_month = (held_on.year, held_on.month) != (on.year, on.month)
    credit = stands["credit_fen"] or stands.get("credit_minutes")
    if (credit and other_month) or (stands["public_fen"] and held_on.year != on.year):
        raise TimeFixed(
            f"工单{number}占用的是{held_on.year}年{held_on.month}月的补贴额度，不能改到{on.year}年{on.month}月。"
            "请取消这张工单后按新时间重新下单。"
        )


def ensure_same_wish(*, number: str, stands: str, wish: str) -> None:
    """Refuse a key that was used for another wish; both as `body_hash` gives them.

    Raises: SameKeyOtherOrder.
    """
    if stands != wish:
        raise SameKeyOtherOrder(f"这次提交与工单{number}用了同一个编号，内容却不同。请刷新页面后重新下单。")


def number_of(order_id: UUID, on: date, attempt: int) -> str:
    """Make the number read out to the elder: the day and eight digits that follow from the id."""
    digits = int.from_bytes(hashlib.sha256(f"{order_id}:{attempt}".encode()).digest()[:8]) % 10**8
    return f"{on:%y%m%d}-{digits:08d}"


def body_hash(body: Mapping[str, object]) -> str:
    """Hash what an order asks for, so that a repeated key with another wish is seen."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
