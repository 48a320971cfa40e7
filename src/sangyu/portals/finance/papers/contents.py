"""What stands on each paper of the month, read from the rows that the viewer may see."""

from __future__ import annotations

from uuid import UUID

from sangyu.access.models import User
from sangyu.kit import names
from sangyu.kit.capital_amount import in_capitals as capitals
from sangyu.kit.money import yuan
from sangyu.portals.finance.papers.paper import MONEY, NUMBER, POINTS, Column, Paper, Place, Table, moment
from sangyu.quality import queries as quality_read
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Line, PaymentFile, Run, Statement
from sangyu.settlement.rules import request_number

MONEY_WIDTH = 12


def run_number(run: Run) -> str:
    """Number the papers of a month."""
    return f"JS{run.month.replace('-', '')}"


def _money(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, MONEY, MONEY_WIDTH) for title in titles)


def summary_paper(viewer: User, run: Run) -> Paper:
    """结算汇总表: one row an enterprise, orders and meals apart, from the gross to the net."""
    rows = list(settlement_read.statements(viewer).filter(run=run))
    invoices = {row.statement.pk: row.confirmation for row in settlement_read.standings(viewer, rows)}
    totals = settlement_read.totals(viewer, run)
    columns = (
        Column("企业", width=26),
        Column("单数", NUMBER, 7),
        Column("餐数", NUMBER, 7),
        *_money("服务金额", "老人自付", "应付"),
        Column("得分", POINTS, 7),
        *_money("考核扣减", "差额扣回", "实付"),
        Column("发票号码", width=14),
    )
    return Paper(
        title="居家养老服务补贴结算汇总表",
        organisation=run.programme.name,
        number=f"{run_number(run)}-HZ",
        wide=True,
        pairs=(
            ("账期", run.month),
            ("企业", f"{totals.enterprises} 家"),
            ("实付合计", f"{yuan(totals.net_fen)} 元"),
            ("大写", capitals(totals.net_fen)),
        ),
        tables=(
            Table(
                columns,
                tuple(
                    (
                        row.enterprise.name,
                        row.orders,
                        row.meals,
                        row.charged_fen,
                        row.elder_fen,
                        row.gross_fen,
                        row.score_tenths,
                        row.deducted_fen,
                        row.taken_back_fen,
                        row.net_fen,
                        found.invoice_number if (found := invoices[row.pk]) else "",
                    )
                    for row in rows
                ),
                (
                    "合计",
                    totals.orders,
                    totals.meals,
                    totals.charged_fen,
                    totals.elder_fen,
                    totals.gross_fen,
                    None,
                    totals.deducted_fen,
                    totals.taken_back_fen,
                    totals.net_fen,
                    "",
                ),
            ),
        ),
        places=_places(viewer, run),
        notes=(
            "应付 = 服务金额 − 老人自付；实付 = 应付 − 考核扣减 − 差额扣回。",
            "差额为以前月份拨付后查明、在本月扣回的款项。",
        ),
        root=run.root,
        made_at=run.drawn_at,
    )


MAKERS_WORD, SIGNERS_WORD = "经核对，明细与上门证明、回访、考核结果相符。", "意见："


def approval_paper(viewer: User, run: Run) -> Paper:
    """资金拨付审批表: the sum in figures and in words, and a place for every signature of the chain."""
    totals = settlement_read.totals(viewer, run)
    held = settlement_read.withheld_in(viewer, run)
    return Paper(
        title="居家养老服务补贴资金拨付审批表",
        organisation=run.programme.name,
        number=f"{run_number(run)}-SP",
        pairs=(
            ("申请单位", run.programme.name),
            ("账期", run.month),
            ("收款企业", f"{totals.enterprises} 家（见结算汇总表）"),
            ("工单 / 餐", f"{totals.orders:,} 单 / {totals.meals:,} 份"),
            ("应付", f"{yuan(totals.gross_fen)} 元"),
            ("考核扣减", f"{yuan(totals.deducted_fen)} 元"),
            ("差额扣回", f"{yuan(totals.taken_back_fen)} 元"),
            ("暂不结算", f"{len(held)} 单"),
            ("申请拨付", f"{yuan(totals.net_fen)} 元"),
            ("大写", capitals(totals.net_fen)),
        ),
        paragraphs=(
            f"{run.month} 居家养老服务补贴已按工单数量和考核成绩结算，涉及 {totals.enterprises} 家企业。",
            f"申请拨付人民币 {yuan(totals.net_fen)} 元（{capitals(totals.net_fen)}）。",
        ),
        places=tuple(
            Place(place.label, place.name, place.at, SIGNERS_WORD if n else MAKERS_WORD)
            for n, place in enumerate(_places(viewer, run))
        ),
        seals=("申请单位", "审批单位"),
        root=run.root,
        made_at=run.drawn_at,
    )


