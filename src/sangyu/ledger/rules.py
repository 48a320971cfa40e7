"""What a journal, an account and a hold must satisfy, as pure values: no database, no clock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from uuid import UUID

from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.money import Fen, yuan
from sangyu.kit.month import Month

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
LARGEST_FEN = 10**15

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")
_PERIOD = re.compile(r"(\d{4}(-(0[1-9]|1[0-2]))?)?", re.ASCII)


class BadJournal(Refusal):
    """An entry does not add up, or one of its words or amounts cannot stand in the books."""

    code = "BAD_JOURNAL"


class SameIdOtherBody(Refusal):
    """An id that is booked already comes again with another content."""

    code = "SAME_ID_OTHER_BODY"


class NoSuchJournal(NotFound):
    """The entry that is named is not in the books."""

    code = "NO_SUCH_JOURNAL"


class NoSuchHold(NotFound):
    """The hold that is named is not in the books."""

    code = "NO_SUCH_HOLD"


class HoldEnded(Refusal):
    """A hold was posted, given back or has expired already."""

    code = "HOLD_ENDED"


class AlreadyReversed(Refusal):
    """An entry is turned round once."""

    code = "ALREADY_REVERSED"


class NotReversible(Refusal):
    """What undoes another entry is not undone itself."""

    code = "NOT_REVERSIBLE"


class ReasonMissing(Refusal):
    """What is given back, cut or undone has its reason."""

    code = "REASON_MISSING"


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What every account of a kind has in common; `floor_fen=None` lets it go below zero without end.

    An account with a `unit` counts that where others count fen.
    """

    label: str
    floor_fen: Fen | None
    advice: str = "请减少金额，或先补足该账户。"
    unit: str = ""

    def said(self, amount: int) -> str:
        """Write an amount of such an account with its unit."""
        return f"{amount} {self.unit}" if self.unit else f"{yuan(amount)} 元"


KINDS: dict[str, AccountKind] = {
    "TREASURY": AccountKind("财政来源", None),
    "APPROPRIATION": AccountKind("补贴资金指标", 0, "请调减金额，或申请追加预算指标后再办。"),
    "CREDIT_SOURCE": AccountKind("额度来源", None),
    "ELDER_CREDIT": AccountKind("老人服务额度", 0, "请减少服务数量、改为自费，或待下期额度发放后再办。"),
    "CREDIT_USED": AccountKind("已使用额度", 0),
    "CREDIT_LAPSED": AccountKind("已失效额度", 0),
    # A "fen" of these is a minute, a day or a piece; no journal mixes them with money.
    "MINUTES_SOURCE": AccountKind("免费时长来源", None, unit="分钟"),
    "ELDER_MINUTES": AccountKind("老人免费时长", 0, "请减少服务时长、改为自费，或待下月时长发放后再办。", unit="分钟"),
    "MINUTES_USED": AccountKind("已使用时长", 0, unit="分钟"),
    "MINUTES_LAPSED": AccountKind("已失效时长", 0, unit="分钟"),
    "DAYS_SOURCE": AccountKind("免费入住天数来源", None, unit="天"),
    "ELDER_DAYS": AccountKind("老人免费入住天数", 0, "请缩短入住，超出的天数自费。", unit="天"),
    "DAYS_USED": AccountKind("已入住天数", 0, unit="天"),
    "DAYS_LAPSED": AccountKind("已失效天数", 0, unit="天"),
    "PIECES_SOURCE": AccountKind("免费设备来源", None, unit="件"),
    "ELDER_PIECES": AccountKind("老人可领设备", 0, "每期只发一次，请先收回已发的设备。", unit="件"),
    "PIECES_USED": AccountKind("已领设备", 0, unit="件"),
    "PIECES_LAPSED": AccountKind("已失效设备", 0, unit="件"),
    "ALLOWANCE_OWED": AccountKind("应发津贴", 0, "请核对已审批和已支付的金额。"),
    "ALLOWANCE_CLAIM": AccountKind("应追回津贴", 0, "请核对已追回的金额。"),
    "CLAIM_SOURCE": AccountKind("追回来源", None),
    "PROVIDER_PAYABLE": AccountKind("应付企业款", 0, "请核对该企业已结算和已支付的金额。"),
    "BANK": AccountKind("银行支付", None),
}


