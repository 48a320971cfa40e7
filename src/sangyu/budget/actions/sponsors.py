"""What sponsors promise and pay; a sponsor's fund holds what has come in, and never less than nothing."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.budget import queries as budget_read
from sangyu.budget.actions.filling import fill
from sangyu.budget.actions.public import DocumentMissing, SameKeyOtherSum, ensure_money
from sangyu.budget.models import Donation, Pledge, Sponsor
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan

COLUMNS = ("爱心企业", "用于年份", "金额（元）", "到账日期", "凭证号")
LINES_MAX = 1_000
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{18}")


class DonationRefused(Refusal):
    """A sponsor or its money cannot be entered as it was written."""


@dataclass(frozen=True)
class Imported:
    """What a file of donations came to: new ones, and those that were booked before."""

    booked: int
    known: int


@transaction.atomic
def register_sponsor(*, name: str, credit_code: str, by: User, at: datetime) -> Sponsor:
    """Enter a sponsor of the viewer's programme, once per name; the taxpayer's number may be left out.

    Raises: NotAllowed; DonationRefused.
    """
    ensure_role(by, Role.BUREAU, Role.FINANCE)
    name, credit_code = name.strip(), credit_code.strip().upper()
    if not name:
        raise DonationRefused("请填写爱心企业或基金会的名称。")
    if credit_code and not _CREDIT_CODE.fullmatch(credit_code):
        raise DonationRefused(f"“{credit_code}”不是18位统一社会信用代码，请核对营业执照或登记证书。")
    sponsor, made = Sponsor.objects.get_or_create(
        programme_id=by.programme_id,
        name=name,
        defaults={
            "id": derived_id("sponsor", by.programme_id, name),
            "credit_code": credit_code,
            "by": by,
            "at": at,
        },
    )
    if not made and sponsor.credit_code != credit_code:
        raise DonationRefused(f"{name}已经登记，信用代码不同。请核对后联系管理员更正。")
    if made:
        _record("budget.register_sponsor", sponsor, by, at, name=name)
    return sponsor


@transaction.atomic
def pledge(*, sponsor_id: UUID, year: int, amount_fen: int, document: str, by: User, at: datetime, key: str) -> Pledge:
    """Enter what a sponsor promises for a year by a contract; the same `key` enters it once. No money moves.

    Raises: NotAllowed; NotFound; DocumentMissing; NotMoney; SameKeyOtherSum.
    """
    ensure_role(by, Role.BUREAU, Role.FINANCE)
    sponsor = budget_read.get_sponsor(by, sponsor_id)
    if not document.strip():
        raise DocumentMissing("录入认捐必须写明协议的名称或编号，请补充。")
    ensure_money(amount_fen)
    row, made = Pledge.objects.get_or_create(
        id=derived_id("pledge", sponsor.pk, year, key),
        defaults={
            "sponsor": sponsor,
            "year": year,
            "amount_fen": amount_fen,
            "document": document.strip(),
            "by": by,
            "at": at,
        },
    )
    if row.amount_fen != amount_fen:
        raise SameKeyOtherSum(f"这次提交与已录入的认捐{yuan(row.amount_fen)}元用了同一个编号。请刷新页面后重新提交。")
    if made:
        _record("budget.pledge", sponsor, by, at, year=year, amount_fen=amount_fen, document=document)
    return row


@transaction.atomic
def donate(
    *, sponsor_id: UUID, year: int, amount_fen: int, received_on: date, voucher: str, by: User, at: datetime
) -> Donation:
    """Book money of a sponsor that has come in: its fund of the year is that much larger. Once for each voucher.

    Raises: NotAllowed; NotFound; NotMoney; DonationRefused, without a voucher or where it stands for another sum.
    """
    ensure_role(by, Role.BUREAU, Role.FINANCE)
    row, _made = _donate(budget_read.get_sponsor(by, sponsor_id), year, amount_fen, received_on, voucher, by, at)
    return row


@transaction.atomic
def import_donations(*, content: bytes, by: User, at: datetime) -> Imported:
    """Take over a sponsor system's file of donations (CSV, UTF-8, the columns of `COLUMNS`), whole or not at all.

    A voucher that is booked already is passed over, so that a file may be handed in again.
    Raises: NotAllowed; DonationRefused, naming line and column.
    """
    ensure_role(by, Role.BUREAU, Role.FINANCE)
    known = {sponsor.name: sponsor for sponsor in budget_read.sponsors(by)}
    booked = seen = 0
    for n, line in _lines(content):
        sponsor = known.get(line["爱心企业"])
        if sponsor is None:
            raise DonationRefused(
                f"第{n}行“爱心企业”：没有登记“{line['爱心企业']}”，请先登记或核对名称。没有导入任何一行。"
            )
        try:
            amount = Decimal(line["金额（元）"].replace(",", "")) * 100
            fen = int(amount)
            year, received_on = int(line["用于年份"]), date.fromisoformat(line["到账日期"])
        except (InvalidOperation, ValueError, OverflowError) as unreadable:
            raise DonationRefused(
                f"第{n}行有看不懂的年份、金额或日期（应如 2026、50000.00、2026-03-01）。没有导入任何一行。"
            ) from unreadable
        if amount != fen or fen <= 0:
            raise DonationRefused(
                f"第{n}行“金额（元）”：{line['金额（元）']}不是大于0、最多两位小数的金额。没有导入任何一行。"
            )
        _row, made = _donate(sponsor, year, fen, received_on, line["凭证号"], by, at)
        booked, seen = booked + made, seen + (not made)
    return Imported(booked, seen)


def _lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        lines = [
            (n, {name: (cell or "").strip() for name, cell in row.items() if name in COLUMNS})
            for n, row in enumerate(reader, start=2)
        ]
    except (UnicodeDecodeError, csv.Error) as unreadable:
        raise DonationRefused("这个文件不是UTF-8的CSV，请在表格软件里另存为“CSV UTF-8”再上传。") from unreadable
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise DonationRefused(f"文件第一行应有这几列：{'、'.join(COLUMNS)}。")
    if not lines or len(lines) > LINES_MAX:
        raise DonationRefused(f"文件里应有1至{LINES_MAX}行捐赠，现有{len(lines)}行。")
    return lines


def _donate(
    sponsor: Sponsor, year: int, amount_fen: int, received_on: date, voucher: str, by: User, at: datetime
) -> tuple[Donation, bool]:
    voucher = voucher.strip()
    if not voucher:
        raise DonationRefused("请填写银行回单或收据的编号，同一张回单只能入账一次。")
    ensure_money(amount_fen)
    row, made = Donation.objects.get_or_create(
        sponsor=sponsor,
        voucher=voucher,
        defaults={
            "id": derived_id("donation", sponsor.pk, voucher),
            "year": year,
            "amount_fen": amount_fen,
            "received_on": received_on,
            "by": by,
            "at": at,
        },
    )
    if (row.amount_fen, row.year) != (amount_fen, year):
        raise DonationRefused(
            f"凭证{voucher}已经入账{yuan(row.amount_fen)}元（{row.year}年），与这次的不同。请核对凭证号。"
        )
    if made:
        fund = budget_read.sponsor_fund(sponsor.pk)
        fill(row.pk, sponsor.programme_id, fund, year, amount_fen, "donation", at, by, f"{sponsor.name} {voucher}")
        _record("budget.donate", sponsor, by, at, year=year, amount_fen=amount_fen, voucher=voucher)
    return row, made


def _record(verb: str, sponsor: Sponsor, by: User, at: datetime, **facts: object) -> None:
    access.record(by=by, at=at, verb=verb, object_kind="sponsor", object_id=sponsor.pk, facts=facts)
