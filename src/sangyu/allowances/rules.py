"""What is law of monthly runs, as pure values: differences, the bank's files, and whom a step belongs to."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month

LOOK_BACK_MONTHS = 24
BANK_ENCODING = "gb18030"
HEADER = ["序号", "支付编号", "收款人户名", "收款账号", "开户行", "金额（元）", "用途"]
RETURN_HEADER = ["支付编号", "结果", "银行流水号", "原因"]


class NotARunKind(Refusal):
    """The pack in force does not give this month by month."""

    code = "NOT_A_RUN_KIND"


class RunUndecided(Refusal):
    """What everybody's sum depends on has not been set."""

    code = "RUN_UNDECIDED"


class MonthNotBegun(Refusal):
    """A month is reckoned when it has begun, not before."""

    code = "MONTH_NOT_BEGUN"


class Outdated(Refusal):
    """The run was reckoned before something that is booked by now, or was reckoned anew."""

    code = "OUTDATED"


class SamePerson(Refusal):
    """One person does not take two steps of the same money."""

    code = "SAME_PERSON"


class NotApproved(Refusal):
    """Nothing is paid that a second person has not approved."""

    code = "NOT_APPROVED"


class NothingToPay(Refusal):
    """Nobody with an account is owed anything."""

    code = "NOTHING_TO_PAY"


class MoneyGone(Refusal):
    """The year's money does not reach for this run."""

    code = "MONEY_GONE"


class BadReturnFile(Refusal):
    """The bank's answer cannot be read, or does not fit what was sent."""

    code = "BAD_RETURN_FILE"


class BadAccount(Refusal):
    """An account that no bank would take, or without a paper."""

    code = "BAD_ACCOUNT"


class BadRecovery(Refusal):
    """More than was paid too much, nothing, or without a paper."""

    code = "BAD_RECOVERY"


@dataclass(frozen=True, slots=True)
class Told:
    """What a run says of one person and one month, before it is a line. Units: fen."""

    elder_id: UUID
    period: str
    change: str
    entitled_fen: int
    booked_fen: int
    before_fen: int
    because: str

    @property
    def amount_fen(self) -> int:
        """The difference that is booked."""
        return self.entitled_fen - self.booked_fen


def change_of(*, entitled_fen: int, before_fen: int) -> str | None:
    """Say what a month is beside the month before it; None where nothing was given and nothing is."""
    if entitled_fen == before_fen:
        return "SAME" if entitled_fen else None
    if not before_fen:
        return "NEW"
    return "CHANGED" if entitled_fen else "ENDED"


def periods_back(month: Month, first: str | None, *, yearly: bool) -> list[Month]:
    """List the months that a run reckons anew: from the first ever booked, at most `LOOK_BACK_MONTHS`, before `month`.

    A thing of the year is reckoned once for it; its earlier years are over.
    """
    if yearly or first is None:
        return []
    found: list[Month] = []
    back = month.previous()
    while str(back) >= first and len(found) < LOOK_BACK_MONTHS:
        found.append(back)
        back = back.previous()
    return found[::-1]


def last_day(month: Month) -> date:
    """Return the day on which a month is asked: what holds on its last day is given for it."""
    return date.fromordinal(month.next().first_day.toordinal() - 1)


def root_of(lines: Iterable[Told]) -> str:
    """Hash what a run says, so that the same reckoning is known again. The order does not matter."""
    whole = hashlib.sha256()
    for line in sorted(
        f"{line.period}|{line.elder_id}|{line.change}|{line.entitled_fen}|{line.booked_fen}|{line.before_fen}"
        for line in lines
    ):
        whole.update(line.encode() + b"\n")
    return whole.hexdigest()


@dataclass(frozen=True)
class Moved:
    """How two sums move together: what is owed to people, and what people owe. Units: fen."""

    due_fen: int
    claim_fen: int


def moved(before: Mapping[UUID | None, int], added: Mapping[UUID | None, int]) -> Moved:
    """Say how what is owed and what is to come back change when sums are added to the balances of some parties."""
    due = claim = 0
    for party, more in added.items():
        was = before.get(party, 0)
        due += max(was + more, 0) - max(was, 0)
        claim += max(-was - more, 0) - max(-was, 0)
    return Moved(due, claim)


@dataclass(frozen=True)
class Transfer:
    """One payment as the bank sees it. Units: fen; the file carries yuan with two decimals."""

    number: str
    holder: str
    account: str
    bank: str
    amount_fen: int
    purpose: str


def bank_file(transfers: Sequence[Transfer]) -> bytes:
    """Write the bank's batch file in GB18030: a control line with count and sum, a header, one row a payment."""
    out = io.StringIO()
    total_fen = sum(row.amount_fen for row in transfers)
    rows = [
        [n, row.number, row.holder, row.account, row.bank, _yuan(row.amount_fen), row.purpose]
        for n, row in enumerate(transfers, 1)
    ]
    csv.writer(out, lineterminator="\r\n").writerows(
        [["笔数", len(transfers), "合计（元）", _yuan(total_fen)], HEADER, *rows]
    )
    return out.getvalue().encode(BANK_ENCODING)


@dataclass(frozen=True)
class Answered:
    """The bank's answer for one payment."""

    number: str
    paid: bool
    bank_reference: str
    reason: str


def read_return(content: bytes) -> list[Answered]:
    """Read the bank's return file.

    Raises: BadReturnFile, with the line that cannot be read.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode(BANK_ENCODING), newline="")))
    except (UnicodeDecodeError, csv.Error) as broken:
        raise BadReturnFile("回单文件不是GB18030编码的CSV表格，请向银行重新下载。") from broken
    if not rows or [cell.strip() for cell in rows[0]] != RETURN_HEADER:
        raise BadReturnFile(f"回单文件第1行应为：{'，'.join(RETURN_HEADER)}。请检查是否选错文件。")
    answers = []
    for n, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(RETURN_HEADER) or row[1].strip() not in ("成功", "失败"):
            raise BadReturnFile(f"回单文件第{n}行无法识别，结果应为“成功”或“失败”。")
        answers.append(Answered(row[0].strip(), row[1].strip() == "成功", row[2].strip(), row[3].strip()))
    return answers


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
