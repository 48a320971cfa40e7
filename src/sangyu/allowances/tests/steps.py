"""Gulou's programme with money for its allowances, and short words for the steps of a month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from tests.cast import BEIJING
from tests.troupe import Troupe

from sangyu.allowances import actions as allowances
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Line, Payment, Run
from sangyu.benefits import actions as benefits
from sangyu.benefits.tests.cities import GULOU
from sangyu.budget import actions as budget
from sangyu.kit.month import Month
from sangyu.registry.models import Elder

CODE = "high-age-allowance"


class Months:
    """The steps of a month's run, each by the person whose step it is."""

    def __init__(self, troupe: Troupe) -> None:
        self.troupe = troupe

    def at(self, month: Month, day: int = 20) -> datetime:
        return datetime(month.year, month.month, day, 9, tzinfo=BEIJING)

    def elder(
        self, name: str, birth_on: date, serial: int, *, works: bool | None = False, account: bool = True
    ) -> Elder:
        """Register somebody since last year, say whether they have a work unit, and where they are paid."""
        troupe = self.troupe
        elder = troupe.elder(name, birth_on, serial, [f"1390000{serial:04d}"])
        Elder.objects.filter(pk=elder.pk).update(registered_at=datetime(2025, 1, 5, tzinfo=BEIJING))
        if works is not None:
            self.works(elder, works)
        if account:
            self.account(elder)
        return elder

    def works(self, elder: Elder, works: bool, *, since: date = date(2025, 1, 1), key: str = "1") -> None:
        benefits.state(
            elder_id=elder.pk,
            name="has_work_unit",
            value=works,
            evidence="社保查询单",
            valid_from=since,
            by=self.troupe.clerk,
            at=self.troupe.at,
            key=key,
        )

    def account(self, elder: Elder, key: str = "1") -> None:
        allowances.set_account(
            elder_id=elder.pk,
            holder=elder.name,
            account=f"62{elder.pk.int % 10**14:014d}",
            bank="福州示例银行",
            document="存折复印件",
            by=self.troupe.clerk,
            at=self.troupe.at,
            key=key,
        )

    def drawn(self, month: Month, code: str = CODE) -> Run:
        return allowances.draw_up(code=code, month=month, by=self.troupe.qian, at=self.at(month))

    def booked(self, month: Month, code: str = CODE) -> Run:
        run = self.drawn(month, code)
        allowances.approve(run_id=run.pk, by=self.troupe.feng, at=self.at(month) + timedelta(hours=1))
        return run

    def sent(self, month: Month, code: str = CODE) -> Run:
        run = self.booked(month, code)
        allowances.pay(run_id=run.pk, by=self.troupe.qian, at=self.at(month) + timedelta(hours=2))
        return run

    def answered(self, run: Run, *refused: UUID) -> int:
        return allowances.take_return(
            run_id=run.pk,
            content=self.answer(run, *refused),
            by=self.troupe.qian,
            at=self.at(Month.parse(run.month)) + timedelta(hours=3),
        )

    def answer(self, run: Run, *refused: UUID) -> bytes:
        """Write what the bank says: everything paid, but to the elders who are named."""
        rows = ["支付编号,结果,银行流水号,原因"]
        for row in Payment.objects.filter(file__run=run).order_by("number"):
            bad = row.elder_id in refused
            rows.append(f"{row.number},{'失败' if bad else '成功'},B{row.number},{'户名不符' if bad else ''}")
        return "\r\n".join(rows).encode("gb18030")

    def said(self, run: Run) -> dict[tuple[str, str], tuple[str, int]]:
        """Say what a run says. Shape: (name, period) -> (change, fen booked)."""
        rows = Line.objects.filter(run=run).values_list("elder__name", "period", "change", "amount_fen")
        return {(name, period): (change, fen) for name, period, change, fen in rows}

    def balance(self, elder: Elder, run: Run) -> int:
        return allowances_read.balances(run.scheme).get(elder.pk, 0)


def founded() -> Months:
    """Found Gulou's programme, with a million yuan for each fund and year."""
    with TemporaryDirectory() as folder:
        troupe = Troupe(GULOU, Path(folder))
    for fund in ("HIGH-AGE-ALLOWANCE", "ACCIDENT-INSURANCE"):
        for year in (2026, 2027):
            budget.appropriate(
                programme=troupe.programme,
                fund=fund,
                year=year,
                amount_fen=1_000_000_00,
                document=f"鼓财预〔{year}〕2号",
                by=troupe.head,
                at=troupe.at,
                key=f"{fund}-{year}",
            )
    return Months(troupe)
