"""Papers, officers and standing of an enterprise, and what a worker earns; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sangyu.kit.errors import Refusal

# A duty counts when the person who has it was trained for it: the duty, its name, and the certificate that proves it.
OFFICERS: Mapping[str, tuple[str, str]] = {
    "safety_officer": ("安全员", "安全员证"),
    "first_aider": ("急救员", "急救员证"),
}

FOOD = "食品"  # in the name of a licence: 食品经营许可证, 食品生产经营卫生许可证
# In the name of a certificate that says how well an enterprise is run (ISO 9001 质量管理体系认证): kept and warned of
# as a licence is, but no order depends on it.
SYSTEM = "体系认证"
TRAINING = ("护理员", "培训")  # in the name of a certificate: 养老护理员证, 岗前培训合格证
ACCOUNT = re.compile(r"\d(?:-?\d){7,29}", re.ASCII)
ACCOUNT_LENGTH_MAX = 30

# An enterprise that has left may apply again; nobody is admitted twice.
STANDINGS: Mapping[str, frozenset[str]] = {
    "": frozenset({"APPLICANT", "ADMITTED"}),
    "APPLICANT": frozenset({"ADMITTED", "EXITED"}),
    "ADMITTED": frozenset({"SUSPENDED", "EXITED"}),
    "SUSPENDED": frozenset({"ADMITTED", "EXITED"}),
    "EXITED": frozenset({"APPLICANT"}),
}


class AlreadyAdmitted(Refusal):
    """An enterprise with this credit code is there already."""


class LicenceMissing(Refusal):
    """No enterprise is admitted without licences that are valid on the day."""


class ContractMissing(Refusal):
    """No enterprise is admitted without a contract that holds on the day."""


class OfficersMissing(Refusal):
    """No enterprise is admitted without a trained safety officer and a trained first-aider."""


class Incomplete(Refusal):
    """The form lacks what the verb cannot do without, or says what cannot be."""


class WrongStanding(Refusal):
    """The step does not follow from how the enterprise stands."""


class AccountUnchanged(Refusal):
    """The account that is to be changed is the one that stands."""


class OwnWork(Refusal):
    """Nobody admits an enterprise whose application they entered."""

    code = "OWN_WORK"


class OtherPrice(Refusal):
    """The item already has another price from that day on."""

    code = "OTHER_PRICE"


class PriceAboveCap(Refusal):
    """The price is above the maximum that the government has approved, or none has been approved yet."""

    code = "PRICE_ABOVE_CAP"


class ContractTooLong(Refusal):
    """The contract runs longer than the policy lets it, or longer than usual without a reason."""

    code = "CONTRACT_TOO_LONG"


class AlreadyAnswered(Refusal):
    """Somebody else has decided about the recommended team otherwise."""

    code = "ALREADY_ANSWERED"


class NotRenewed(Refusal):
    """The policy renews no contract of an enterprise that was graded so, or has not been graded yet."""

    code = "NOT_RENEWED"


class CatererUnlicensed(Refusal):
    """Whoever is to run the canteen has no food licence that the policy accepts on the day."""

    code = "CATERER_UNLICENSED"


class PayBackdated(Refusal):
    """What a worker was told to earn is not changed afterwards."""


@dataclass(frozen=True)
class Paper:
    """A licence or certificate: kind, number, and the half-open period in which it holds."""

    kind: str
    number: str
    valid_from: date
    valid_until: date


def held_until(papers: Iterable[tuple[str, date, date]], *, on: date) -> dict[str, date]:
    """Tell until when each kind of paper holds, judged by the newest paper of the kind that has begun.

    Shape: `papers` are kind, first day, last day (exclusive); kind -> last day, which may be past. A kind that was
    lodged once stays required: an old paper of one kind is not outweighed by a newer one of another. Certificates of a
    management system are no licences.
    """
    found: dict[str, date] = {}
    for kind, valid_from, valid_until in papers:
        if valid_from <= on and SYSTEM not in kind:
            found[kind] = max(valid_until, found.get(kind, valid_until))
    return found


@dataclass(frozen=True)
class Told:
    """What an authority's register says of a licence: its number and its last day, itself included."""

    number: str
    last_on: date


def checked(paper: Paper, told: Told | None) -> str:
    """Compare a licence on file with what the register says of it; None where the register knows none.

    Returns AGREES, DIFFERS or NOT_FOUND. Spaces and letter case of the number do not matter.
    """
    if told is None:
        return "NOT_FOUND"
    same_number = "".join(told.number.split()).upper() == "".join(paper.number.split()).upper()
    return "AGREES" if same_number and told.last_on == paper.valid_until - timedelta(days=1) else "DIFFERS"


def first_lapsed(held: Mapping[str, date], *, on: date) -> tuple[str, date] | None:
    """Name the kind of paper that ran out first, with its last day (exclusive); None if every kind holds."""
    gone = sorted((until, kind) for kind, until in held.items() if until <= on)
    return (gone[0][1], gone[0][0]) if gone else None


def is_licensed(papers: Iterable[tuple[str, date, date]], *, on: date) -> bool:
    """Tell whether every kind of licence that was lodged holds on a day; without any, none does."""
    held = held_until(papers, on=on)
    return bool(held) and first_lapsed(held, on=on) is None


def ensure_licensed(*, name: str, held: Mapping[str, date], on: date) -> None:
    """Refuse an enterprise without licences, or with one kind of them run out.

    Raises: LicenceMissing.
    """
    lapsed = first_lapsed(held, on=on)
    if not held or lapsed is not None:
        what = "营业执照或许可证" if lapsed is None else lapsed[0]
        raise LicenceMissing(f"{name}没有在{on}有效的{what}，不能加盟。请补交有效证照。")


