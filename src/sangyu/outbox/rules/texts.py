"""Where a text stands, when it is tried again, and how a partner signs; pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sangyu.kit.errors import Refusal

# After the n-th failure the next try waits so long; one failure more than there are waits is the end.
RETRY_MINUTES = (1, 4, 16, 64)
# A sender that died between sending and noting leaves its texts to the next one after this.
LEASE_MINUTES = 5
SIGNATURE_SECONDS_MAX = 300


class NothingToRing(Refusal):
    """This text has arrived or is still under way, so nobody has to ring."""

    code = "NOTHING_TO_RING"


class SignatureWrong(Refusal):
    """A message of a partner is not signed with the key agreed on, or is too old to be believed."""

    code = "SIGNATURE_WRONG"


@dataclass(frozen=True)
class Standing:
    """Where a text stands and why; `due_at` is set only while it waits."""

    state: str
    because: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class Course:
    """Everything that is written down about the sending of a text.

    Shape: `receipts` and `closings` are what happened -> the reason given; `failed_at` is the last failure's moment.
    """

    has_mobile: bool
    not_before: datetime
    sent: bool = False
    refused: bool = False
    failures: int = 0
    failed_at: datetime | None = None
    reason: str = ""
    receipts: Mapping[str, str] | None = None
    closings: Mapping[str, str] | None = None


def standing(course: Course) -> Standing:
    """Say where a text stands, from the rows about it alone.

    It depends on which rows there are and not on the order in which they came, so a receipt that is repeated or
    overtakes our own note changes nothing, and what has arrived never becomes "failed" again.
    """
    receipts, closings = course.receipts or {}, course.closings or {}
    if "DELIVERED" in receipts:
        return Standing("DELIVERED")
    if "RUNG" in closings:
        return Standing("RUNG", closings["RUNG"])
    ended = next((Standing(kind, closings[kind]) for kind in ("REPLACED", "STOPPED") if kind in closings), None)
    if "UNDELIVERED" in receipts:
        return ended or Standing("FAILED", receipts["UNDELIVERED"])
    if course.sent:
        return Standing("SENT")
    if ended is not None:
        return ended
    if not course.has_mobile:
        return Standing("NO_MOBILE", "档案里没有手机号")
    if course.refused or course.failures > len(RETRY_MINUTES):
        return Standing("FAILED", course.reason)
    return Standing("WAITING", course.reason, _due_at(course))


def _due_at(course: Course) -> datetime:
    if course.failures == 0 or course.failed_at is None:
        return course.not_before
    return course.failed_at + timedelta(minutes=RETRY_MINUTES[course.failures - 1])


def sign(*, key: str, seconds: int, body: bytes) -> str:
    """Sign the bytes of a message and its time: HMAC-SHA256 in lower-case hexadecimal."""
    return hmac.new(key.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def ensure_signed(*, key: str, said: str, signature: str, body: bytes, seconds: int) -> None:
    """Refuse a message that the holder of the key did not sign within the last minutes.

    Shape: `said` and `signature` as the headers have them; `seconds` is our own clock since 1970.
    Raises: SignatureWrong.
    """
    if not key:
        raise SignatureWrong("本平台没有配置短信密钥，不接收回执。请先配置 SANGYU_SMS_KEY。")
    if not (said.isascii() and said.isdigit() and len(said) <= 12):
        raise SignatureWrong("请求头 X-Sangyu-Time 缺失或不是整数秒。")
    if not hmac.compare_digest(sign(key=key, seconds=int(said), body=body).encode(), signature.encode()):
        raise SignatureWrong("请求头 X-Sangyu-Signature 缺失或不符。请核对双方的密钥和签名算法。")
    if abs(seconds - int(said)) > SIGNATURE_SECONDS_MAX:
        raise SignatureWrong(f"签名时间与本平台相差超过{SIGNATURE_SECONDS_MAX}秒。请校准服务器时钟后重发。")