def statement_paper(viewer: User, statement: Statement) -> Paper:
    """结算单: what an enterprise earned, by item and line by line, with what is taken back for earlier months."""
    [standing] = settlement_read.standings(viewer, [statement])
    firm, run = statement.enterprise, statement.run
    lines = settlement_read.lines(viewer, statement, limit=statement.orders + statement.meals)
    confirmed = standing.confirmation
    return Paper(
        title="居家养老服务补贴结算单",
        organisation=run.programme.name,
        number=f"{run_number(run)}-{firm.credit_code[-6:]}-{statement.revision}",
        pairs=(
            ("收款企业", firm.account_name),
            ("信用代码", firm.credit_code),
            ("开户行", firm.bank_name),
            ("账号", firm.bank_account),
            ("账期", run.month),
            ("发票号码", confirmed.invoice_number if confirmed else ""),
            ("考核得分", f"{statement.score_tenths // 10}.{statement.score_tenths % 10}"),
            ("支付编号", standing.payment.number if standing.payment else ""),
            ("实付", f"{yuan(statement.net_fen)} 元"),
            ("大写", capitals(statement.net_fen)),
        ),
        tables=(_item_table(viewer, statement), *_difference_table(viewer, statement), _line_table(statement, lines)),
        places=(
            *_places(viewer, run),
            Place(
                "企业确认",
                confirmed.by.display_name if confirmed else "",
                moment(confirmed.at) if confirmed else "",
            ),
        ),
        seals=("企业", run.programme.name),
        notes=(f"依据：{statement.decision.get('because', '')}",),
        root=statement.root,
        made_at=run.drawn_at,
    )


def _item_table(viewer: User, statement: Statement) -> Table:
    items = settlement_read.item_sums(viewer, statement)
    return Table(
        (Column("项目", width=30), Column("数量", NUMBER, 8), *_money("应付", "考核扣减", "实付")),
        tuple((row.item, row.orders, row.gross_fen, row.deducted_fen, row.net_fen) for row in items),
        (
            "差额扣回后合计" if statement.taken_back_fen else "合计",
            statement.orders + statement.meals,
            statement.gross_fen,
            statement.deducted_fen,
            statement.net_fen,
        ),
        title="按项目汇总（元）",
    )


def _difference_table(viewer: User, statement: Statement) -> tuple[Table, ...]:
    rows = settlement_read.differences(viewer, statement)
    if not rows:
        return ()
    return (
        Table(
            (Column("原账期", width=9), Column("服务日期", width=11), Column("原因", width=40), *_money("扣回")),
            tuple(
                (
                    row.correction.line.statement.run.month,
                    row.correction.line.charge.service_on.isoformat(),
                    row.correction.reason,
                    row.amount_fen,
                )
                for row in rows
            ),
            ("合计", "", "", statement.taken_back_fen),
            title="以前月份差额（元）",
        ),
    )


def _line_table(statement: Statement, lines: list[Line]) -> Table:
    return Table(
        (
            Column("#", NUMBER, 6),
            Column("服务日期", width=12),
            Column("老人", width=9),
            Column("项目", width=18),
            *_money("价格", "老人自付", "应付", "扣减", "实付"),
        ),
        tuple(
            (
                line.n,
                line.charge.service_on.isoformat(),
                names.mask_name(line.charge.elder.name),
                line.charge.item.name,
                line.charge.price_fen,
                line.charge.elder_fen,
                line.gross_fen,
                line.deducted_fen,
                line.net_fen,
            )
            for line in lines
        ),
        (
            None,
            "合计",
            "",
            "",
            statement.charged_fen,
            statement.elder_fen,
            statement.gross_fen,
            statement.deducted_fen,
            statement.net_fen + statement.taken_back_fen,
        ),
        title="逐单明细（元）",
    )


