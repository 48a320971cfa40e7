"""Which visits may be paid, how deductions fall, who signs, how lines are sealed, and what the bank is sent; pure."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sangyu.kit.errors import Refusal
from sangyu.kit.money import apportion, half_up, parse_yuan


class NotYet(Refusal):
    """Something that must come first has not been done."""

    code = "NOT_YET"


class MonthNotOver(Refusal):
    """A month is settled when it is over: what still comes in it would have to wait for the next."""

    code = "MONTH_NOT_OVER"


class SamePerson(Refusal):
    """Nobody signs what they made, nor signs twice."""

    code = "SAME_PERSON"


class OutOfTurn(Refusal):
    """Somebody else must sign first."""

    code = "OUT_OF_TURN"


class NotExplained(Refusal):
    """A sum has moved far from last month's and nobody has said why."""

    code = "NOT_EXPLAINED"


class NotToBePaidAgain(Refusal):
    """The payment arrived, has no answer yet, or was paid again already."""

    code = "NOT_TO_BE_PAID_AGAIN"


class AccountChanged(Refusal):
    """Money would go to an account that nobody has signed for."""

    code = "ACCOUNT_CHANGED"


class NotReleased(Refusal):
    """A second person has not looked at the account to which a refused payment goes again."""

    code = "NOT_RELEASED"


class NotCorrectable(Refusal):
    """The line is not paid, was corrected already, or the sum is none of its own."""

    code = "NOT_CORRECTABLE"


class AlreadyApproved(Refusal):
    """An approved run does not change any more."""

    code = "ALREADY_APPROVED"


class MoreThanHeld(Refusal):
    """The rule would pay more than was held for the orders."""

    code = "MORE_THAN_HELD"


class BadReturnFile(Refusal):
    """The bank's answer does not fit what was sent."""

    code = "BAD_RETURN_FILE"


class CannotBeWritten(Refusal):
    """The bank's encoding has no place for a character of a name."""

    code = "CANNOT_BE_WRITTEN"


class NoSuchLine(Refusal):
    """An objection names a line that the statement does not have."""

    code = "NO_SUCH_LINE"


class TextMissing(Refusal):
    """An invoice number, objection or answer needs words."""


@dataclass(frozen=True)
class Delivery:
    """What is known of a charge's delivery when the month is settled."""

    grade: str
    confirmed: bool
    denied: bool
    died_before: bool


def withheld(delivery: Delivery) -> str:
    """Say in Chinese why a delivery may not be paid yet; empty when it may.

    A visit proven by its place is paid; one that is not waits until the elder has confirmed it on the telephone.
    """
    if delivery.died_before:
        return "服务日期在老人去世之后"
    if delivery.denied:
        return "回访时老人表示没有人上门"
    if delivery.grade in ("A", "B") or delivery.confirmed:
        return ""
    return "上门证明不足，尚未经回访确认"


def spread(*, gross_fen: Mapping[UUID, int], net_fen: int) -> dict[UUID, int]:
    """Spread the net of a statement over its lines in proportion to their gross; the parts add up exactly.

    Shape: charge id -> fen in, charge id -> net fen out, same order.
    Raises: MoreThanHeld.
    """
    total = sum(gross_fen.values())
    if net_fen > total:
        raise MoreThanHeld("按考核规则计算的金额超过了各工单占用的预算，不能出单。请核对结算方式和系数。")
    if total == 0:
        return dict.fromkeys(gross_fen, 0)
    return apportion(total_fen=net_fen, weights=gross_fen)


@dataclass(frozen=True)
class Step:
    """One signature that a run needs: its code, what the paper calls it, and the role that may give it."""

    code: str
    label: str
    role: str


MAKER = "经办"
CHAIN = (
    Step("REVIEW", "审核", "APPROVER"),
    Step("DEPUTY", "分管领导", "DEPUTY"),
    Step("HEAD", "局长", "HEAD"),
)


def due_step(signed: Collection[str]) -> Step | None:
    """Return the first step that nobody has signed; None when the chain is whole."""
    return next((step for step in CHAIN if step.code not in signed), None)


def step_of(*, roles: Collection[str], signed: Mapping[str, str]) -> Step:
    """Return the step that somebody with these roles signs now.

    Shape: `signed` is step code -> name of who signed it.
    Raises: AlreadyApproved, when theirs is signed; OutOfTurn, naming who comes first.
    """
    due = due_step(signed)
    if due is None:
        raise AlreadyApproved("本月结算已经审批，各步都已签字，不能再签。")
    if due.role in roles:
        return due
    own = [step for step in CHAIN if step.role in roles]
    if own and all(step.code in signed for step in own):
        raise AlreadyApproved(f"“{own[0].label}”一步已由{signed[own[0].code]}签字，现在等“{due.label}”签字。")
    shown = f"“{own[0].label}”" if own else "您"
    raise OutOfTurn(f"现在应由“{due.label}”签字，之后才轮到{shown}。请先请“{due.label}”签字。")


SWING_PM_MAX = 200


def swing_pm(*, now_fen: int, before_fen: int) -> int | None:
    """Measure how far a sum has moved from last month's, in per-mille of it; None without a last month."""
    return half_up(1000 * (now_fen - before_fen), before_fen) if before_fen else None


def must_be_explained(*, now_fen: int, before_fen: int) -> bool:
    """Tell whether a sum has moved by more than a fifth of last month's; exact, without the rounding of `swing_pm`."""
    return before_fen > 0 and 1000 * abs(now_fen - before_fen) > SWING_PM_MAX * before_fen


@dataclass(frozen=True)
class Owed:
    """What is still to be taken back for one correction, and from which fund it was paid."""

    correction_id: UUID
    fund: str
    open_fen: int