def ensure_a_licence(*, name: str, held: Mapping[str, date], on: date) -> None:
    """Refuse an enterprise none of whose licences holds.

    Raises: LicenceMissing.
    """
    if not any(until > on for until in held.values()):
        raise LicenceMissing(f"{name}没有在{on}有效的营业执照或许可证，不能加盟。请补交有效证照。")


def ensure_period(*, what: str, valid_from: date, valid_until: date) -> None:
    """Refuse a period that ends before it begins.

    Raises: Incomplete.
    """
    if valid_until <= valid_from:
        raise Incomplete(f"{what}终止日期{valid_until}不晚于起始日期{valid_from}，请核对。")


def months_taken(since: date, until: date) -> int:
    """Count the months that a half-open period takes up; one that has begun is a whole one."""
    return (until.year - since.year) * 12 + until.month - since.month + (until.day > since.day)


def ensure_term(*, number: str, result: str | None, because: str, clause: str, reason: str) -> None:
    """Refuse a contract that runs longer than the policy passes; where the policy only warns, a reason is enough.

    Raises: ContractTooLong.
    """
    if result == "pass" or (result == "warn" and reason.strip()):
        return
    then = "请写明理由，或者缩短合同" if result == "warn" else "请缩短合同"
    raise ContractTooLong(f"合同“{number}”不能这样登记：{because}。依据“{clause}”。{then}。")


def ensure_renewable(*, number: str, graded: bool, eligible: bool, because: str, clause: str) -> None:
    """Refuse to renew a contract of an enterprise that has no grade on file, or one that the policy does not renew.

    Raises: NotRenewed.
    """
    if graded and eligible:
        return
    why = because if graded else "还没有登记年度评价"
    then = "请另选服务商" if graded else "请先在企业页登记年度评价"
    raise NotRenewed(f"合同“{number}”是续签，不能这样登记：{why}。依据“{clause}”。{then}。")


def food_licence_until(held: Mapping[str, date]) -> date | None:
    """Tell the last day, itself included, of the food licence that holds longest; None without one.

    Shape: `held` as `held_until` gives it. A licence is one for food if its kind says so.
    """
    last = max((until for kind, until in held.items() if FOOD in kind), default=None)
    return None if last is None else last - timedelta(days=1)


def ensure_caterer(*, name: str, result: str | None, because: str, clause: str) -> None:
    """Refuse a canteen whose caterer the policy does not pass; `result` is None where no food licence was lodged.

    Raises: CatererUnlicensed.
    """
    if result == "pass":
        return
    why = because if result else "没有登记食品类许可证"
    raise CatererUnlicensed(f"{name}不能供餐：{why}。依据“{clause}”。请先登记有效的食品许可证。")


def account(*, account_name: str, bank_name: str, bank_account: str) -> dict[str, str]:
    """Read an account as a bank's file can carry it: nothing missing, a number of digits, no spaces in it.

    Raises: Incomplete.
    """
    given = {
        "account_name": account_name.strip(),
        "bank_name": bank_name.strip(),
        "bank_account": "".join(bank_account.split()),
    }
    if not all(given.values()):
        raise Incomplete("户名、开户行和账号都要填写，请补充。")
    number = given["bank_account"]
    if len(number) > ACCOUNT_LENGTH_MAX or not ACCOUNT.fullmatch(number):
        raise Incomplete(f"账号“{number}”不对：应为8至{ACCOUNT_LENGTH_MAX}位数字，中间可有短横。请对照企业来函重填。")
    return given


def ensure_standing(*, name: str, stands: str, to: str, labels: Mapping[str, str]) -> None:
    """Refuse a step that does not follow from how an enterprise stands.

    Raises: WrongStanding.
    """
    if to not in STANDINGS[stands]:
        raise WrongStanding(f"{name}现在是“{labels[stands]}”，不能改为“{labels[to]}”。请刷新后再看。")


def officers_missing(trained: Mapping[str, int]) -> list[str]:
    """Name the duties that nobody trained fills, in Chinese. Shape: `trained` maps a duty to how many fill it."""
    return [label for duty, (label, _) in OFFICERS.items() if not trained.get(duty)]


def ensure_within_cap(
    *, name: str, result: str | None, because: str, clause: str, later_on: date | None = None
) -> None:
    """Refuse a price that the policy does not pass; `result` is None where the maximum has not been set.

    `later_on` is the day on which that policy begins, where the price begins before it.

    Raises: PriceAboveCap.
    """
    if result == "pass":
        return
    then = "请改用不超过最高价的价格" if result else "请先由民政局核定最高价"
    since = f"从{later_on}起" if later_on else ""
    ends = f"，或者让这个价格在{later_on}以前结束" if later_on else ""
    raise PriceAboveCap(f"“{name}”不能这样定价：{since}{because}。依据“{clause}”。{then}{ends}。")


def ensure_pay(*, item: str, pay_fen: int, valid_from: date, on: date, has_rate: bool) -> None:
    """Refuse a rate below zero, or one that would change what a worker was already told.

    The first rate of an item may begin in the past; every later one begins today or after.
    Raises: Incomplete, PayBackdated.
    """
    if pay_fen < 0:
        raise Incomplete(f"“{item}”的每次报酬不能是负数，请重新填写。")
    if has_rate and valid_from < on:
        raise PayBackdated(f"“{item}”已有报酬标准，新标准不能从{valid_from}倒算，最早从{on}起。请重新选择生效日期。")
