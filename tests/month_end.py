"""The end of a month in tests: the samples drawn, everybody rung, the appraisals final, the statements paid."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sangyu.access.models import User
from sangyu.kit.month import Month
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import AppraisalItem, HandScore, How, Release
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read

BEIJING = ZoneInfo("Asia/Shanghai")


class MonthEnd:
    """What the people of a cast do when the month is over; every helper calls the verbs that the desks call."""

    at: datetime
    month: Month
    clock: User
    sun: User
    qian: User
    feng: User
    deputy: User
    head: User
    kangan_user: User
    letter_user: User

    def month_end(self, *, satisfaction: int = 2) -> datetime:
        """Draw the samples, ring everyone (each says `satisfaction`), and make November's appraisals final."""
        day, last = self.at.date(), date(2026, 11, 30)
        while day <= last:
            evening = datetime(day.year, day.month, day.day, 20, tzinfo=BEIJING)
            quality.draw_sample(day=day, by=self.clock, at=evening)
            day += timedelta(days=1)
        ring_at = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
        for task in quality_read.tasks_due(self.sun, limit=500):
            quality.follow_up(
                task_id=task.pk,
                by=self.sun,
                at=ring_at,
                reached=True,
                happened=True,
                paid_as_told=True,
                satisfaction=satisfaction,
            )
        self.appraised(at=ring_at)
        return datetime(2026, 12, 5, 9, tzinfo=BEIJING)

    def published(self, *, at: datetime, month: Month | None = None) -> list[Release]:
        """Draft a month's appraisals, give full marks by hand, and publish them to their enterprises."""
        month = month or self.month
        quality.appraise(month=month, by=self.sun, at=at)
        empty = AppraisalItem.objects.filter(appraisal__month=str(month), how=How.HAND)
        for item in empty.exclude(pk__in=HandScore.objects.values("item")):
            quality.score_by_hand(
                item_id=item.pk, score_tenths=item.full_tenths, evidence="到场查看，均符合要求", by=self.sun, at=at
            )
        return quality.release_month(month=month, by=self.sun, at=at)

    def appraised(self, *, at: datetime, month: Month | None = None) -> None:
        """Publish a month's appraisals and make them final when the days for objections are over."""
        for release in self.published(at=at, month=month):
            quality.finalise(appraisal_id=release.appraisal_id, by=self.sun, at=release.object_until)

    def drawn_up(self, *, satisfaction: int = 2):
        """Close November and draw up its statements."""
        return settlement.draw_up(month=self.month, by=self.qian, at=self.month_end(satisfaction=satisfaction))

    def confirmed(self, run):
        """Let both enterprises confirm their statements."""
        for user in (self.kangan_user, self.letter_user):
            for statement in settlement_read.statements(user).filter(run=run):
                settlement.confirm(
                    statement_id=statement.pk, invoice_number="04412026", by=user, at=run.drawn_at + timedelta(hours=1)
                )
        return run

    def approved(self, run):
        """Confirm a run, explain what has moved far, and let all three sign it."""
        self.confirmed(run)
        for swing in settlement_read.swings(self.qian, run):
            settlement.explain(
                run_id=run.pk, enterprise_id=swing.enterprise.pk, text="本月单量变化", by=self.qian, at=run.drawn_at
            )
        for minutes, signer in enumerate((self.feng, self.deputy, self.head)):
            settlement.approve(run_id=run.pk, by=signer, at=run.drawn_at + timedelta(hours=2, minutes=minutes))
        return run

    def paid(self, run):
        """Confirm, approve and pay a run, and let the bank say that all of it arrived."""
        self.approved(run)
        file = settlement.pay(run_id=run.pk, by=self.qian, at=run.drawn_at + timedelta(hours=3))
        settlement.take_return(
            run_id=run.pk, content=bank_answers(file), by=self.qian, at=run.drawn_at + timedelta(hours=30)
        )
        return file


def bank_answers(file, *, failed: tuple[str, ...] = ()) -> bytes:
    """Answer a payment file as a bank would, from the file's own bytes."""
    rows = list(csv.reader(io.StringIO(bytes(file.content).decode(file.encoding))))[2:]
    answers = [f"{row[1]},失败,,户名不符" if row[1] in failed else f"{row[1]},成功,BK{row[1][2:]}," for row in rows]
    return "\r\n".join(["支付编号,结果,银行流水号,原因", *answers]).encode(file.encoding)
