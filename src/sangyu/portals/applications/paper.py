"""What is printed at this desk: the list that hangs out, and the agreement that is signed."""

from __future__ import annotations

from datetime import date

from sangyu.applications.models import Notice, Posting
from sangyu.applications.queries import Reached
from sangyu.kit.money import yuan
from sangyu.portals.finance.papers import Paper
from sangyu.portals.finance.papers.paper import MONEY, NUMBER, Column, Place, Table


def posting_paper(posting: Posting, lines: list[Notice], *, size: str) -> Paper:
    """Write a posting as a paper: masked names, what is applied for, until when and where somebody objects."""
    return Paper(
        title="公　示",
        organisation=posting.programme.name,
        number=f"{posting.posted_on:%Y%m%d}-{str(posting.pk)[-6:]}",
        size=size,
        pairs=(
            ("张贴社区", posting.community.name),
            ("公示期", f"{chinese(posting.posted_on)}至{chinese(posting.until_on)}"),
        ),
        paragraphs=(
            "根据有关规定，现将下列申请公示如下，请居民监督。",
            f"有异议的，请在{chinese(posting.until_on)}（含当日）以前向社区提出，或拨打{posting.programme.hotline_number}。",
            "请说明理由。提出异议的人，我们为您保密。",
        ),
        tables=(
            Table(
                columns=(
                    Column("序号", NUMBER, 4),
                    Column("姓名", width=8),
                    Column("申请事项", width=16),
                    Column("类别", width=6),
                ),
                rows=tuple(
                    (n, line.shown_name, line.application.title, line.get_service_class_display() or "—")
                    for n, line in enumerate(lines, 1)
                ),
            ),
        ),
        seals=(posting.community.name,),
        notes=(f"依据：{posting.decision.get('because', '')}。公示期满后名单不再公开。",),
        made_at=posting.at,
    )


def chinese(day: date) -> str:
    """Write a day as papers bear it."""
    return f"{day.year}年{day.month}月{day.day}日"


def agreement_paper(found: Reached) -> Paper:
    """Write the agreement between an elder and the community: what is given, who pays how much, since when."""
    it, elder = found.application, found.application.elder
    chosen = next((row for row in reversed(found.steps) if row.step == "CHOOSE"), None)
    items = chosen.facts["items"] if chosen else []
    kind = it.get_service_class_display() or it.title
    return Paper(
        title="居家养老服务协议",
        organisation=it.programme.name,
        number=it.number,
        pairs=(
            ("甲方（老人）", elder.name),
            ("登记编号", elder.registration_number),
            ("乙方（社区）", it.community.name),
            ("服务对象类别", kind),
        ),
        paragraphs=(
            f"乙方按规定核定甲方为{kind}服务对象，双方商定下列服务项目。",
            "甲方每次只付表中自付的部分，其余由公共经费支付；价格或政策改变时，按改变后的办。",
            "甲方可以随时提出调整或停止服务；乙方安排的人员上门时须出示证件，服务后请甲方确认。",
            "乙方定期回访；甲方对服务不满意，可以随时告诉社区或拨打" + it.programme.hotline_number + "。",
        ),
        tables=(
            Table(
                columns=(
                    Column("项目", width=16),
                    Column("价格（元）", MONEY, 8),
                    Column("自付（元）", MONEY, 8),
                    Column("依据", width=28),
                ),
                rows=tuple((row["name"], row["price_fen"], row["elder_fen"], row["because"]) for row in items),
                title="服务项目",
            ),
        )
        if items
        else (),
        places=(Place("甲方（签字）"), Place("乙方（签字）")),
        seals=(it.community.name,),
        notes=((f"说明：{chosen.reason}",) if chosen and chosen.reason else ()),
        made_at=chosen.at if chosen else it.at,
    )


def item_label(name: str, price_fen: int, elder_fen: int) -> str:
    """Say what an item of the menu costs, and how much of it the elder pays."""
    return f"{name}（{yuan(price_fen)}元，自付{yuan(elder_fen)}元）"
