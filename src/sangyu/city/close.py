"""Close the month: the appraisal with an objection, the statements with another, and the money out and answered for.

Every verb here is done once whatever happens, so a close that was broken off is simply done again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, time, timedelta

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.benefits import actions as benefits
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.build import relax_commits
from sangyu.city.dice import below, chance
from sangyu.city.follow_up import ring_elders
from sangyu.city.play import CALLS_AT, order_refs
from sangyu.city.players import Players
from sangyu.kit.errors import Refusal
from sangyu.kit.money import yuan
from sangyu.ledger.verify import verify
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import PaymentFile, Run
from sangyu.settlement.rules import HEADER, RETURN_HEADER

MORNINGS_AFTER = 6
SIGNERS = ("approver", "deputy", "bureau")


class BooksDoNotHold(Refusal):
    """The ledger or the audit book does not add up after the close."""

    code = "BOOKS_DO_NOT_HOLD"


def close(plan: Blueprint, players: Players, *, progress: Callable[[str], None]) -> Run:
    """Bring a month that has been played to the bank's answer, and check the books.

    Raises: BooksDoNotHold, naming the first finding.
    """
    return settle(plan, players, drawn_at=appraise(plan, players, progress=progress), progress=progress)


def appraise(plan: Blueprint, players: Players, *, progress: Callable[[str], None]) -> datetime:
    """Ring whom the samples of a played month name, and bring its appraisals to their end; return when to settle."""
    relax_commits()
    first = plan.month.next().first_day
    refs = order_refs(plan, players)
    for n in range(MORNINGS_AFTER):
        ring_elders(plan, players, refs=refs, at=_moment(first, n, CALLS_AT))
    closed_at = _appraise(plan, players, first_day=_moment(first, MORNINGS_AFTER, time(10)), progress=progress)
    return _moment(closed_at.astimezone(BEIJING).date(), 0, time(14))


def settle(plan: Blueprint, players: Players, *, drawn_at: datetime, progress: Callable[[str], None]) -> Run:
    """Bring a month that is appraised from the statements to the bank's answer."""
    relax_commits()
    run = settlement.draw_up(month=plan.month, by=players.users["finance"], at=drawn_at)
    _agree(run, players, drawn_at, progress)
    _explain(run, players, drawn_at + timedelta(hours=2, minutes=50))
    for minutes, signer in enumerate(SIGNERS):
        settlement.approve(run_id=run.pk, by=players.users[signer], at=drawn_at + timedelta(hours=3, minutes=minutes))
    file = settlement.pay(run_id=run.pk, by=players.users["finance"], at=drawn_at + timedelta(hours=4))
    progress(f"审核、分管领导、局长签字后拨付{file.payments}笔，合计{yuan(file.total_fen)}元，已向财政申请支付。")
    answered_at = _moment(drawn_at.date(), 1, CALLS_AT)
    settlement.take_return(
        run_id=run.pk, content=bank_answer(file), by=players.users["finance"], at=answered_at, encoding=file.encoding
    )
    lapsed = benefits.lapse_credits(
        programme_id=players.programme.pk, month=plan.month, by=players.clock, at=answered_at
    )
    progress(f"银行回单：全部到账；{lapsed}位B类老人的月补贴余额按规定不结转。")
    return run


def check_books(players: Players) -> None:
    """Seal the audit book and recompute it and the ledger from their first rows.

    Raises: BooksDoNotHold.
    """
    access.seal(programme_id=players.programme.pk)
    findings = verify(players.programme.pk)
    faults = access_read.verify_chain(players.programme.pk)
    if findings or faults:
        first = findings[0].message if findings else faults[0].what
        raise BooksDoNotHold(f"账簿核验有{len(findings) + len(faults)}处不符，第一处：{first}。请勿继续使用。")


def bank_answer(file: PaymentFile) -> bytes:
    """Answer a payment file as the bank does when every account takes its money, from the file's own bytes."""
    rows = list(csv.reader(io.StringIO(bytes(file.content).decode(file.encoding))))
    number = HEADER.index("支付编号")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(RETURN_HEADER)
    for row in rows[2:]:
        writer.writerow([row[number], "成功", f"BK{row[number][2:]}", ""])
    return out.getvalue().encode(file.encoding)


