"""Where a push stands, when it is tried again, and what a subscription may be; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sangyu.kit.errors import Refusal

FIRST_WAIT_S = 5
WAIT_S_MAX = 4 * 3600
GROWTH = 4
# A push that nobody has taken after this long is given up, until somebody asks for it again.
GIVE_UP_AFTER = timedelta(hours=24)
# A sender that died between sending and noting leaves its pushes to the next one after this.
LEASE = timedelta(minutes=1)
# How long the secret before the newest still signs, so that a subscriber can change over without a gap.
OVERLAP = timedelta(hours=24)
BODY_BYTES_MAX = 20_000
OK = range(200, 300)
GONE = 410


class SubscriptionWrong(Refusal):
    """A subscription without a name, without events, or with events that its organisation may not see."""

    code = "SUBSCRIPTION_WRONG"


class NothingToPush(Refusal):
    """This push is under way already, or its subscription is switched off."""

    code = "NOTHING_TO_PUSH"


class BodyTooLong(ValueError):
    """An event does not fit; it should name things by their ids."""


@dataclass(frozen=True)
class Standing:
    """Where a push stands and why; `due_at` is set only while it waits."""

    state: str
    because: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class Try:
    """One attempt as it is written down."""

    result: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Course:
    """Everything that is written down about a push since it was last asked for.

    Shape: `tries` are the attempts since `asked_at`, first one first.
    """

    push_id: UUID
    asked_at: datetime
    tries: Sequence[Try] = ()


def standing(course: Course) -> Standing:
    """Say where a push stands, from the rows about it alone."""
    if any(one.result == "DELIVERED" for one in course.tries):
        return Standing("DELIVERED")
    if not course.tries:
        return Standing("WAITING", "", course.asked_at)
    last = course.tries[-1]
    if last.result == "GONE":
        return Standing("DEAD", last.reason)
    due_at = last.at + wait(course.push_id, len(course.tries))
    if due_at > course.asked_at + GIVE_UP_AFTER:
        return Standing("DEAD", last.reason)
    return Standing("WAITING", last.reason, due_at)


def wait(push_id: UUID, failures: int) -> timedelta:
    """Return how long to wait after the n-th failure: four times longer each time, up to four hours.

    Each push waits up to a quarter less or more than that, by its own id, so that those of one outage do not all come
    back at once; the same push always waits the same, so that its moment can be worked out again.
    """
    whole_s = min(FIRST_WAIT_S * GROWTH ** min(failures - 1, 10), WAIT_S_MAX)
    per_mille = 750 + int.from_bytes(hashlib.sha256(f"{push_id}:{failures}".encode()).digest()[:4]) % 501
    return timedelta(milliseconds=whole_s * per_mille)


def body_of(*, kind: str, at: datetime, data: Mapping[str, object]) -> str:
    """Return the bytes of an event as text: type, timestamp, data, the same for the same event.

    Raises: BodyTooLong.
    """
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": dict(data)}, ensure_ascii=False)
    if len(body.encode()) > BODY_BYTES_MAX:
        raise BodyTooLong(f"{kind} has {len(body.encode())} bytes, {BODY_BYTES_MAX} at most")
    return body


def result_of(status: int) -> str:
    """Say what an answer means: taken, gone for good, or to be tried again."""
    if status in OK:
        return "DELIVERED"
    return "GONE" if status == GONE else "FAILED"


def ensure_subscription(*, name: str, kinds: Sequence[str], open_to: Sequence[str]) -> list[str]:
    """Return the events of a subscription in order, each once.

    Shape: `open_to` are the events that its organisation may see.
    Raises: SubscriptionWrong, naming what is missing or not open.
    """
    if not name.strip():
        raise SubscriptionWrong("请给订阅起个名字，例如“康安派单系统”，以便日后辨认。")
    wanted = sorted(set(kinds))
    if not wanted:
        raise SubscriptionWrong("请至少选择一种事件。")
    closed = [kind for kind in wanted if kind not in open_to]
    if closed:
        raise SubscriptionWrong(
            f"这家机构不能订阅：{'、'.join(closed)}。可以订阅的事件见对接文档；请去掉这些事件后再保存。"
        )
    return wanted