def score_paper(viewer: User, appraisal_id: UUID) -> Paper:
    """考核评分表: every item with its evidence, objections with their rulings, and the total once it is final."""
    sheet = quality_read.score_sheet(viewer, appraisal_id)
    columns = (
        Column("项目", width=20),
        Column("满分", POINTS, 7),
        Column("得分", POINTS, 7),
        Column("依据", width=44),
        Column("评分", width=10),
    )
    tables = tuple(
        Table(
            columns,
            tuple(
                (
                    f"{item.code} {item.name}",
                    item.full_tenths,
                    item.score_tenths if item.score_tenths is not None else "未评",
                    _evidence(item),
                    item.by,
                )
                for item in side.items
            ),
            ("小计", side.full_tenths, side.score_tenths, "", ""),
            title=f"{side.name}（权重 {side.weight}%）" if side.weight is not None else side.name,
        )
        for side in sheet.dimensions
    )
    total = f"{sheet.total_tenths // 10}.{sheet.total_tenths % 10}" if sheet.total_tenths is not None else "未定稿"
    return Paper(
        title="加盟企业月度考核评分表",
        organisation=sheet.programme,
        number=f"KH{str(sheet.month).replace('-', '')}-{sheet.credit_code[-6:]}",
        pairs=(
            ("企业", sheet.enterprise),
            ("信用代码", sheet.credit_code),
            ("考核月份", str(sheet.month)),
            ("总分", total),
        ),
        tables=tables,
        places=(
            Place("起草", sheet.drafted_by, moment(sheet.drafted_at)),
            Place("定稿", sheet.final_by, moment(sheet.final_at)),
            Place("企业确认"),
        ),
        seals=(sheet.programme, "企业"),
        notes=tuple(
            note
            for note in (
                sheet.because,
                f"异议截止 {moment(sheet.object_until)}" if sheet.object_until else "",
                f"尚未评分：{'、'.join(sheet.empty)}" if sheet.empty else "",
            )
            if note
        ),
        made_at=sheet.final_at or sheet.drafted_at,
    )


def _evidence(item: quality_read.ScoreItem) -> str:
    said = item.evidence
    if item.objection:
        ruling = {None: "待裁定", True: "采纳", False: "不采纳"}[item.objection.upheld]
        answer = f"{ruling}，{item.objection.reason}" if item.objection.reason else ruling
        said += f"（企业异议：{item.objection.text}；{answer}）"
    return said


def request_paper(viewer: User, file: PaymentFile) -> Paper:
    """财政支付申请书: the letter to the treasury, a row a payee, for the file whose hash it names."""
    run = file.run
    payments = settlement_read.payments(viewer, file)
    items = settlement_read.budget_items(viewer, run)
    return Paper(
        title="财政直接支付申请书",
        organisation=run.programme.name,
        number=request_number(run.month, file.n),
        wide=True,
        pairs=(
            ("申请单位", run.programme.name),
            ("申请日期", moment(file.at)),
            ("事由", f"{run.month} 居家养老服务补贴" + ("（银行退回重拨）" if file.n > 1 else "")),
            ("笔数", f"{file.payments} 笔"),
            ("金额合计", f"{yuan(file.total_fen)} 元"),
            ("大写", capitals(file.total_fen)),
        ),
        paragraphs=(
            f"现申请从下列预算项目中直接支付 {run.month} 居家养老服务补贴，共 {file.payments} 笔。",
            f"合计人民币 {yuan(file.total_fen)} 元（{capitals(file.total_fen)}），请予审核支付。",
        ),
        tables=(
            Table(
                (
                    Column("支付编号", width=16),
                    Column("收款人全称", width=26),
                    Column("账号", width=22),
                    Column("开户行", width=22),
                    *_money("金额（元）"),
                    Column("预算项目", width=16),
                    Column("用途", width=22),
                ),
                tuple(
                    (
                        row.number,
                        row.account_name,
                        row.account,
                        row.bank,
                        row.amount_fen,
                        items.get(row.statement_id, ""),
                        f"{run.month} 居家养老服务补贴",
                    )
                    for row in payments
                ),
                ("合计", "", "", "", file.total_fen, "", ""),
            ),
        ),
        places=_places(viewer, run),
        seals=(run.programme.name, "民政局"),
        notes=(f"随附支付文件 {file.name}，SHA-256 {file.sha256}",),
        root=run.root,
        made_at=file.at,
    )


def _places(viewer: User, run: Run) -> tuple[Place, ...]:
    return tuple(
        Place(one.label, one.by.display_name if one.by else "", moment(one.at))
        for one in settlement_read.signatures(viewer, run)
    )