def take_back(*, net_fen: Mapping[str, int], owed: Sequence[Owed]) -> dict[UUID, int]:
    """Take corrections off what a statement pays, oldest first, never below zero in any fund; the rest waits.

    Shape: fund -> net fen in; correction id -> fen taken out, without those for which nothing is left.
    """
    left: dict[str, int] = defaultdict(int, net_fen)
    taken = {}
    for one in owed:
        part_fen = min(one.open_fen, left[one.fund])
        if part_fen > 0:
            taken[one.correction_id] = part_fen
            left[one.fund] -= part_fen
    return taken


def leaf(*, charge_id: UUID, service_on: date, gross_fen: int, net_fen: int) -> str:
    """Hash one line, marked as a leaf so that it can never pass for a node (RFC 6962)."""
    return _hash(b"\x00", f"{charge_id}|{service_on}|{gross_fen}|{net_fen}".encode())


def difference_leaf(*, correction_id: UUID, amount_fen: int) -> str:
    """Hash a sum taken back for an earlier month, marked as a leaf of its own kind."""
    return _hash(b"\x00", f"correction|{correction_id}|{-amount_fen}".encode())


def root(leaves: Sequence[str]) -> str:
    """Hash leaves up to one root (RFC 6962: split at the largest power of two below their number)."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return _hash(b"\x01", bytes.fromhex(root(leaves[:half])) + bytes.fromhex(root(leaves[half:])))


def _hash(prefix: bytes, body: bytes) -> str:
    return hashlib.sha256(prefix + body).hexdigest()


@dataclass(frozen=True)
class Transfer:
    """One payment as the bank sees it. Units: fen; the file carries yuan with two decimals."""

    number: str
    account_name: str
    account: str
    bank: str
    amount_fen: int
    purpose: str
    budget_item: str = ""


HEADER = ["序号", "支付编号", "收款人户名", "收款账号", "开户行", "金额（元）", "用途"]
RETURN_HEADER = ["支付编号", "结果", "银行流水号", "原因"]


def request_number(month: str, n: int) -> str:
    """Number the request for the n-th payment file of a month, as its papers quote it."""
    return f"ZF{month.replace('-', '')}{n:02d}"


PAID_DIRECTLY = "财政直接支付"


def bank_file(transfers: Sequence[Transfer], *, encoding: str) -> bytes:
    """Write the bank's batch file: a control line with count and sum, a header, one row a payment.

    Raises: CannotBeWritten, naming the character (GB18030 can write every name).
    """
    return _written(_control(transfers), HEADER, [_cells(n, row) for n, row in enumerate(transfers, 1)], encoding)


def treasury_request(transfers: Sequence[Transfer], *, applicant: str, number: str, encoding: str) -> bytes:
    """Write the request for direct payment to the treasury: as the bank file, with the budget item of every row.

    Raises: CannotBeWritten, naming the character (GB18030 can write every name).
    """
    control = [*_control(transfers), "申请单位", applicant, "申请编号", number]
    rows = [[*_cells(n, row), row.budget_item, PAID_DIRECTLY] for n, row in enumerate(transfers, 1)]
    return _written(control, [*HEADER, "预算项目", "支付方式"], rows, encoding)


def _control(transfers: Sequence[Transfer]) -> list[object]:
    return ["笔数", len(transfers), "合计（元）", _plain_yuan(sum(transfer.amount_fen for transfer in transfers))]


def _cells(n: int, row: Transfer) -> list[object]:
    return [n, row.number, row.account_name, row.account, row.bank, _plain_yuan(row.amount_fen), row.purpose]


def _written(control: list[object], header: list[str], rows: list[list[object]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([control, header, *rows])
    try:
        return out.getvalue().encode(encoding)
    except UnicodeEncodeError as unwritable:
        character = unwritable.object[unwritable.start]
        raise CannotBeWritten(
            f"“{character}”字不能用{encoding}编码写入付款文件。请改用GB18030编码，或向银行核实户名写法。"
        ) from unwritable


@dataclass(frozen=True)
class Returned:
    """The bank's answer for one payment."""

    number: str
    paid: bool
    bank_reference: str
    reason: str


def read_return(content: bytes, *, encoding: str) -> list[Returned]:
    """Read the bank's return file.

    Raises: BadReturnFile, with the line that cannot be read.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    except UnicodeDecodeError as broken:
        raise BadReturnFile(f"回单文件不是{encoding}编码，请向银行重新下载。") from broken
    except csv.Error as broken:
        raise BadReturnFile("回单文件不是完整的CSV表格，请向银行重新下载。") from broken
    if not rows or [cell.strip() for cell in rows[0]] != RETURN_HEADER:
        raise BadReturnFile(f"回单文件第1行应为：{'，'.join(RETURN_HEADER)}。请检查是否选错文件。")
    answers = []
    for n, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != 4 or row[1].strip() not in ("成功", "失败"):
            raise BadReturnFile(f"回单文件第{n}行无法识别，结果应为“成功”或“失败”。")
        answers.append(Returned(row[0].strip(), row[1].strip() == "成功", row[2].strip(), row[3].strip()))
    return answers


def read_total_fen(content: bytes, *, encoding: str) -> int:
    """Add up the amounts of a payment file as the bank would read them, in fen."""
    rows = list(csv.reader(io.StringIO(content.decode(encoding))))
    return sum(parse_yuan(row[5]) for row in rows[2:])


def points(tenths: int) -> str:
    """Write a score in tenths as points: 874 is 87.4."""
    return f"{tenths // 10}.{tenths % 10}"


def _plain_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