def kind_of(code: str) -> AccountKind:
    """Return what is known of a kind; one that nobody has described may not fall below zero."""
    return KINDS.get(code) or AccountKind(code, 0)


@dataclass(frozen=True, slots=True)
class Reference:
    """Name a row of some other room as the cause of a movement, without knowing that room."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class AccountKey:
    """What makes an account this one and no other; its id follows from it.

    `period` is a year (2026), a month (2026-11) or empty; `party_id` an elder, an enterprise or None.
    Raises: BadJournal for a malformed code or period.
    """

    programme_id: UUID
    fund: str
    kind: str
    period: str = ""
    party_id: UUID | None = None

    def __post_init__(self) -> None:
        ensure_code(self.fund)
        ensure_code(self.kind)
        if _PERIOD.fullmatch(self.period) is None:
            raise BadJournal(f"账户期间“{self.period}”有误，应为年度（2026）、月份（2026-11）或空。")

    @cached_property
    def id(self) -> UUID:
        return derived_id(
            "ledger.account", self.programme_id, self.fund, self.kind, self.period, self.party_id or "nobody"
        )


class NotEnough(Refusal):
    """Refuse to go below the floor of an account, with the figures that decided it."""

    code = "NOT_ENOUGH"

    def __init__(self, account: AccountKey, *, available_fen: Fen, needed_fen: Fen) -> None:
        kind = kind_of(account.kind)
        super().__init__(
            f"{kind.label}余额不足：可用 {kind.said(available_fen)}，本次需要 {kind.said(needed_fen)}，"
            f"还差 {kind.said(needed_fen - available_fen)}。{kind.advice}"
        )
        self.account = account
        self.available_fen = available_fen
        self.needed_fen = needed_fen


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a journal: a positive amount credits the account, a negative one debits it."""

    account: AccountKey
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class JournalDraft:
    """A journal as it is asked for, before it is booked.

    `service_on` is the day whose rule applies, `at` the moment of booking.
    Raises: BadJournal, when it cannot be booked whatever the balances.
    """

    id: UUID
    programme_id: UUID
    kind: str
    legs: Sequence[Leg]
    cause: Reference
    service_on: date
    at: datetime
    by_id: UUID
    reason: str = ""
    rule_version: str = ""
    reverses: UUID | None = None

    def __post_init__(self) -> None:
        ensure_code(self.kind)
        ensure_code(self.cause.kind)
        ensure_aware(self.at)
        if len(self.legs) < 2:
            raise BadJournal("一笔转账至少要有两个账户：一出一进。请补全账户。")
        for leg in self.legs:
            ensure_amount(abs(leg.amount_fen))
            if leg.account.programme_id != self.programme_id:
                raise BadJournal("一笔转账的账户必须属于同一运营主体。请分开记账。")
        total_fen = sum(leg.amount_fen for leg in self.legs)
        if total_fen:
            raise BadJournal(f"一笔转账的进出必须相等，现相差 {yuan(total_fen)} 元。请核对各账户金额。")

    @property
    def body_hash(self) -> str:
        return journal_hash(
            programme_id=self.programme_id,
            kind=self.kind,
            amounts=[(leg.account.id, leg.amount_fen) for leg in self.legs],
            cause=self.cause,
            service_on=self.service_on,
            by_id=self.by_id,
            reason=self.reason,
            rule_version=self.rule_version,
            reverses=self.reverses,
        )


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A hold as it is asked for, before it is placed.

    Raises: BadJournal, when it cannot be placed whatever the balance.
    """

    id: UUID
    account: AccountKey
    amount_fen: Fen
    cause: Reference
    at: datetime
    by_id: UUID
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        ensure_amount(self.amount_fen)
        ensure_code(self.cause.kind)
        ensure_aware(self.at)
        if self.expires_at is not None:
            ensure_aware(self.expires_at)

    @property
    def body_hash(self) -> str:
        return hold_hash(
            programme_id=self.account.programme_id,
            account_id=self.account.id,
            amount_fen=self.amount_fen,
            cause=self.cause,
            by_id=self.by_id,
            expires_at=self.expires_at,
        )


@dataclass(frozen=True, slots=True)
class HoldPosting:
    """How one hold is to be settled: what is posted to whom; the rest is voided with the reason.

    `posted_fen=None` posts all of it, 0 posts nothing and only voids.
    """

    hold_id: UUID
    to: AccountKey
    service_on: date
    posted_fen: Fen | None = None
    reason: str = ""
    rule_version: str = ""


def journal_hash(
    *,
    programme_id: UUID,
    kind: str,
    amounts: Sequence[tuple[UUID, Fen]],
    cause: Reference,
    service_on: date,
    by_id: UUID,
    reason: str,
    rule_version: str,
    reverses: UUID | None,
) -> str:
    """Fingerprint what a journal says, so that a repeat can be told from a different wish under the same id.

    The order of the legs does not matter, and neither does the moment of booking: a repeat comes later.
    """
    return _sha256(
        {
            "programme": str(programme_id),
            "kind": kind,
            "amounts": sorted([str(account_id), amount_fen] for account_id, amount_fen in amounts),
            "cause": [cause.kind, str(cause.id)],
            "service_on": service_on.isoformat(),
            "by": str(by_id),
            "reason": reason,
            "rule_version": rule_version,
            "reverses": str(reverses) if reverses else None,
        }
    )


def hold_hash(
    *, programme_id: UUID, account_id: UUID, amount_fen: Fen, cause: Reference, by_id: UUID, expires_at: datetime | None
) -> str:
    """Fingerprint what a hold says; the moment it was placed is left out, as in `journal_hash`."""
    return _sha256(
        {
            "programme": str(programme_id),
            "account": str(account_id),
            "amount_fen": amount_fen,
            "cause": [cause.kind, str(cause.id)],
            "by": str(by_id),
            "expires_at": expires_at.astimezone(UTC).isoformat() if expires_at else None,
        }
    )


def posting_id(hold_id: UUID) -> UUID:
    """Return the id of the one journal that can post a hold."""
    return derived_id("ledger.post", hold_id)


@lru_cache(maxsize=64)
def booking_month(at: datetime) -> str:
    """Return the Beijing month in which a moment falls, the period a journal counts in."""
    return str(Month.of(at.astimezone(BEIJING).date()))


def split_hold(amount_fen: Fen, *, posted_fen: Fen | None, reason: str) -> tuple[Fen, Fen]:
    """Return what is posted and what is voided of a hold.

    Raises: BadJournal, when more than held or less than nothing is posted; ReasonMissing, when
    something is voided and nobody says why.
    """
    posted = amount_fen if posted_fen is None else posted_fen
    if not 0 <= posted <= amount_fen:
        raise BadJournal(f"入账金额 {yuan(posted)} 元应在 0 至预留金额 {yuan(amount_fen)} 元之间。请核对。")
    voided = amount_fen - posted
    if voided and not reason.strip():
        raise ReasonMissing(f"有 {yuan(voided)} 元预留将被核减，必须填写核减原因。")
    return posted, voided


def ensure_code(code: str) -> None:
    """Refuse a word that cannot name a fund, a kind or a period.

    Raises: BadJournal.
    """
    if _CODE.fullmatch(code) is None:
        raise BadJournal(f"账簿代码“{code}”有误：只能用大写字母、数字、下划线和短横，不超过40位。")


def ensure_amount(amount_fen: Fen) -> None:
    """Refuse an amount of nothing, below it, or beyond all sense.

    Raises: BadJournal.
    """
    if not 0 < amount_fen < LARGEST_FEN:
        raise BadJournal(f"金额 {yuan(amount_fen)} 元不能入账：金额必须大于零，且小于 {yuan(LARGEST_FEN)} 元。")


def ensure_aware(at: datetime) -> None:
    """Refuse an instant without its zone.

    Raises: ValueError.
    """
    if at.tzinfo is None:
        raise ValueError("the ledger needs aware datetimes")


def ensure_reason(reason: str) -> None:
    """Refuse to act without a reason.

    Raises: ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing("必须填写原因，以便日后核对。")


def _sha256(body: dict[str, object]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