def _appraise(plan: Blueprint, players: Players, *, first_day: datetime, progress: Callable[[str], None]) -> datetime:
    """Bring every sheet of the month to its final score; return when the days for objections were over."""
    officer, month = players.users["quality"], str(plan.month)
    quality.appraise(month=plan.month, by=officer, at=first_day)
    _score_by_hand(plan, quality_read.sheets(officer, month), players, first_day)
    quality.release_month(month=plan.month, by=officer, at=first_day + timedelta(hours=4))
    sheets = quality_read.sheets(officer, month)
    _object_to_sheet(sheets, players, first_day)
    for sheet in sheets:
        if sheet.release is not None:
            quality.finalise(appraisal_id=sheet.appraisal.pk, by=officer, at=sheet.release.object_until)
    totals = [sheet.final.total_tenths for sheet in quality_read.sheets(officer, month) if sheet.final]
    if totals:
        poor = sum(total < 900 for total in totals)
        progress(
            f"{len(totals)}家企业考核定稿：最高{max(totals) / 10:.1f}分，最低{min(totals) / 10:.1f}分，"
            f"{poor}家不足90分，按系数核减。"
        )
    return max((sheet.release.object_until for sheet in sheets if sheet.release), default=first_day)


_SEEN = {
    "E3": ("证照上墙，灭火器在有效期内，通道畅通。", "仓库通道堆放杂物，当场清理。"),
    "S2": ("培训记录齐全，抽看上门照片佩证着装规范。", "两名服务人员本月没有培训记录。"),
}


def _score_by_hand(plan: Blueprint, sheets: list[quality_read.Sheet], players: Players, at: datetime) -> None:
    """Let the officer look at premises and training; one enterprise in four loses some points for something seen."""
    for sheet in sheets:
        firm = players.firms[sheet.appraisal.enterprise_id]
        for item in sheet.empty:
            key = (plan.seed, "seen", str(plan.month), firm.ref, item.code)
            lost = 30 + 10 * below(4, *key, "points") if chance(250, *key) else 0
            quality.score_by_hand(
                item_id=item.pk,
                score_tenths=item.full_tenths - lost,
                evidence=_SEEN[item.code][lost > 0],
                by=players.users["quality"],
                at=at + timedelta(hours=2),
            )


def _object_to_sheet(sheets: list[quality_read.Sheet], players: Players, drafted_at: datetime) -> None:
    """Let the enterprise that was late most often object, and be heard in part."""
    late = [
        (line.item.score_tenths, line.item.pk, line.item, sheet.appraisal.enterprise_id)
        for sheet in sheets
        for line in sheet.lines
        if line.item.code == "N2" and line.item.score_tenths < line.item.full_tenths - 10
    ]
    if not late:
        return
    _, _, item, enterprise_id = min(late, key=lambda row: row[:2])
    objection = quality.object_to(
        item_id=item.pk,
        text="有一次迟到是因为老人临时改了时间，电话里说好的，请予核实。",
        by=players.firms[enterprise_id].manager,
        at=drafted_at + timedelta(hours=5),
    )
    quality.rule(
        objection_id=objection.pk,
        upheld=True,
        score_tenths=item.score_tenths + 10,
        reason="查通话记录属实，该次不计迟到，加1分；其余维持。",
        by=players.users["quality"],
        at=drafted_at + timedelta(days=1),
    )


def _agree(run: Run, players: Players, drawn_at: datetime, progress: Callable[[str], None]) -> None:
    finance = players.users["finance"]
    rows = sorted(settlement_read.statements(finance).filter(run=run), key=lambda row: (-row.deducted_fen, row.pk))
    if rows and rows[0].deducted_fen:
        objection = settlement.object_to(
            statement_id=rows[0].pk,
            text="核减金额与我们计算的差几元，请说明系数。",
            by=players.firms[rows[0].enterprise_id].manager,
            at=drawn_at + timedelta(minutes=40),
        )
        settlement.answer(
            objection_id=objection.pk,
            text=f"考核得分{rows[0].score_tenths / 10:.1f}分，按对应系数核减，逐单尾差按最大余数法分配，合计无误。",
            by=finance,
            at=drawn_at + timedelta(hours=1),
        )
    for n, row in enumerate(rows):
        settlement.confirm(
            statement_id=row.pk,
            invoice_number=f"示{run.month.replace('-', '')}{n + 1:04d}",
            by=players.firms[row.enterprise_id].manager,
            at=drawn_at + timedelta(hours=2, seconds=n),
        )
    gross, deducted = sum(row.gross_fen for row in rows), sum(row.deducted_fen for row in rows)
    progress(f"出{len(rows)}份结算单：应付{yuan(gross)}元，考核核减{yuan(deducted)}元，各企业已对账。")


def _explain(run: Run, players: Players, at: datetime) -> None:
    """Say of every enterprise whose sum is far from last month's why it is, or nobody may sign."""
    finance = players.users["finance"]
    for swing in settlement_read.swings(finance, run):
        if swing.explanation is None:
            settlement.explain(
                run_id=run.pk,
                enterprise_id=swing.enterprise.pk,
                text=f"服务单数与上月不同：实付由{yuan(swing.before_fen)}元变为{yuan(swing.now_fen)}元，已逐单核对。",
                by=finance,
                at=at,
            )


def _moment(first: object, days: int, clock: time) -> datetime:
    return datetime.combine(first + timedelta(days=days), clock, BEIJING)
